"""Runs checks under configurations and judges them: everything the commands and the tests report comes from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from itertools import count

import numpy as np

from ..inputs import seeds
from ..running import mutate, runner
from ..running.configurations import CONFIGURATIONS, FORTRAN, Configuration, with_serial
from ..running.follow import SILENT, Follower
from ..running.spread import Spread
from ..running.worker import Answer, Task
from . import compare, detection, known_differences, provenance
from .compare import DIFFERENT, NOT_OFFERED, NOT_RUN, VACUOUS, Comparison, Judgement
from .desk import Desk, Wanted
from .diagnostics import diagnose
from .guess import guess
from .levels import blind
from .nodes import live_axes, place
from .plan import Check
from .results import Result


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
        for configuration, tasks in _work(numbered, configurations, mutation, named).items():
            work.setdefault(configuration, {}).update(tasks)
        for n, c in numbered.items():
            wanted += [Wanted(n, c, where, mutation, levels) for where in _judged(c, configurations)]
    desk = Desk(wanted, work, _verdict, _lacks_spread, follow)
    answers = runner.run(work, arrived=desk.arrived, follow=follow)
    spreads = runner.run(_missing_spreads(wanted, answers), follow=follow)
    answers |= {f"spread-{name}": found for name, found in spreads.items()}
    return [desk.result(one, answers) for one in wanted]


def _verdict(one: Wanted, answers: Mapping) -> Result:
    return verdict_on(one.number, one.check, one.configuration, answers, one.mutation, one.levels)


def _judged(check: Check, configurations: list[Configuration]) -> list[Configuration]:
    ports = [c for c in configurations if c.side == "port" and check.runs_in(c.name)]
    if check.reference is None or check.mesh == "own":
        return ports
    return [FORTRAN["r8_strict"], *ports]


def _work(checks: Mapping[int, Check], configurations: list[Configuration], mutation: bool, named: bool) -> dict:
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
    return Task(check.kernel.name, check.case, members, separate=check.separate, seed=seeds.chosen())


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
    return not (check.reference and set(_bounds(check, configuration)) == set(check.reference))


def _lacks_spread(one: Wanted, answers: Mapping) -> bool:
    """Whether the reference's round-off is wanted and Fortran of that precision gave none."""
    numpy = CONFIGURATIONS[f"numpy-f{one.configuration.precision}"]
    twin = answers.get(numpy.fortran, {}).get(one.number)
    wanted = one.check.reference is not None and _needs_spread(one.check, numpy) and one.check.runs_in(numpy.name)
    return wanted and not (twin and twin.spread)


def _missing_spreads(wanted: Iterable[Wanted], answers: Mapping) -> dict:
    """Where Fortran gave no spread, the port on NumPy is perturbed instead (and the result says so)."""
    work: dict[Configuration, dict[int, Task]] = {}
    for one in wanted:
        if (
            one.configuration.side == "port"
            and _lacks_spread(one, answers)
            and _ran(answers, one.configuration, one.number)
        ):
            task = _sampling(one.check, one.check.members)
            work.setdefault(CONFIGURATIONS[f"numpy-f{one.configuration.precision}"], {})[one.number] = task
    return work


def _ran(answers: Mapping, configuration: Configuration, number: int) -> bool:
    answer = answers.get(configuration.name, {}).get(number)
    return answer is not None and bool(answer.outputs)


def _bounds(check: Check, configuration: Configuration, names: Iterable[str] | None = None) -> dict:
    return known_differences.bounds(
        (check.reference or ()) if names is None else names,
        settings=check.case.settings,
        kernels=check.kernel.name,
        producers=check.producer,
        meshes=check.mesh,
        sides=configuration.side,
        configurations=configuration.name,
    )


def verdict_on(
    number: int,
    check: Check,
    configuration: Configuration,
    answers: Mapping,
    mutation: bool = False,
    levels: float = 0.0,
) -> Result:
    """The verdict of one check under one configuration.

    answers : {name of a configuration: {number of a check: Answer}}, those of its reference among them.
    """
    twin = answers.get(configuration.serial or configuration.fortran, {}).get(number, Answer(not_run=NO_COUNTERPART))
    record = None if configuration.serial else check.reference
    judged = answers[configuration.name][number] if number in answers.get(configuration.name, {}) else twin
    result = Result(
        kernel=check.kernel.name,
        case=check.case.name,
        side=configuration.side,
        reference="golden" if record is not None else configuration.serial or configuration.fortran,
        configuration=configuration.name,
        mesh=check.mesh,
        producer=check.producer,
        verdict=NOT_RUN,
        source=check.source,
        seconds=judged.seconds,
        elements=0 if check.case.grid is None else check.case.grid.lat.shape[0],
        provenance=_provenance(check, configuration, judged.device),
    )
    if check.left_out(configuration.name):
        result.reason, result.expected, result.seconds = check.left_out(configuration.name), True, 0.0
        return result
    if judged.lacking:  # the record's fault: it alone is not judged
        result.reason = f"{check.source}: kernel {check.kernel.name} needs an input or setting {judged.lacking!r}."
        return result
    if configuration.port is not None and judged.not_run:
        result.verdict, result.reason, result.expected = NOT_OFFERED, judged.not_run, True
        return result
    stopped = _stopped(judged) or (None if record is not None else _stopped(twin))
    if stopped:
        result.verdict, result.reason, result.expected = stopped
        return result
    reference = check.arranged(twin.outputs) if record is None else record
    spread, result.spread_from = (None, "") if configuration.serial else _spread(number, check, configuration, answers)
    judge = _judge(check, configuration, reference, spread)
    _fill(result, check, judge(judged.outputs), reference)
    _diagnose(result, check, judged.outputs, reference, spread)
    if result.verdict == DIFFERENT:
        guess(result, check, judged.outputs, reference, foreign=configuration.port is not None)
    _guard(result, check, configuration, judged, judge)
    if mutation and result.ok and configuration.side == "port":
        detection.climb(result, check, configuration.precision, judged.outputs, judge)
    if levels and result.ok and record is not None:
        _look_away(result, check, configuration, judged.outputs, spread, levels)
    return result


def _look_away(
    result: Result, check: Check, configuration: Configuration, outputs: Mapping, spread: Mapping | None, size: float
) -> None:
    """The levels that may be off by a factor 1 + size; one that nothing excuses makes the check VACUOUS."""
    recorded = check.reference or {}
    reference = {name: a for name, a in recorded.items() if name not in check.kernel.totals}

    def passes(name: str, changed: np.ndarray) -> bool:
        wrong = check.kernel.with_totals({**reference, name: changed}, check.case.settings, check.case.grid)
        wanted = {n: wrong[n] for n in (name, *check.kernel.totals) if n in recorded}
        return detection.passes(_judge(check, configuration, wanted, spread)(outputs))

    sized = {name: a for name, a in reference.items() if name not in check.kernel.canonical}
    rows = blind(check.arranged(outputs), sized, spread, check.separate, passes, size)
    result.blind = [asdict(row) for row in rows]
    if unexcused := [str(row) for row in rows if not row.why]:
        result.verdict, result.reason = VACUOUS, f"{len(unexcused)} levels off by {size:g} pass: {unexcused[0]}"


NO_COUNTERPART = "no Fortran counterpart is registered"
_EXPECTED = (NO_COUNTERPART, "not installed", "without a Fortran compiler", "no GPU")


def _stopped(answer: Answer) -> tuple[str, str, bool] | None:
    """(verdict, reason, expected) of an answer without outputs."""
    if answer.failed:
        return DIFFERENT, answer.failed, False
    if answer.not_run:
        return NOT_RUN, answer.not_run, any(text in answer.not_run for text in _EXPECTED)
    return None


def _spread(number: int, check: Check, configuration: Configuration, answers: Mapping) -> tuple[dict | None, str]:
    """The measured spread of the configuration's precision and which side it was measured on."""
    for name in (configuration.fortran, f"spread-numpy-f{configuration.precision}"):
        answer = answers.get(name, {}).get(number)
        if answer is not None and answer.spread:
            return _about(check, configuration, answer, answer.spread), name.removeprefix("spread-")
    return None, ""


def _about(check: Check, configuration: Configuration, twin: Answer, measured: Mapping[str, Spread]) -> dict:
    """The twin's spread about the reference: a single-precision twin lies beside a golden record, which is double."""
    spread = check.arranged_spread(measured)
    if check.reference is None:
        return spread
    # A record's model adds up in an order of its own: an ulp of the sum.
    sums = {
        n: np.finfo(configuration.dtype).eps * np.abs(check.reference[n]) for n in check.kernel.totals if n in spread
    }
    spread |= {n: replace(spread[n], size=np.maximum(spread[n].size, ulp)) for n, ulp in sums.items()}
    if configuration.precision == 64:
        return spread
    centre, reference = check.arranged(twin.outputs), check.reference
    return {n: replace(s, size=np.hypot(s.size, centre[n] - reference[n])) for n, s in spread.items()}


def _exact(check: Check, configuration: Configuration) -> bool:
    """Whether every bit is demanded: of parts of a mesh, and where a kernel declares it of this configuration."""
    kernel = check.kernel
    if configuration.serial:
        return True
    if configuration.name not in (*kernel.bitwise, *(("r8_strict",) if kernel.bitwise else ())):
        return False
    if _is_live(check):
        return True
    same_arithmetic = check.producer in kernel.bitwise_records and provenance.strict(check.provenance)
    return same_arithmetic and (check.mesh == "golden" or provenance.records_library())


def _judge(
    check: Check, configuration: Configuration, reference: Mapping, spread: Mapping | None
) -> Callable[..., list[Judgement]]:
    exact = _exact(check, configuration)
    bounds = {} if exact else _bounds(check, configuration, reference)
    hollow = {} if exact else check.hollow(reference)

    def judge(outputs: Mapping[str, np.ndarray], only: str | None = None) -> list[Judgement]:
        if not set(reference).isdisjoint(check.kernel.totals):
            outputs = check.kernel.with_totals(outputs, check.case.settings, check.case.grid)
        return compare.judge(
            check.arranged(outputs),
            {n: a for n, a in reference.items() if only is None or n in (only, *check.kernel.totals)},
            spread,
            exact=exact,
            bounds=bounds,
            separate=check.separate,
            hollow=hollow,
            dtype=configuration.dtype,
            partial=configuration.port is not None,
        )

    return judge


def _fill(result: Result, check: Check, judgements: list[Judgement], reference: Mapping) -> None:
    """The numbers of the worst field into the result, all fields below."""
    worst = compare.worst_of(judgements)
    result.verdict, result.reason = worst.verdict, f"{worst.field}: {worst.reason}" if worst.reason else ""
    result.max_abs_error, result.scale = worst.max_abs_error, worst.scale
    for name in ("r_global", "r_level", "r_point"):
        values = [getattr(j, name) for j in judgements if getattr(j, name) is not None]
        setattr(result, name, max(values, default=None))
    counted = [(j.bitwise_fraction, j.points) for j in judgements if j.bitwise_fraction is not None]
    if counted:
        result.bitwise_fraction = sum(share * n for share, n in counted) / sum(n for _, n in counted)
    axes = _axes(check, reference)
    result.compared = _compared(judgements, axes, reference)
    places = {j.field: place(j.worst_index, axes.get(j.field, ()), check.case.grid) for j in judgements}
    result.worst = places[worst.field]
    result.fields = [{**asdict(j), "worst": places[j.field]} for j in judgements]


def _axes(check: Check, reference: Mapping) -> dict[str, tuple[str, ...]]:
    return {name: check.axes.get(name) or live_axes(np.ndim(reference[name])) for name in reference}


def _compared(judgements: list[Judgement], axes: Mapping, reference: Mapping) -> dict[str, int]:
    """How much was compared; times are the days of a record or its stages."""
    days = [np.shape(reference[name])[0] for name, names in axes.items() if names[:1] == ("day",)]
    stages = len({name.rpartition("/")[0] for name in reference})
    return {
        "fields": sum(j.points > 0 for j in judgements),
        "points": sum(j.points for j in judgements),
        "levels": max((j.levels for j in judgements), default=0),
        "times": max([stages, *days]),
    }


def _diagnose(result: Result, check: Check, outputs: Mapping, reference: Mapping, spread: Mapping | None) -> None:
    """Level profiles, ulps and worst columns of every field that could be compared and is not equal bit by bit."""
    outputs, axes = check.arranged(outputs), _axes(check, reference)
    for row in result.fields:
        name = row["field"]
        if row["bitwise_fraction"] not in (None, 1.0):
            spread_of = None if spread is None else spread.get(name)
            hollow = check.hollow(reference).get(name)
            comparison = Comparison(outputs[name], reference[name], spread_of, name in check.separate, hollow)
            row["diagnostics"] = diagnose(comparison, axes[name], check.case.grid)


def _provenance(check: Check, configuration: Configuration, device: str) -> dict[str, str]:
    """What computed each side, and where; the device where that is recorded."""
    if configuration.serial:
        reference = provenance.side(CONFIGURATIONS[configuration.serial])
    else:
        reference = check.provenance if check.reference is not None else provenance.fortran(configuration.fortran)
    found = {"side": provenance.side(configuration), "reference": reference, **provenance.machine()}
    return found | ({"device": device} if device else {})


def _guard(
    result: Result, check: Check, configuration: Configuration, judged: Answer, judge: Callable[..., list[Judgement]]
) -> None:
    """A passing check must compare something and must fail with a planted defect; what it detects is recorded."""
    if not result.ok:
        return
    gross = mutate.sentinel(check.kernel, configuration.precision, check.sampled)
    planted = judged.planted
    if not check.sampled:
        planted = {**planted, gross: mutate.spoil(gross, check.arranged(judged.outputs), check.separate)}
    noticed = {defect: not detection.passes(judge(outputs)) for defect, outputs in planted.items()}
    result.named = detection.by_place({d: seen for d, seen in noticed.items() if d.kind == "named"})
    noticed = {defect: seen for defect, seen in noticed.items() if defect.kind != "named"}
    result.smallest_detected = detection.smallest(noticed)
    if configuration.port is not None and gross not in planted:  # it has a coefficient of its own
        offered = next(row["field"] for row in result.fields if row["points"])
        gross = mutate.Defect("bad_point", gross.size, offered)
        noticed[gross] = not detection.passes(judge(mutate.spoil(gross, judged.outputs)))
        result.smallest_detected = detection.smallest(noticed)
    asked = {n: a for n, a in judged.outputs.items() if not check.may_be_given(n)}
    empty = compare.vacuous(check.case.inputs, asked or judged.outputs)
    if configuration.side == "port" and not noticed.get(gross, False):
        empty = empty or f"a planted defect ({gross.kind} off by {gross.size:g}) was not noticed"
    if empty:
        result.verdict, result.reason = VACUOUS, empty
