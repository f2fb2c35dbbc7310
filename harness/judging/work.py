"""What must be computed before checks can be judged: which side does what, with which members and defects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..running import mutate
from ..running.configurations import CONFIGURATIONS, FORTRAN, Configuration
from ..running.worker import Task
from . import yardstick
from .desk import Wanted
from .plan import Check


def work_of(checks: Mapping[int, Check], configurations: list[Configuration], mutation: bool, named: bool) -> dict:
    """{configuration: {number: task}} for the Fortran of every precision in use and for every configuration."""
    ports = [c for c in configurations if c.side == "port"]
    twins = dict.fromkeys([FORTRAN["r8_strict"], *(FORTRAN[c.fortran] for c in ports)])
    work: dict[Configuration, dict[int, Task]] = {}
    for number, check in checks.items():
        for twin in twins:
            if check.kernel.fortran is not None and not check.left_out(twin.name):
                members = check.members if _needs_spread(check, twin) else 0
                if _fortran_is_judged(check, twin) or (_is_twin(check, twin, ports) and (members or _is_live(check))):
                    work.setdefault(twin, {})[number] = _sampling(check, members)
        for c in ports:
            if check.runs_in(c.name) and not check.left_out(c.name):
                work.setdefault(c, {})[number] = _task(check, c, mutation, named)
    return work


def _task(check: Check, configuration: Configuration, mutation: bool, named: bool) -> Task:
    defects = _defects(check, configuration, mutation)
    if named and check.sampled and configuration.name == "numpy-f64":
        defects += tuple(mutate.named_defects(check.case))
    return Task(check.kernel.name, check.case, 0, defects, configuration.twice)


def _sampling(check: Check, members: int) -> Task:
    return Task(check.kernel.name, check.case, members, separate=check.separate, seed=check.seed)


def _is_live(check: Check) -> bool:
    return check.reference is None


def _fortran_is_judged(check: Check, build: Configuration) -> bool:
    """Against golden records on their own metric terms, in double precision."""
    return not _is_live(check) and check.mesh == "golden" and build.name == "r8_strict"


def _is_twin(check: Check, build: Configuration, ports: list[Configuration]) -> bool:
    """Whether a port that runs the check needs this build as its reference or for its spread."""
    wanted = (c for c in ports if check.runs_in(c.name) and not check.left_out(c.name))
    return any(not c.serial and c.fortran == build.name for c in wanted)


def _defects(check: Check, configuration: Configuration, mutation: bool) -> tuple[mutate.Defect, ...]:
    planted, gross = [], [mutate.sentinel(check.kernel, configuration.precision)] if check.sampled else []
    if mutation and configuration.serial:
        planted = mutate.between_parts() if check.sampled else []
    elif mutation:
        planted = mutate.input_defects(check.kernel, configuration.precision, check.sampled)
    return tuple(dict.fromkeys([*planted, *gross]))


def _needs_spread(check: Check, configuration: Configuration) -> bool:
    """Not where every field of a record has a documented bound."""
    return not (check.reference and set(yardstick.bounds(check, configuration)) == set(check.reference))


def lacks_spread(one: Wanted, answers: Mapping) -> bool:
    """Whether the reference's round-off is wanted and Fortran of that precision gave none."""
    numpy = CONFIGURATIONS[f"numpy-f{one.configuration.precision}"]
    twin = answers.get(numpy.fortran, {}).get(one.number)
    wanted = one.check.reference is not None and _needs_spread(one.check, numpy) and one.check.runs_in(numpy.name)
    return wanted and not (twin and twin.spread)


def missing_spreads(wanted: Iterable[Wanted], answers: Mapping) -> dict:
    """Where Fortran gave no spread, the port on NumPy is perturbed instead (and the result says so)."""
    work: dict[Configuration, dict[int, Task]] = {}
    for one in wanted:
        if (
            one.configuration.side == "port"
            and lacks_spread(one, answers)
            and _ran(answers, one.configuration, one.number)
        ):
            task = _sampling(one.check, one.check.members)
            work.setdefault(CONFIGURATIONS[f"numpy-f{one.configuration.precision}"], {})[one.number] = task
    return work


def _ran(answers: Mapping, configuration: Configuration, number: int) -> bool:
    answer = answers.get(configuration.name, {}).get(number)
    return answer is not None and bool(answer.outputs)
