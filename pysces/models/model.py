"""What a run needs to know about one set of equations: how to build it, start it, weigh it and write it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..config.run import RunConfig
from ..constants import CAM, E3SM, Constants
from ..geometry.grid import Grid, cubed_sphere_grid
from ..vertical.coordinate import VerticalCoordinate
from ..vertical.coordinate_files import coordinate_from_table, named_coordinate, read_coordinate

CONSTANTS = {"e3sm": E3SM, "cam": CAM}
LONGEST_STEP, STEP_AT_NE1 = 600.0, 9000.0  # s; HOMME's cases take 300 s at ne30


@dataclass(frozen=True)
class World:
    """Where a run takes place, on the host in float64."""

    grid: Grid
    coordinate: VerticalCoordinate
    constants: Constants


@dataclass(frozen=True)
class Setting:
    """A dycore and the state it starts from, on the host in float64, and what was chosen automatically."""

    dycore: object
    state: object
    report: str


@dataclass(frozen=True)
class OutputField:
    """One field of the history: a number, (elem, i, j) or (elem, i, j, lev)."""

    name: str
    values: np.ndarray | float
    units: str
    long_name: str


@dataclass(frozen=True)
class Model:
    """One set of equations.

    setting : (config, world) -> Setting. All others are functions of (dycore, state):
    energy : an Energy.   layers : mass of the layers whose sum is conserved [Pa].
    surface_pressure : (elem, i, j, 1) [Pa].   fields : the history's OutputFields.
    """

    setting: Callable
    energy: Callable
    layers: Callable
    surface_pressure: Callable
    fields: Callable


def world(config: RunConfig, planet: Callable = lambda constants: constants) -> World:
    """Grid, levels and constants of a configuration; planet changes the constants as a case wants them."""
    constants = planet(CONSTANTS[config.grid.constants])
    v = config.viscosity
    grid = cubed_sphere_grid(
        config.grid.ne, constants, config.grid.cubed_sphere_map, v.hypervis_scaling, v.laplace_scaling
    )
    return World(grid, vertical_coordinate(config, constants.p0), constants)


def vertical_coordinate(config: RunConfig, p0: float) -> VerticalCoordinate:
    """The levels a configuration asks for."""
    options = config.vertical
    if options.table:
        coordinate = coordinate_from_table(options.table)
    elif options.vfile_int:
        coordinate = read_coordinate(options.vfile_int, options.vfile_mid or None, p0)
    else:
        coordinate = named_coordinate(options.name, p0)
    if options.nlev and options.nlev != coordinate.nlev:
        raise ValueError(
            f"[vertical] nlev is {options.nlev} but the coordinate has {coordinate.nlev} levels; "
            "name another set of levels or leave nlev out."
        )
    return coordinate


def time_step(config: RunConfig) -> float:
    """The dynamics step [s]; one chosen here divides a day into whole remap calls."""
    time = config.time
    if time.tstep > 0:
        return time.tstep
    steps_per_call = time.qsplit * max(time.rsplit, 1)
    longest = min(LONGEST_STEP, STEP_AT_NE1 / config.grid.ne)
    return 86400.0 / (steps_per_call * int(np.ceil(86400.0 / (steps_per_call * longest))))


def tracer_step(config: RunConfig, dt: float) -> float:
    """The tracer step [s], 0 without tracers."""
    return dt * config.time.qsplit if config.case.tracers else 0.0
