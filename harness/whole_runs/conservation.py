"""Mass of dry air and of every water species along CAM-SE's moist baroclinic wave, weighed without round-off.

The wave of Ullrich et al. (2014) with vapor, and clouds and precipitation where parts of that vapor are taken for them;
physics off, so nothing but the dynamical core moves or changes them.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator

import numpy as np

from pysces.arrays.backend import Backend, to_numpy
from pysces.config.presets import cam_se
from pysces.driver.simulation import simulation
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.thermodynamics.species import active_species

from ..errors import BadInput
from ..running.configurations import configuration

SPECIES = ("Q", "CLDLIQ", "CLDICE", "RAINQM", "SNOWQM")
BOUND = 1e-14  # relative, in ten days of the wave
DAYS = 10.0
STEP_AT_NE1 = 4800.0  # s; 600 s at ne8


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``conserve`` takes beside the common options."""
    parser.add_argument("--ne", type=int, default=8, help="elements along a cube edge (default: 8)")
    parser.add_argument("--days", type=int, default=10, help="how many days to run (default: 10)")


def run(options: argparse.Namespace) -> int:
    """Drift of dry air and five water species in the moist wave, day by day; jax-cpu-f64 unless --config says so."""
    if options.ne < 2 or options.days < 1:
        raise BadInput(f"conserve needs --ne >= 2 and --days >= 1, found {options.ne} and {options.days}.")
    rows = []
    for name in options.config or ["jax-cpu-f64"]:
        chosen = configuration(name)
        if chosen.side != "port" or chosen.precision != 64 or chosen.missing():
            raise BadInput(f"conserve cannot run {name}; use a 64-bit configuration of pysces such as jax-cpu-f64.")
        print(f"{name}, ne{options.ne}: change of mass / mass\n day   dry air " + " ".join(f"{s:>9}" for s in SPECIES))
        for day, drift in drifts(options.ne, options.days, Backend(chosen.backend)):
            print(f"{day:4d} " + " ".join(f"{x:9.1e}" for x in drift), flush=True)
            rows.append({"configuration": name, "ne": options.ne, "day": day, **named(drift)})
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    return 0 if all(abs(row[name]) <= allowed(row["day"]) for row in rows for name in ("dry", *SPECIES)) else 1


def allowed(days: float) -> float:
    """The bound of a run of that length: round-off that grows with time keeps its share of the ten days' bound."""
    return BOUND * max(days, 1.0) / DAYS


def named(drift: np.ndarray) -> dict[str, float]:
    """Drifts by the name of what drifts, dry air first."""
    return dict(zip(("dry", *SPECIES), map(float, drift)))


def drifts(ne: int, days: int, backend: Backend) -> Iterator[tuple[int, np.ndarray]]:
    """After each day: relative change since the start of the mass of dry air and of every species."""
    host, state = moist_wave(ne)
    grid, calls = host.grid, round(86400.0 / host.dt_remap)
    start = masses(state, grid)
    dycore, state = backend.asarray(host), backend.asarray(state)
    for day in range(1, days + 1):
        state = dycore.run(state, calls)
        yield day, masses(to_numpy(state), grid) / start - 1.0


def moist_wave(ne: int) -> tuple[Dycore, ModelState]:
    """Dycore and initial state on the host, all of SPECIES active."""
    run = simulation(cam_se(ne=ne, tstep=STEP_AT_NE1 / ne))
    host, state = run.host, run.state
    constants, grid = host.equations.constants, host.grid
    air = active_species(SPECIES, constants.R_dry, constants.cp)
    vapor = np.asarray(state.tracer_mass[0])
    mass = np.stack([vapor * share for share in (1.0, *_shares(grid))])
    equations, remap = host.equations.replace(species=air), host.remap.replace(species=air)
    return host.replace(equations=equations, remap=remap), state.replace(tracer_mass=mass)


def _shares(grid: Grid) -> list[np.ndarray]:
    """Clouds and precipitation relative to vapor: patches with edges, and wide clear regions between them."""
    lat, lon = grid.lat, grid.lon
    liquid, ice = 0.1 * np.sin(3.0 * lon) * np.cos(lat), 0.05 * np.cos(2.0 * lon + lat)
    rain, snow = 0.03 * np.sin(5.0 * lat), 0.01 * np.cos(4.0 * lon)
    return [np.maximum(share, 0.0) for share in (liquid, ice, rain, snow)]


def masses(state: ModelState, grid: Grid) -> np.ndarray:
    """Mass of dry air and of every tracer: products of weights and layers, each rounded once, in an exact sum."""
    if state.tracer_mass is None:
        raise ValueError("The moist wave has tracers, found none.")
    fields = [state.dynamics.dp_dry, *state.tracer_mass]
    return np.array([math.fsum((grid.mass_matrix * np.asarray(field)).ravel()) for field in fields])
