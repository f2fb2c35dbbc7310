"""pysces' shallow water from the inputs and settings of a golden record."""

from __future__ import annotations

from typing import Any

from pysces.arrays.backend import Array, namespace
from pysces.cases.shallow_water.fields import ShallowFields
from pysces.constants import constants_from
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.model import World
from pysces.models.shallow_water.leapfrog import TwoLevels
from pysces.models.shallow_water.options import ShallowWaterConfig
from pysces.models.shallow_water.setup import shallow_water_dycore
from pysces.models.shallow_water.state import ShallowWaterState

from ...registry import MESH_FIELDS, Fields, Settings

CASES = {
    "swtc1": "williamson1",
    "swtc2": "williamson2",
    "swtc5": "williamson5",
    "swtc6": "williamson6",
    "swsj1": "galewsky",
}
OF_RECORDS = ("fcor", "tensorVisc")  # of a mesh, where a record has its own
WITH_ERRORS = ("swtc1", "swtc2")  # of which HOMME prints them
WORDS = ("nu", "nu_s", "nu_div", "hypervis_order", "hypervis_subcycle", "hypervis_scaling", "integration", "smooth")


def config_of(settings: Settings) -> ShallowWaterConfig:
    """The configuration that a record's settings are; where they name no case, any."""
    words = {word: settings[word] for word in WORDS if word in settings}
    if "LFTfreq" in settings:
        words["lftfreq"] = settings["LFTfreq"]
    if settings.get("rk_stage_user", 0):
        words["rk_stage_user"] = settings["rk_stage_user"]
    if settings.get("limiter_option", 0) not in (0, 9) or settings.get("kmass", -1) != -1:
        raise NotImplementedError("shallow water has no limiter of the thickness, and no tracers among its levels")
    if "test_case" in settings:
        words["case"] = CASES.get(settings["test_case"], "williamson2")
    return ShallowWaterConfig().with_options(hypervis_subcycle=1, nu=0.0).with_options(**words)


def dycore_of(x: Fields, grid: Grid, settings: Settings, dt: float) -> Dycore:
    """The dycore of a record; the Coriolis parameter and the tensor are its own, where it has them."""
    grid = grid.replace(
        **{ours: x[theirs] for ours, theirs in MESH_FIELDS.items() if theirs in OF_RECORDS and theirs in x}
    )
    if not settings.get("hypervis_scaling", 0.0):
        grid = grid.replace(viscosity_tensor=None)
    given = settings.get("test_case") == "swtc1"
    known: Any = settings.get("test_case") in WITH_ERRORS
    fields: Any = ShallowFields(x["v"], x["p"], x["ps"], x.get("pmean", 0.0), wind_is_given=given, exact=known)
    return shallow_water_dycore(config_of(settings), World(grid, None, constants_from(settings, "homme")), fields, dt)


def state_of(x: Fields) -> ShallowWaterState:
    """The fields now."""
    return ShallowWaterState(x["v"], x["p"])


def levels_of(x: Fields, settings: Settings, steps: float) -> ShallowWaterState | TwoLevels:
    """What the record's scheme marches, after so many steps; one level where the record has no older one."""
    now = state_of(x)
    if settings["integration"] != "explicit":
        return now
    before = ShallowWaterState(x["v_nm1"], x["p_nm1"]) if "v_nm1" in x else now
    return TwoLevels.of(now, before, namespace(x["p"]).zeros((), x["p"].dtype) + steps)


def start_of(x: Fields, settings: Settings) -> ModelState:
    """The ModelState that a record's inputs are."""
    return ModelState(levels_of(x, settings, 0.0), None, namespace(x["p"]).zeros((), x["p"].dtype))


def named(state: ShallowWaterState | TwoLevels, prefix: str = "") -> dict[str, Array]:
    """The fields now by their golden names."""
    return {f"{prefix}v": state.wind, f"{prefix}p": state.phi}
