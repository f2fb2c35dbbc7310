"""Savepoints of physical viscosity in nonhydrostatic theta-l, of the air and of tracers."""

from __future__ import annotations

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid
from pysces.models.theta_l.physical_viscosity import DEPTH
from pysces.vertical.even_laplacian import laplace_z

from ...kernels import supercell as kernels
from ...registry import Fields, Settings
from ...sides.adapters import Fortran, scalar, vector
from ...sides.fortran import supercell as reference
from ..reference_operators import assembled
from ..savepoint import Pair, Parts, Walk, visit
from .nonhydrostatic_points import NAMES, STATE
from .stages import _point

INTERFACES = ("w_i", "phinh_i")
ALONG, UPRIGHT = "the Laplacian along levels", "the second difference in height"


def kept(state: Fields) -> dict[str, np.ndarray]:
    """A state as the start that viscosity leaves alone in height."""
    return {f"start_{name}": a for name, a in state.items()}


def _departures(x: Fields) -> dict[str, np.ndarray]:
    """What each field that is mixed is apart from its start."""
    departures = {name: x[name] - x[f"start_{name}"] for name in ("v", "dp3d", *INTERFACES)}
    return {**departures, "theta": x["vtheta_dp"] / x["dp3d"] - x["start_vtheta_dp"] / x["start_dp3d"]}


def _spacing(name: str, s: np.ndarray) -> float:
    """HOMME divides by all interfaces."""
    return DEPTH / s.shape[-1]


def _laplace_z(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {f"upright_{name}": laplace_z(s, _spacing(name, s)) for name, s in _departures(x).items()}


def _laplace_z_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {f"upright_{name}": _second_difference(s, _spacing(name, s)) for name, s in _departures(x).items()}


def _second_difference(s: np.ndarray, spacing: float) -> np.ndarray:
    """As reference_fortran writes it: nothing flows through the ends."""
    found, above = np.empty_like(s), np.zeros_like(s[..., 0])
    for k in range(s.shape[-1]):
        below = (s[..., k + 1] - s[..., k]) / spacing if k + 1 < s.shape[-1] else 0.0 * above
        found[..., k] = (below - above) / spacing
        above = below
    return found


def _air_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """What either Laplacian would have changed."""
    upright = _laplace_z_fortran(x, fortran, settings)
    fields = {name: x[name] for name in ("v", "dp3d", *INTERFACES)} | {"theta": x["vtheta_dp"] / x["dp3d"]}
    along = assembled({name: _along(s, fortran) for name, s in fields.items()}, fortran, "dss_wk")
    parts: Parts = {}
    for name in fields:
        strength = settings["dt"] * settings["mu" if name == "v" else "mu_s"]
        both = {ALONG: along[name], UPRIGHT: upright[f"upright_{name}"]}
        change = {title: strength * _above_ground(name, s) for title, s in both.items()}
        if name == "theta":
            parts["vtheta_dp"] = {title: x["dp3d"] * s for title, s in change.items()}
        else:
            parts[name] = change
    return parts


def _along(s: np.ndarray, fortran: Fortran) -> np.ndarray:
    """The weak Laplacian along levels of a scalar or of the wind."""
    if s.ndim == 5:
        return vector.back(fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(s), 1.0))
    return scalar.back(fortran("sphere_operators:laplace_sphere_wk", scalar(s)))


def _above_ground(name: str, s: np.ndarray) -> np.ndarray:
    """Nothing on the ground of a field at interfaces."""
    return np.concatenate([s[..., :-1], 0.0 * s[..., -1:]], axis=-1) if name in INTERFACES else s


LAPLACE_Z_POINT = _point(
    "laplace_z",
    "operator",
    "the second difference in height of what is apart from the start",
    _laplace_z,
    _laplace_z_fortran,
    {f"upright_{name}": "" for name in ("v", "dp3d", *INTERFACES, "theta")},
)
AIR_POINT = _point(
    "physical_viscosity",
    "dissipation",
    "the physical viscosity of the air",
    kernels._air,
    reference.air,
    STATE,
    parts=_air_parts,
)
WATER_POINT = _point(
    "tracer_physical_viscosity",
    "dissipation",
    "the physical viscosity of tracers",
    kernels._water,
    reference.water,
    {"Qdp": "Pa"},
)


def air(state: Pair, step: int, settings: Settings) -> Walk[Pair]:
    """The visits of the air's viscosity over settings["dt"] [s], and the state that it leaves."""
    yield from visit(LAPLACE_Z_POINT, step, "physical viscosity", state, settings)
    return (yield from visit(AIR_POINT, step, "physical viscosity", state, settings)).only(NAMES)
