"""Many calls of reference_fortran's theta-l, either form, and what is looked at on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, scalar

Report = Callable[[int, dict[str, np.ndarray]], None]


def after_calls(state: tuple, settings: Settings, advance: Callable, named: Callable) -> dict:
    """The state after each of settings["calls"] calls; advance(state, calls), named(*state, prefix=)."""
    outputs: dict[str, np.ndarray] = {}
    done = 0
    for calls in settings["calls"]:
        state = advance(state, calls - done)
        outputs |= named(*state, prefix=f"call_{calls}/")
        done = calls
    return outputs


def by_day(state: tuple, settings: Settings, advance: Callable, look: Callable, report: Report | None) -> dict:
    """What look(state) sees at the start and after each day; advance(state, calls)."""
    days = []
    for day in range(settings["days"] + 1):
        if day > 0:
            state = advance(state, settings["calls_per_day"])
        days.append(look(state))
        if report is not None:
            report(day, days[-1])
    curves = {name: np.stack([d[name] for d in days]) for name in days[0]}
    return {"day": np.arange(settings["days"] + 1, dtype=float), **curves}


def daily(fortran: Fortran, state: tuple[np.ndarray, ...], exner: np.ndarray, x: Fields, settings: Settings) -> dict:
    """A record's daily fields of a state that begins with v, vtheta_dp, dp3d; exner (elem, i, j, lev)."""
    v, vtheta_dp, dp3d = state[:3]
    vorticity = scalar.back(fortran("sphere_operators:vorticity_sphere", np.asfortranarray(v[:, :, :, -1:])))
    level = settings["lev_mid"] - 1
    return {
        "ps_v": pressure_below(dp3d, x, settings)[..., -1:],
        "T_mid": (scalar.back(vtheta_dp) / scalar.back(dp3d) * exner)[..., level : level + 1],
        "vort_bot": vorticity,
    }


def pressure_below(dp3d: np.ndarray, x: Fields, settings: Settings) -> np.ndarray:
    """Hydrostatic pressure at the lower interface of each layer (elem, i, j, lev)."""
    return x["hyai"][0] * settings["ps0"] + np.cumsum(scalar.back(dp3d), axis=-1)
