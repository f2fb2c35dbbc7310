"""Savepoints of nonhydrostatic theta-l that the hydrostatic form does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.theta_l.state import NonhydrostaticState

from ...registry import Fields, Settings
from ...sides.adapters import Fortran, scalar, tracers, vector
from ...sides.fortran import theta_l as configured
from ...sides.fortran import theta_l_nonhydrostatic as reference
from ...sides.pysces import theta_l as pieces
from ..reference_operators import assembled, gradient, vorticity_terms
from ..savepoint import Parts
from .remap import _algorithms, _vertical_remap
from .stages import _point, _stage
from .terms import FLUX

STATE = units(NonhydrostaticState, "homme")
NAMES = tuple(STATE)
GRADIENTS = ("exner", "theta", "w_i", "phinh_i")
COLUMN = {"p": "Pa", "exner": "1", "mu": "1"}


def derived(x: Fields, column: Fields) -> dict[str, np.ndarray]:
    """x with its column and the products that operators act on."""
    products = {
        "theta": x["vtheta_dp"] / x["dp3d"],
        "mass_flux": x["v"] * x["dp3d"],
        "theta_flux": x["v"] * x["vtheta_dp"],
    }
    return {**x, **column, **products}


def _ground(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return pieces.named(pieces.equations_of(x, settings).begin_step(pieces.state_of(x)))


def _ground_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """w on the ground is that of the wind along its slope."""
    (u, v), (slope_u, slope_v) = x["v"][..., -1:], x["gradphis"]
    climb = (u * slope_u + v * slope_v) / settings["g"]
    w_i = np.concatenate([x["w_i"][..., :-1], climb], axis=-1)
    return {name: x[name] for name in NAMES} | {"w_i": w_i}


def _column(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """mu above the ground; on it, it is 1 by construction."""
    c = pieces.equations_of(x, settings).column(pieces.state_of(x))
    return {"p": c.p, "exner": c.exner, "mu": c.mu[..., :-1]}


def _column_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    configured.configure(x, fortran, settings)
    p, exner, _, mu = fortran("eos:pnh_and_exner_nonhydrostatic", *reference.state_of(x)[1:4])
    return {"p": scalar.back(p), "exner": scalar.back(exner), "mu": scalar.back(mu)[..., :-1]}


def _gradients(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {f"grad_{name}": op.gradient_sphere(x[name], grid) for name in GRADIENTS}


def _gradients_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {f"grad_{name}": gradient(x[name], fortran) for name in GRADIENTS}


def _stage_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    configured.configure(x, fortran, settings)
    scale2 = 0.0 if settings["tstep_type"] >= 7 else 1.0
    states = *reference.state_of(x), *reference.state_of(x, "base_")
    *state, vn0, omega = fortran(
        "theta_l_nonhydrostatic:rk_stage", *states, *reference.ground_of(x, fortran), x["h"], scale2
    )
    return reference.named(*state) | {"vn0": vector.back(vn0), "omega_p": scalar.back(omega)}


def _stage_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """What some terms of the equations contribute, continuous, times h."""
    x = derived(x, _column_fortran(x, fortran, settings))
    wind, h = _wind_at_interfaces(x), x["h"]
    along = lambda name: -h * (wind * gradient(x[name], fortran)).sum(axis=0)  # noqa: E731
    forces = {name: h * force for name, force in vorticity_terms(x, fortran).items()}
    forces["h cp theta grad(Exner)"] = -h * settings["Cp"] * x["theta"] * gradient(x["exner"], fortran)
    terms = {
        "v": forces,
        "w_i": {"h u . grad(w)": along("w_i")},
        "phinh_i": {"h u . grad(phi)": along("phinh_i")},
    }
    return {field: assembled(parts, fortran) for field, parts in terms.items()}


def _wind_at_interfaces(x: Fields) -> np.ndarray:
    momentum, dp = x["v"] * x["dp3d"], x["dp3d"]
    inner = (momentum[..., 1:] + momentum[..., :-1]) / (dp[..., 1:] + dp[..., :-1])
    return np.concatenate([x["v"][..., :1], inner, x["v"][..., -1:]], axis=-1)


def _added(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    state, u0, u1 = (pieces.state_of(_of(x, prefix)) for prefix in ("", "u0_", "u1_"))
    return pieces.named(pieces.equations_of(x, settings).limited(state + (u1 - u0) * 0.25))


def _added_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """The sum alone: a limiter that acts is seen in the step as one."""
    return {name: x[name] + (x[f"u1_{name}"] - x[f"u0_{name}"]) / 4 for name in NAMES}


def _fast(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    state, of = pieces.state_of(x), pieces.state_of(_of(x, "of_"))
    return pieces.named(pieces.equations_of(x, settings).with_fast_terms(state, x["h"], of, grid))


def _fast_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    configured.configure(x, fortran, settings)
    found = [scalar(x[name]) for name in reference.INTERFACES]
    of, ground = reference.state_of(x, "of_"), reference.ground_of(x, fortran)
    return _with_interfaces(x, fortran("theta_l_nonhydrostatic:add_fast_terms", *found, *of, *ground, x["h"]))


def _solve(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return pieces.named(pieces.equations_of(x, settings).solve_implicit(pieces.state_of(x), x["h"], grid))


def _solve_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    configured.configure(x, fortran, settings)
    v, vtheta_dp, dp3d, phi, w = reference.state_of(x)
    ground = reference.ground_of(x, fortran)
    found = fortran("theta_l_nonhydrostatic:solve_stage", phi, w, v, vtheta_dp, dp3d, *ground, x["h"])
    return _with_interfaces(x, found)


def _with_interfaces(x: Fields, found: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    interfaces = {name: scalar.back(a) for name, a in zip(reference.INTERFACES, found)}
    return {name: x[name] for name in NAMES} | interfaces


def _of(x: Fields, prefix: str) -> dict[str, Array]:
    return {name: x[prefix + name] for name in NAMES}


def _remap_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    configured.configure(x, fortran, settings)
    mass = tracers(x["Qdp"]) if "Qdp" in x else np.zeros((4, 4, x["dp3d"].shape[-1], 0, len(x["dp3d"])), order="F")
    ground, q_alg = reference.ground_of(x, fortran), _algorithms(settings)[1]
    *found, _ = fortran("nonhydrostatic_remap:vertical_remap", *reference.state_of(x), mass, *ground, q_alg)
    return reference.named(*found[: len(NAMES)]) | ({"Qdp": tracers.back(found[-1])} if "Qdp" in x else {})


def _own(name: str, rung: str, title: str, port: Callable, fortran: Callable, units: dict, **more: Any) -> Any:
    return _point(f"nonhydrostatic_{name}", rung, title, port, fortran, units, **more)


GROUND_POINT = _own("ground", "scheme", "w on the ground as a step begins", _ground, _ground_fortran, STATE)
COLUMN_POINT = _own("column", "column", "the column: pressure, Exner function, mu", _column, _column_fortran, COLUMN)
GRADIENT_POINT = _own(
    "gradient_sphere",
    "operator",
    "the operator gradient_sphere",
    _gradients,
    _gradients_fortran,
    {f"grad_{name}": "m-1" for name in GRADIENTS},
)
STAGE_POINT = _own(
    "stage",
    "stage",
    "the explicit part of the stage: base + h R, assembled, on the ground, limited",
    _stage,
    _stage_fortran,
    {**STATE, **FLUX},
    parts=_stage_parts,
)
ADDED_POINT = _own("added", "scheme", "what the last stage adds of the first", _added, _added_fortran, STATE)
FAST_POINT = _own("fast", "term", "fast terms of an earlier stage", _fast, _fast_fortran, STATE)
SOLVE_POINT = _own("solve", "stage", "the implicit part of the stage", _solve, _solve_fortran, STATE)
REMAP_POINT = _own("vertical_remap", "remap", "the vertical remap", _vertical_remap, _remap_fortran, STATE)
