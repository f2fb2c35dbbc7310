"""The pages of docs/evidence that a night makes: false alarms, and the smallest defects by kernel and number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..judging.compare import NOT_RUN
from ..judging.results import Result, read
from ..report import smallest_defects
from .pieces import OF_SEEDS, Piece

HEAD = """# False alarms

Written by `python -m pysces_harness.nightly --only seeds --pages docs/evidence`; do not edit. Every kernel that has
generated inputs, in every configuration, with {seeds} seeds: other inputs and another ensemble of Fortran runs for
each ([judging.md](../verify/judging.md)). pysces being right, what alarms is the judgement's mistake. Each cell says
how many checks alarm, of how many; an empty one has not been tried.

"""
FILES = {"seeds": "false_alarms.md", "numbers": "smallest_defects.md"}
Table = dict[tuple[str, str], list[Result]]  # kernel, configuration


def write(folder: Path, done: Sequence[Piece], target: Path, seeds: int) -> list[Path]:
    """The pages of the parts that are done."""
    written = []
    for part, name in FILES.items():
        paths = [p.results(folder) for p in done if p.part == part and p.results(folder).exists()]
        if paths:
            text = false_alarms(of_seeds(paths), seeds) if part == "seeds" else by_number(paths)
            (target / name).write_text(text)
            written.append(target / name)
    return written


def of_seeds(paths: Iterable[Path]) -> list[Result]:
    """Results of seeds, those that came to no verdict left out."""
    return [r for path in paths for r in read(path) if r.verdict != NOT_RUN]


def rate(results: Sequence[Result]) -> str:
    """How often checks alarm."""
    alarms = sum(not r.ok for r in results)
    return f"{alarms} of {len(results)} checks alarm, {100.0 * alarms / max(len(results), 1):.2f} %"


def false_alarms(results: Sequence[Result], seeds: int) -> str:
    """The page of seeds as text."""
    cells: Table = {}
    for r in results:
        cells.setdefault((r.kernel, r.configuration), []).append(r)
    head = f"| kernel | {' | '.join(OF_SEEDS)} |\n{'|---' * (len(OF_SEEDS) + 1)}|\n"
    lines = (f"| {k} | {' | '.join(_cell(cells.get((k, c), [])) for c in OF_SEEDS)} |\n" for k in _kernels(results))
    said = "".join(f"* {r.kernel}/{r.case} in {r.configuration}: {r.reason}\n" for r in results if not r.ok)
    return f"{HEAD.format(seeds=seeds)}**{rate(results)}.**\n\n{head}{''.join(lines)}" + (f"\n{said}" if said else "")


def _kernels(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(r.kernel for r in results))


def _cell(found: Sequence[Result]) -> str:
    return f"{sum(not r.ok for r in found)} of {len(found)}" if found else ""


def by_number(paths: Iterable[Path]) -> str:
    """The page of planted defects as text."""
    rows = [row for path in paths for row in json.loads(path.read_text())]
    return smallest_defects.page([r for r in rows if "defect" in r], [r for r in rows if "number" in r])
