"""The verdict on one check under one configuration, from the answers of those who ran it."""

from __future__ import annotations

from collections.abc import Mapping

from ..running.configurations import Configuration
from ..running.worker import Answer
from . import detection
from .compare import DIFFERENT, NOT_OFFERED, NOT_RUN
from .desk import Wanted
from .fill import add_diagnostics, fill, provenance_of
from .guard import against_vacuity, look_away
from .guess import guess
from .plan import Check
from .results import Result
from .yardstick import judge_of, spread_of

NO_COUNTERPART = "no Fortran counterpart is registered"
_EXPECTED = (NO_COUNTERPART, "not installed", "without a Fortran compiler", "no GPU")


def verdict_on(one: Wanted, answers: Mapping) -> Result:
    """The verdict that is wanted.

    answers : {name of a configuration: {number of a check: Answer}}, those of its reference among them.
    """
    check, configuration = one.check, one.configuration
    nobody = Answer(not_run=NO_COUNTERPART)
    twin = answers.get(configuration.serial or configuration.fortran, {}).get(one.number, nobody)
    judged = answers.get(configuration.name, {}).get(one.number, twin)
    result = _begun(check, configuration, judged)
    if ended := _without_outputs(check, configuration, judged, twin):
        result.verdict, result.reason, result.expected = ended
        result.seconds = 0.0 if check.left_out(configuration.name) else result.seconds
        return result
    _judged(result, one, judged, twin, answers)
    return result


def _begun(check: Check, configuration: Configuration, judged: Answer) -> Result:
    """A result that says who is held to what, and nothing of how it ends."""
    return Result(
        kernel=check.kernel.name,
        case=check.case.name,
        side=configuration.side,
        reference="golden" if _recorded(check, configuration) else configuration.serial or configuration.fortran,
        configuration=configuration.name,
        mesh=check.mesh,
        producer=check.producer,
        verdict=NOT_RUN,
        source=check.source,
        seconds=judged.seconds,
        elements=0 if check.case.grid is None else check.case.grid.lat.shape[0],
        ne=getattr(check.case.grid, "ne", 0),
        provenance=provenance_of(check, configuration, judged.device),
    )


def _recorded(check: Check, configuration: Configuration) -> bool:
    """Whether the reference is a record; parts of a mesh are held to one process."""
    return check.reference is not None and not configuration.serial


def _without_outputs(
    check: Check, configuration: Configuration, judged: Answer, twin: Answer
) -> tuple[str, str, bool] | None:
    """(verdict, reason, expected) where there is nothing to compare."""
    if left_out := check.left_out(configuration.name):
        return NOT_RUN, left_out, True
    if judged.lacking:  # the record's fault: it alone is not judged
        said = f"{check.source}: kernel {check.kernel.name} needs an input or setting {judged.lacking!r}."
        return NOT_RUN, said, False
    if configuration.port is not None and judged.not_run:
        return NOT_OFFERED, judged.not_run, True
    return _stopped(judged) or (None if _recorded(check, configuration) else _stopped(twin))


def _judged(result: Result, one: Wanted, judged: Answer, twin: Answer, answers: Mapping) -> None:
    """Outputs held to the reference, and what that proves, into the result."""
    check, configuration = one.check, one.configuration
    recorded = check.reference if _recorded(check, configuration) else None
    reference = check.arranged(twin.outputs) if recorded is None else recorded
    spread, result.spread_from = (None, "") if configuration.serial else spread_of(one, answers)
    judge = judge_of(check, configuration, reference, spread)
    fill(result, check, judge(judged.outputs), reference)
    add_diagnostics(result, check, judged.outputs, reference, spread)
    if result.verdict == DIFFERENT:
        guess(result, check, judged.outputs, reference, foreign=configuration.port is not None)
    against_vacuity(result, check, configuration, judged, judge, spread)
    if one.mutation and result.ok and configuration.side == "port":
        detection.climb(result, check, configuration.precision, judged.outputs, judge)
    if one.levels and result.ok and recorded is not None:
        look_away(result, one, judged.outputs, spread)


def _stopped(answer: Answer) -> tuple[str, str, bool] | None:
    """(verdict, reason, expected) of an answer without outputs."""
    if answer.failed:
        return DIFFERENT, answer.failed, False
    if answer.not_run:
        return NOT_RUN, answer.not_run, any(text in answer.not_run for text in _EXPECTED)
    return None
