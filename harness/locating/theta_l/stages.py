"""Savepoints of a theta-l step around its tendency: the scheme and stages of the hydrostatic form, the whole step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES

from ...kernels.catalogue import lookup
from ...registry import Fields, Kernel, Settings
from ...sides.adapters import Fortran, flat, scalar, vector
from ...sides.fortran import theta_l as reference
from ...sides.fortran import theta_l_forms as forms
from ...sides.pysces import theta_l as pieces
from ..savepoint import Parts, Savepoint
from ..scheme import KINNMARK_GRAY_ULLRICH, START, Scheme
from .terms import FLUX, STATE

NAMES = tuple(STATE)

SCHEME = Scheme(
    model="theta_l",
    table={
        1: ((lambda dt: dt / 2, START, 0.0), (lambda dt: dt, START, 1.0)),
        4: (
            (lambda dt: dt / 4, START, 0.0),
            (lambda dt: dt / 6, START, 0.0),
            (lambda dt: 3 * dt / 8, START, 0.0),
            (lambda dt: dt / 2, START, 0.0),
            (lambda dt: dt, START, 1.0),
        ),
        5: KINNMARK_GRAY_ULLRICH,
    },
    tableaus=HOMME_TSTEP_TYPES,
    names=NAMES,
    fluxes=tuple(FLUX),
    state_of=pieces.state_of,
    named=pieces.named,
    results={},
)


def names_of(x: Fields) -> tuple[str, ...]:
    """The fields of a state of x's form."""
    return (*NAMES, *(name for name in ("w_i", "phinh_i") if name in x))


def _stage(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = pieces.dycore_of(x, grid, settings, x["h"])
    base = pieces.state_of({name: x[f"base_{name}"] for name in names_of(x)})
    updated, flux = dycore.advance_with_flux(dycore.equations, base, x["h"], pieces.state_of(x))
    return {**pieces.named(updated), "vn0": flux.mass_flux, "omega_p": flux.omega}


def _packed(x: Fields, prefix: str = "") -> tuple[np.ndarray, ...]:
    return vector(x[f"{prefix}v"]), scalar(x[f"{prefix}vtheta_dp"]), scalar(x[f"{prefix}dp3d"])


def _stage_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    reference.configure(x, fortran, settings)
    *state, vn0, omega = fortran(
        "theta_l_hydrostatic:rk_stage", *_packed(x), *_packed(x, "base_"), flat(x["phis"]), x["h"]
    )
    return {**_named(*state), "vn0": vector.back(vn0), "omega_p": scalar.back(omega)}


def _named(v: np.ndarray, vtheta_dp: np.ndarray, dp3d: np.ndarray) -> dict:
    return {"v": vector.back(v), "vtheta_dp": scalar.back(vtheta_dp), "dp3d": scalar.back(dp3d)}


def _stage_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    rates = reference.tendency(x, fortran, {**settings, "dt2": 1.0, "scale3": 0.0})
    base = {name: x[f"base_{name}"] for name in NAMES}
    return {n: {"h times the tendency": x["h"] * rates[n], "the state it starts from": base[n]} for n in NAMES}


def _step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return lookup("theta_l_dynamics_step").port(x, grid, settings)


def _point(name: str, rung: str, title: str, port: Callable, fortran: Callable, units: dict, **more: Any) -> Savepoint:
    return Savepoint(Kernel(f"theta_l/{name}", port=port, fortran=fortran, outputs=units), rung, title, **more)


SCHEME_POINT, SCHEME_END_POINT = SCHEME.points()
STAGE_POINT = _point(
    "stage",
    "stage",
    "the stage: base + h R, assembled and limited",
    _stage,
    _stage_fortran,
    {**STATE, **FLUX},
    parts=_stage_parts,
)
DYNAMICS_STEP_POINT = _point(
    "dynamics_step", "step", "the dynamics step put together", _step, forms.dynamics_step, {**STATE, **FLUX}
)
