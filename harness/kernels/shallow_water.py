"""Shallow water of HOMME's sweqx: tendency, viscosity, steps of every scheme, whole runs and their integrals."""

from __future__ import annotations

from pysces.arrays.backend import Array
from pysces.arrays.control import scan
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.shallow_water.state import ShallowWaterState
from pysces.operators.dss import dss

from ..inputs.shallow_water import call_cases, step_cases, tendency_cases, viscosity_cases
from ..registry import EXACT, Fields, Kernel, Settings
from ..sides.fortran import shallow_water as reference
from ..sides.fortran.shallow_water import steps_wanted
from ..sides.pysces.shallow_water import dycore_of, levels_of, named, start_of, state_of
from .operators import NOT_IN_THE_GRID, mesh, numbered

STATE_UNITS = units(ShallowWaterState, "homme")


def _tendency(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = dycore_of(x, grid, settings, 1.0)
    rates = dss(dycore.equations.tendency(state_of(x), dycore.grid), dycore.grid)
    return {"v_tendency": rates.wind, "p_tendency": rates.phi}


def _hyperviscosity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = dycore_of(x, grid, settings, 1.0)
    if dycore.dissipation is None:
        raise NotImplementedError("without nu there is no viscosity")
    return named(dycore.dissipation.apply(state_of(x), settings["dt"], dycore.grid, dycore.equations))


def _step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = dycore_of(x, grid, settings, settings["tstep"])
    levels = levels_of(x, settings, float(max(settings.get("LFTfreq", 1), 1)))
    after = dycore.dynamics_step(dycore.equations, levels)
    outputs = named(after)
    if settings.get("smooth"):
        outputs |= {"v_filtered": after.wind_before, "p_filtered": after.phi_before}
    return outputs


def _run(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The state after each of the steps that are wanted, from loops between them."""
    dycore, state = dycore_of(x, grid, settings, settings["tstep"]), start_of(x, settings)
    outputs: dict[str, Array] = {}
    done = 0
    for steps in steps_wanted(settings):
        state, _ = scan(lambda s, _: (dycore.step(s), None), state, None, length=steps - done)
        outputs |= named(state.dynamics, f"step_{steps}/")
        done = steps
    return outputs


KERNELS = [
    Kernel(
        "shallow_water_mesh",
        port=mesh,
        outputs={},
        coefficient=None,
        bitwise=("numpy-f64",),
        bitwise_records=("homme",),
        only=("numpy-f64",),
        not_compared=NOT_IN_THE_GRID,
        canonical={"gdofP": numbered},
    ),
    Kernel(
        "shallow_water_tendency",
        port=_tendency,
        fortran=reference.tendency,
        outputs={"v_tendency": "m s-2", "p_tendency": "m2 s-3"},
        cases=tendency_cases,
        bitwise=EXACT,
    ),
    Kernel(
        "shallow_water_hyperviscosity",
        port=_hyperviscosity,
        fortran=reference.hyperviscosity,
        outputs=STATE_UNITS,
        cases=viscosity_cases,
        bitwise=EXACT,
    ),
    Kernel(
        "shallow_water_step",
        port=_step,
        fortran=reference.step,
        outputs={**STATE_UNITS, "v_filtered": "m s-1", "p_filtered": "m2 s-2"},
        cases=step_cases,
        bitwise=EXACT,
    ),
    Kernel(
        "shallow_water_call",
        port=_run,
        fortran=reference.run,
        outputs=units(ShallowWaterState, "homme", prefix="step_5/"),
        cases=call_cases,
        bitwise=EXACT,
    ),
    Kernel(
        "shallow_water_run",
        port=_run,
        fortran=reference.run,
        outputs=STATE_UNITS,
        long=True,
    ),
]
