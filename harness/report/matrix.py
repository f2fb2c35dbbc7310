"""The verdict matrix: kernels down, sides and configurations across, the worst verdict in each cell."""

from __future__ import annotations

from dataclasses import dataclass

from ..judging.compare import BITWISE, NOT_RUN, SEVERITY
from ..judging.results import Result


@dataclass(frozen=True)
class Cell:
    """The worst verdict of a cell's checks, how many there were, and the largest error of scale among them.

    An excused NOT-RUN counts only where nothing was run.
    """

    verdict: str
    count: int
    error: float | None

    @property
    def text(self) -> str:
        """Verdict, error of scale where bits differ, and how many checks stand behind it."""
        error = f" {self.error:.0e}" if self.error is not None and self.verdict != BITWISE else ""
        return f"{self.verdict}{error} ({self.count})"


def matrix(results: list) -> tuple[dict[str, dict[str, Cell]], list[str]]:
    """({kernel: {column: cell}}, columns); a column is '<reference>: <configuration>', pysces' own mesh apart."""
    groups: dict[tuple[str, str], list] = {}
    for r in results:
        groups.setdefault((r.kernel, f"{_against(r)}: {r.configuration}"), []).append(r)
    columns = sorted(dict.fromkeys(column for _, column in groups), key=_order)
    rows: dict[str, dict[str, Cell]] = {}
    for (kernel, column), members in groups.items():
        rows.setdefault(kernel, {})[column] = _cell(members)
    return rows, columns


def _against(r: Result) -> str:
    if r.mesh == "assembled":
        return "as run" if not r.reference.startswith(("numpy", "jax")) else "one process"
    if r.reference == "golden":
        return "golden" if r.mesh == "golden" else "own mesh"
    return "Fortran" if r.reference.startswith("r") else "one process"


def _order(column: str) -> tuple[int, bool, str]:
    """Live Fortran, records, pysces' own mesh, whole runs, parts against one process; Fortran's own columns first."""
    against, _, name = column.partition(": ")
    return (
        ("Fortran", "golden", "own mesh", "as run", "one process").index(against),
        not name.startswith("r"),
        name.replace("numpy", "a"),
    )


def _cell(members: list) -> Cell:
    ran = [r for r in members if not (r.verdict == NOT_RUN and r.expected)] or members
    worst = max((r.verdict for r in ran), key=SEVERITY.index)
    errors = [r.max_abs_error / r.scale for r in ran if r.max_abs_error is not None and r.scale]
    return Cell(worst, len(ran), max(errors, default=None))
