"""The nonhydrostatic theta-l kernels of reference_fortran, called with the inputs and settings of a golden record."""

from __future__ import annotations

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, flat, scalar, vector
from ..pysces.shared import coordinate_of_interfaces
from . import theta_l

FIELDS = {"v": vector, "vtheta_dp": scalar, "dp3d": scalar, "phinh_i": scalar, "w_i": scalar}
INTERFACES = ("phinh_i", "w_i")


def tendency(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """scale3 * state + dt2 * tendency after assembly, and the mean fluxes; scale2 = 0 leaves vertical sound out."""
    theta_l.configure(x, fortran, settings)
    scales = (settings["dt2"], *(settings.get(name, 1.0) for name in ("eta_ave_w", "scale2", "scale3")))
    routine = "theta_l_nonhydrostatic:compute_andor_apply_rhs"
    *state, vn0, omega, etadot = fortran(routine, *_state(x), *_ground(x), *scales)
    fluxes = {"vn0": vector.back(vn0), "omega_p": scalar.back(omega), "eta_dot_dpdn": scalar.back(etadot)}
    return _named(state) | fluxes


def implicit_stage(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """w and phi after one implicit stage, with the fast terms of two other levels."""
    theta_l.load_options(fortran, settings)
    levels = coordinate_of_interfaces(x, settings)
    coefficients = (getattr(levels, name) for name in ("hyai", "hybi", "hyam", "hybm"))
    fortran.library.theta_l_settings.set_vertical_coordinate(*coefficients)
    found = [scalar(x[name]) for name in INTERFACES]
    for level in ("n0", "nm1"):
        if h := settings[f"alphadt_{level}"]:
            at = _state({name: x[f"{level}_{name}"] for name in FIELDS})
            found = fortran("theta_l_nonhydrostatic:add_fast_terms", *found, *at, *_ground(x), h)
    layers = [layout(x[name]) for name, layout in FIELDS.items() if name not in INTERFACES]
    found = fortran("theta_l_nonhydrostatic:solve_stage", *found, *layers, *_ground(x), settings["dt2"])
    return {name: scalar.back(a) for name, a in zip(INTERFACES, found)}


def runge_kutta_step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after the stages of one dynamics step over dt [s], and its mean fluxes."""
    if settings.get("nu", 0.0) > 0:
        raise NotImplementedError("reference_fortran has no hyperviscosity of nonhydrostatic theta-l yet.")
    theta_l.configure(x, fortran, settings)
    step = settings["dt"], 1.0 / settings.get("qsplit", 1)
    *state, vn0, omega = fortran("theta_l_nonhydrostatic:runge_kutta_step", *_state(x), *_ground(x), *step)
    return _named(state) | {"vn0": vector.back(vn0), "omega_p": scalar.back(omega)}


def _state(x: Fields) -> tuple[np.ndarray, ...]:
    return tuple(layout(x[name]) for name, layout in FIELDS.items())


def _ground(x: Fields) -> tuple[np.ndarray, np.ndarray]:
    """phis (i, j, elem) and its gradient (i, j, comp, elem)."""
    return flat(x["phis"]), np.asfortranarray(vector(x["gradphis"])[:, :, :, 0])


def _named(state: list[np.ndarray]) -> dict:
    return {name: layout.back(a) for (name, layout), a in zip(FIELDS.items(), state)}
