"""Whether derivatives are slopes: Taylor remainders, forward against reverse mode, finite everywhere.

Taylor: |J(x + e h) - J(x) - e J'h| falls with e squared until round-off, where J is smooth. A run that starts on a
kink by design has there a slope from one side alone, and round-off decides from which in each program; then the same
run from a state off the kinks must be smooth, or, where every step crosses some, J' must integrate to what J changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from .measured import measured
from .no_effect import acts_later, never_acts
from .parameters import off_kinks
from .remainders import (
    OFF_KINKS,
    SAME,
    SECOND_ORDER,
    Measured,
    is_second_order,
    left_by_integral,
    left_of_change,
    order,
)

CROSSED = 0.1  # of the remainder that the integral of a derivative between kinks may leave
CLOSE = 1e-3  # of a step's change: the same where the remainder is large; 32 points miss a kink by a step's 1/64


@dataclass(frozen=True)
class Cell:
    """One parameter of one configuration.

    slope : of the Taylor remainder over the smallest sizes where it stands out of round-off, at least a decade, off the
        kinks where there are some; None where it nowhere does.
    dot : relative difference of forward and reverse mode, off the kinks where there are some.
    reason : why a cell that is not smooth is right, or wrong.
    """

    model: str
    configuration: str
    parameter: str
    slope: float | None
    dot: float
    finite: bool
    ok: bool
    reason: str


def cells(model: str, configuration: str, run: Any, kink: str, in_levels: bool = True) -> Iterator[Cell]:
    """A row of every parameter that the run has; kink : what in it has one by design, in a sentence, or nothing.

    in_levels : see off_kinks.
    """
    away = measured(run, off_kinks(run, in_levels), between_kinks=True) if kink else repeat(("", None))
    for (name, found), (_, off) in zip(measured(run, run.state), away):
        yield judged((model, configuration, name), found, kink, off)


def judged(where: tuple[str, str, str], at: Measured, kink: str = "", away: Measured | None = None) -> Cell:
    """The cell of one parameter from its numbers, and from those off the kinks."""
    both = [at] if away is None else [at, away]
    finite = all(bool(np.isfinite([m.value, m.slope, m.by_forward, *m.taylor]).all()) for m in both)
    off = at if away is None else away
    dot, slope = off.modes_apart, order(off)
    ok, reason = (False, "not finite") if not finite else _verdict(where, at, kink, away)
    if finite and dot > SAME:
        said = f"both modes {dot:.1e} apart, {_round_off(off)}"
        ok, reason = (ok, f"{reason}, {said}".lstrip(", ")) if off.modes_agree else (False, said)
    return Cell(*where, slope, dot, finite, ok, reason)


def _round_off(m: Measured) -> str:
    """What it makes of the difference of both modes; it is not measured where it could not excuse it."""
    return f"where round-off parts them by {m.noise / m.scale:.1e}" if m.noise else "more than round-off may"


def _verdict(where: tuple[str, str, str], at: Measured, kink: str, away: Measured | None) -> tuple[bool, str]:
    """Of finite numbers."""
    if never_acts(*where):
        still = _still(at) and (away is None or _still(away))
        return still, "has no effect, by design" if still else "has an effect, although it should have none"
    if acts_later(*where):
        return _not_from_the_start(at, away)
    if _still(at) and (away is None or _still(away)):
        return False, "has no effect, and nothing says that it has none"
    if away is None:
        return is_second_order(at, SECOND_ORDER), _said(order(at))
    return _off_kinks(at, kink, away)


def _not_from_the_start(at: Measured, away: Measured | None) -> tuple[bool, str]:
    """Of a parameter that may change nothing from the run's own start, and from another one must, as a slope."""
    if not _still(at):
        return False, "has an effect from the run's own start, although it should have none"
    if away is None or _still(away):
        return False, "has no effect from the run's own start, by design, but none from another one either"
    if is_second_order(away):
        return True, "has no effect from the run's own start, by design"
    return False, f"has no effect from the run's own start, by design, but from another one of order {order(away):.2f}"


def _off_kinks(at: Measured, kink: str, away: Measured) -> tuple[bool, str]:
    if is_second_order(away):
        if is_second_order(at, SECOND_ORDER) and at.modes_agree:
            return True, _said(order(away))
        return True, f"{kink}: {_told(at)} there, off the kinks as given"
    left, change = left_by_integral(away), left_of_change(away)
    if left <= CROSSED and change > CLOSE:
        return False, f"the integral off the kinks leaves {change:.1e} of the change, and may leave {CLOSE:g}"
    if left <= CROSSED:
        said = f"off them each step crosses some, and the derivative integrates to the change, {left:.0e} of the rest"
        return True, f"{kink}: {_told(at)} there; {said}"
    return False, f"remainder of order {order(away):.2f} off the kinks too; the integral leaves {left:.1e} of it"


def _told(at: Measured) -> str:
    """What is seen on the kinks."""
    there = order(at)
    slope = "linear" if there is None else f"slope {there:.2f}"
    return slope if at.modes_agree else f"{slope}, both modes {at.modes_apart:.0e} apart"


def _still(m: Measured) -> bool:
    """Whether the cost does not change, and its derivative says so, in both modes."""
    return not m.slope and not m.by_forward and not (m.taylor - m.value).any()


def _said(found: float | None) -> str:
    if found is None:
        return "linear to round-off"
    return "" if abs(found - 2.0) <= OFF_KINKS else f"remainder of order {found:.2f}"
