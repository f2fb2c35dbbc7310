"""What is measured of one parameter, and the order of its Taylor remainder |J(x + e h) - J(x) - e J'h|."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

SIZES = 10.0 ** -np.arange(1.0, 4.6, 0.5)
SECOND_ORDER = 0.05  # of the slope about 2
OFF_KINKS = 0.1  # the same where a few columns of many cross kinks of their own on the way
ROUND_OFF = 1e-14  # of J, in a difference of two of them; a remainder must stand out of it by 100
SAME = 1e-11  # forward against reverse mode, relative
LARGEST = 1e-9  # the same, whatever round-off does: a gradient with fewer digits is of no use to an optimiser
SMALL = 1e-3  # of J: a derivative below it is the rest of larger ones, and round-off is theirs
NOISES = 4.0  # standard deviations of eight members: passed by chance by one cell of two hundred
DECADE = 2  # pairs of sizes that a slope is taken over, at least


@dataclass(frozen=True)
class Measured:
    """Of one parameter.   value : of the cost.   taylor : costs at SIZES.   slope, by_forward : in either mode.

    integrals : of the derivative from 0 to each of judged_sizes, where they were asked for; nan of other sizes.
    noise : how far round-off parts both modes, a standard deviation, where that was asked for.
    """

    value: float
    slope: float
    by_forward: float
    taylor: np.ndarray
    integrals: np.ndarray | None = None
    noise: float = 0.0

    def with_integrals(self, integrals: np.ndarray) -> Measured:
        """The same, with them."""
        return replace(self, integrals=integrals)

    def with_noise(self, noise: float) -> Measured:
        """The same, with it."""
        return replace(self, noise=noise)

    @property
    def modes_apart(self) -> float:
        """Difference of forward and reverse mode, relative to scale."""
        if self.slope == self.by_forward:
            return 0.0
        if not np.isfinite([self.slope, self.by_forward, self.value]).all():
            return float("nan")
        return float(abs(self.slope - self.by_forward) / self.scale)

    @property
    def scale(self) -> float:
        """What differences of derivatives are relative to: the larger one, or a share of J above it."""
        return max(abs(self.slope), abs(self.by_forward), SMALL * abs(self.value))

    @property
    def modes_agree(self) -> bool:
        """To SAME, or to four times what round-off makes of their difference, but never beyond LARGEST."""
        if self.modes_apart == 0.0:
            return True
        return bool(self.modes_apart <= min(LARGEST, max(SAME, NOISES * self.noise / self.scale)))


def order(m: Measured) -> float | None:
    """Median slope of the remainder over the smallest sizes, a decade or two, that stand out of round-off."""
    remainder, clear = _remainder(m)
    pairs = clear[1:] & clear[:-1]
    if pairs.sum() < DECADE:
        return None
    slopes = np.diff(np.log10(np.where(clear, remainder, 1.0))) / np.diff(np.log10(SIZES))
    return float(np.median(slopes[pairs][-2 * DECADE :]))


def is_second_order(m: Measured, within: float = OFF_KINKS) -> bool:
    """Of second order, or linear to round-off."""
    found = order(m)
    return abs(found - 2.0) <= within if found is not None else True


def judged_sizes(m: Measured) -> np.ndarray:
    """Which of SIZES count in ``order``: the smallest ones whose remainder stands out of round-off."""
    clear = _remainder(m)[1]
    return clear & (np.cumsum(clear[::-1])[::-1] <= 2 * DECADE + 1)


def left_by_integral(m: Measured) -> float:
    """What J(x + e h) - J(x) less the integral of J' on the way is, of the remainder; over the sizes of ``order``.

    A kink on the way bends a slope but not an integral, which is then off by its share of a step; a derivative that is
    wrong leaves all of the remainder, 1. The median, so that a kink just before a size does not decide.
    """
    if m.integrals is None:
        return 1.0
    used = judged_sizes(m)
    return float(np.median(_left(m, m.integrals)[used] / _remainder(m)[0][used]))


def left_of_change(m: Measured) -> float:
    """The same of what the derivative makes of a step, e times scale: how wrong it may be, all in all."""
    if m.integrals is None:
        return 1.0
    used = judged_sizes(m)
    return float(np.median(_left(m, m.integrals)[used] / (SIZES[used] * m.scale)))


def _left(m: Measured, integrals: np.ndarray) -> np.ndarray:
    return np.abs(m.taylor - m.value - integrals)


def _remainder(m: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Of each size, and whether it stands out of round-off."""
    remainder = np.abs(m.taylor - m.value - SIZES * m.slope)
    return remainder, remainder > 100.0 * ROUND_OFF * abs(m.value)
