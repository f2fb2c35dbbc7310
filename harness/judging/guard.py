"""What a check that holds proves: planted defects that it must notice, levels that it may be blind to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np

from ..running import mutate
from ..running.configurations import Configuration
from ..running.worker import Answer
from . import compare, detection
from .compare import VACUOUS
from .desk import Wanted
from .levels import blind, scalable
from .plan import Check
from .results import Result
from .vacuous import vacuous
from .yardstick import Judge, as_compared, rule_of


def against_vacuity(result: Result, check: Check, configuration: Configuration, judged: Answer, judge: Judge) -> None:
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
    empty = vacuous(check.case.inputs, asked or judged.outputs)
    if configuration.side == "port" and not noticed.get(gross, False):
        empty = empty or f"a planted defect ({gross.kind} off by {gross.size:g}) was not noticed"
    if empty:
        result.verdict, result.reason = VACUOUS, empty


def look_away(result: Result, one: Wanted, outputs: Mapping, spread: Mapping | None) -> None:
    """The levels that may be off by a factor 1 + size; one that nothing excuses makes the check VACUOUS."""
    check, size = one.check, one.levels
    recorded = check.reference or {}
    reference = {name: a for name, a in recorded.items() if name not in check.kernel.totals}
    rule, compared = rule_of(check, one.configuration, recorded, spread), as_compared(check, outputs)

    def passes(name: str, changed: np.ndarray) -> bool:
        wrong = check.kernel.with_totals({**reference, name: changed}, check.case.settings, check.case.grid)
        wanted = {n: wrong[n] for n in (name, *check.kernel.totals) if n in recorded}
        return detection.passes(compare.judge(compared, replace(rule, reference=wanted)))

    sized = {name: a for name, a in reference.items() if name not in check.kernel.canonical}
    result.levels_off = scalable(sized, check.separate)
    wide = {name for name, bound in rule.bounds.items() if 2.0 * bound.of_scale >= size}
    rows = blind(compared, sized, spread, check.separate, passes, size, wide)
    result.blind = [asdict(row) for row in rows]
    if unexcused := [str(row) for row in rows if not row.why]:
        result.verdict, result.reason = VACUOUS, f"{len(unexcused)} levels off by {size:g} pass: {unexcused[0]}"
