"""What all writers of namelists say alike."""

from __future__ import annotations

from typing import NoReturn

DIGITS = 1e-9  # of a number, by which a length may miss a whole number of steps


def refuse(what: str, found: object, remedy: str) -> NoReturn:
    """Raise a ValueError: one sentence about what HOMME does not have."""
    raise ValueError(f"{what}, found {found!r}, is not HOMME's; {remedy}.")


def whole(what: str, steps: float) -> int:
    """A number of steps, refused where it is not whole."""
    if abs(steps - round(steps)) > DIGITS * steps:
        refuse(what, steps, "it is not a whole number of steps")
    return round(steps)
