"""Generated inputs of physical viscosity: air of the supercell's planet that has moved away from its start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pysces.constants import E3SM
from pysces.geometry.grid import Grid, cubed_sphere_grid
from pysces.operators.dss import dss

from ..registry import Case
from . import seeds, theta_l
from . import theta_l_nonhydrostatic as nonhydrostatic
from .fields import scalar_field

RADIUS = 53133.0  # m
MIXED = {"mu": 500.0, "mu_s": 1500.0, "mu_q": 1500.0}  # m2 s-1, as in DCMIP2016
SETTINGS = {**MIXED, "dt": 300.0, "limiter_option": 4, "qsize": 3}
MOVED = {"v": 0.1, "vtheta_dp": 1e-3, "dp3d": 1e-3, "phinh_i": 1e-3, "w_i": 0.5}  # of a field, since the start


def air_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Smooth and rough departures from the start."""
    return [_case("smooth", "smooth", ne, nlev), _case("rough", "rough", ne, nlev)]


def water_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """A constant, a wave and a step, which falls below zero and is refilled; and left as they come, without limiter."""
    case = _case("limited", "smooth", ne, nlev)
    free = replace(case, name="unlimited", settings={**case.settings, "limiter_option": 0})
    return [replace(c, tracers=("Qdp", "start_Qdp")) for c in (case, free)]


def _case(name: str, kind: str, ne: int, nlev: int) -> Case:
    rng = seeds.generator(20261127)
    base = theta_l.air_case(name, {**nonhydrostatic.FORM, **SETTINGS}, "smooth", ne, nlev)
    grid = cubed_sphere_grid(ne, constants=E3SM.replace(radius=RADIUS, omega=0.0))
    start = base.inputs | nonhydrostatic.in_balance(base)
    start["w_i"] = start["w_i"] + scalar_field(grid, "smooth", rng, nlev + 1)
    wave = np.sin(grid.lat) * np.cos(np.arange(nlev))
    start["Qdp"] = np.stack([np.ones_like(wave), 1e-3 * (2.0 + wave), 1.0 * (wave > 0.2)]) * start["dp3d"]
    now = {name: _moved(start[name], share, kind, grid, rng) for name, share in MOVED.items()}
    now["phinh_i"][..., -1:] = start["phis"]
    now["Qdp"] = start["Qdp"][:, ..., ::-1] / start["dp3d"][..., ::-1] * now["dp3d"]
    before = {f"start_{name}": start[name] for name in now}
    return replace(base, inputs={**start, **before, **now}, grid=grid)


def _moved(field: np.ndarray, share: float, kind: str, grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """A field with so much of it changed, continuous."""
    return field * (1.0 + share * dss(scalar_field(grid, kind, rng, field.shape[-1]), grid))
