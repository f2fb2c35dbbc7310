"""docs/evidence/smallest_defects.md: how small a mistake would have been noticed, one row a kernel and one a number."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = """# How small a defect would have been noticed

Written by `pysces-verify mutate --config numpy-f64 --document FILE`; do not edit. A check that passes proves as much as
the smallest mistake it would have caught. `mutate` plants mistakes in what pysces is given or returns, from 1e-15 up by
tens until the check fails.

| defect | what is wrong |
|---|---|
| coefficient | a derivative matrix, a constant or an input field is off by a factor 1 + size |
| bad point | the largest value of one output is off; every output is tried, the size is noticed in all |
| bad level, bad tracer | the whole of the weakest level that holds an ulp of its field, of the weakest tracer |
| breaks bounds, breaks mass | a limiter's largest node of every element overshoots; every element has more than given |
| transposed derivative, dropped metric term, level shift, wrong neighbour, wrong message | there or not there |

Every check of every run plants the largest coefficient (1e-8; 1e-3 in single precision) and is VACUOUS if that passes.
A check that lets a coefficient in double precision be off by more than 1e-12, or a defect of any size, is listed as
**weak** by `mutate`. Where branches flip, and levels below round-off: [judging.md](../verify/judging.md).

## By kernel

"""
NUMBERS = """
## By number

Every number that a kernel is given by name, in hundreds from 1e-14 to 1e-2 on NumPy: settings, each number of a list,
coefficients of levels, the constants and thresholds of pysces' modules; a count of loops is off by one (1). *never*: it
changes the outputs, but no check of the kernel notices 1e-2 of it. A number that changes no bit of them is not listed.
What is noticed only above 1e-10 has its reason, from `harness/unnoticed_numbers.toml`; without one, `mutate` calls it
weak and a test fails.

| kernel | number | smallest noticed | why not less |
|---|---|---|---|
"""


def page(kernels: Iterable[dict], numbers: Iterable[dict]) -> str:
    """The page as text, from the rows of ``detection.by_kernel`` and ``detection.by_number``."""
    return HEAD + _table(list(kernels)) + NUMBERS + "".join(_number(row) for row in numbers)


def _table(rows: list[dict]) -> str:
    columns = list(dict.fromkeys((r["defect"], r["configuration"]) for r in rows if r["defect"] in GRADED))
    sizes = {(r["kernel"], r["defect"], r["configuration"]): r["smallest_detected"] for r in rows}
    head = "| kernel | " + " | ".join(f"{d.replace('_', ' ')}: {c}" for d, c in columns) + " |\n"
    head += "|---" * (len(columns) + 1) + "|\n"
    lines = (
        f"| {k} | " + " | ".join(_size(sizes.get((k, *c), "")) for c in columns) + " |\n"
        for k in dict.fromkeys(r["kernel"] for r in rows)
    )
    return head + "".join(lines)


GRADED = ("coefficient", "bad_point", "bad_level", "bad_tracer", "breaks_bounds", "breaks_mass")


def _size(size: float | str | None) -> str:
    return "never" if size is None else size if isinstance(size, str) else f"{size:g}"


def _number(row: dict) -> str:
    number, size = row["number"].removeprefix("constants.pysces."), row["smallest_detected"]
    return f"| {row['kernel']} | {number} | {_size(size)} | {row['reason']} |\n"
