"""docs/evidence/levels_of_records.md: every level of every output of every record off by a little, and what notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from ..judging.levels import Blind
from ..judging.results import Result

HEAD = """# Every level of every record, off by 1e-9

Written by `python -m pysces_harness.nightly --only levels --pages docs/evidence`; do not edit. For every record of
test_data, each level of each output and of each tracer is multiplied by 1 + 1e-9, one at a time, and the verdict on the
same outputs must become DIFFERENT. *levels* counts the levels that are not zero everywhere, on every mesh and side on
which the record is judged (pysces on NumPy; reference_fortran). *noticed* counts those that become DIFFERENT. The
others are listed below by reason: the level holds less than an ulp of its field (*column*), the reference's own runs
one ulp apart spread as far (*growth*), so few of its points are nonzero that they may have flipped (*flip*), or the
field has a documented bound that is wider, such as that of numbers that HOMME printed with seven digits (*bound*).
*unexcused* must be zero ([judging.md](../verify/judging.md)). Records that a night does not reach keep an earlier row,
or have none yet.

"""
WHY = ("column", "growth", "flip", "bound", "")
COLUMNS = ("record", "checks", "levels", "noticed", "column", "growth", "flip", "bound", "unexcused")


def page(results: Iterable[Result], before: str = "") -> str:
    """The page as text; records without a result keep what an earlier page says of them."""
    found: dict[str, list[Result]] = {}
    for r in results:
        found.setdefault(_record(r), []).append(r)
    rows = {line.split("|")[1].strip(): line for line in before.splitlines(keepends=True) if line.startswith("| ")}
    rows.pop("record", None)
    rows |= {name: _row(name, of) for name, of in found.items()}
    kept = [line for line in before.splitlines(keepends=True) if line.startswith("* ") and _told(line) not in found]
    listed = sorted([*kept, *(line for name, of in found.items() for line in _excused(name, of))])
    head = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|\n"
    return (
        f"{HEAD}{_sums(rows.values())}\n{head}{''.join(rows[n] for n in sorted(rows))}\n{''.join(listed)}".rstrip()
        + "\n"
    )


def _record(r: Result) -> str:
    """Model, kernel and name of a record."""
    return "/".join(Path(r.source).with_suffix("").parts[-3:])


def _told(line: str) -> str:
    return line.removeprefix("* ").split(":")[0]


def _row(name: str, results: Sequence[Result]) -> str:
    counts = Counter(row["why"] for r in results for row in r.blind)
    levels = sum(r.levels_off for r in results)
    judged = sum(r.levels_off > 0 for r in results)
    if not levels:
        said = "; ".join(dict.fromkeys(r.reason or "no output that could be off by a factor" for r in results))
        return f"| {name} | 0 of {len(results)}: {said.replace('|', '/')} |{' |' * (len(COLUMNS) - 2)}\n"
    numbers = (levels, levels - counts.total(), *(counts[why] for why in WHY))
    return f"| {name} | {judged} | {' | '.join(map(str, numbers))} |\n"


def _sums(rows: Iterable[str]) -> str:
    """The sum of each column of those that have one."""
    cells = [[cell.strip() for cell in row.split("|")[2:-1]] for row in rows]
    counts = [list(map(int, row)) for row in cells if all(cell.isdigit() for cell in row)]
    _, levels, noticed, *excused, unexcused = (sum(column) for column in zip(*counts)) if counts else [0] * 8
    said = ", ".join(f"{n} {why}" for n, why in zip(excused, WHY))
    return f"**{len(counts)} records: {noticed} of {levels} levels noticed; {said}; {unexcused} unexcused.**\n"


def _excused(name: str, results: Sequence[Result]) -> list[str]:
    """One line for each field and reason, alike in every check."""
    blind = [Blind(**row) for r in results for row in r.blind]
    key = lambda b: (b.field, b.item, b.why)  # noqa: E731
    lines = []
    for (field, item, why), group in groupby(sorted(blind, key=key), key):
        levels = sorted({b.level for b in group})
        lines.append(f"* {name}: {field}[{item}], {why or 'UNEXCUSED'}, levels {_ranges(levels)}\n")
    return lines


def _ranges(levels: Sequence[int]) -> str:
    """0-3, 7"""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(levels), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
