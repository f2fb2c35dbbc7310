"""Which levels of a record a check is blind to: each level of each output is taken times 1 + size in the reference, and
the verdict on the port's outputs, computed once, must turn to DIFFERENT."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..running.spread import Spread
from .comparison import LIMITS, Comparison

SIZE = 1e-9


@dataclass(frozen=True)
class Blind:
    """A level that passes though it is wrong. share : its largest value over the field's.   s : its S over its largest.

    why : "column" (it holds less than an ulp of its field), "growth" (the reference's own spread there is as large),
    "flip" (so few of its points are not zero that they may have flipped), "bound" (the field has a documented bound
    that is wider), or "" where nothing excuses it.
    """

    field: str
    item: int
    level: int
    share: float
    s: float
    why: str

    def __str__(self) -> str:
        reasons = {"column": "less than an ulp of its field", "growth": "the reference spreads as far"}
        reasons |= {"flip": "may have flipped", "bound": "its documented bound is wider"}
        reason = reasons.get(self.why, "NOT NOTICED")
        where = f"{self.field}[{self.item}] level {self.level}"
        return f"{where}: {reason} (share of the field {self.share:.1e}, S {self.s:.1e} of the level)"


def scalable(reference: Mapping[str, np.ndarray], separate: Iterable[str]) -> int:
    """How many levels can be wrong by a factor: those that are not zero everywhere."""
    sides = (Comparison(a, a, None, name in set(separate)) for name, a in reference.items())
    return sum(int(np.count_nonzero(one.scale)) for one in sides)


def blind(
    outputs: Mapping[str, np.ndarray],
    reference: Mapping[str, np.ndarray],
    spread: Mapping[str, Spread] | None,
    separate: Iterable[str],
    passes: Callable[[str, np.ndarray], bool],
    size: float = SIZE,
    wide: Iterable[str] = (),
) -> list[Blind]:
    """Levels times 1 + size that pass; levels of nothing but zeros cannot be wrong by a factor and are passed over.

    passes : (field, changed reference) -> whether the check holds.   wide : fields with a documented bound that wide.
    """
    found = []
    for name, expected in reference.items():
        one = Comparison(outputs[name], expected, (spread or {}).get(name), name in set(separate))
        for item, level in zip(*np.nonzero(one.scale)):
            changed = _scaled(expected, one, int(item), int(level), size)
            if passes(name, changed):
                after = Comparison(outputs[name], changed, (spread or {}).get(name), one.separate)
                found.append(_blind(name, after, int(item), int(level), np.inf if name in wide else size))
    return found


def _scaled(expected: np.ndarray, one: Comparison, item: int, level: int, size: float) -> np.ndarray:
    changed = np.array(expected, float).reshape(one.error.shape)
    changed[item, :, level] *= 1.0 + size
    return changed.reshape(expected.shape)


def _blind(name: str, one: Comparison, item: int, level: int, size: float) -> Blind:
    """size : infinite where a documented bound is as wide."""
    scale = float(one.scale[item, level])
    share = scale / float(one.column[item, 0])
    s = 0.0 if one.spread is None else float(one.spread[item, :, level].max()) / scale
    reasons = {
        "column": scale < one.ulp[item, 0],
        "growth": LIMITS["r_point"] * s >= size,
        "flip": one.flipped[item, :, level].any(),
        "bound": np.isinf(size),
    }
    return Blind(name, item, level, share, s, next((why for why, holds in reasons.items() if holds), ""))


def summary(rows: Iterable[Blind]) -> dict[str, int]:
    """How many levels for each reason."""
    counts = dict.fromkeys(("column", "growth", "flip", "bound", ""), 0)
    for row in rows:
        counts[row.why] += 1
    return counts
