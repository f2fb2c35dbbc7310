"""The pages of docs/evidence that a night makes: false alarms, the smallest defects, levels that are off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from ..judging.compare import NOT_RUN
from ..judging.results import Result, read
from ..kernels.catalogue import registry
from ..report import levels_off, smallest_defects
from .pieces import OF_SEEDS, Piece, runs

HEAD = """# False alarms

Written by `python -m pysces_harness.nightly --only seeds --pages docs/evidence`; do not edit. Every kernel that has
generated inputs was checked in every configuration with {seeds} seeds; each seed gives other inputs and another
ensemble of Fortran runs ([judging.md](../verify/judging.md)). If pysces is right, every alarm is a mistake of the
judgement. Each cell says how many checks alarm, of how many. An empty cell has not been tried, and a dash means that
the kernel does not run there. Cells that a night does not reach keep the result of an earlier night.

"""
FILES = {"seeds": "false_alarms.md", "numbers": "smallest_defects.md", "levels": "levels_of_records.md"}
Table = dict[tuple[str, str], list[Result]]  # kernel, configuration


def write(folder: Path, done: Sequence[Piece], target: Path, seeds: int) -> list[Path]:
    """The pages of the parts that are done."""
    written = []
    for part, name in FILES.items():
        paths = [p.results(folder) for p in done if p.part == part and p.results(folder).exists()]
        if paths:
            page = target / name
            before = page.read_text() if page.exists() else ""
            make = _makers(seeds)[part]
            page.write_text(make(paths, page=before))
            written.append(page)
    return written


def _makers(seeds: int) -> dict[str, Callable[..., str]]:
    """{part: (files of results, page=an earlier one) -> the page as text}"""
    return {"seeds": partial(false_alarms, seeds=seeds), "numbers": by_number, "levels": levels_of_records}


def of_seeds(paths: Iterable[Path]) -> list[Result]:
    """Results of seeds, those that came to no verdict left out."""
    return [r for path in paths for r in read(path) if r.verdict != NOT_RUN]


def rate(results: Sequence[Result]) -> str:
    """How often checks alarm."""
    return share(sum(not r.ok for r in results), len(results))


def share(alarms: int, checks: int) -> str:
    """How many of so many checks alarm."""
    return f"{alarms} of {checks} checks alarm, {100.0 * alarms / max(checks, 1):.2f} %"


def false_alarms(paths: Iterable[Path], seeds: int, page: str = "") -> str:
    """The page of seeds as text; what is not among the results stays as it is on a page that is given."""
    found: Table = {}
    results = of_seeds(paths)
    for r in results:
        found.setdefault((r.kernel, r.configuration), []).append(r)
    cells = _cells(page) | {place: (sum(not r.ok for r in of), len(of)) for place, of in found.items()}
    alarms, checks = (sum(column) for column in zip(*cells.values()))
    head = f"| kernel | {' | '.join(OF_SEEDS)} |\n{'|---' * (len(OF_SEEDS) + 1)}|\n"
    kernels = [name for name in registry() if any(kernel == name for kernel, _ in cells)]
    lines = (f"| {k} | {' | '.join(_cell(k, c, cells) for c in OF_SEEDS)} |\n" for k in kernels)
    said = _sentences(page, found) + [_sentence(r) for r in results if not r.ok]
    end = f"\n{''.join(said)}" if said else ""
    return f"{HEAD.format(seeds=seeds)}**{share(alarms, checks)}.**\n\n{head}{''.join(lines)}{end}"


def _cells(page: str) -> dict[tuple[str, str], tuple[int, int]]:
    """{(kernel, configuration): (alarms, checks)} of a page."""
    rows = [line.strip("| \n").split("|") for line in page.splitlines() if line.startswith("| ")][1:]
    counts = {(row[0].strip(), c): re.findall(r"\d+", cell) for row in rows for c, cell in zip(OF_SEEDS, row[1:])}
    return {
        place: (int(two[0]), int(two[1])) for place, two in counts.items() if len(two) == 2 and place[0] != "kernel"
    }


def _cell(kernel: str, configuration: str, cells: Mapping[tuple[str, str], tuple[int, int]]) -> str:
    if (kernel, configuration) in cells:
        alarms, checks = cells[kernel, configuration]
        return f"{alarms} of {checks}"
    return "" if runs(registry()[kernel], configuration) else "-"


def _sentence(r: Result) -> str:
    return f"* {r.kernel}/{r.case} in {r.configuration}: {r.reason}\n"


def _sentences(page: str, found: Table) -> list[str]:
    """Those of a page about what is not found anew."""
    told = [line for line in page.splitlines(keepends=True) if line.startswith("* ")]
    again = [(f"* {kernel}/", f" in {configuration}: ") for kernel, configuration in found]
    return [line for line in told if not any(line.startswith(k) and c in line for k, c in again)]


def by_number(paths: Iterable[Path], page: str = "") -> str:
    """The page of planted defects as text."""
    rows = [row for path in paths for row in json.loads(path.read_text())]
    kernels, numbers = [r for r in rows if "defect" in r], [r for r in rows if "number" in r]
    return smallest_defects.page(kernels, numbers, page, list(registry()))


def levels_of_records(paths: Iterable[Path], page: str = "") -> str:
    """The page of levels that are off by a little, as text."""
    return levels_off.page([r for path in paths for r in read(path)], page)
