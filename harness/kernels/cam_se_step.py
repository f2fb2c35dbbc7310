"""CAM-SE: vertical remap, physics forcing, whole physics steps."""

from __future__ import annotations

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.control import scan
from pysces.arrays.fields import units
from pysces.arrays.pytree import tree_map
from pysces.cases.initial_fields import DryMassFields
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.cam_se.forcing import apply_cam_forcing, cam_forcing_intervals, cam_tendency
from pysces.models.cam_se.physics_step import cam_se_dynamics_step, cam_se_step
from pysces.thermodynamics import moist_air

from ..inputs.cam_se import step_cases
from ..inputs.cam_se_columns import forcing_cases, remap_cases
from ..registry import Fields, Kernel, Settings
from ..sides.fortran import cam_se as reference
from ..sides.pysces.cam_se import dycore, named, species, start, state, vertical_remap
from ..sides.pysces.shared import dissipation_means
from . import cam_se

UNITS = cam_se.STATE_UNITS | units(ModelState, "cam")


def _remap(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return vertical_remap(x, settings)


def _tracer_total(outputs: Fields, settings: Settings, grid: Grid | None) -> Array:
    """(column, tracer)"""
    return outputs["Qdp"].sum(-1).T


def _heat_total(outputs: Fields, settings: Settings, grid: Grid | None) -> Array:
    """(column, 1)"""
    ratios = outputs["Qdp"] / outputs["dp3d"]
    heat = moist_air.enthalpy(outputs["T"], outputs["dp3d"], ratios, species(outputs, settings))
    return heat.sum(-1, keepdims=True)


def _momentum_total(outputs: Fields, settings: Settings, grid: Grid | None) -> Array:
    """(column, component)"""
    air = species(outputs, settings)
    moist = outputs["dp3d"] + sum(outputs["Qdp"][n] for n in air.water_indices)
    return (outputs["v"] * moist).sum(-1).T


def _global_mass(outputs: Fields, settings: Settings, grid: Grid) -> Array:
    """(stage, tracer): of each tracer on the sphere; branches of limiters and of the remap do not change it.

    KeyError where a run says nothing of its tracers.
    """
    named = settings["outputs"] or outputs
    stages = [np.asarray(outputs[name]) for name in named if name.endswith("/Qdp")] or [np.asarray(outputs["Qdp"])]
    masses = np.stack([np.sum(grid.mass_matrix * a.astype(float), axis=(1, 2, 3, 4)) for a in stages])
    return masses.astype(stages[0].dtype)


def _forcing(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """applyCAMforcing at each call of a physics step, one after the other."""
    air, dt = species(x, settings), settings["dt_phys"]
    tendency = cam_tendency((x["FT"], x["FM"]), x["dq"], x["dp3d"], x["Qdp"], dt, air)
    intervals = cam_forcing_intervals(settings["ftype"], settings["se_nsplit"], settings["dt_dribble"])
    after, tracer_mass = state(x), x["Qdp"]
    out: dict[str, Array] = {}
    for call, pair in enumerate(zip(*intervals), start=1):
        after, tracer_mass = apply_cam_forcing(after, tracer_mass, tendency, pair, air)
        fields = named(after, f"nsubstep{call}/") | {f"nsubstep{call}/Qdp": tracer_mass}
        out |= {name: field for name, field in fields.items() if not name.endswith("dp3d")}
    return out


def _step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Physics steps without forcing, looked at after the first dynamics step and subcycle where the record has them."""
    model, first = dycore(x, grid, settings), start(x)
    out: dict[str, Array] = {}
    times = settings["stage_time_s"]
    if "dyn1" in times:
        out |= _prefixed("dyn1", _after_dynamics(model, first))
    if "sub1" in times:
        after = model.step(first)
        out |= _prefixed("sub1", named(after.dynamics) | {"Qdp": after.tracer_mass})
    ends = {name: round(t / settings["dtime_physics"]) for name, t in times.items() if name not in ("dyn1", "sub1")}
    after, omega = _physics_steps(model, first, settings["se_nsplit"], max(ends.values()))
    for name, count in ends.items():
        out |= _prefixed(name, _after_physics(model, tree_map(lambda a, n=count: a[n - 1], (after, omega))))
    return {name: field for name, field in out.items() if name in settings.get("outputs", out)}


def _physics_steps(dycore: Dycore, start: ModelState, nsplit: int, count: int) -> tuple[ModelState, Array]:
    """State and omega after each of count steps, one compiled loop."""

    def one(carry: ModelState, _: None) -> tuple[ModelState, tuple[ModelState, Array]]:
        after = cam_se_step(dycore, carry, nsplit)
        return after[0], after

    return scan(one, start, None, length=count)[1]


def _after_dynamics(dycore: Dycore, start: ModelState) -> dict:
    after, flux, dissipated = cam_se_dynamics_step(dycore, start.dynamics, start.tracer_mass)
    means = dissipation_means(dissipated, after.dp_dry)
    return named(after) | means | {"vn0": flux.mass_flux, "omega": flux.omega}


def _after_physics(dycore: Dycore, result: tuple) -> dict:
    after, omega = result
    psdry = dycore.equations.coordinate.ps(after.dynamics.dp_dry)
    return named(after.dynamics) | {"Qdp": after.tracer_mass, "omega": omega, "psdry": psdry}


def _prefixed(stage: str, fields: dict) -> dict:
    return {f"{stage}/{name}": field for name, field in fields.items()}


AFTER_PHYSICS = {"omega": cam_se.MEAN_UNITS["omega"], "psdry": units(DryMassFields, "cam")["psdry"]}
FORCED = {f"nsubstep{n}/{name}": unit for n in (1, 2) for name, unit in UNITS.items() if name != "dp3d"}
STEPPED = {f"phys1/{name}": unit for name, unit in (UNITS | AFTER_PHYSICS).items()}

KERNELS = [
    Kernel(
        "cam_se_vertical_remap",
        port=_remap,
        fortran=reference.vertical_remap,
        outputs=UNITS,
        cases=remap_cases,
        coefficient="x.T",
        totals={"Qdp_total": _tracer_total, "heat_total": _heat_total, "momentum_total": _momentum_total},
    ),
    Kernel(
        "cam_se_forcing",
        port=_forcing,
        fortran=reference.forcing,
        outputs=FORCED,
        cases=forcing_cases,
        coefficient=("x.FT", "x.FM"),
    ),
    Kernel(
        "cam_se_step",
        port=_step,
        fortran=reference.step,
        outputs=STEPPED,
        cases=step_cases,
        coefficient="x.T",
        totals={"tracer_mass": _global_mass},
        graded=False,
        long=True,
    ),
]
