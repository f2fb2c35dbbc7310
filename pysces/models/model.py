"""What a run needs to know about one set of equations: how to build it, start it, weigh it and write it down.

A model is an object that satisfies ``Model``, registered by one line in models/registry.py; docs/develop/add_a_model.md
makes one. This interface is our own design; HOMME and CAM-SE are one model each.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import metadata
from ..cases.air_on_columns import AirOnColumns
from ..cases.catalogue import find_case
from ..config.run import RunConfig
from ..config.sections import VerticalOptions
from ..constants import CAM, E3SM, Constants
from ..dycore.stability import longest_step
from ..geometry.grid import Grid
from ..io.initial_file import read_levels
from ..operators.integrals import mass
from ..vertical.coordinate import VerticalCoordinate
from ..vertical.coordinate_files import coordinate_from_table, named_coordinate, read_coordinate
from .grids import configured_grid

CONSTANTS = {"e3sm": E3SM, "cam": CAM}
FEWEST_LEVELS = 2
SAME_LEVELS = 1e-6  # of p0: levels that are written in single precision are the same


@dataclass(frozen=True)
class World:
    """Where a run takes place, on the host in float64."""

    grid: Grid
    coordinate: Any  # a VerticalCoordinate; None where there is one layer and no pressure
    constants: Constants


@dataclass(frozen=True)
class Setup:
    """A dycore and the state it starts from, on the host in float64.

    report : what was chosen automatically.   where : where it takes place.
    notes : a sentence for everything that does not do what its words say, where only the levels or the grid show it.
    tracers : names of what it carries, in initial files.
    chosen : {word: value} of options that were left to be chosen.
    """

    dycore: Any
    state: Any
    report: str
    where: World
    notes: tuple[str, ...] = ()
    tracers: tuple[str, ...] = ()
    chosen: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OutputField:
    """One field of a file: a number, (elem, i, j) or (elem, i, j, lev).

    standard_name, cell_methods : of CF; empty are none.   levels : the dimension of its levels on columns, lev or ilev.
    """

    name: str
    values: np.ndarray | float
    units: str
    long_name: str
    standard_name: str = ""
    cell_methods: str = ""
    levels: str = ""


@dataclass(frozen=True)
class Watched:
    """Numbers of a state that a run prints and writes.

    lowest : the minimum that is printed, such as that of surface pressure.   mass : what must not change [kg m-2].
    tracer_mass : (tracer,) [kg m-2].   energy : None where a model has none.
    others : more numbers for the history, printed at the end of a run.
    """

    lowest: OutputField
    mass: OutputField
    tracer_mass: np.ndarray = field(default_factory=lambda: np.zeros(0))
    energy: Any = None  # a models.energy.Energy, or another tree with a total
    others: tuple[OutputField, ...] = ()

    def curves(self) -> list[OutputField]:
        """All of them as fields of the history, numbers in time."""
        tracers = (OutputField(f"tracer_mass_{k}", m, "kg m-2", "tracer mass") for k, m in enumerate(self.tracer_mass))
        return [self.lowest, self.mass, *energy_curves(self.energy), *self.others, *tracers]


@runtime_checkable
class Model(Protocol):
    """One set of equations that can be run.

    name : its [dynamics] model.   config : its options; ``config()`` has its usual choices.
    """

    name: str
    config: type[RunConfig]

    def setup(self, config: Any, where: World | None = None) -> Setup:
        """The dycore and the case's initial state; where replaces the configuration's own grid and levels."""

    def watch(self, dycore: Any, state: Any) -> Watched:
        """The numbers to print and write of a whole state, on the host."""

    def fields(self, dycore: Any, state: Any) -> list[OutputField]:
        """The fields of the history."""


@runtime_checkable
class OnFile(Protocol):
    """A model whose states initial files can hold."""

    def air(self, dycore: Any, state: Any, tracers: tuple[str, ...]) -> AirOnColumns:
        """A whole state, on the host, as an initial file holds it; tracers are the names of what it carries."""


def world(
    config: RunConfig, constants: Constants, hypervis_scaling: float = 0.0, laplace_scaling: float = 0.0
) -> World:
    """Grid and levels of a configuration on a planet; the scalings are those of the grid's tensors."""
    grid = configured_grid(config.grid, constants, hypervis_scaling, laplace_scaling)
    return World(grid, vertical_coordinate(config, constants.p0), constants)


def flat_world(config: RunConfig, constants: Constants, hypervis_scaling: float = 0.0) -> World:
    """The grid of a model of one layer, without levels; as HOMME's sweqx, map 0 gets no area correction."""
    corrected = bool(config.grid.mesh) or config.grid.cubed_sphere_map != 0
    return World(configured_grid(config.grid, constants, hypervis_scaling, area_correction=corrected), None, constants)


def declared(name: str, values: Array, cls: type, attribute: str, long_name: str = "") -> OutputField:
    """A field of the history whose unit and meaning are those that a class declares of one of its own.

    values : (elem, i, j, lev) or of one level [as the class says].
    long_name : what it is, where that is a part of what the class holds, such as one component of the wind.
    """
    about = metadata(cls, attribute)
    return OutputField(name, values, about["units"], long_name or about["long_name"])


def planet(config: RunConfig) -> Constants:
    """The constants that a configuration names, as its case wants them, then as [grid] changes them."""
    if initial_file(config):
        return own_planet(config)
    return own_planet(config, find_case(config.case.name).planet(CONSTANTS[config.grid.constants]))


def own_planet(config: RunConfig, constants: Constants | None = None) -> Constants:
    """Constants, those that a configuration names, with the radius and rotation that [grid] gives itself."""
    grid = config.grid
    constants = constants or CONSTANTS[grid.constants]
    radius = {"radius": grid.rearth} if grid.rearth > 0 else {}
    return constants.replace(**radius, **({"omega": grid.omega} if grid.omega >= 0 else {}))


def still(config: RunConfig) -> tuple[str, ...]:
    """A sentence where a rotation is given to a model that does not feel it."""
    return ("[grid] omega is given, but this model does not feel the planet turn.",) if config.grid.omega >= 0 else ()


def vertical_coordinate(config: RunConfig, p0: float) -> VerticalCoordinate:
    """The levels that [vertical] or a file gives, p0 [Pa]; refused: too few, not nlev of them, two sets that differ."""
    options = config.vertical
    coordinate = _levels_of_file(config, p0) if initial_file(config) else _said_levels(options, p0)
    if coordinate.nlev < FEWEST_LEVELS:
        raise ValueError(f"[vertical] has {coordinate.nlev} level(s), a run needs at least {FEWEST_LEVELS}; give more.")
    if options.nlev and options.nlev != coordinate.nlev:
        raise ValueError(
            f"[vertical] nlev is {options.nlev} but the coordinate has {coordinate.nlev} levels; "
            "name another set of levels or leave nlev out."
        )
    return coordinate


def with_step(config: RunConfig, grid: Grid | None = None) -> RunConfig:
    """The configuration with the step that tstep = 0 stands for, where not ne but the mesh decides on it.

    grid : in place of the configuration's own.
    """
    if config.time.tstep > 0 or (config.grid.ne if grid is None else grid.ne):
        return config
    grid = grid or configured_grid(config.grid, own_planet(config))
    return config.with_options(tstep=config.step_within(longest_step(grid, config.time.stability)))


def _said_levels(options: VerticalOptions, p0: float) -> VerticalCoordinate:
    """The levels of [vertical]."""
    if options.table:
        return coordinate_from_table(options.table)
    if options.vfile_int.endswith(".nc"):
        return read_levels(options.vfile_int, p0)
    if options.vfile_int:
        return read_coordinate(options.vfile_int, options.vfile_mid or None, p0)
    return named_coordinate(options.name, p0)


def initial_file(config: RunConfig) -> str:
    """[case] ncdata, empty where there is none, or the model has no such option."""
    return getattr(config.case, "ncdata", "")


def _levels_of_file(config: RunConfig, p0: float) -> VerticalCoordinate:
    """The levels of the initial file; refused where [vertical] has others."""
    found, said = read_levels(initial_file(config), p0), config.vertical
    if said.table or said.vfile_int or said.changed("name"):
        other = _said_levels(said, p0)
        pairs = [(getattr(found, name), getattr(other, name)) for name in ("hyai", "hybi", "hyam", "hybm")]
        if other.nlev != found.nlev or max(float(np.abs(a - b).max()) for a, b in pairs) > SAME_LEVELS:
            raise ValueError(
                f"[vertical] has {other.nlev} levels that are not the {found.nlev} of {initial_file(config)}, from "
                "which the run starts; leave [vertical] out."
            )
    return found


def air_mass(layers: Array, grid: Grid, gravity: float = E3SM.gravity, of: str = "air") -> OutputField:
    """Mass of layers (elem, i, j, lev) [Pa] as a mean over the sphere."""
    return OutputField("mass", float(mass(layers, grid, gravity)), "kg m-2", f"mass of the {of}, mean over the sphere")


def tracer_masses(tracer_mass: Array | None, grid: Grid, constants: Constants) -> np.ndarray:
    """(tracer,) means over the sphere [kg m-2] of tracer_mass (tracer, elem, i, j, lev) [Pa], or of None."""
    return np.zeros(0) if tracer_mass is None else np.asarray(mass(tracer_mass, grid, constants.gravity))


def lowest_pressure(ps: Array, grid: Grid) -> OutputField:
    """The minimum of surface pressure ps (elem, i, j, 1) [Pa]."""
    return OutputField("ps_min", float(grid.assembly.min(ps)[0]), "Pa", "minimum surface pressure")


def energy_curves(energy: Any) -> list[OutputField]:
    """Each part of the energy as a number; none where there is no energy."""
    parts = {} if energy is None else {f.name: metadata(energy, f.name) for f in dataclasses.fields(energy)}
    return [
        OutputField(
            f"{name}_energy", float(getattr(energy, name)), of["units"], f"{of['long_name']}, mean over the sphere"
        )
        for name, of in parts.items()
    ]
