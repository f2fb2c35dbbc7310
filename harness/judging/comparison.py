"""Two sides of one field, point by point: how far apart, on which scale, over which round-off, and what flipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..running.spread import Spread

LIMITS = {"r_global": 3.0, "r_level": 4.0, "r_point": 16.0}
FLOOR = 0.25
QUIET = 0.5  # ulps of a level where no member moved: what rounds the result itself
FLIPPED_FURTHER = 4.0  # than the farthest member's flip: as growth allows
FLIPPED_MORE = 3.0  # points of a level than a member's
RARELY = 0.01  # of a level's points may flip where no member does: CAM-SE and an independent port, README_cam_se.md


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
    def eps(self) -> float:
        """Of the type that is judged."""
        kind = self.got.dtype if np.asarray(self.got).dtype.kind == "f" else np.float64
        return float(np.finfo(kind).eps)

    @property
    def ulp(self) -> np.ndarray:
        """(item, 1): of the largest value."""
        return self.eps * self.column

    def _least(self, size: np.ndarray) -> np.ndarray:
        """At least an ulp of the field's largest value on levels that hold less, or have nothing that could spread.

        Other levels where no member moved have half an ulp of their own: the rounding of the result itself, which all
        members can miss.
        """
        moves = size.max(axis=1) > 0.0
        faint = moves & (self.scale < self.ulp)
        hollow = ~moves if self.hollow is None else ~moves & np.broadcast_to(self.hollow, moves.shape)
        hollow = hollow & (self.hollow is not None)
        least = np.where(faint | hollow, self.ulp, np.where(moves, 0.0, QUIET * self.eps * self.scale))
        return np.maximum(size, least[:, None, :])

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
        farthest = FLIPPED_FURTHER * ratio(self.reach, column).max() * column
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
        return ratio(self.error, self.scale[:, None, :])

    def r_level(self) -> np.ndarray:
        """(item, level): rms of the error over rms of the spread, which must be known."""
        return ratio(rms(self._staying(self.error), 1), rms(self._staying(self.known_spread), 1))

    def r_global(self) -> float:
        """rms of the error over rms of the spread, of the whole field."""
        return float(ratio(rms(self._staying(self.error)), rms(self._staying(self.known_spread))).max())

    def _staying(self, a: np.ndarray) -> np.ndarray:
        return np.where(self.unstable | self.flipped, 0.0, a) if self.unstable.any() else a

    def r_point(self) -> np.ndarray:
        """(item, point, level): error over spread, which counts for at least a quarter of its level's largest."""
        return np.where(self.flipped, 0.0, self._r_everywhere())

    def _r_everywhere(self) -> np.ndarray:
        least = FLOOR * np.where(self.unstable, 0.0, self.known_spread).max(axis=1, keepdims=True)
        return ratio(self.error, np.maximum(self.known_spread, least))

    def worst(self) -> tuple[int, int, int]:
        """(item, point, level) of the largest error on the level where error / scale is largest."""
        item, level = np.unravel_index(np.argmax(self.relative()), self.scale.shape)
        return int(item), int(np.argmax(self.error[item, :, level])), int(level)

    def index(self, item: int, point: int, level: int) -> tuple[int, ...]:
        """Position in the field's own shape."""
        flat = np.ravel_multi_index((item, point, level), self.error.shape)
        return tuple(int(n) for n in np.unravel_index(flat, self.shape))


def rms(a: np.ndarray, axis: int | None = None) -> np.ndarray:
    """Root mean square, scaled so that neither 1e-200 nor 1e200 is lost."""
    top = np.max(np.abs(a), axis=axis, keepdims=True)
    top = np.where(top == 0.0, 1.0, top)
    return np.sqrt(np.mean((a / top) ** 2, axis=axis)) * (top.item() if axis is None else np.squeeze(top, axis))


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, of any shape; 0 where a is, whatever b is there."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a == 0.0, 0.0, a / b)
