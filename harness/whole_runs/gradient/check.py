"""Whether derivatives are slopes: Taylor remainders, forward against reverse mode, finite everywhere.

Taylor: |J(x + e h) - J(x) - e J'h| falls with e squared until round-off, where J is smooth. A run that starts on a
kink by design has there a slope from one side alone; then the same run from a state off the kinks must be smooth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .measured import SIZES, Measured, measured
from .no_effect import has_no_effect
from .parameters import off_kinks

SECOND_ORDER = 0.05  # of the slope about 2
OFF_KINKS = 0.1  # the same where a few columns of many cross kinks of their own on the way
SAME = 1e-11  # forward against reverse mode, relative
SMALL = 1e-3  # of J: a derivative below it is the rest of larger ones, and round-off is theirs
ROUND_OFF = 1e-14  # of J, in a difference of two of them; a remainder must stand out of it by 100
DECADE = 2  # pairs of sizes that a slope is taken over, at least


@dataclass(frozen=True)
class Cell:
    """One parameter of one configuration.

    slope : of the Taylor remainder over the smallest sizes where it stands out of round-off, at least a decade, off the
        kinks where there are some; None where it nowhere does.
    dot : relative difference of forward and reverse mode.   reason : why a cell that is not smooth is right, or wrong.
    """

    model: str
    configuration: str
    parameter: str
    slope: float | None
    dot: float
    finite: bool
    ok: bool
    reason: str


def cells(model: str, configuration: str, run: Any, kink: str) -> Iterator[Cell]:
    """A row of every parameter that the run has; kink : what in it has one by design, in a sentence, or nothing."""
    away = dict(measured(run, off_kinks(run))) if kink else {}
    for name, found in measured(run, run.state):
        yield judged((model, configuration, name), found, kink, away.get(name))


def judged(where: tuple[str, str, str], at: Measured, kink: str = "", away: Measured | None = None) -> Cell:
    """The cell of one parameter from its numbers, and from those off the kinks."""
    both = [at] if away is None else [at, away]
    finite = all(bool(np.isfinite([m.value, m.slope, m.by_forward, *m.taylor]).all()) for m in both)
    dot = max(_dot(m) for m in both)
    slope = order(at if away is None else away)
    ok, reason = (False, "not finite") if not finite else _verdict(where, at, kink, away)
    if finite and dot > SAME:
        ok, reason = False, f"forward and reverse mode differ by {dot:.1e}"
    return Cell(*where, slope, dot, finite, ok, reason)


def _dot(m: Measured) -> float:
    if m.slope == m.by_forward:
        return 0.0
    return float(abs(m.slope - m.by_forward) / max(abs(m.slope), abs(m.by_forward), SMALL * abs(m.value)))


def order(m: Measured) -> float | None:
    """Median slope of the remainder over the smallest sizes, a decade or two, that stand out of round-off."""
    remainder = np.abs(m.taylor - m.value - SIZES * m.slope)
    clear = remainder > 100.0 * ROUND_OFF * abs(m.value)
    pairs = clear[1:] & clear[:-1]
    if pairs.sum() < DECADE:
        return None
    slopes = np.diff(np.log10(np.where(clear, remainder, 1.0))) / np.diff(np.log10(SIZES))
    return float(np.median(slopes[pairs][-2 * DECADE :]))


def _verdict(where: tuple[str, str, str], at: Measured, kink: str, away: Measured | None) -> tuple[bool, str]:
    """Of finite numbers."""
    if has_no_effect(*where):
        return _still(at) and (away is None or _still(away)), "has no effect here, by design"
    if _still(at) and (away is None or _still(away)):
        return False, "has no effect, and nothing says that it has none"
    there = order(at)
    if away is None:
        return _smooth(at, SECOND_ORDER), _said(there)
    if _smooth(at, SECOND_ORDER) and _smooth(away, OFF_KINKS):
        return True, _said(order(away))
    told = "linear" if there is None else f"slope {there:.2f}"
    return _smooth(away, OFF_KINKS), f"{kink}: {told} there, off the kinks as given"


def _still(m: Measured) -> bool:
    """Whether the cost does not change, and its derivative says so."""
    return not m.slope and not (m.taylor - m.value).any()


def _smooth(m: Measured, within: float) -> bool:
    """Of second order, or linear to round-off."""
    found = order(m)
    return abs(found - 2.0) <= within if found is not None else True


def _said(found: float | None) -> str:
    if found is None:
        return "linear to round-off"
    return "" if abs(found - 2.0) <= OFF_KINKS else f"remainder of order {found:.2f}"
