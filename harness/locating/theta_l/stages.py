"""Savepoints of a hydrostatic theta-l step around its tendency: the scheme, stages, dissipation, the whole step."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array, namespace
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.theta_l.hyperviscosity import Hyperviscosity
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES
from pysces.transport.fluxes import DissipationFlux

from ...kernels import theta_l as kernels
from ...kernels.catalogue import lookup
from ...registry import Fields, Kernel, Settings
from ...sides.adapters import Fortran, flat, matrix, scalar, vector
from ...sides.fortran import theta_l as reference
from ...sides.pysces import theta_l as pieces
from ..reference_operators import assembled
from ..savepoint import Parts, Savepoint
from ..scheme import KINNMARK_GRAY_ULLRICH, START, Scheme
from .terms import FLUX, STATE

NAMES = tuple(STATE)
WEAK = ("theta", "dp3d", "v")

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


def _stage(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = pieces.dycore_of(x, grid, settings, x["h"])
    base = pieces.state_of({name: x[f"base_{name}"] for name in NAMES})
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


def _laplacians(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {
        "laplace_theta": op.laplace_sphere_wk(x["theta"], grid),
        "laplace_dp3d": op.laplace_sphere_wk(x["dp3d"], grid),
        "laplace_v": op.vlaplace_sphere_wk_contra(x["v"], grid, _nu_ratio(settings)),
    }


def _nu_ratio(settings: Settings) -> float:
    return reference.default_nu("nu_div", settings) / settings["nu"]


def _laplacians_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    laplace = lambda s: scalar.back(fortran("sphere_operators:laplace_sphere_wk", scalar(s)))  # noqa: E731
    v = fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(x["v"]), _nu_ratio(settings))
    return {"laplace_theta": laplace(x["theta"]), "laplace_dp3d": laplace(x["dp3d"]), "laplace_v": vector.back(v)}


def _dissipation(x: Fields, grid: Grid, settings: Settings) -> Hyperviscosity:
    found = pieces.dissipation_of(x, grid, settings)
    if found is None:
        raise ValueError("Savepoints of hyperviscosity need nu > 0, found 0; leave them out of the walk.")
    return found


def _scalars(x: Fields, prefix: str = "") -> Array:
    return namespace(x[prefix + "theta"]).stack([x[prefix + "theta"], x[prefix + "dp3d"]])


def _first_laplacian(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dissipation = _dissipation(x, grid, settings)
    (theta, dp), v = dissipation._first_laplacian(_scalars(x), x["v"], pieces.grid_of(x, grid, settings))
    return {"laplace_theta": theta, "laplace_dp3d": dp, "laplace_v": v}


def _first_laplacian_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """Of the departures from the reference states."""
    reference.configure(x, fortran, settings)
    states = fortran.library.theta_l_reference
    theta, dp = x["theta"] - scalar.back(states.theta_ref), x["dp3d"] - scalar.back(states.dp_ref)
    found = _laplacians_fortran({**x, "theta": theta, "dp3d": dp}, fortran, settings)
    if settings.get("hv_theta_correction", 0):
        found["laplace_theta"] = found["laplace_theta"] - _slope(theta, states, settings)
    return found


def _slope(theta: np.ndarray, states: ModuleType, settings: Settings) -> np.ndarray:
    """d theta / dp, limited, times the Laplacian of reference pressure."""
    below = (theta + np.concatenate([theta[..., 1:], theta[..., -1:]], axis=-1)) / 2
    above = np.concatenate([theta[..., :1], below[..., :-1]], axis=-1)
    slope = (below - above) / scalar.back(states.dp_ref)
    return slope / (1 + abs(slope) / settings.get("hv_theta_thresh", 0.025)) * scalar.back(states.lap_p_wk)


def _weak_dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {name: op.dss_wk(x[name], grid) for name in (f"laplace_{n}" for n in WEAK)}


def _weak_dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({name: x[name] for name in (f"laplace_{n}" for n in WEAK)}, fortran, "dss_wk")


def _second_laplacian(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dissipation, grid = _dissipation(x, grid, settings), pieces.grid_of(x, grid, settings)
    (theta, dp), v = dissipation._second_laplacian(_scalars(x, "laplace_"), x["laplace_v"], grid)
    return {"weak_theta": theta, "weak_dp3d": dp, "weak_v": v}


def _second_laplacian_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    theta, dp, v = (x[f"laplace_{n}"] for n in WEAK)
    names = ("laplace_sphere_wk", "vlaplace_sphere_wk_contra")
    tensor: list[float | np.ndarray] = [1.0]
    scalar_tensor: list[float | np.ndarray] = []
    if settings.get("hypervis_scaling", 0.0) > 0:
        names = ("laplace_sphere_wk_tensor", "vlaplace_sphere_wk_cartesian_tensor")
        scalar_tensor = tensor = [_tensor(x, fortran)]
    laplace = lambda s: scalar.back(fortran(f"sphere_operators:{names[0]}", scalar(s), *scalar_tensor))  # noqa: E731
    v = vector.back(fortran(f"sphere_operators:{names[1]}", vector(v), *tensor))
    return {"weak_theta": laplace(theta), "weak_dp3d": laplace(dp), "weak_v": v}


def _tensor(x: Fields, fortran: Fortran) -> np.ndarray:
    """The viscosity tensor of the inputs, or of the grid that is loaded."""
    return matrix(x["tensorVisc"]) if "tensorVisc" in x else np.asfortranarray(fortran.library.element_data.tensorvisc)


def _biharmonic(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dissipation, grid = _dissipation(x, grid, settings), pieces.grid_of(x, grid, settings)
    (theta, dp), v = dissipation._biharmonic(_scalars(x), x["v"], grid)
    return {"weak_theta": theta, "weak_dp3d": dp, "weak_v": v}


def _biharmonic_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    first = _weak_dss_fortran(_first_laplacian_fortran(x, fortran, settings), fortran, settings)
    return _second_laplacian_fortran({**x, **first}, fortran, settings)


def _hyperviscosity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return kernels._hyperviscosity(x, grid, {**settings, "nu_top": 0.0})


def _hyperviscosity_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return reference.hyperviscosity(x, fortran, {**settings, "nu_top": 0.0})


def _hyperviscosity_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """What each field's biharmonic, and each other viscosity, would have changed."""
    theta = x["vtheta_dp"] / x["dp3d"]
    weak = _biharmonic_fortran({**x, "theta": theta}, fortran, settings)
    smooth = assembled(weak, fortran, "dss_wk")
    dt = settings["dt2"]
    change = {name: -dt * settings["nu"] * smooth[f"weak_{name}"] for name in WEAK}
    return {
        "v": {"dt nu biharmonic(u)": change["v"]},
        "vtheta_dp": {"dt nu dp biharmonic(theta)": x["dp3d"] * change["theta"]},
        "dp3d": {"dt nu biharmonic(dp)": change["dp3d"]},
    }


def _sponge(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    grid = pieces.grid_of(x, grid, settings)
    dissipation, state = _dissipation(x, grid, settings), pieces.state_of(x)
    count = settings["hypervis_subcycle_tom"]
    for _ in range(count):
        state = dissipation._sponge_step(state, settings["dt2"] / count, grid)
    return pieces.named(state)


def _sponge_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """advance_hypervis without a subcycle of hyperviscosity."""
    found = reference.hyperviscosity(x, fortran, {**settings, "hypervis_subcycle": 0})
    return {name: found[name] for name in NAMES}


def _step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return lookup("theta_l_dynamics_step").port(x, grid, settings)


def _point(name: str, rung: str, title: str, port: Callable, fortran: Callable, units: dict, **more: Any) -> Savepoint:
    return Savepoint(Kernel(f"theta_l/{name}", port=port, fortran=fortran, outputs=units), rung, title, **more)


def _units(prefix: str) -> dict:
    return {f"{prefix}_{name}": "" for name in WEAK}


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
LAPLACIAN_POINT = _point(
    "laplace_sphere_wk", "operator", "the Laplace operators", _laplacians, _laplacians_fortran, _units("laplace")
)
FIRST_LAPLACIAN_POINT = _point(
    "first_laplacian",
    "term",
    "the first Laplacian of hyperviscosity, about the reference states",
    _first_laplacian,
    _first_laplacian_fortran,
    _units("laplace"),
)
WEAK_DSS_POINT = _point(
    "dss_wk", "assembly", "the assembly of weak fields", _weak_dss, _weak_dss_fortran, _units("laplace")
)
SECOND_LAPLACIAN_POINT = _point(
    "second_laplacian",
    "term",
    "the second Laplacian of hyperviscosity",
    _second_laplacian,
    _second_laplacian_fortran,
    _units("weak"),
)


def _biharmonic_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """What the assembly between the Laplacians contributes."""
    with_it = _biharmonic_fortran(x, fortran, settings)
    first = _first_laplacian_fortran(x, fortran, settings)
    without = _second_laplacian_fortran({**x, **first}, fortran, settings)
    return {n: {"what assembly between the Laplacians contributes": with_it[n] - without[n]} for n in with_it}


BIHARMONIC_POINT = _point(
    "biharmonic",
    "term",
    "the biharmonic: how assembly joins its two Laplacians",
    _biharmonic,
    _biharmonic_fortran,
    _units("weak"),
    parts=_biharmonic_parts,
)
HYPERVISCOSITY_POINT = _point(
    "hyperviscosity",
    "dissipation",
    "hyperviscosity: coefficients and subcycles",
    _hyperviscosity,
    _hyperviscosity_fortran,
    {**STATE, **units(DissipationFlux, "homme")},
    parts=_hyperviscosity_parts,
)
SPONGE_POINT = _point("sponge", "dissipation", "the sponge layer", _sponge, _sponge_fortran, STATE)
DYNAMICS_STEP_POINT = _point(
    "dynamics_step", "step", "the dynamics step put together", _step, reference.dynamics_step, {**STATE, **FLUX}
)
