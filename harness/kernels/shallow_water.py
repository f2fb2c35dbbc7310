"""Shallow water of HOMME's sweqx: tendency, viscosity, steps of every scheme, whole runs and their integrals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.control import scan
from pysces.arrays.fields import to_record, units
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.shallow_water.diagnostics import Integrals, error_norms, present, shallow_integrals
from pysces.models.shallow_water.state import ShallowWaterState
from pysces.operators.dss import dss
from pysces.operators.integrals import global_mean
from pysces.operators.strong import divergence_sphere, vorticity_sphere

from ..inputs.shallow_water import call_cases, step_cases, tendency_cases, viscosity_cases
from ..registry import EXACT, Fields, Kernel, Settings
from ..sides.fortran import shallow_water as reference
from ..sides.fortran.shallow_water import steps_wanted
from ..sides.pysces.shallow_water import dycore_of, levels_of, named, start_of, state_of
from .operators import MESH

ROUNDING = {"absolute_vorticity": "zero in every flow: what HOMME prints, 1e-21 s-1, is its round-off"}
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


def _norms(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Integrals every statefreq steps, and errors where the solution is known."""
    dycore, state = dycore_of(x, grid, settings, settings["tstep"]), start_of(x, settings)
    frequency = settings["statefreq"]
    rows = [_integrals(state, dycore, settings)]
    for _ in range(settings["nmax"] // frequency):
        state = dycore.run(state, frequency)
        rows.append(_integrals(state, dycore, settings))
    days = np.arange(len(rows)) * frequency * settings["tstep"] / 86400.0
    return {"day": days} | {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _integrals(state: ModelState, dycore: Dycore, settings: Settings) -> dict[str, Array]:
    """HOMME divides integrals by 4 pi, whatever the elements add up to, and prints no error of the first state."""
    grid, now, equations = dycore.grid, present(state), dycore.equations
    area = grid.assembly.sum(grid.mass_matrix)[0] / (4.0 * np.pi)
    found = shallow_integrals(equations, now, grid)
    named = {**to_record(found, "homme"), **to_record(found.energy, "homme")}
    named = {name: value * area for name, value in named.items() if name not in ROUNDING}
    spin = global_mean(grid.coriolis_parameter**2, grid)[0]
    whirls = {"div": divergence_sphere(now.wind, grid), "vor": vorticity_sphere(now.wind, grid)}
    rms = {f"rms_{name}_over_f": np.sqrt(global_mean(a**2, grid)[0] / spin) for name, a in whirls.items()}
    norms = error_norms(equations, now, grid, float(state.time))
    errors = {} if norms is None else {name: getattr(norms, name) * (state.time > 0) for name in ("l1", "l2", "linf")}
    return named | rms | errors


KERNELS = [
    replace(MESH, name="shallow_water_mesh"),
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
    Kernel(
        "shallow_water_run_norms",
        port=_norms,
        fortran=reference.norms,
        outputs=units(Integrals, "homme"),
        not_compared=ROUNDING,
        only=("numpy-f64",),
        long=True,
        deep=True,
    ),
]
