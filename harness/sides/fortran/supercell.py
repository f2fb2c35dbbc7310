"""The supercell in reference_fortran: its physical viscosity, and whole calls with Kessler's rain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, scalar, tracers
from . import theta_l
from .theta_l_calls import after_calls
from .theta_l_nonhydrostatic import FIELDS, ground_of, named, several_calls, state_of


def has_viscosity(settings: Settings) -> bool:
    """Whether a run knows its start."""
    return settings.get("mu", 0.0) > 0 or settings.get("mu_q", 0.0) > 0


def configure(x: Fields, fortran: Fortran, settings: Settings, start: str = "") -> None:
    """Options, levels, references, and the start, whose names have a prefix; without tracers those of no tracer."""
    theta_l.configure(x, fortran, settings)
    mass = x.get(f"{start}Qdp", x["dp3d"][None][:0])
    fortran("supercell:set_start", *state_of(x, start), tracers(mass))


def keep_start(x: Fields, fortran: Fortran, settings: Settings) -> None:
    """What viscosity leaves alone in height: the start that x names, or x itself."""
    if has_viscosity(settings):
        configure(x, fortran, settings, "start_" if "start_v" in x else "")


def air(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The air after dt [s] of physical viscosity."""
    configure(x, fortran, settings, "start_")
    return named(*fortran("supercell:diffuse_air", *state_of(x), *ground_of(x, fortran), settings["dt"]))


def water(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Tracers after dt [s] of it."""
    configure(x, fortran, settings, "start_")
    qdp = fortran("supercell:diffuse_tracers", tracers(x["Qdp"]), scalar(x["dp3d"]), settings["dt"])
    return {"Qdp": tracers.back(qdp)}


def run(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after each of settings["calls"] calls, with Kessler's rain at the start of each."""
    return after_calls((*state_of(x), tracers(x["Qdp"])), settings, calls(x, fortran, settings), named)


def calls(x: Fields, fortran: Fortran, settings: Settings) -> Callable:
    """What takes a state through a number of calls."""
    configure(x, fortran, settings)
    fortran.library.supercell.rwater_vapor = settings["Rwater_vapor"]
    one_call = several_calls(x, fortran, settings)
    dt = settings["tstep"] * settings.get("qsplit", 1) * max(settings.get("rsplit", 1), 1)

    def march(state: tuple[np.ndarray, ...], number: int) -> tuple[np.ndarray, ...]:
        for _ in range(number):
            rained = dict(zip((*FIELDS, "Qdp"), state))
            names = ("vtheta_dp", "dp3d", "phinh_i", "Qdp")
            rained |= zip(names, fortran("supercell:rain", *(rained[name] for name in names), dt))
            state = one_call(tuple(rained.values()), 1)
        return state

    return march
