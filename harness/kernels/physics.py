"""Simple physics on columns: what each suite does to the air in one step, and what reaches the ground."""

from __future__ import annotations

from pysces.arrays.backend import Array
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.cam_se.state import CamSeState
from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.kessler import Kessler
from pysces.physics.large_scale_condensation import LargeScaleCondensation, condensation_rate, precipitation
from pysces.physics.reed_jablonowski import ReedJablonowski
from pysces.physics.terminator import Terminator

from ..inputs.physics import (
    condensation_cases,
    held_suarez_cases,
    kessler_cases,
    reed_jablonowski_cases,
    terminator_cases,
)
from ..registry import Fields, Kernel, Settings
from ..sides.fortran import physics as reference
from ..sides.pysces.physics import air, constants, named


def _kessler(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    suite, columns = Kessler(constants(settings)), air(x, settings)
    return named(suite(columns, 0.0)) | {"precl": suite.precipitation(columns)}


def _large_scale_condensation(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    const, columns = constants(settings), air(x, settings)
    rate = condensation_rate(columns.temperature, columns.tracers[0], columns.p, columns.dt, const)
    rain = precipitation(rate, columns.dp, const.gravity)
    return named(LargeScaleCondensation(const)(columns, 0.0)) | {"precl": rain}


def _reed_jablonowski(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The air after the step: above the boundary layer, where it fades to nothing, rates would be round-off."""
    suite, columns = ReedJablonowski(constants(settings), x["T_sea"]), air(x, settings)
    change = suite(columns, 0.0)
    ground = {"precl": suite.precipitation(columns), "evaporation": suite.evaporation(columns)}
    after = {
        "v": columns.wind + columns.dt * change.wind,
        "T": columns.temperature + columns.dt * change.temperature,
        "Q": columns.tracers + columns.dt * change.tracers,
    }
    return after | ground


def _held_suarez(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    suite = HeldSuarez(sigma=x.get("etam"), p0=settings["ps0"], kappa=settings["kappa"])
    equilibrium = suite.equilibrium_temperature(x["lat"], x["pmid"])
    return named(suite(air(x, settings), 0.0)) | {"T_eq": equilibrium}


def _terminator(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    suite = Terminator()
    cl, cl2 = suite.steady_state(x["lat"], x["lon"])
    return named(suite(air(x, settings), 0.0)) | {"Cl": cl, "Cl2": cl2}


AIR = {name: units(CamSeState, "cam")[name] for name in ("v", "T")} | {"Q": "kg kg-1"}
WIND, HEAT, SOURCE, RAIN = {"FM": "m s-2"}, {"FT": "K s-1"}, {"FQ": "s-1"}, {"precl": "m s-1"}
KERNELS = [
    Kernel(
        "kessler",
        port=_kessler,
        fortran=reference.kessler,
        outputs={**HEAT, **SOURCE, **RAIN},
        cases=kessler_cases,
        coefficient=("x.T", "x.Q", "settings.rair"),
    ),
    Kernel(
        "large_scale_condensation",
        port=_large_scale_condensation,
        fortran=reference.large_scale_condensation,
        outputs={**HEAT, **SOURCE, **RAIN},
        cases=condensation_cases,
        coefficient=("x.T", "settings.latvap", "settings.cpair"),
    ),
    Kernel(
        "reed_jablonowski",
        port=_reed_jablonowski,
        fortran=reference.reed_jablonowski,
        outputs={**AIR, **RAIN, "evaporation": "kg m-2 s-1"},
        cases=reed_jablonowski_cases,
        coefficient=("x.T", "x.T_sea", "x.v", "settings.gravit"),
    ),
    Kernel(
        "held_suarez",
        port=_held_suarez,
        fortran=reference.held_suarez,
        outputs={**WIND, **HEAT, "T_eq": "K"},
        cases=held_suarez_cases,
        coefficient=("x.T", "x.lat", "settings.kappa"),
    ),
    Kernel(
        "terminator",
        port=_terminator,
        fortran=reference.terminator,
        outputs={**SOURCE, "Cl": "1", "Cl2": "1"},
        cases=terminator_cases,
        coefficient=("x.Q", "x.lat"),
    ),
]
