"""A run: a configuration's dycore and state, marched in compiled chunks with a look at the state between them.

>>> run = simulation(homme(ne=4, ndays=1))
>>> for moment in march(run):
...     print(moment.days, moment.ps_min)
"""

from __future__ import annotations

import dataclasses
import time as clock
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arrays.backend import use_compilation_cache
from ..cases.catalogue import find_case
from ..config.run import RunConfig
from ..diagnostics.watch import check_state
from ..io.restart import Restart, restore
from ..models.cam_se.setup import CAM_SE
from ..models.energy import Energy
from ..models.model import Model, OutputField, world
from ..models.theta_l.setup import THETA_L
from ..operators.integrals import mass
from .layout import Layout, lay_out

MODELS = {"theta_l": THETA_L, "cam_se": CAM_SE}
SECONDS_PER_DAY = 86400.0


@dataclass(frozen=True)
class Simulation:
    """A run that can be marched. `host` is the dycore in NumPy, to look at states; `dycore` lives as layout says."""

    config: RunConfig
    model: Model
    host: object
    dycore: object
    state: object
    calls: int
    report: str
    layout: Layout

    @property
    def dt_remap(self) -> float:
        """Model time of one remap call [s]."""
        return float(self.host.dt_remap)

    @property
    def calls_in_all(self) -> int:
        """Remap calls from the start to the end of the run."""
        time, steps = self.config.time, self.host.qsplit * max(self.host.rsplit, 1)
        if time.nmax % steps:
            near = max(1, round(time.nmax / steps)) * steps
            raise ValueError(f"[time] nmax = {time.nmax} is no whole number of calls of {steps} steps; use {near}.")
        return time.nmax // steps if time.nmax else round(time.ndays * SECONDS_PER_DAY / self.dt_remap)

    @property
    def calls_per_chunk(self) -> int:
        """Remap calls between two looks at the state."""
        return max(1, round(self.config.output.every_hours * 3600.0 / self.dt_remap))


@dataclass(frozen=True)
class Moment:
    """A state between two chunks, and what is watched of it; state is whole and on the host, in the first process."""

    state: object
    on_backend: object
    calls: int
    seconds: float
    wall: float
    ps_min: float
    mass: float
    tracer_mass: np.ndarray
    energy: Energy

    @property
    def days(self) -> float:
        return self.seconds / SECONDS_PER_DAY


def simulation(config: RunConfig, restart: Restart | None = None) -> Simulation:
    """Everything a run needs, built from a configuration; a restart replaces the case's initial state."""
    model = _model(config)
    setting = model.setting(config, world(config, find_case(config.case.name).planet))
    if config.backend.cache and config.backend.name == "jax":
        use_compilation_cache(config.backend.cache)
    layout = lay_out(config.backend, setting.dycore.grid)
    start, calls = layout.host.asarray(setting.state), 0
    if restart is not None:
        start, calls = restore(start, restart), restart.calls
    dycore, state = layout.put(setting.dycore), layout.put(start)
    return Simulation(config, model, setting.dycore, dycore, state, calls, setting.report, layout)


def march(run: Simulation, stop=lambda: False) -> Iterator[Moment]:
    """The state at the start and after every chunk; stop() is asked between chunks. Refuses states with bad numbers.

    Over several processes, each marches its share and gets every Moment, but only the first gets the whole state.
    """
    state, calls, wall = run.state, run.calls, 0.0
    yield look(run, state, run.layout.collect(state), calls, wall)
    while calls < run.calls_in_all and not run.layout.any(stop()):
        start = clock.perf_counter()
        n = min(run.calls_per_chunk, run.calls_in_all - calls)
        state = run.dycore.run(state, n)
        whole = run.layout.collect(state)
        wall, calls = clock.perf_counter() - start, calls + n
        yield look(run, state, whole, calls, wall)


def look(run: Simulation, state, whole, calls: int, wall: float) -> Moment:
    """What is watched of a state, computed from the whole of it by the process that writes; the others are told."""
    told = run.layout.told(lambda: _watched(run, whole, calls, wall))
    return dataclasses.replace(told, state=whole, on_backend=state)


def _watched(run: Simulation, host_state, calls: int, wall: float) -> Moment:
    seconds = calls * run.dt_remap
    check_state(host_state.dynamics, seconds)
    grid, gravity = run.host.grid, run.host.equations.constants.gravity
    layers = run.model.layers(run.host, host_state)
    tracers = np.zeros(0) if host_state.tracer_mass is None else mass(host_state.tracer_mass, grid, gravity)
    return Moment(
        state=None,
        on_backend=None,
        calls=calls,
        seconds=seconds,
        wall=wall,
        ps_min=float(grid.assembly.min(run.model.surface_pressure(run.host, host_state))[0]),
        mass=float(mass(layers, grid, gravity)),
        tracer_mass=np.asarray(tracers),
        energy=run.model.energy(run.host, host_state),
    )


def output_fields(run: Simulation, moment: Moment) -> list[OutputField]:
    """The history's fields of a moment, and what is watched of it as curves in time."""
    curves = [
        OutputField("ps_min", moment.ps_min, "Pa", "minimum surface pressure"),
        OutputField("mass", moment.mass, "kg m-2", "mass of the air (CAM-SE: of the dry air), mean over the sphere"),
    ]
    for f in dataclasses.fields(moment.energy):
        name, value = f"{f.name}_energy", float(getattr(moment.energy, f.name))
        curves.append(OutputField(name, value, f.metadata["units"], f"{f.metadata['long_name']}, mean over the sphere"))
    tracers = [OutputField(f"tracer_mass_{k}", m, "kg m-2", "tracer mass") for k, m in enumerate(moment.tracer_mass)]
    return curves + tracers + run.model.fields(run.host, moment.state)


def _model(config: RunConfig) -> Model:
    name = config.dynamics.model
    if name not in MODELS:
        raise ValueError(f"[dynamics] model {name!r} cannot be run yet; available: {', '.join(MODELS)}.")
    return MODELS[name]
