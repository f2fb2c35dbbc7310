"""How agreement is judged: bit by bit, or against the measured round-off of the reference; never one loose number.

S is the spread of the reference under 1-ulp changes of its inputs (spread.py), d = |port - reference|:

    R_global  rms(d) / rms(S) over the field            <= 3
    R_level   the same on each level, the largest       <= 4
    R_point   d / S at each point, the largest; S is at least a quarter of its level's largest   <= 16

All three must hold. A level without spread must be equal bit by bit. Single precision is judged by the spread of
single-precision Fortran, against golden records (double precision) by its spread about the record.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..guessing.shapes import axes_hint

BITWISE, ROUNDOFF, DIFFERENT, VACUOUS, NOT_RUN = "BITWISE", "ROUNDOFF", "DIFFERENT", "VACUOUS", "NOT-RUN"
NOT_OFFERED = "NOT-OFFERED"  # by somebody else's port, which need not have everything
SEVERITY = (NOT_OFFERED, BITWISE, ROUNDOFF, NOT_RUN, VACUOUS, DIFFERENT)
LIMITS = {"r_global": 3.0, "r_level": 4.0, "r_point": 16.0}
FLOOR = 0.25


@dataclass(frozen=True)
class Bound:
    """A documented looser bound (known_differences.toml), of each level's scale, at all but a fraction of points."""

    of_scale: float
    reason: str
    fraction: float = 0.0


@dataclass(frozen=True)
class Judgement:
    """One field on two sides; error, scale and worst_index are those of the level where error / scale is largest."""

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

    @property
    def relative(self) -> float:
        """max_abs_error / scale; infinite where nothing could be compared."""
        if self.max_abs_error is None:
            return math.inf if self.verdict == DIFFERENT else 0.0
        return self.max_abs_error / self.scale if self.scale else (math.inf if self.max_abs_error else 0.0)


def judge(
    outputs: Mapping[str, np.ndarray],
    reference: Mapping[str, np.ndarray],
    spread: Mapping[str, np.ndarray] | None,
    *,
    exact: bool = False,
    bounds: Mapping[str, Bound] | None = None,
    separate: tuple[str, ...] = (),
    dtype: Any = None,
    partial: bool = False,
) -> list[Judgement]:
    """Every field of the reference, and no field of the outputs overlooked.

    exact : equality bit by bit is demanded.   bounds : loosened fields.   dtype : what the outputs must have.
    separate : fields whose first axis (tracer, species, day) is judged item by item.
    partial : what the outputs lack is not offered; otherwise it is missing.
    """
    if not reference:
        return [Judgement("", VACUOUS, "there is no field to compare")]
    found = []
    for name, expected in reference.items():
        if partial and name not in outputs:
            found.append(Judgement(name, NOT_OFFERED, "the port does not return it"))
            continue
        broken = _structure(name, outputs, expected, dtype)
        if broken:
            found.append(broken)
            continue
        one = Comparison(outputs[name], expected, None if spread is None else spread.get(name), name in separate)
        found.append(_field(name, one, exact, (bounds or {}).get(name)))
    return found


def _structure(name: str, outputs: Mapping, expected: np.ndarray, dtype: DTypeLike) -> Judgement | None:
    """What makes two fields incomparable: missing, another shape or type, NaN on one side, no points."""
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


@dataclass
class Comparison:
    """Two sides of a field as (item, point, level) arrays, and the spread in the same shape."""

    got: np.ndarray
    expected: np.ndarray
    spread: np.ndarray | None
    separate: bool

    def __post_init__(self) -> None:
        self.shape = self.expected.shape
        exact_type = np.promote_types(self.expected.dtype, np.float64)
        self.error = self._rows(np.abs(self.got.astype(exact_type) - self.expected.astype(exact_type)))
        self.scale = self._rows(np.abs(self.expected).astype(exact_type)).max(axis=1)
        self.spread = None if self.spread is None else self._rows(np.asarray(self.spread, exact_type))
        self.same = np.asarray(self.got) == np.asarray(self.expected)

    def _rows(self, a: np.ndarray) -> np.ndarray:
        items = a.shape[0] if self.separate and a.ndim > 1 else 1
        return a.reshape(items, -1, a.shape[-1])

    @property
    def known_spread(self) -> np.ndarray:
        """(item, point, level), where there is one."""
        if self.spread is None:
            raise ValueError("This field has no measured spread, so it has no R; judge it by its scale.")
        return self.spread

    def relative(self) -> np.ndarray:
        """(item, level): largest error over scale; infinite for an error on a level that is zero in the reference."""
        top = self.error.max(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(top == 0.0, 0.0, top / self.scale)

    def relative_error(self) -> np.ndarray:
        """(item, point, level): error over the level's scale."""
        return _ratio(self.error, self.scale[:, None, :])

    def r_level(self) -> np.ndarray:
        """(item, level): rms of the error over rms of the spread, which must be known."""
        return _ratio(_rms(self.error, 1), _rms(self.known_spread, 1))

    def r_point(self) -> np.ndarray:
        """(item, point, level): error over spread, which counts for at least a quarter of its level's largest."""
        floored = np.maximum(self.known_spread, FLOOR * self.known_spread.max(axis=1, keepdims=True))
        return _ratio(self.error, floored)

    def worst(self) -> tuple[int, int, int]:
        """(item, point, level) of the largest error on the level where error / scale is largest."""
        item, level = np.unravel_index(np.argmax(self.relative()), self.scale.shape)
        return int(item), int(np.argmax(self.error[item, :, level])), int(level)

    def index(self, item: int, point: int, level: int) -> tuple[int, ...]:
        """Position in the field's own shape."""
        flat = np.ravel_multi_index((item, point, level), self.error.shape)
        return tuple(int(n) for n in np.unravel_index(flat, self.shape))


def _field(name: str, comparison: Comparison, exact: bool, bound: Bound | None) -> Judgement:
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
    verdict, reason = _verdict(comparison, measured, exact)
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
        r_global=float(_ratio(_rms(comparison.error), _rms(comparison.spread)).max()),
        r_level=float(comparison.r_level().max()),
        r_point=float(comparison.r_point().max()),
    )


def _rms(a: np.ndarray, axis: int | None = None) -> np.ndarray:
    """Root mean square, scaled so that neither 1e-200 nor 1e200 is lost."""
    top = np.max(np.abs(a), axis=axis, keepdims=True)
    top = np.where(top == 0.0, 1.0, top)
    return np.sqrt(np.mean((a / top) ** 2, axis=axis)) * (top.item() if axis is None else np.squeeze(top, axis))


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a == 0.0, 0.0, a / b)


def _within(comparison: Comparison, bound: Bound) -> bool:
    outside = comparison.error > bound.of_scale * comparison.scale[:, None, :]
    return bool(outside.mean() <= bound.fraction)


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in np.argwhere(mask)[0])


def worst_of(judgements: list[Judgement]) -> Judgement:
    """The judgement that stands for a whole check: worst verdict first, then the largest error of scale."""
    return max(judgements, key=lambda j: (SEVERITY.index(j.verdict), j.relative))


def vacuous(inputs: Mapping[str, np.ndarray], outputs: Mapping[str, np.ndarray]) -> str:
    """Why a comparison of these outputs would prove nothing; empty if it proves something."""
    values = [np.asarray(v) for v in outputs.values()]
    if not any(v.size for v in values):
        return "no points were compared"
    if not any(np.any(v) for v in values):
        return "every output is zero"
    if all(any(v.shape == np.shape(x) and np.array_equal(v, x) for x in inputs.values()) for v in values):
        return "every output equals one of the inputs"
    empty = max((_untouched(v) for v in values if v.ndim >= 4 and np.any(v)), default=0.0)
    return "a whole output element is zero in more than half of the domain" if empty > 0.5 else ""


def _untouched(field: np.ndarray) -> float:
    """Fraction of elements in which a field (..., elem, i, j, lev) is zero throughout."""
    touched = np.any(field != 0, axis=tuple(a for a in range(field.ndim) if a != field.ndim - 4))
    return 1.0 - float(touched.mean())
