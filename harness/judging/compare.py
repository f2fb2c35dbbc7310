"""How agreement is judged: bit by bit, or against the measured round-off of the reference; never one loose number.

S is the spread of the reference under 1-ulp changes of its inputs (spread.py), d = |port - reference|:

    R_global  rms(d) / rms(S) over the field            <= 3
    R_level   the same on each level, the largest       <= 4
    R_point   d / S at each point, the largest; S is at least a quarter of its level's largest   <= 16

All three must hold. A level without spread must be equal bit by bit, unless its inputs are zero: then, and where a
level holds less than an ulp of the field's largest value, S is that ulp. Single precision is judged by the spread of
single-precision Fortran, against golden records (double precision) by its spread about the record.

Where members of the reference flip (take another branch), S is that of the others, and a point beyond R_point may have
flipped too. It is counted and left out of R if it is within 4 times the farthest flip of its field (of any tracer, over
its largest value), and its level has no more of them than three times what a member has, 1 % of its points, and half.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..guessing.shapes import axes_hint
from ..running.spread import Spread

BITWISE, ROUNDOFF, DIFFERENT, VACUOUS, NOT_RUN = "BITWISE", "ROUNDOFF", "DIFFERENT", "VACUOUS", "NOT-RUN"
NOT_OFFERED = "NOT-OFFERED"  # by somebody else's port, which need not have everything
SEVERITY = (NOT_OFFERED, BITWISE, ROUNDOFF, NOT_RUN, VACUOUS, DIFFERENT)
LIMITS = {"r_global": 3.0, "r_level": 4.0, "r_point": 16.0}
FLOOR = 0.25
FLIPPED_FURTHER = 4.0  # than the farthest member's flip: as growth allows
FLIPPED_MORE = 3.0  # points of a level than a member's
RARELY = 0.01  # of a level's points may flip where no member does: CAM-SE and an independent port, README_cam_se.md


@dataclass(frozen=True)
class Bound:
    """A documented looser bound (known_differences.toml), of each level's scale; an ulp of the field's largest is free.

    fraction : of the points may lie outside of it, each within outliers times the field's largest value.
    """

    of_scale: float
    reason: str
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


def judge(
    outputs: Mapping[str, np.ndarray],
    reference: Mapping[str, np.ndarray],
    spread: Mapping[str, np.ndarray | Spread] | None,
    *,
    exact: bool = False,
    bounds: Mapping[str, Bound] | None = None,
    separate: tuple[str, ...] = (),
    hollow: Mapping[str, np.ndarray] | None = None,
    dtype: Any = None,
    partial: bool = False,
) -> list[Judgement]:
    """Every field of the reference, and no field of the outputs overlooked.

    exact : equality bit by bit is demanded.   bounds : loosened fields.   dtype : what the outputs must have.
    separate : fields whose first axis (tracer, species, day) is judged item by item.
    partial : what the outputs lack is not offered; otherwise it is missing.
    hollow : (item, level) of a field, where its inputs are zero.
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
        measured = None if spread is None else spread.get(name)
        one = Comparison(outputs[name], expected, measured, name in separate, (hollow or {}).get(name))
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
    measured: np.ndarray | Spread | None
    separate: bool
    hollow: np.ndarray | None = None

    def __post_init__(self) -> None:
        self.shape = self.expected.shape
        exact_type = np.promote_types(self.expected.dtype, np.float64)
        self.error = self._rows(np.abs(self.got.astype(exact_type) - self.expected.astype(exact_type)))
        self.scale = self._rows(np.abs(self.expected).astype(exact_type)).max(axis=1)
        self.same = np.asarray(self.got) == np.asarray(self.expected)
        self.spread: np.ndarray | None = None
        self.odds = self.reach = np.zeros_like(self.error)
        if self.measured is not None:
            given = self.measured if isinstance(self.measured, Spread) else Spread(np.asarray(self.measured))
            given = given.each(lambda a: self._rows(np.asarray(a, exact_type)))
            self.spread = self._least(given.size)
            if given.odds is not None and given.reach is not None:
                self.odds, self.reach = given.odds, given.reach
        self.unstable = self.odds > 0
        self.flipped = self._flipped()

    def _rows(self, a: np.ndarray) -> np.ndarray:
        items = a.shape[0] if self.separate and a.ndim > 1 else 1
        return a.reshape(items, -1, a.shape[-1])

    @property
    def column(self) -> np.ndarray:
        """(item, 1): the largest value of each item."""
        return self.scale.max(axis=1, keepdims=True)

    @property
    def ulp(self) -> np.ndarray:
        """(item, 1): of the largest value."""
        kind = self.got.dtype if np.asarray(self.got).dtype.kind == "f" else np.float64
        return np.finfo(kind).eps * self.column

    def _least(self, size: np.ndarray) -> np.ndarray:
        """At least an ulp of the field's largest value on levels that hold less, or nothing that could spread."""
        moves = size.max(axis=1) > 0.0
        faint = moves & (self.scale < self.ulp)
        silent = ~moves if self.hollow is None else ~moves & np.broadcast_to(self.hollow, moves.shape)
        silent = silent & (self.hollow is not None)
        return np.where((faint | silent)[:, None, :], np.maximum(size, self.ulp[:, None, :]), size)

    @property
    def known_spread(self) -> np.ndarray:
        """(item, point, level), where there is one."""
        if self.spread is None:
            raise ValueError("This field has no measured spread, so it has no R; judge it by its scale.")
        return self.spread

    def _flipped(self) -> np.ndarray:
        """(item, point, level): beyond R_point, but as far and as often as the reference's own members flip."""
        if not self.unstable.any():
            return self.unstable
        column = self.column[:, None, :]
        farthest = FLIPPED_FURTHER * _ratio(self.reach, column).max() * column
        farthest = np.where(self.unstable.any(axis=(1, 2), keepdims=True), farthest, 0.0)
        candidates = (self._r_everywhere() > LIMITS["r_point"]) & (self.error <= farthest)
        points, expected = self.error.shape[1], self.odds.sum(axis=1)
        often = FLIPPED_MORE * (expected + np.sqrt(expected)) + np.maximum(RARELY * points, 1.0)
        often = np.minimum(often, np.maximum(points / 2, expected + FLIPPED_MORE * np.sqrt(expected)))
        return candidates & (candidates.sum(axis=1) <= often)[:, None, :]

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
        return _ratio(_rms(self._staying(self.error), 1), _rms(self._staying(self.known_spread), 1))

    def r_global(self) -> float:
        """rms of the error over rms of the spread, of the whole field."""
        return float(_ratio(_rms(self._staying(self.error)), _rms(self._staying(self.known_spread))).max())

    def _staying(self, a: np.ndarray) -> np.ndarray:
        return np.where(self.unstable | self.flipped, 0.0, a) if self.unstable.any() else a

    def r_point(self) -> np.ndarray:
        """(item, point, level): error over spread, which counts for at least a quarter of its level's largest."""
        return np.where(self.flipped, 0.0, self._r_everywhere())

    def _r_everywhere(self) -> np.ndarray:
        least = FLOOR * np.where(self.unstable, 0.0, self.known_spread).max(axis=1, keepdims=True)
        return _ratio(self.error, np.maximum(self.known_spread, least))

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
        r_global=comparison.r_global(),
        r_level=float(comparison.r_level().max()),
        r_point=float(comparison.r_point().max()),
        unstable=float(comparison.unstable.mean()),
        flipped=int(comparison.flipped.sum()),
        flip=float(_ratio(np.where(comparison.flipped, comparison.error, 0.0), comparison.column[:, None, :]).max()),
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
    outside = comparison.error > (bound.of_scale * comparison.scale + comparison.ulp)[:, None, :]
    near = comparison.error <= bound.outliers * comparison.column[:, None, :]
    return bool(outside.mean() <= bound.fraction and (near | ~outside).all())


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
    frozen = [name for name, v in outputs.items() if _frozen(np.asarray(v), inputs)]
    if frozen:
        return f"{', '.join(frozen)}: as it was given"
    empty = max((_untouched(v) for v in values if v.ndim >= 4 and np.any(v)), default=0.0)
    return "a whole output element is zero in more than half of the domain" if empty > 0.5 else ""


def _frozen(output: np.ndarray, inputs: Mapping[str, np.ndarray]) -> bool:
    return any(output.shape == np.shape(x) and np.array_equal(output, x) for x in inputs.values())


def _untouched(field: np.ndarray) -> float:
    """Fraction of elements in which a field (..., elem, i, j, lev) is zero throughout."""
    touched = np.any(field != 0, axis=tuple(a for a in range(field.ndim) if a != field.ndim - 4))
    return 1.0 - float(touched.mean())
