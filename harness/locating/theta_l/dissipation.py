"""Savepoints of theta-l's hyperviscosity and sponge, either form."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array, namespace
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.theta_l.hyperviscosity import Hyperviscosity
from pysces.models.theta_l.state import NonhydrostaticState
from pysces.native.call import now
from pysces.transport.fluxes import DissipationFlux

from ...kernels import theta_l as kernels
from ...registry import Fields, Settings
from ...sides.adapters import Fortran, matrix, scalar, vector
from ...sides.fortran import theta_l as reference
from ...sides.fortran import theta_l_forms as forms
from ...sides.pysces import theta_l as pieces
from ..reference_operators import assembled
from ..savepoint import Parts
from .stages import _point, names_of

AIR = units(NonhydrostaticState, "homme")
SCALARS = ("theta", "dp3d", "w_above", "phi_above")


def _laplacians(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    found = {f"laplace_{name}": op.laplace_sphere_wk(x[name], grid) for name in _scalars_of(x)}
    return found | {"laplace_v": op.vlaplace_sphere_wk_contra(x["v"], grid, _nu_ratio(settings))}


def _nu_ratio(settings: Settings) -> float:
    return reference.default_nu("nu_div", settings) / settings["nu"]


def _laplacians_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    laplace = lambda s: scalar.back(fortran("sphere_operators:laplace_sphere_wk", scalar(s)))  # noqa: E731
    v = fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(x["v"]), _nu_ratio(settings))
    return {f"laplace_{name}": laplace(x[name]) for name in _scalars_of(x)} | {"laplace_v": vector.back(v)}


def _dissipation(x: Fields, grid: Grid, settings: Settings) -> Hyperviscosity:
    found = pieces.dissipation_of(x, grid, settings)
    if found is None:
        raise ValueError("Savepoints of hyperviscosity need nu > 0, found 0; leave them out of the walk.")
    return found


def _scalars(x: Fields, prefix: str = "") -> Array:
    return namespace(x[prefix + "theta"]).stack([x[prefix + name] for name in _scalars_of(x, prefix)])


def _scalars_of(x: Fields, prefix: str = "") -> list[str]:
    """Scalars that are diffused; w and phi are those of the interfaces above the ground."""
    return [name for name in SCALARS if prefix + name in x]


def _weak(x: Fields, prefix: str) -> list[str]:
    return [prefix + name for name in (*_scalars_of(x, prefix), "v")]


def _first_laplacian(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dissipation = _dissipation(x, grid, settings)
    scalars, v = dissipation._first_laplacian(_scalars(x), x["v"], pieces.grid_of(x, grid, settings))
    return dict(zip(_weak_names(x, "laplace_"), (*scalars, v)))


def _weak_names(x: Fields, prefix: str) -> list[str]:
    return [prefix + name for name in (*_scalars_of(x), "v")]


def _first_laplacian_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """Of the departures from the reference states."""
    reference.configure(x, fortran, settings)
    states = fortran.library.theta_l_reference
    theta, dp = x["theta"] - scalar.back(states.theta_ref), x["dp3d"] - scalar.back(states.dp_ref)
    departures = {**x, "theta": theta, "dp3d": dp}
    if "phi_above" in x:
        departures["phi_above"] = x["phi_above"] - scalar.back(states.phi_ref)[..., :-1]
    found = _laplacians_fortran(departures, fortran, settings)
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
    return {name: op.dss_wk(x[name], grid) for name in _weak(x, "laplace_")}


def _weak_dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({name: x[name] for name in _weak(x, "laplace_")}, fortran, "dss_wk")


def _second_laplacian(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dissipation, grid = _dissipation(x, grid, settings), pieces.grid_of(x, grid, settings)
    scalars, v = dissipation._second_laplacian(_scalars(x, "laplace_"), x["laplace_v"], grid)
    return dict(zip((f"weak_{name}" for name in (*_scalars_of(x, "laplace_"), "v")), (*scalars, v)))


def _second_laplacian_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    names = ("laplace_sphere_wk", "vlaplace_sphere_wk_contra")
    tensor: list[float | np.ndarray] = [1.0]
    scalar_tensor: list[float | np.ndarray] = []
    if settings.get("hypervis_scaling", 0.0) > 0:
        names = ("laplace_sphere_wk_tensor", "vlaplace_sphere_wk_cartesian_tensor")
        scalar_tensor = tensor = [_tensor(x, fortran)]
    laplace = lambda s: scalar.back(fortran(f"sphere_operators:{names[0]}", scalar(s), *scalar_tensor))  # noqa: E731
    v = vector.back(fortran(f"sphere_operators:{names[1]}", vector(x["laplace_v"]), *tensor))
    scalars = _scalars_of(x, "laplace_")
    return {f"weak_{name}": laplace(x[f"laplace_{name}"]) for name in scalars} | {"weak_v": v}


def _tensor(x: Fields, fortran: Fortran) -> np.ndarray:
    """The viscosity tensor of the inputs, or of the grid that is loaded."""
    return matrix(x["tensorVisc"]) if "tensorVisc" in x else np.asfortranarray(fortran.library.element_data.tensorvisc)


def _biharmonic(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dissipation, grid = _dissipation(x, grid, settings), pieces.grid_of(x, grid, settings)
    first = dissipation._first_laplacian(_scalars(x), x["v"], grid)
    laplace, vlaplace = now(dissipation._continuous(first, grid), grid)
    scalars, v = dissipation._second_laplacian(laplace, vlaplace, grid)
    return dict(zip(_weak_names(x, "weak_"), (*scalars, v)))


def _biharmonic_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    first = _weak_dss_fortran(_first_laplacian_fortran(x, fortran, settings), fortran, settings)
    return _second_laplacian_fortran({**x, **first}, fortran, settings)


def _hyperviscosity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return kernels._hyperviscosity(x, grid, {**settings, "nu_top": 0.0})


def _hyperviscosity_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return forms.hyperviscosity(x, fortran, {**settings, "nu_top": 0.0})


def _hyperviscosity_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """What each field's biharmonic, and each other viscosity, would have changed."""
    weak = _biharmonic_fortran(diffused(x), fortran, settings)
    smooth = assembled(weak, fortran, "dss_wk")
    change = {name: -settings["dt2"] * settings["nu"] * smooth[name] for name in weak}
    parts = {
        "v": {"dt nu biharmonic(u)": change["weak_v"]},
        "vtheta_dp": {"dt nu dp biharmonic(theta)": x["dp3d"] * change["weak_theta"]},
        "dp3d": {"dt nu biharmonic(dp)": change["weak_dp3d"]},
    }
    above = {"w_i": ("w_above", "w"), "phinh_i": ("phi_above", "phi")}
    return parts | {
        field: {f"dt nu biharmonic({what})": _over_ground(change[f"weak_{name}"])}
        for field, (name, what) in above.items()
        if field in x
    }


def _over_ground(above: np.ndarray) -> np.ndarray:
    """With a ground that nothing happens to."""
    return np.concatenate([above, 0.0 * above[..., :1]], axis=-1)


def diffused(x: Fields) -> dict[str, np.ndarray]:
    """x with the scalars that are diffused by their own names."""
    found = {**x, "theta": x["vtheta_dp"] / x["dp3d"]}
    if "w_i" in x:
        found |= {"w_above": x["w_i"][..., :-1], "phi_above": x["phinh_i"][..., :-1]}
    return found


def _sponge(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    grid = pieces.grid_of(x, grid, settings)
    dissipation, state = _dissipation(x, grid, settings), pieces.state_of(x)
    count = settings["hypervis_subcycle_tom"]
    for _ in range(count):
        state = dissipation._sponge_step(state, settings["dt2"] / count, grid)
    return pieces.named(state)


def _sponge_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """advance_hypervis without a subcycle of hyperviscosity."""
    found = forms.hyperviscosity(x, fortran, {**settings, "hypervis_subcycle": 0})
    return {name: found[name] for name in names_of(x)}


def _units(prefix: str) -> dict:
    return {f"{prefix}_{name}": "" for name in (*SCALARS, "v")}


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
    {**AIR, **units(DissipationFlux, "homme")},
    parts=_hyperviscosity_parts,
)
SPONGE_POINT = _point("sponge", "dissipation", "the sponge layer", _sponge, _sponge_fortran, AIR)
