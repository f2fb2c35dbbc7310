"""Generated states of shallow water over a mountain, smooth or rough, and the steps of every scheme."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from pysces.arrays.fields import to_record
from pysces.constants import E3SM
from pysces.geometry.grid import Grid, plane_grid

from ..registry import Case
from . import seeds
from .fields import PATCH, angles, scalar_field, sphere, vector_field

PLANE = "plane"
CONSTANTS = to_record(E3SM, "homme")
LAPLACIAN = {"nu": 1.0e7, "nu_s": 7.0e6, "nu_div": 1.0e7, "hypervis_order": 1, "hypervis_subcycle": 3}
TENSOR = {"nu": 2.0e-6, "nu_s": 1.4e-6, "nu_div": 3.0e-6, "hypervis_order": 2, "hypervis_subcycle": 2}
STEPS: dict[str, dict[str, Any]] = {
    "leapfrog_robert": {"integration": "explicit", "LFTfreq": 0, "smooth": 0.05},
    "leapfrog_trapezoidal": {"integration": "explicit", "LFTfreq": 1},
    "midpoint": {"integration": "explicit", "LFTfreq": 4},
    "ssp_rk3": {"integration": "runge_kutta", "rk_stage_user": 3},
    "ssp_rk5": {"integration": "runge_kutta", "rk_stage_user": 5},
}


def damped(ne: int) -> dict[str, Any]:
    """Viscosities of a mesh, strong enough to show in single precision."""
    nu = 1.0e19 * (2 / ne) ** 3.2
    return {"nu": nu, "nu_s": 0.75 * nu, "nu_div": 1.5 * nu, "hypervis_order": 2, "hypervis_subcycle": 2}


def water(grid: Grid, kind: str) -> dict[str, np.ndarray]:
    """Inputs of the kernels: waves of wind and height over a mountain; rough adds noise at every node."""
    rng = seeds.generator(20261126)
    lon, lat = angles(grid)
    ps = 5.0e3 * np.exp(np.sin(lat) + np.cos(lat) * np.cos(lon))
    wind = 20.0 * vector_field(grid, "smooth", rng, 1)
    p = 2.0e3 * scalar_field(grid, "smooth", rng, 1)
    if kind == "rough":
        wind, p = wind + 5.0 * vector_field(grid, kind, rng, 1), p + 200.0 * scalar_field(grid, kind, rng, 1)
    return {"v": wind, "p": p, "ps": ps, "pmean": np.array(5.0e4)}


@cache
def small_plane() -> Grid:
    """A plane of a few oblong elements, built once a process."""
    return plane_grid(4, 3, 4.0e6, 3.6e6, 1.0e-4)


def _case(name: str, settings: dict, kind: str = "smooth", ne: int | str = 2, **more: np.ndarray) -> Case:
    grid = small_plane() if ne == PLANE else sphere(ne)
    return Case(name, {**water(grid, kind), **more}, {**CONSTANTS, **settings}, grid)


# Of every kernel's cases, nlev is the number of levels; here there is one, whatever is asked for.
def tendency_cases(ne: int = 2, nlev: int = 1) -> list[Case]:
    """Smooth and rough; on a refined mesh, and on a plane."""
    elsewhere = [_case(mesh, {}, "rough", mesh) for mesh in (PATCH, PLANE)]
    return [*(_case(kind, {}, kind, ne) for kind in ("smooth", "rough")), *elsewhere]


def viscosity_cases(ne: int = 2, nlev: int = 1) -> list[Case]:
    """Laplacian, biharmonic, tensor; damping of divergence apart."""
    tensor = {**TENSOR, "hypervis_scaling": 3.2, "dt": 300.0}
    return [
        _case("biharmonic", {**damped(ne), "dt": 300.0}, ne=ne),
        _case("laplacian_rough", {**LAPLACIAN, "dt": 300.0}, "rough", ne),
        _case("tensor", tensor, ne=ne, tensorVisc=sphere(ne).viscosity_tensor),
        _case("patch_tensor", tensor, "rough", PATCH, tensorVisc=sphere(PATCH).viscosity_tensor),
        _case("plane", {**damped(9), "dt": 300.0}, ne=PLANE),
    ]


def step_cases(ne: int = 2, nlev: int = 1) -> list[Case]:
    """One step of every scheme, damped; the leapfrogs from two levels."""
    made = []
    for name, scheme in STEPS.items():
        settings = {**damped(ne), "hypervis_subcycle": 1, **scheme, "tstep": 200.0}
        case = _case(name, settings, ne=ne)
        if scheme["integration"] == "explicit" and scheme["LFTfreq"] <= 1:
            case.inputs["v_nm1"], case.inputs["p_nm1"] = 0.98 * case.inputs["v"], 0.99 * case.inputs["p"]
        made.append(case)
    on_patch = {**TENSOR, "hypervis_scaling": 3.2, **STEPS["ssp_rk3"], "tstep": 60.0}
    on_plane = {**damped(9), "hypervis_subcycle": 1, **STEPS["ssp_rk3"], "tstep": 200.0}
    return [*made, _case("patch_ssp_rk3", on_patch, "rough", PATCH), _case("plane_ssp_rk3", on_plane, ne=PLANE)]


def call_cases(ne: int = 2, nlev: int = 1) -> list[Case]:
    """A few steps from the start: the leapfrogs' own beginning, and a mixed cycle."""
    outputs = ("step_5/v", "step_5/p")
    base = {**damped(ne), "hypervis_subcycle": 1, "tstep": 200.0, "outputs": outputs}
    chosen = {"trapezoidal": STEPS["leapfrog_trapezoidal"], "mixed": {"integration": "explicit", "LFTfreq": 2}}
    cubes = [_case(name, {**base, **scheme}, ne=ne) for name, scheme in chosen.items()]
    on_patch = {**base, **TENSOR, "hypervis_scaling": 3.2, **STEPS["leapfrog_trapezoidal"], "tstep": 60.0}
    return [*cubes, _case("patch_trapezoidal", on_patch, ne=PATCH)]
