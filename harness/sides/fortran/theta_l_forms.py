"""theta-l's kernels of reference_fortran in the form that the settings say: theta_hydrostatic_mode, HOMME's word."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, flat
from . import supercell, theta_l, theta_l_nonhydrostatic
from .theta_l_calls import Report


def _form(settings: Settings) -> ModuleType:
    return theta_l if settings.get("theta_hydrostatic_mode", True) else theta_l_nonhydrostatic


def tendency(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """scale3 * state + dt2 * tendency after assembly, and the mean fluxes."""
    return _form(settings).tendency(x, fortran, settings)


def energy(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Kinetic, internal and potential energy of columns, times gravity, their means over the sphere and the sum."""
    columns = dict(zip(("KEner", "IEner", "PEner"), _form(settings).energy(x, fortran, settings)))
    means = [np.array([fortran("theta_l_energy:mean_energy", column)], fortran.dtype) for column in columns.values()]
    found = {name: flat.back(column) for name, column in columns.items()}
    return found | dict(zip(("KE", "IE", "PE", "E"), (*means, sum(means))))


def hyperviscosity(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after advance_hypervis over dt2 [s], and what its dissipation means for tracers."""
    return _form(settings).hyperviscosity(x, fortran, settings)


def dynamics_step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after prim_advance_exp over dt [s], and its mean fluxes."""
    supercell.keep_start(x, fortran, settings)
    return _form(settings).dynamics_step(x, fortran, settings)


def run(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after each of settings["calls"] calls of prim_run_subcycle, with its tracers where there are some."""
    supercell.keep_start(x, fortran, settings)
    return _form(settings).run(x, fortran, settings)


def run_forced(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """As run, with the physics of the case: friction of mountain waves, rain of the supercell."""
    raining = settings.get("precipitation") == "kessler"
    return (supercell.run if raining else theta_l_nonhydrostatic.run_forced)(x, fortran, settings)


def run_daily(x: Fields, fortran: Fortran, settings: Settings, report: Report | None = None) -> dict:
    """Daily surface pressure, temperature on one level, vorticity on the lowest one; report(day, curves) as it goes."""
    return _form(settings).run_daily(x, fortran, settings, report)
