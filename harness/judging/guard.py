"""What a check that holds proves: planted defects that it must notice, levels that it may be blind to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np

from ..running import mutate
from ..running.configurations import Configuration
from ..running.spread import Spread
from ..running.worker import Answer
from . import compare, detection
from .compare import VACUOUS
from .comparison import LIMITS
from .desk import Wanted
from .levels import blind, scalable
from .plan import Check
from .results import Result
from .vacuous import vacuous
from .yardstick import Judge, as_compared, bounds, rule_of


def against_vacuity(
    result: Result,
    check: Check,
    configuration: Configuration,
    judged: Answer,
    judge: Judge,
    spread: Mapping[str, Spread] | None = None,
) -> None:
    """A passing check must compare something and must fail with a planted defect; what it detects is recorded."""
    if not result.ok:
        return
    gross = mutate.sentinel(check.kernel, configuration.precision, check.sampled)
    noticed = {defect: not detection.passes(judge(outputs)) for defect, outputs in judged.planted.items()}
    noticed |= dict.fromkeys(judged.crashed, False)  # a crash is no judgement; a refusal is neither seen nor missed
    result.refused, result.crashed = _in_words(judged.refused), _in_words(judged.crashed)
    in_fields: dict[mutate.Defect, bool] = {}
    if not check.sampled:
        in_fields = _in_each_field(result, check, configuration, judged.outputs, judge, gross.size, spread or {})
        spoilt = mutate.spoil(gross, check.arranged(judged.outputs), check.separate)
        noticed |= {**in_fields, gross: not detection.passes(judge(spoilt))}
    result.named = detection.by_place({d: seen for d, seen in noticed.items() if d.kind == "named"})
    noticed = {defect: seen for defect, seen in noticed.items() if defect.kind != "named"}
    result.smallest_detected = detection.smallest(noticed)
    own = configuration.port is not None and gross not in noticed  # it has a coefficient of its own
    if own or gross in judged.refused:  # then outputs that are off must be noticed
        offered = next(row["field"] for row in result.fields if row["points"])
        gross = mutate.Defect("bad_point", gross.size, offered)
        noticed[gross] = not detection.passes(judge(mutate.spoil(gross, judged.outputs)))
        result.smallest_detected = detection.smallest(noticed)
    asked = {n: a for n, a in judged.outputs.items() if not check.may_be_given(n)}
    empty = vacuous(check.case.inputs, asked or judged.outputs)
    missed = [defect for defect in [gross, *in_fields] if not noticed.get(defect, False)]
    if configuration.side == "port" and missed:
        where = f" in {missed[0].place}" if missed[0] in in_fields else ""
        crash = judged.crashed.get(missed[0])
        said = f"ended the port, which proves nothing: {crash}" if crash else "was not noticed"
        empty = empty or f"a planted defect ({missed[0].kind} off by {missed[0].size:.0e}{where}) {said}"
    if empty:
        result.verdict, result.reason = VACUOUS, empty


def _in_words(ended: Mapping[mutate.Defect, str]) -> dict[str, str]:
    """{defect: what was said}, of each kind and place the smallest."""
    smallest: dict[tuple[str, str], mutate.Defect] = {}
    for defect in sorted(ended, key=lambda d: -d.size):
        smallest[defect.kind, defect.place] = defect
    return {f"{d.kind} {d.place} {d.size:g}".replace("  ", " "): ended[d] for d in smallest.values()}


def _in_each_field(
    result: Result,
    check: Check,
    configuration: Configuration,
    outputs: Mapping,
    judge: Judge,
    size: float,
    spread: Mapping[str, Spread],
) -> dict[mutate.Defect, bool]:
    """Whether the level of the largest value of each field that a long run computes, off by a size, is noticed.

    Not of fields that are zero, that follow from others, or whose documented bound is wider. (One point may have
    flipped; a level may not.)
    """
    arranged = check.arranged(outputs)
    wide = {name for name, bound in bounds(check, configuration).items() if 2.0 * bound.of_scale >= size}
    others = {*check.kernel.canonical, *check.kernel.totals, *wide}
    names = [r["field"] for r in result.fields if r["field"] not in others and not check.may_be_given(r["field"])]
    found = {}
    for name in (n for n in names if np.any(arranged.get(n, 0.0))):
        defect = mutate.Defect("bad_largest_level", max(size, _grown(arranged[name], spread.get(name))), name)
        one = arranged if check.kernel.totals else {name: arranged[name]}
        found[defect] = not detection.passes(judge(mutate.spoil(defect, one, check.separate), name))
    return found


def _grown(field: np.ndarray, spread: Spread | None) -> float:
    """Ten times what the growth of round-off lets the level of a field's largest value be off; at most a percent."""
    if spread is None:
        return 0.0
    *_, level = np.unravel_index(np.argmax(np.abs(field)), field.shape)
    return float(min(10.0 * LIMITS["r_level"] * spread.size[..., level].max() / np.abs(field).max(), 0.01))


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
