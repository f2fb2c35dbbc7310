"""A run: a configuration's dycore and state, marched in compiled chunks with a look at the state between them.

>>> from pysces import homme, march, simulation
>>> run = simulation(homme(ne=2, ndays=0.25, every_hours=6.0))
>>> [round(moment.days, 2) for moment in march(run)]
[0.0, 0.25]
"""

from __future__ import annotations

import dataclasses
import time as clock
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.backend import use_compilation_cache
from ..config.run import RunConfig
from ..diagnostics.watch import check_state
from ..io.restart import Restart, restore
from ..models.energy import Energy
from ..models.model import Model, OutputField, Watched, World
from ..models.registry import find_model
from .layout import Layout, lay_out

SECONDS_PER_DAY = 86400.0


class OptionNote(UserWarning):
    """A choice that does not do what its words say."""


@dataclass(frozen=True)
class Simulation:
    """A run that can be marched. `host` is the dycore in NumPy, to look at states; `dycore` lives as layout says."""

    config: RunConfig
    model: Model
    host: Any
    dycore: Any
    state: Any
    calls: int
    report: str
    where: World
    layout: Layout

    @property
    def dt_remap(self) -> float:
        """Model time of one remap call [s]."""
        return float(self.host.dt_remap)

    @property
    def calls_in_all(self) -> int:
        """Remap calls from the start to the end of the run."""
        time, steps = self.config.time, round(self.dt_remap / float(self.host.dt))
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

    state: Any
    on_backend: Any
    calls: int
    seconds: float
    wall: float
    watched: Watched

    @property
    def days(self) -> float:
        """Model time [day]."""
        return self.seconds / SECONDS_PER_DAY

    @property
    def ps_min(self) -> float:
        """What the model prints first, such as the minimum of surface pressure [Pa]."""
        return float(self.watched.lowest.values)

    @property
    def mass(self) -> float:
        """What must not change [kg m-2]."""
        return float(self.watched.mass.values)

    @property
    def tracer_mass(self) -> np.ndarray:
        """(tracer,) [kg m-2]"""
        return self.watched.tracer_mass

    @property
    def energy(self) -> Energy | None:
        """None where the model has none."""
        return self.watched.energy


def simulation(config: RunConfig, restart: Restart | None = None, where: World | None = None) -> Simulation:
    """Everything a run needs, built from a configuration.

    restart : replaces the case's initial state.   where : replaces the configuration's own grid and levels.
    """
    model = find_model(config.model)
    setup = model.setup(config, where)
    if config.backend.cache and config.backend.name == "jax":
        use_compilation_cache(config.backend.cache)
    layout = lay_out(config.backend, setup.dycore.grid)
    start, calls = layout.host.asarray(setup.state), 0
    if restart is not None:
        start, calls = restore(start, restart), restart.calls
    for note in (*config.notes(), *setup.notes) if layout.first else ():
        warnings.warn(note, OptionNote, stacklevel=2)
    dycore, state = layout.put(setup.dycore), layout.put(start)
    return Simulation(config, model, setup.dycore, dycore, state, calls, setup.report, setup.where, layout)


def march(run: Simulation, stop: Callable[[], bool] = lambda: False) -> Iterator[Moment]:
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


def look(run: Simulation, state: Any, whole: Any, calls: int, wall: float) -> Moment:
    """What is watched of a state, computed from the whole of it by the process that writes, for all of them."""

    def watched() -> Moment:
        seconds = calls * run.dt_remap
        check_state(whole.dynamics, seconds)
        return Moment(None, None, calls, seconds, wall, run.model.watch(run.host, whole))

    return dataclasses.replace(run.layout.told(watched), state=whole, on_backend=state)


def output_fields(run: Simulation, moment: Moment) -> list[OutputField]:
    """The history's fields of a moment, and what is watched of it as curves in time."""
    return moment.watched.curves() + run.model.fields(run.host, moment.state)
