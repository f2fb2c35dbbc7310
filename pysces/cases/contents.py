"""What HOMME fills the tracers of its test cases with, beyond the water vapor that belongs to the air.

    contents(fields, grid, coordinate, number) -> mixing ratios, one for each tracer

HOMME: baroclinic_inst_mod:jw_baroclinic, dcmip12_wrapper:set_tracers, dcmip16_wrapper
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays.backend import Array
from ..geometry.grid import Grid
from ..operators.dss import dss
from ..operators.strong import vorticity_sphere
from ..physics.terminator import Terminator
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields

Contents = Callable[[InitialFields, Grid, VerticalCoordinate, int], list[Array]]
PASSENGER, WAVES = 400.0, 9.0  # K, waves around the globe
SPIN = float(np.float32(2e-5))  # s-1: HOMME's program has a literal of single precision
TEN = 10  # tracers, with which HOMME's wave has slotted ones


def vapor_and_ones(fields: InitialFields, grid: Grid, coordinate: VerticalCoordinate, number: int) -> list[Array]:
    """Vapor, then ones, each (elem, i, j, lev) [kg kg-1].  HOMME: dcmip12_wrapper:set_tracers"""
    return [fields.q_moist, *(np.ones_like(fields.dp) for _ in range(number - 1))]


def clouds_and_ones(fields: InitialFields, grid: Grid, coordinate: VerticalCoordinate, number: int) -> list[Array]:
    """Vapor, no cloud, no rain, ones, each (elem, i, j, lev) [kg kg-1].  HOMME: dcmip16_wrapper:dcmip2016_test2"""
    none, one = np.zeros_like(fields.dp), np.ones_like(fields.dp)
    return _filled([fields.q_moist, none, none], one, number)


def clouds_and_chlorine(fields: InitialFields, grid: Grid, coordinate: VerticalCoordinate, number: int) -> list[Array]:
    """Vapor, no cloud water, no rain, chlorine in balance with the sun, then ones, each (elem, i, j, lev) [kg kg-1].

    HOMME: dcmip16_wrapper:dcmip2016_test1
    """
    none, one = np.zeros_like(fields.dp), np.ones_like(fields.dp)
    return _filled(
        [fields.q_moist, none, none, *(c * one for c in Terminator().steady_state(grid.lat, grid.lon))], one, number
    )


def passengers(fields: InitialFields, grid: Grid, coordinate: VerticalCoordinate, number: int) -> list[Array]:
    """Temperature over 400 K; the second is cyclonic vorticity, the third one; ten of them are slotted.

    Each (elem, i, j, lev) [1].

    HOMME: baroclinic_inst_mod:jw_baroclinic
    """
    if number == TEN:
        slots = dss(1.0 * (np.sin(WAVES * grid.lon) * np.sin(WAVES * grid.lat) >= 0.0), grid)
        return [slots + 0.0 * fields.dp] * TEN
    spin = dss(vorticity_sphere(fields.wind, grid), grid)
    own = [fields.temperature / PASSENGER, np.maximum(spin, 0.0) / SPIN, np.ones_like(fields.dp)]
    return _filled(own, own[0], number)


def _filled(own: list[Array], rest: Array, number: int) -> list[Array]:
    return [*own[:number], *([rest] * (number - len(own)))]
