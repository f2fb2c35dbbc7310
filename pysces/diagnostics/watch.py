"""Whether a state is one: finite, with layers that have mass."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def check_state(state: Any, time: float) -> None:
    """Refuse a state with a number that is not finite, or a layer that is not thick, naming field, element and level.

    Called on the host once per output interval, never inside a compiled loop.
    """
    for f in dataclasses.fields(state):
        value = getattr(state, f.name)
        if value is None:
            continue
        array = np.asarray(value)
        bad = ~np.isfinite(array)
        what = "is not finite"
        if f.name in ("dp", "dp_dry"):
            bad |= ~(array > 0)
            what = "is not positive"
        if bad.any():
            raise FloatingPointError(_sentence(f.name, array, bad, what, time))


def _sentence(name: str, array: np.ndarray, bad: np.ndarray, what: str, time: float) -> str:
    *_, elem, i, j, lev = index = tuple(int(k) for k in np.argwhere(bad)[0])
    found = f"{name} {what} ({array[index]:.6g}) at element {elem}, node ({i}, {j}), level {lev}"
    remedy = "use a smaller tstep or more viscosity, or look at the initial state"
    return f"After {time / 86400.0:.4g} days {found}, and at {int(bad.sum())} points in all; {remedy}."
