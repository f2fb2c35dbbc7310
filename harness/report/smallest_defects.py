"""docs/evidence/smallest_defects.md: how small a mistake would have been noticed, one row a kernel and one a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

HEAD = """# How small a defect would have been noticed

Written by `pysces-verify mutate --config numpy-f64 --document FILE`; do not edit. Kernels that the command does not
name keep their earlier rows. A check that passes proves as much as the smallest mistake it would have caught.
`mutate` plants mistakes in what pysces receives or returns, from 1e-15 up by factors of ten, until the check fails.

| defect | what is wrong |
|---|---|
| coefficient | a derivative matrix, a constant or an input field is off by a factor 1 + size |
| bad point | the largest value of one output is off; every output is tried, the size is noticed in all |
| bad level, bad tracer | the whole weakest level that holds an ulp of its field is off; the whole weakest tracer |
| breaks bounds, breaks mass | the largest node of every element overshoots; every element has more mass than given |
| transposed derivative, dropped metric term, level shift, wrong neighbour, wrong message | has no size |

Every check of every run plants the largest coefficient defect (1e-8; 1e-3 in single precision) and is VACUOUS if that
passes or ends the port with anything but a refusal. If the port refuses a defect in a sentence, nothing was judged, and
the defect counts for no size. `mutate` lists a check as **weak** if it lets a coefficient in double precision be off by
more than 1e-12, or another defect pass at any size. [judging.md](../verify/judging.md) treats branches that flip and
levels below round-off. theta_l_imex_stage iterates until w moves by 1e-11, which hides as much in w_i and, through it,
in phinh_i. The residuals of its solution notice more: 1e-12 of the step in the equation of phi, 1e-10 in that of w
(`tests/models/theta_l/test_implicit_residual.py`).

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


def page(kernels: Iterable[dict], numbers: Iterable[dict], before: str = "", order: Sequence[str] = ()) -> str:
    """The page as text, from the rows of ``detection.by_kernel`` and ``detection.by_number``.

    before : an earlier page, whose rows stay for kernels that have no new ones.   order : of the kernels.
    """
    new, numbers = list(kernels), list(numbers)
    first, _, second = before.partition(NUMBERS)
    sizes = {place: size for place, size in _cells(first).items() if place[0] not in {r["kernel"] for r in new}}
    sizes |= {(r["kernel"], _column(r)): _size(r["smallest_detected"]) for r in new if r["defect"] in GRADED}
    told = [(_kernel(line), line) for line in second.splitlines(keepends=True)]
    counted = [(r["kernel"], _number(r)) for r in numbers]
    kept = [row for row in told if row[0] not in {kernel for kernel, _ in counted}]
    by_number = (line for _, line in _ordered(kept + counted, order))
    return HEAD + _table(sizes, order) + NUMBERS + "".join(by_number)


def _ordered(rows: Iterable[tuple], order: Sequence[str]) -> list[tuple]:
    """Rows that begin with a kernel, kernel by kernel; those that are not in an order last."""
    places = {name: n for n, name in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row[0], len(places)))


def _table(sizes: Mapping[tuple[str, str], str], order: Sequence[str]) -> str:
    columns = list(dict.fromkeys(column for _, column in sizes))
    kernels = [name for (name,) in _ordered(((k,) for k in dict.fromkeys(k for k, _ in sizes)), order)]
    head = f"| kernel | {' | '.join(columns)} |\n{'|---' * (len(columns) + 1)}|\n"
    lines = (f"| {k} | {' | '.join(sizes.get((k, c), '') for c in columns)} |\n" for k in kernels)
    return head + "".join(lines)


def _cells(text: str) -> dict[tuple[str, str], str]:
    """{(kernel, column): size} of the table by kernel of a page, which is the last of this text."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    start = next((n for n, row in enumerate(rows) if row[0] == "kernel"), len(rows))
    return {(row[0], column): cell for row in rows[start + 1 :] for column, cell in zip(rows[start][1:], row[1:])}


def _column(row: dict) -> str:
    return f"{row['defect'].replace('_', ' ')}: {row['configuration']}"


def _kernel(line: str) -> str:
    return line.split("|")[1].strip() if line.startswith("|") else ""


GRADED = ("coefficient", "bad_point", "bad_level", "bad_tracer", "breaks_bounds", "breaks_mass")


def _size(size: float | None) -> str:
    return "never" if size is None else f"{size:g}"


def _number(row: dict) -> str:
    number, size = row["number"].removeprefix("constants.pysces."), row["smallest_detected"]
    return f"| {row['kernel']} | {number} | {_size(size)} | {row['reason']} |\n"
