"""Runs checks under configurations and judges them: everything the commands and the tests report comes from here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from ..running import runner
from ..running.configurations import FORTRAN, Configuration, with_serial
from ..running.follow import SILENT, Follower
from ..running.worker import Task
from .desk import Desk, Wanted
from .plan import Check
from .results import Result
from .verdict import verdict_on
from .work import lacks_spread, missing_spreads, work_of


def verify(
    checks: Iterable[Check],
    configurations: Iterable[Configuration],
    mutation: bool = False,
    follow: Follower = SILENT,
    levels: float = 0.0,
    named: bool = False,
) -> list[Result]:
    """Every check under every configuration; golden checks judge reference_fortran (r8_strict) too.

    Where a mesh is cut into parts, the reference is the same backend in one process, bit for bit; that is judged too.

    mutation : plant the whole ladder of defects, not only the gross one that every check must notice.
    named : plant defects in every number that has a name too, on NumPy in double precision.
    levels : take each level of each golden output times 1 + levels, and list those where the check does not notice.
    """
    return verify_together([(checks, configurations, mutation, levels, named)], follow)


def verify_together(batches: Iterable[tuple], follow: Follower = SILENT) -> list[Result]:
    """The results of several ``verify(checks, configurations, mutation)`` whose checks share their processes.

    batches : (checks, configurations, mutation), and levels and named where they are wanted.
    """
    work: dict[Configuration, dict[int, Task]] = {}
    wanted: list[Wanted] = []
    number = count()
    for checks, chosen, mutation, *more in batches:
        configurations = with_serial(list(chosen))
        levels, named = more or (0.0, False)
        numbered = {next(number): check for check in checks}
        for configuration, tasks in work_of(numbered, configurations, mutation, named).items():
            work.setdefault(configuration, {}).update(tasks)
        for n, c in numbered.items():
            wanted += [Wanted(n, c, where, mutation, levels) for where in _judged(c, configurations)]
    desk = Desk(wanted, work, verdict_on, lacks_spread, follow)
    answers = runner.run(work, arrived=desk.arrived, follow=follow)
    spreads = runner.run(missing_spreads(wanted, answers), follow=follow)
    answers |= {f"spread-{name}": found for name, found in spreads.items()}
    return [desk.result(one, answers) for one in wanted]


def _judged(check: Check, configurations: list[Configuration]) -> list[Configuration]:
    ports = [c for c in configurations if c.side == "port" and check.runs_in(c.name)]
    if check.reference is None or check.mesh == "own":
        return ports
    return [FORTRAN["r8_strict"], *ports]
