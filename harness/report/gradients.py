"""What ``gradient --json`` wrote: a table for each model, configurations down, parameters across.

    python -m pysces_harness.report.gradients FILE...

prints them as Markdown, of several runs together.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LINEAR, STAR = "linear", " *"


def sections(rows: list[dict]) -> list[dict]:
    """One table for each model, and every reason that a cell gives, once."""
    return [_section(model, [row for row in rows if row["model"] == model]) for model in _each(rows, "model")]


def _section(model: str, rows: list[dict]) -> dict:
    parameters = _each(rows, "parameter")
    by_place = {(row["configuration"], row["parameter"]): row for row in rows}
    lines = [
        (name, [_cell(by_place.get((name, parameter))) for parameter in parameters])
        for name in _each(rows, "configuration")
    ]
    named = [f"{r['configuration']}: {_kink(r)}" for r in rows if ":" in r["reason"] and r["ok"]]
    starred = [f"{r['configuration']}, {r['parameter']}{STAR}: {_crossed(r)}" for r in rows if r["ok"] and _crossed(r)]
    return {"title": model, "parameters": parameters, "lines": lines, "reasons": list(dict.fromkeys(named)) + starred}


def _cell(row: dict | None) -> dict:
    if row is None:
        return {"text": "", "ok": True, "words": ""}
    if not row["ok"]:
        text = "RED"
    elif "no effect" in row["reason"]:
        text = "no effect"
    elif row["slope"] is None:
        text = LINEAR
    else:
        text = f"{row['slope']:.2f}" + (STAR if _crossed(row) else "")
    apart = "not finite" if row["dot"] is None else f"{row['dot']:.0e}"
    return {"text": text, "ok": row["ok"], "words": f"forward against reverse {apart}. {row['reason']}"}


def _kink(row: dict) -> str:
    return row["reason"].partition(":")[0]


def _crossed(row: dict) -> str:
    """What is said where every step crosses kinks; empty elsewhere."""
    return row["reason"].partition("; ")[2]


def _each(rows: Iterable[dict], key: str) -> list[Any]:
    """Its values, in their order."""
    return list(dict.fromkeys(row[key] for row in rows))


def markdown(rows: list[dict]) -> str:
    """The same tables as Markdown, parameters down."""
    return "\n\n".join(_markdown(section) for section in sections(rows))


def _markdown(section: dict) -> str:
    names = [name for name, _ in section["lines"]]
    head = [f"| {section['title']} | " + " | ".join(names) + " |", "|---" * (1 + len(names)) + "|"]
    rows = [
        f"| {parameter} | " + " | ".join(cells[k]["text"] for _, cells in section["lines"]) + " |"
        for k, parameter in enumerate(section["parameters"])
    ]
    return "\n".join([*head, *rows, *(f"\n{reason}." for reason in section["reasons"])])


def main(files: list[str]) -> None:
    """The tables of all files' cells, and how many cells there are."""
    rows = [row for file in files for row in json.loads(Path(file).read_text())]
    worst = max((row["dot"] for row in rows if row["dot"] is not None), default=0.0)
    red = sum(not row["ok"] for row in rows)
    print(f"{markdown(rows)}\n\n{len(rows)} cells, {red} red; the largest difference of both modes is {worst:.1e}.")


if __name__ == "__main__":
    main(sys.argv[1:])
