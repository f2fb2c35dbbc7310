"""Runs that share no table: pysces starts as a user does, Fortran from the same words, each makes all else itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.fields import names, to_record, units
from pysces.constants import Constants
from pysces.dycore.dycore import ModelState
from pysces.geometry.grid import Grid
from pysces.models.cam_se.hyperviscosity import CamSeHyperviscosity
from pysces.vertical.coordinate import VerticalCoordinate

from ..inputs.whole_runs import (
    cam_se_cases,
    cam_se_form_cases,
    level_cases,
    mesh_cases,
    planet_cases,
    start_cases,
    theta_l_cases,
    theta_l_form_cases,
)
from ..registry import Fields, Kernel, Settings
from ..sides.fortran import whole_runs as reference
from ..sides.pysces.whole_runs import (
    copies_of,
    first,
    first_nodes,
    last,
    neighbours_of,
    rounded,
    simulation_of,
)
from . import cam_se, theta_l

IN_DOUBLE = ("numpy-f64", "jax-cpu-f64", "jax-gpu-f64", "mpi-*", "sharded-*")
ON_THE_HOST = ("numpy-f64",)  # what is made before any backend is chosen, or takes JAX long to compile
COEFFICIENTS = tuple(name for name in names(VerticalCoordinate, "homme") if name != "ps0")
BY_LEVEL = ("nu_lev", "nu_t_lev", "nu_div_lev")


def _whole_run(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The state after settings["calls"] calls."""
    return last(simulation_of(settings))


def _initial_state(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The state before the first step, where its nodes are and how fast they turn."""
    run = simulation_of(settings)
    made = run.host.grid
    return first(run) | rounded(run, {"lat": made.lat, "lon": made.lon, "fcor": made.coriolis_parameter})


def _levels(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Hybrid coefficients, the sponge as deep as it acts, and CAM-SE's coefficients by level."""
    run = simulation_of(settings)
    damping, coordinate = run.host.dissipation, run.host.equations.coordinate
    depth = damping.ksponge_end if isinstance(damping, CamSeHyperviscosity) else damping.nlev_tom
    found = {name: getattr(coordinate, name) for name in COEFFICIENTS}
    found["sponge"] = np.where(np.arange(coordinate.nlev) < depth, damping.nu_scale_top, 0.0)
    if isinstance(damping, CamSeHyperviscosity):
        found |= {"nu_lev": damping.nu, "nu_t_lev": damping.nu_t, "nu_div_lev": damping.nu_div}
        found["heated"] = damping.heated
    return rounded(run, found)


def _planet(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The constants that the equations have, each a list of one."""
    run = simulation_of(settings)
    constants = to_record(run.host.equations.constants, "homme")
    return rounded(run, {name: np.atleast_1d(value) for name, value in constants.items()})


def _connectivity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Who shares each node, in the order of summation; who lies around each element."""
    run = simulation_of(settings)
    made = run.host.grid
    found = {"copies": copies_of(made), "node": first_nodes(made), "neighbours": 1.0 * neighbours_of(made)}
    return rounded(run, found)


UNITS = {"theta_l": theta_l.STATE_UNITS, "cam_se": cam_se.STATE_UNITS}
TRACER_UNITS = units(ModelState, "homme")
PLACE_UNITS = {name: units(Grid, "homme")[name] for name in ("lat", "lon", "fcor")}
START_UNITS = UNITS["cam_se"] | UNITS["theta_l"] | TRACER_UNITS | PLACE_UNITS
LEVEL_UNITS = dict.fromkeys((*COEFFICIENTS, "sponge", "heated"), "1") | dict.fromkeys(BY_LEVEL, "m4 s-1")


def _run(name: str, model: str, cases: Callable, only: tuple[str, ...]) -> Kernel:
    """A Kernel for runs of one model."""
    return Kernel(
        name,
        port=_whole_run,
        fortran=reference.run,
        outputs=UNITS[model] | TRACER_UNITS,
        cases=cases,
        coefficient="settings.tstep",
        only=only,
        graded=False,
        as_user=True,
    )


KERNELS = [
    Kernel(
        "planet",
        port=_planet,
        fortran=reference.planet,
        outputs=units(Constants, "homme"),
        cases=planet_cases,
        coefficient=None,
        only=ON_THE_HOST,
        as_user=True,
    ),
    Kernel(
        "connectivity",
        port=_connectivity,
        fortran=reference.connectivity,
        outputs=dict.fromkeys(("copies", "node", "neighbours"), "1"),
        cases=mesh_cases,
        coefficient=None,
        only=ON_THE_HOST,
        as_user=True,
    ),
    Kernel(
        "levels",
        port=_levels,
        fortran=reference.levels,
        outputs=LEVEL_UNITS,
        cases=level_cases,
        coefficient=None,
        only=ON_THE_HOST,
        as_user=True,
    ),
    Kernel(
        "initial_state",
        port=_initial_state,
        fortran=reference.start,
        outputs=START_UNITS,
        cases=start_cases,
        coefficient=None,
        only=ON_THE_HOST,
        as_user=True,
    ),
    _run("theta_l_whole_run", "theta_l", theta_l_cases, IN_DOUBLE),
    _run("theta_l_whole_run_forms", "theta_l", theta_l_form_cases, ON_THE_HOST),
    _run("cam_se_whole_run", "cam_se", cam_se_cases, IN_DOUBLE),
    _run("cam_se_whole_run_forms", "cam_se", cam_se_form_cases, ON_THE_HOST),
]
