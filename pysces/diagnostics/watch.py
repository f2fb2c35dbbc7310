"""Whether a state is one: finite, with layers that have mass."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ..arrays.backend import namespace
from ..arrays.compiler import compiled

THICKNESS = ("dp", "dp_dry")


class BadState(FloatingPointError):
    """A state that is none, and after how many days."""

    def __init__(self, sentence: str, days: float = float("nan")) -> None:
        super().__init__(sentence)
        self.days = days


def _all_good(state: Any) -> Any:
    good: Any = True
    for f in dataclasses.fields(state):
        value = getattr(state, f.name)
        if value is not None:
            xp = namespace(value)
            fits = xp.isfinite(value) & (value > 0) if f.name in THICKNESS else xp.isfinite(value)
            good = good & xp.all(fits)
    return good


_sound = compiled(_all_good)


def is_sound(state: Any) -> bool:
    """Whether every number of a state is finite and every layer thick; where the state lives, one number comes back."""
    return bool(_sound(state))


def check_state(state: Any, time: float, grid: Any = None, when: str = "") -> None:
    """Refuse a state with a number that is not finite, or a layer that is not thick.

    The sentence names field, element, node and level, with a grid also the place, and time [s] and when it was found.
    """
    for f in dataclasses.fields(state):
        value = getattr(state, f.name)
        if value is None:
            continue
        array = np.asarray(value)
        bad = ~np.isfinite(array)
        what = "is not finite"
        if f.name in THICKNESS:
            bad |= ~(array > 0)
            what = "is not positive"
        if bad.any():
            raise BadState(_sentence(f"{f.name} {what}", array, bad, (time, grid, when)), time / 86400.0)


def _sentence(what: str, array: np.ndarray, bad: np.ndarray, circumstances: tuple) -> str:
    time, grid, when = circumstances
    *_, elem, i, j, lev = index = tuple(int(k) for k in np.argwhere(bad)[0])
    there = "" if grid is None else place(grid, elem, i, j)
    found = f"{what} ({array[index]:.6g}) at element {elem}, node ({i}, {j}), level {lev}{there}"
    remedy = "use a smaller tstep or more viscosity, or look at the initial state"
    return f"After {time / 86400.0:.4g} days{when} {found}, and at {int(bad.sum())} points in all; {remedy}."


def place(grid: Any, elem: int, i: int, j: int) -> str:
    """Where a node of a grid lies, in words."""
    lat, lon = (float(np.asarray(x)[elem, i, j, 0]) for x in (grid.lat, grid.lon))
    if grid.on_plane:
        return f" (x {lon / 1e3:.5g} km, y {lat / 1e3:.5g} km)"
    return f" (lat {np.degrees(lat):.2f}, lon {np.degrees(lon) % 360.0:.2f})"
