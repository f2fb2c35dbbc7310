"""How agreement is judged: bit by bit, or against the measured round-off of the reference; never one loose number.

S is the spread of the reference under 1-ulp changes of its inputs (spread.py), d = |port - reference|:

    R_global  rms(d) / rms(S) over the field            <= 3
    R_level   the same on each level, the largest       <= 4
    R_point   d / S at each point, the largest; S is at least a quarter of its level's largest   <= 16

All three must hold. A level without spread has half an ulp of its own largest value, nothing if it is zero; where its
inputs are zero, or it holds less than an ulp of the field's largest value, S is that ulp. Single
precision is judged by the spread of single-precision Fortran, against golden records (double precision) by its spread
about the record.

Where members of the reference flip (take another branch), S is that of the others, and a point beyond R_point may have
flipped too. It is counted and left out of R if it is within 4 times the farthest flip of its field (of any tracer, over
its largest value), and its level has no more of them than three times what a member has, 1 % of its points, and half.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..guessing.shapes import axes_hint
from ..running.spread import Spread
from .comparison import LIMITS, Comparison, ratio

BITWISE, ROUNDOFF, DIFFERENT, VACUOUS, NOT_RUN = "BITWISE", "ROUNDOFF", "DIFFERENT", "VACUOUS", "NOT-RUN"
NOT_OFFERED = "NOT-OFFERED"  # by somebody else's port, which need not have everything
SEVERITY = (NOT_OFFERED, BITWISE, ROUNDOFF, NOT_RUN, VACUOUS, DIFFERENT)


@dataclass(frozen=True)
class Bound:
    """A documented looser bound (known_differences.toml), of each level's scale.

    of_column : of the field's largest value, is free on every level; an ulp of it is on levels that hold less.
    fraction : of the points may lie outside of it, each within outliers times the field's largest value.
    """

    of_scale: float
    reason: str
    of_column: float = 0.0
    fraction: float = 0.0
    outliers: float = 0.0


@dataclass(frozen=True)
class Judgement:
    """One field on two sides; error, scale and worst_index are those of the level where error / scale is largest.

    unstable : share of the points where members of the reference flip.   flipped : points left out of R because they
    flipped; flip is the largest of their errors, over the field's largest value.
    """

    field: str
    verdict: str
    reason: str = ""
    bitwise_fraction: float | None = None
    max_abs_error: float | None = None
    scale: float | None = None
    r_global: float | None = None
    r_level: float | None = None
    r_point: float | None = None
    worst_index: tuple[int, ...] | None = None
    points: int = 0
    levels: int = 0
    known_difference: str = ""
    unstable: float = 0.0
    flipped: int = 0
    flip: float = 0.0

    @property
    def relative(self) -> float:
        """max_abs_error / scale; infinite where nothing could be compared."""
        if self.max_abs_error is None:
            return math.inf if self.verdict == DIFFERENT else 0.0
        return self.max_abs_error / self.scale if self.scale else (math.inf if self.max_abs_error else 0.0)


@dataclass(frozen=True)
class Rule:
    """What outputs are held to: a reference, and how.

    spread : the reference's round-off by field.   exact : equality bit by bit is demanded.   bounds : loosened fields.
    separate : fields whose first axis (tracer, species, day) is judged item by item.
    hollow : (item, level) of a field, where its inputs are zero.   dtype : what the outputs must have.
    partial : what the outputs lack is not offered; otherwise it is missing.
    """

    reference: Mapping[str, np.ndarray]
    spread: Mapping[str, np.ndarray | Spread] | None = None
    exact: bool = False
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    separate: tuple[str, ...] = ()
    hollow: Mapping[str, np.ndarray] = field(default_factory=dict)
    dtype: Any = None
    partial: bool = False

    def comparison(self, name: str, got: np.ndarray) -> Comparison:
        """One field on both sides."""
        measured = None if self.spread is None else self.spread.get(name)
        return Comparison(got, self.reference[name], measured, name in self.separate, self.hollow.get(name))


def judge(outputs: Mapping[str, np.ndarray], rule: Rule) -> list[Judgement]:
    """Every field of the reference, and no field of the outputs overlooked."""
    if not rule.reference:
        return [Judgement("", VACUOUS, "there is no field to compare")]
    return [_broken(name, outputs, rule) or _field(name, outputs[name], rule) for name in rule.reference]


def _broken(name: str, outputs: Mapping, rule: Rule) -> Judgement | None:
    """What makes two fields incomparable: missing, another shape or type, NaN on one side, no points."""
    expected, dtype = rule.reference[name], rule.dtype
    if rule.partial and name not in outputs:
        return Judgement(name, NOT_OFFERED, "the port does not return it")
    if name not in outputs:
        return Judgement(name, DIFFERENT, "missing")
    got = np.asarray(outputs[name])
    if got.shape != expected.shape:
        hint = axes_hint(got.shape, expected.shape)
        return Judgement(name, DIFFERENT, f"shape {got.shape}, expected {expected.shape}{hint}")
    if dtype is not None and got.dtype != dtype:
        return Judgement(name, DIFFERENT, f"type {got.dtype}, expected {np.dtype(dtype)}")
    if got.size == 0:
        return Judgement(name, VACUOUS, "no points were compared")
    bad = np.isfinite(got) != np.isfinite(expected)
    if bad.any() or not np.isfinite(expected).all():
        return Judgement(
            name, DIFFERENT, "NaN or infinity", worst_index=_first(bad | ~np.isfinite(expected)), points=got.size
        )
    return None


def _field(name: str, got: np.ndarray, rule: Rule) -> Judgement:
    comparison, bound = rule.comparison(name, got), rule.bounds.get(name)
    item, point, level = comparison.worst()
    measured = Judgement(
        field=name,
        verdict=BITWISE,
        bitwise_fraction=float(comparison.same.mean()),
        max_abs_error=float(comparison.error[item, point, level]),
        scale=float(comparison.scale[item, level]),
        worst_index=comparison.index(item, point, level),
        points=comparison.error.size,
        levels=comparison.error.shape[-1],
    )
    if comparison.same.all():
        return measured
    measured = _with_ratios(measured, comparison)
    verdict, reason = _verdict(comparison, measured, rule.exact)
    if verdict == DIFFERENT and bound is not None and _within(comparison, bound):
        return replace(measured, verdict=ROUNDOFF, known_difference=bound.reason)
    return replace(measured, verdict=verdict, reason=reason)


def _verdict(comparison: Comparison, measured: Judgement, exact: bool) -> tuple[str, str]:
    if exact:
        return DIFFERENT, f"declared bitwise, but only {100 * comparison.same.mean():.2f} % of the points are equal"
    if comparison.spread is None:
        return DIFFERENT, "not equal, and there is neither a measured spread nor a documented bound"
    over = [
        f"{name} {getattr(measured, name):.3g} > {limit:g}"
        for name, limit in LIMITS.items()
        if getattr(measured, name) > limit
    ]
    return (DIFFERENT, ", ".join(over)) if over else (ROUNDOFF, "")


def _with_ratios(measured: Judgement, comparison: Comparison) -> Judgement:
    """With R_global, R_level, R_point; infinite where the reference does not spread but the sides differ."""
    if comparison.spread is None:
        return measured
    return replace(
        measured,
        r_global=comparison.r_global(),
        r_level=float(comparison.r_level().max()),
        r_point=float(comparison.r_point().max()),
        unstable=float(comparison.unstable.mean()),
        flipped=int(comparison.flipped.sum()),
        flip=float(ratio(np.where(comparison.flipped, comparison.error, 0.0), comparison.column[:, None, :]).max()),
    )


def _within(comparison: Comparison, bound: Bound) -> bool:
    faint = np.where(comparison.scale < comparison.ulp, comparison.ulp, bound.of_column * comparison.column)
    outside = comparison.error > (bound.of_scale * comparison.scale + faint)[:, None, :]
    near = comparison.error <= bound.outliers * comparison.column[:, None, :]
    return bool(outside.mean() <= bound.fraction and (near | ~outside).all())


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in np.argwhere(mask)[0])


def worst_of(judgements: list[Judgement]) -> Judgement:
    """The judgement that stands for a whole check: worst verdict first, then the largest error of scale."""
    return max(judgements, key=lambda j: (SEVERITY.index(j.verdict), j.relative))
