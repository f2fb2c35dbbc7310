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
from pysces.models.theta_l import parts
from pysces.models.theta_l.chosen_viscosity import same_as_nu
from pysces.models.theta_l.hyperviscosity import Hyperviscosity
from pysces.models.theta_l.nonhydrostatic import ThetaLNonhydrostatic
from pysces.models.theta_l.options import ThetaLConfig
from pysces.models.theta_l.remap import LevelRemap
from pysces.models.theta_l.state import HydrostaticState, NonhydrostaticState, ThetaLState
from pysces.vertical.coordinate import VerticalCoordinate

from ...registry import Fields, Settings
from ..fortran import theta_l as reference
from .shared import coordinate_of_interfaces, of_the_run, with_numbers_of_the_run

SILENT = reference.SETTINGS | {"nu_q": 0.0}  # what a record means that does not say
# Arrays that are not computed where a record has them.
GIVEN = ("theta_ref", "dp_ref", "phi_ref", "lap_p_wk", "nu_scale_top", "gradphis")
LIMITS = ("dp3d_thresh", "vtheta_thresh", "hv_theta_thresh", "nlev_tom")
MIXING = ("mu", "mu_s", "mu_q")  # records' words, which have a prefix in a configuration
SECTIONS = ("time", "viscosity", "dynamics")  # whose words settings share with a configuration


def config_of(x: Fields, settings: Settings) -> ThetaLConfig:
    """The configuration that a record's settings are."""
    said = {**SILENT, **settings}
    words = {word for word, (section, _) in ThetaLConfig.words().items() if section in SECTIONS} - {"model"}
    said |= {f"dcmip16_{word}": said[word] for word in MIXING if word in said}
    return ThetaLConfig().with_options(tracers="Qdp" in x, **{word: said[word] for word in words if word in said})


def constants_of(settings: Settings) -> Constants:
    """HOMME's constants with every value that the record states."""
    return constants_from(settings, "homme")


def coordinate_of(x: Fields, settings: Settings) -> VerticalCoordinate:
    """The record's levels."""
    return from_record(VerticalCoordinate, {**settings, **x}, "homme")


def equations_of(x: Fields, settings: Settings, grid: Grid | None = None) -> Any:
    """The equations in the forms that the settings choose; scale2 = 0 leaves vertical sound to an implicit stage.

    grid : what the slope of the ground is made on where x has none.
    """
    where = _world(x, grid, settings)
    equations = parts.theta_l_equations(config_of(x, settings), where, x["phis"], _given(x, settings))
    return equations.replace(fast_terms=settings["scale2"] != 0.0) if "w_i" in x and "scale2" in settings else equations


def columns_of(x: Fields, settings: Settings) -> ThetaLNonhydrostatic:
    """Equations of columns on levels that are given by their interfaces alone; vertical sound is left to a solve."""
    levels = coordinate_of_interfaces(x, settings)
    return ThetaLNonhydrostatic(constants_of(settings), levels, x["phis"], x["gradphis"], fast_terms=False)


def grid_of(x: Fields, grid: Grid, settings: Settings) -> Grid:
    """The grid with the tensors that the settings switch on, and no others."""
    tensor = x.get("tensorVisc", grid.viscosity_tensor) if settings.get("hypervis_scaling", 0.0) > 0 else None
    sponge = grid.sponge_tensor if settings.get("laplace_scaling", 0.0) > 0 else None
    return grid.replace(viscosity_tensor=tensor, sponge_tensor=sponge)


def dissipation_of(x: Fields, grid: Grid, settings: Settings) -> Hyperviscosity | None:
    """None without viscosity. The sponge's profile and depth are given where it is on."""
    config = config_of(x, settings)
    config = replace(config, viscosity=same_as_nu(config))
    where = _world(x, grid_of(x, grid, settings), settings)
    return parts.hyperviscosity(config, where, x.get("phis"), _given(x, settings))


def state_of(x: Fields) -> Any:
    """A state by its names in HOMME; with w_i it is a nonhydrostatic one."""
    return from_record(NonhydrostaticState if "w_i" in x else HydrostaticState, x, "homme")


def named(state: ThetaLState, prefix: str = "") -> dict[str, Array]:
    """A state's fields by their names in HOMME."""
    return to_record(state, "homme", prefix)


def remap_of(x: Fields, settings: Settings) -> LevelRemap:
    """The vertical remap with the settings' algorithms."""
    where = _world(x, None, settings)
    return parts.theta_l_remap(config_of(x, settings), where, x.get("phis"), _given(x, settings))


def dycore_of(x: Fields, grid: Grid, settings: Settings, dt: float) -> Dycore:
    """The dycore of a record; its step and its tracers' viscosity are numbers of the run."""
    where, dp = _world(x, grid_of(x, grid, settings), settings), x["dp3d"]
    config = config_of(x, settings)
    start = start_of(_at_its_start(x)) if settings.get("mu", 0.0) or settings.get("mu_q", 0.0) > 0 else None
    dycore = parts.theta_l_dycore(config, where, x["phis"], of_the_run(dt, dp), _given(x, settings), start)
    return with_numbers_of_the_run(dycore, dp)


def start_of(x: Fields) -> ModelState:
    """The ModelState that a record's inputs are."""
    zero = namespace(x["dp3d"]).zeros((), x["dp3d"].dtype)
    return ModelState(state_of(x), x.get("Qdp"), zero)


def _at_its_start(x: Fields) -> dict[str, Array]:
    """x when its run began, where it says what that was."""
    return {**x, **{n.removeprefix("start_"): a for n, a in x.items() if n.startswith("start_")}}


def _world(x: Fields, grid: Any, settings: Settings) -> World:
    """Grid and levels are None where nobody reads them: a savepoint inside a step does without."""
    levels: Any = coordinate_of(x, settings) if "hyai" in x else None
    return World(grid, levels, constants_of(settings))


def _given(x: Fields, settings: Settings) -> dict[str, Any]:
    return {name: x[name] for name in GIVEN if name in x} | {n: settings[n] for n in LIMITS if n in settings}
