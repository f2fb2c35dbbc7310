"""theta-l's pysces objects from the settings and arrays of a record, built as a run builds them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pysces.arrays.backend import Array, namespace
from pysces.arrays.fields import from_record, to_record
from pysces.constants import Constants, constants_from
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.model import World
from pysces.models.theta_l import setup
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.hyperviscosity import Hyperviscosity
from pysces.models.theta_l.options import ThetaLConfig
from pysces.models.theta_l.remap import ThetaLRemap
from pysces.models.theta_l.state import HydrostaticState
from pysces.vertical.coordinate import VerticalCoordinate

from ...registry import Fields, Settings
from ..fortran import theta_l as reference
from .shared import of_the_run, with_numbers_of_the_run

SILENT = reference.SETTINGS | {"nu_q": 0.0}  # what a record means that does not say
GIVEN = ("theta_ref", "dp_ref", "lap_p_wk", "nu_scale_top")  # arrays that are not computed where a record has them
LIMITS = ("dp3d_thresh", "vtheta_thresh", "hv_theta_thresh", "nlev_tom")
SECTIONS = ("time", "viscosity", "dynamics")  # whose words settings share with a configuration


def config_of(x: Fields, settings: Settings) -> ThetaLConfig:
    """The configuration that a record's settings are; NotImplementedError where they are of other equations."""
    if not settings.get("theta_hydrostatic_mode", True):
        raise NotImplementedError("the nonhydrostatic equations are not here yet")
    said = {**SILENT, **settings}
    words = {word for word, (section, _) in ThetaLConfig.words().items() if section in SECTIONS} - {"model"}
    return ThetaLConfig().with_options(tracers="Qdp" in x, **{word: said[word] for word in words if word in said})


def constants_of(settings: Settings) -> Constants:
    """HOMME's constants with every value that the record states."""
    return constants_from(settings, "homme")


def coordinate_of(x: Fields, settings: Settings) -> VerticalCoordinate:
    """The record's levels."""
    return from_record(VerticalCoordinate, {**settings, **x}, "homme")


def equations_of(x: Fields, settings: Settings) -> ThetaLHydrostatic:
    """The equations in the forms that the settings choose."""
    return setup.theta_l_equations(config_of(x, settings), _world(x, None, settings), x["phis"], _given(x, settings))


def grid_of(x: Fields, grid: Grid, settings: Settings) -> Grid:
    """The grid with the tensors that the settings switch on, and no others."""
    tensor = x.get("tensorVisc", grid.viscosity_tensor) if settings.get("hypervis_scaling", 0.0) > 0 else None
    sponge = grid.sponge_tensor if settings.get("laplace_scaling", 0.0) > 0 else None
    return grid.replace(viscosity_tensor=tensor, sponge_tensor=sponge)


def dissipation_of(x: Fields, grid: Grid, settings: Settings) -> Hyperviscosity | None:
    """None without viscosity. The sponge's profile and depth are given where it is on."""
    config = config_of(x, settings)
    config = replace(config, viscosity=setup.same_as_nu(config))
    where = _world(x, grid_of(x, grid, settings), settings)
    return setup.hyperviscosity(config, where, x.get("phis"), _given(x, settings))


def state_of(x: Fields) -> HydrostaticState:
    """A state by its names in HOMME."""
    return from_record(HydrostaticState, x, "homme")


def named(state: HydrostaticState, prefix: str = "") -> dict[str, Array]:
    """A state's fields by their names in HOMME."""
    return to_record(state, "homme", prefix)


def remap_of(x: Fields, settings: Settings) -> ThetaLRemap:
    """The vertical remap with the settings' algorithms."""
    return setup.theta_l_remap(config_of(x, settings), _world(x, None, settings))


def dycore_of(x: Fields, grid: Grid, settings: Settings, dt: float) -> Dycore:
    """The dycore of a record; its step and its tracers' viscosity are numbers of the run."""
    where, dp = _world(x, grid_of(x, grid, settings), settings), x["dp3d"]
    config = config_of(x, settings)
    dycore = setup.theta_l_dycore(config, where, x["phis"], of_the_run(dt, dp), _given(x, settings))
    return with_numbers_of_the_run(dycore, dp)


def start_of(x: Fields) -> ModelState:
    """The ModelState that a record's inputs are."""
    zero = namespace(x["dp3d"]).zeros((), x["dp3d"].dtype)
    return ModelState(state_of(x), x.get("Qdp"), zero)


def _world(x: Fields, grid: Any, settings: Settings) -> World:
    """Grid and levels are None where nobody reads them: a savepoint inside a step does without."""
    levels: Any = coordinate_of(x, settings) if "hyai" in x else None
    return World(grid, levels, constants_of(settings))


def _given(x: Fields, settings: Settings) -> dict[str, Any]:
    return {name: x[name] for name in GIVEN if name in x} | {n: settings[n] for n in LIMITS if n in settings}
