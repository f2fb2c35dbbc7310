"""What ``gradient --json`` wrote: a table for each model, configurations down, parameters across."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

LINEAR = "linear"


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
    reasons = (f"{r['configuration']}: {_without_slope(r['reason'])}" for r in rows if ":" in r["reason"] and r["ok"])
    return {"title": model, "parameters": parameters, "lines": lines, "reasons": list(dict.fromkeys(reasons))}


def _cell(row: dict | None) -> dict:
    if row is None:
        return {"text": "", "ok": True, "words": ""}
    if not row["ok"]:
        text = "RED"
    elif row["slope"] is None:
        text = LINEAR if "no effect" not in row["reason"] else "no effect"
    else:
        text = f"{row['slope']:.2f}"
    apart = "not finite" if row["dot"] is None else f"{row['dot']:.0e}"
    return {"text": text, "ok": row["ok"], "words": f"forward against reverse {apart}. {row['reason']}"}


def _without_slope(reason: str) -> str:
    return reason.split(":")[0]


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
