"""Test cases as HOMME starts them, on meshes, levels and over mountains that no record has."""

from __future__ import annotations

from typing import Any

import numpy as np

from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure

from ..registry import Case
from .fields import coefficients
from .theta_l import CONSTANTS, TOP

NLEV = 8  # of seven, the search for a height in the supercell ends one chord apart at three of 864 points
EARTH = {"rearth": 6.376e6, "omega": 7.292e-5}
WET = {"use_moisture": True}
RIPPLES = {"dcmip2_x_ueq": 25.0, "dcmip2_x_h0": 400.0, "dcmip2_x_d": 6000.0, "dcmip2_x_xi": 5000.0}
# Each test with its settings; those that do not make their own levels get a table.
GIVEN: dict[str, dict[str, Any]] = {
    "jw_baroclinic": {**EARTH, "u_perturb": 1.0},
    "dcmip2012_test4": {**EARTH, **WET, "dcmip4_moist": 1, "dcmip4_X": 1.0, "qsize": 3},
    "dcmip2016_test1": {**EARTH, **WET},
    "dcmip2016_test2": {**EARTH, **WET, "qsize": 3},
}
MADE: dict[str, dict[str, Any]] = {
    "dcmip2012_test1_1": {**EARTH, "theta_hydrostatic_mode": True},
    "dcmip2012_test1_2": {**EARTH, "theta_hydrostatic_mode": True},
    "dcmip2012_test1_3": {**EARTH, "theta_hydrostatic_mode": True},
    "dcmip2012_test2_0": {"rearth": 6.376e6, "omega": 0.0, "dcmip2_0_h0": 1500.0, "dcmip2_0_zetam": 0.785},
    "dcmip2012_test2_1": {"rearth": 12752.0, "omega": 0.0, **RIPPLES},
    "dcmip2012_test2_2": {"rearth": 12752.0, "omega": 0.0, **RIPPLES},
    "dcmip2012_test3": {"rearth": 50969.76, "omega": 0.0},
    "dcmip2016_test3": {**WET, "rearth": 53133.0, "omega": 0.0},
}


def start_cases(ne: int = 3, nlev: int = NLEV) -> list[Case]:
    """Every test case once."""
    table = coefficients(even_pressure(nlev, TOP))
    return [
        *(_case(test, settings, ne, nlev, table) for test, settings in GIVEN.items()),
        *(_case(test, settings, ne, nlev, {}) for test, settings in MADE.items()),
    ]


def _case(test: str, settings: dict[str, Any], ne: int, nlev: int, table: dict[str, np.ndarray]) -> Case:
    planet = E3SM.replace(radius=settings["rearth"], omega=settings["omega"])
    grid = cubed_sphere_grid(ne, planet)
    usual = {"theta_hydrostatic_mode": False, "use_moisture": False, "Rwater_vapor": 461.5, "qsize": 0, "nlev": nlev}
    words = {**CONSTANTS, **usual, **settings, "initial_condition": test}
    return Case(test, {"lat": grid.lat, "lon": grid.lon, **table}, words, grid, tracers=("Qdp",))
