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
from ..diagnostics.watch import check_state, is_sound
from ..geometry.grid import Grid
from ..io.checksums import place_checksum, surface_checksum
from ..io.restart import Restart, read_restart, restore
from ..models.energy import Energy
from ..models.model import Model, OutputField, Setup, Watched, World, with_step
from ..models.registry import find_model
from ..vertical.coordinate import VerticalCoordinate
from .blow_up import refuse_blow_up
from .layout import Layout, lay_out
from .pace import Pace
from .size import calls_in_all, longer
from .stream_fields import Seen, fields_of_history
from .stream_files import model_names
from .streams import Recording, Stream, incomplete, streams_of_run

SECONDS_PER_DAY = 86400.0


class OptionNote(UserWarning):
    """A choice that does not do what its words say."""


@dataclass(frozen=True)
class Simulation:
    """A run that can be marched. `host` is the dycore in NumPy, to look at states; `dycore` lives as layout says.

    tracers : names of what it carries, in initial files.
    chosen : the configuration with numbers where options were left to be chosen; it makes the same run.
    history : what its history on columns sees; None where that has the fields of the model.
    """

    config: RunConfig
    model: Model
    host: Any
    dycore: Any
    state: Any
    calls: int
    report: str
    where: World
    layout: Layout
    tracers: tuple[str, ...] = ()
    chosen: Any = None
    streams: tuple[Stream, ...] = ()
    history: Seen | None = None

    @property
    def dt_remap(self) -> float:
        """Model time of one remap call [s]."""
        return float(self.host.dt_remap)

    @property
    def calls_in_all(self) -> int:
        """Remap calls from the start to the end of the run."""
        return calls_in_all(self.config, self.dt_remap)

    def calls_to_record(self, calls: int) -> int:
        """Remap calls from so many until the next record, or until the end."""
        every = self.config.calls_per_record
        return min(every - calls % every, self.calls_in_all - calls)

    def is_record(self, calls: int) -> bool:
        """Whether the state after so many calls belongs into the history."""
        return calls % self.config.calls_per_record == 0 or calls == self.calls_in_all


@dataclass(frozen=True)
class Moment:
    """A state between two chunks, and what is watched of it; whole and on the host, in the first process.

    fields : of its history on columns.   sums : of the means that are on their way in its streams.
    """

    state: Any
    calls: int
    seconds: float
    wall: float
    watched: Watched
    fields: dict[str, np.ndarray] | None = None
    sums: dict[str, Any] | None = None

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
    config = with_step(config, None if where is None else where.grid)
    if restart is not None:
        _check_end(config, restart)
    model = find_model(config.model)
    setup = model.setup(config, where)
    if restart is not None:
        check_place(restart, setup.where.grid, setup.where.coordinate)
        check_surface(restart, surface_of(config, setup.dycore))
    layout = lay_out(config.backend, setup.dycore.grid)
    if config.backend.cache and config.backend.name == "jax":
        use_compilation_cache(config.backend.cache)
    start, calls = layout.host.asarray(setup.state), 0
    if restart is not None:
        start, calls = restore(start, restart), restart.calls
    elif _branch(config):
        start = branched(start, config, setup)
    for note in (*config.notes(), *setup.notes) if layout.first else ():
        warnings.warn(note, OptionNote, stacklevel=2)
    dycore, state = layout.put(setup.dycore), layout.put(start)
    made = Simulation(
        config=config,
        model=model,
        host=setup.dycore,
        dycore=dycore,
        state=state,
        calls=calls,
        report=setup.report,
        where=setup.where,
        layout=layout,
        tracers=setup.tracers,
        chosen=config.with_options(tstep=float(setup.dycore.dt), **setup.chosen),
    )
    return _with_streams(made)


def _with_streams(run: Simulation) -> Simulation:
    streams = streams_of_run(run)
    for note in incomplete(streams, run.calls_in_all) if run.layout.first else ():
        warnings.warn(note, OptionNote, stacklevel=3)
    output = run.config.output
    history = fields_of_history(run) if output.file and output.layout == "ncol" else None
    if output.file and output.names and history is None and not streams:
        raise ValueError(
            "[output] names chooses whose names histories on columns and streams have, and this run writes neither; "
            "leave it out."
        )
    return dataclasses.replace(run, streams=streams, history=history)


def _check_end(config: RunConfig, restart: Restart) -> None:
    """Refuse to go on from behind the end of the run."""
    call = config.call_length
    there, asked = restart.calls * call / SECONDS_PER_DAY, calls_in_all(config, call) * call / SECONDS_PER_DAY
    if there > asked:
        raise ValueError(
            f"The restart is at day {there:g}, after the end of the run at day {asked:g}; {longer(config)}."
        )


def branched(start: Any, config: RunConfig, setup: Setup) -> Any:
    """The state of a restart, at the time of a start; refused where it is of another place or holds something else."""
    try:
        other = read_restart(_branch(config))
    except ValueError as error:
        raise ValueError(f"[case] branch cannot be started from: {error}") from None
    check_place(other, setup.where.grid, setup.where.coordinate)
    check_surface(other, surface_of(config, setup.dycore))
    return restore(start, other).replace(time=start.time)


def _branch(config: RunConfig) -> str:
    return getattr(config.case, "branch", "")


def surface_of(config: RunConfig, dycore: Any) -> dict[str, str]:
    """A checksum of the surface geopotential that a file brought, on the host; empty where none did."""
    named = [getattr(config.case, option, "") for option in ("topography", "ncdata")]
    return {"surface": surface_checksum(dycore.equations.phis)} if any(named) else {}


def check_surface(restart: Restart, surface: dict[str, str]) -> None:
    """Refuse a restart that was written over another surface."""
    if restart.start.get("surface") != surface.get("surface"):
        raise ValueError("The surface is not that of the restart; has the file of [case] topography or ncdata changed?")


def check_place(restart: Restart, grid: Grid, coordinate: VerticalCoordinate) -> None:
    """Refuse to go on over another mesh or other levels than those of the restart."""
    place = place_checksum(grid, coordinate)
    if restart.start.get("place", place) != place:
        written_on = restart.config.get("grid", {}).get("mesh") or "a cubed sphere"
        raise ValueError(
            f"The mesh or the levels are not those that the restart was written on ({written_on}); has a file of the "
            "mesh or of levels changed?"
        )


def march(
    run: Simulation,
    stop: Callable[[], bool] | None = None,
    reached: Callable[[int], None] | None = None,
    recording: Recording | None = None,
) -> Iterator[Moment]:
    """The state at the start, at every record and where it stops. Refuses states with bad numbers.

    stop() and reached(calls) are called after every chunk, which takes seconds whatever the time between records.
    Over several processes, each marches its share and gets every Moment, but only the first gets the whole state.
    recording : of its streams, which are written on the way.
    """
    stop, reached = stop or (lambda: False), reached or (lambda calls: None)
    state, calls, wall, pace = run.state, run.calls, 0.0, Pace()
    streams = recording or Recording(dataclasses.replace(run, streams=()), None)
    streams.begin(state)
    yield look(run, state, calls, wall, streams)
    stopped = run.layout.any(stop())
    while calls < run.calls_in_all and not stopped:
        start, before, most = clock.perf_counter(), state, min(run.calls_to_record(calls), streams.calls_to_next(calls))
        n = run.layout.broadcast(lambda: pace.calls(most))  # noqa: B023
        state = streams.advance(before, n)
        if run.layout.any(not is_sound(state.dynamics)):
            refuse_blow_up(run, before, calls, n)
        took = clock.perf_counter() - start
        pace.took(n, took)
        wall, calls, stopped = wall + took, calls + n, run.layout.any(stop())
        streams.write(state, calls)
        reached(calls)
        if stopped or run.is_record(calls):
            yield look(run, state, calls, wall, streams)
            wall, stopped = 0.0, stopped or run.layout.any(stop())


def look(run: Simulation, state: Any, calls: int, wall: float, streams: Recording) -> Moment:
    """What is watched of a state, wall [s] after the last look, computed from the whole by the process that writes."""
    streams.settle()  # a restart must not know of records that are not there
    whole = run.layout.collect(state)
    fields = None if run.history is None else run.layout.collect(run.history.observed(run.dycore, state))
    sums = streams.sums(calls)

    def watched() -> Moment:
        seconds = calls * run.dt_remap
        check_state(whole.dynamics, seconds, run.host.grid)
        return Moment(None, calls, seconds, wall, run.model.watch(run.host, whole))

    return dataclasses.replace(run.layout.broadcast(watched), state=whole, fields=fields, sums=sums)


def output_fields(run: Simulation, moment: Moment) -> list[OutputField]:
    """The history's fields of a moment, and what is watched of it as curves in time."""
    curves = moment.watched.curves()
    if run.history is not None and moment.fields is not None:
        return curves + run.history.output(moment.fields, model_names(run), "point")
    return curves + [_with_dimension(f) for f in run.model.fields(run.host, moment.state)]


def _with_dimension(field: OutputField) -> OutputField:
    return field if field.levels or np.ndim(field.values) < 4 else dataclasses.replace(field, levels="lev")
