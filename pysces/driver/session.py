"""One run from start to end: progress on the terminal, history and restart on disk, safe against whatever ends it.

Over several processes the first one prints and writes; what it meets there, the others are told.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..config.run import RunConfig
from ..io.durable import previous_of
from ..io.history import History, create_history, place_checksum, reopen_history
from ..io.initial_writing import write_initial
from ..io.ownership import Files, claimed, files_of
from ..io.restart import Restart, write_restart
from ..models.grids import described_grid
from ..models.model import OnFile, World, with_step
from .edge import computing
from .launch import own_process
from .layout import check_start
from .signals import Request, stop_requested
from .simulation import SECONDS_PER_DAY, Moment, Simulation, march, output_fields, simulation, surface_of
from .size import named_mesh, nothing_left


@dataclass
class Writer:
    """What the first process writes after every record, and what the run's drift is counted from."""

    run: Simulation
    files: Files
    history: History | None = None
    start: dict = dataclasses.field(default_factory=dict)
    anew: bool = False  # whether the generations of restarts that are there are another run's

    def save(self, moment: Moment, written: bool) -> None:
        """Append to the history, if this is a record, and replace the restart; written: both are on disk already."""
        if written:
            if self.history is not None:
                self.history.check(output_fields(self.run, moment))
            return
        if self.history is not None and self.run.is_record(moment.calls):
            self.history.write(moment.seconds, output_fields(self.run, moment))
        if self.files.restart:
            if self.anew:
                _forget(self.files.restart)
            write_restart(self.files.restart, moment.state, self.run.config.table(), moment.calls, self.start)
            self.anew = False

    def save_initial(self, moment: Moment) -> None:
        """Write the state as an initial file."""
        run, where = self.run, self.run.where
        about = {"config": json.dumps(run.config.table()), "model": run.config.model}
        assert isinstance(run.model, OnFile)  # as it was when the run was set up
        air = run.model.air(run.host, moment.state, run.tracers)
        write_initial(self.files.initial, air, where.grid, moment.seconds, about)


def run_with_output(config: RunConfig, restart: Restart | None = None, files: Files | None = None) -> int:
    """Run and write; returns 0, or 128 + the number of the signal that stopped it."""
    with np.errstate(all="ignore"):  # bad numbers are looked for after every chunk
        return _run(with_step(config), restart, files)


def rehearse(config: RunConfig, restart: Restart | None = None) -> str:
    """Set a run up with all its refusals and notes, in this process alone; what it reports of itself at its start."""
    if config.backend.ranks:
        check_start(config)
        config = config.with_options(ranks=0, devices=0)
    return _report(_set_up(config, restart)[0])


def _set_up(config: RunConfig, restart: Restart | None) -> tuple[Simulation, dict[str, str]]:
    """A run, and checksums of where it takes place."""
    run = simulation(config, restart)
    if config.output.initial and not isinstance(run.model, OnFile):
        raise ValueError(f"[output] initial: no initial file can hold states of model {config.model!r}; leave it out.")
    return run, {"place": place_checksum(run.where.grid, run.where.coordinate)} | surface_of(config, run.host)


def _run(config: RunConfig, restart: Restart | None, files: Files | None) -> int:
    files = files or files_of(config)
    with ExitStack() as held:
        serial, right = own_process() is None, claimed(files, config, restart)
        if serial:
            held.enter_context(right)
        run, place = _set_up(config, restart)
        if not serial:
            run.layout.any(False)  # nobody looks at files any more when the first process begins to write
            run.layout.broadcast(lambda: held.enter_context(right))
        writer = Writer(run, files, start=dict(restart.start) if restart else {}, anew=restart is None)
        if files.history:
            run.layout.broadcast(lambda: _open_history(writer, restart, held))
        with computing():
            return _march_and_write(writer, restart, held, place)


def _march_and_write(writer: Writer, restart: Restart | None, held: ExitStack, place: dict[str, str]) -> int:
    run = writer.run
    say = print if run.layout.first else _say_nothing
    say(_headline(run))
    say(_report(run))
    if restart is not None and run.calls >= run.calls_in_all:
        say(nothing_left(run.config, run.calls * run.dt_remap / SECONDS_PER_DAY))
    stop = held.enter_context(stop_requested(say, own_process() is not None))
    last: Moment | None = None
    finished = False
    for moment in march(run, stop.is_set):
        writer.start = writer.start or _weights(moment) | place
        if last is None:
            say(_columns(moment))
        say(_line(run, moment, last, writer.start), flush=True)
        written = restart is not None and last is None  # what a run goes on from
        run.layout.broadcast(partial(writer.save, moment, written))
        last, finished = moment, moment.calls >= run.calls_in_all
    if finished and last is not None and last.watched.others:
        say(", ".join(f"{f.name} {float(f.values):.6g} {f.units}".removesuffix(" 1") for f in last.watched.others))
    if finished and last is not None and writer.files.initial:
        run.layout.broadcast(partial(writer.save_initial, last))
        say(f"wrote {writer.files.initial}")
    return 0 if finished else _stopped(run.config, say, stop)


def _open_history(writer: Writer, restart: Restart | None, held: ExitStack) -> None:
    run, path = writer.run, writer.files.history
    grid, coordinate = run.where.grid, run.where.coordinate
    if restart is not None and Path(path).exists():
        opened = reopen_history(path, restart.calls * run.dt_remap, grid)
    else:
        about = {"config": json.dumps(run.config.table()), "mesh": named_mesh(run.config.grid)}
        opened = create_history(path, grid, coordinate, about)
    writer.history = held.enter_context(opened)


def _forget(restart: str) -> None:
    """Remove the generations of a run that is replaced: one must never stand behind the other's."""
    path = os.path.realpath(restart)
    for generation in (previous_of(path), Path(path)):
        generation.unlink(missing_ok=True)


def _say_nothing(*_: Any, **__: Any) -> None:
    """What the processes that do not print print."""


def _stopped(config: RunConfig, say: Callable[..., None], stop: Request) -> int:
    how = (
        f"continue with: pysces run --resume {config.output.restart}"
        if config.output.restart
        else "no restart file asked for"
    )
    say(f"stopped; {how}")
    return stop.status


def _headline(run: Simulation) -> str:
    config, host = run.config, run.host
    calls = f"{run.calls_in_all - run.calls} calls of {run.dt_remap:g} s"
    backend = f"{config.backend.name}-f{config.backend.precision}{run.layout.name}"
    return (
        f"{config.start}: {config.dynamics.model} {named_mesh(config.grid)}{_levels(run.where)}, "
        f"tstep {float(host.dt):g} s, {calls}, {backend}"
    )


def _report(run: Simulation) -> str:
    """What a mesh from a file is, and what the model says of its steps."""
    mesh = run.config.grid.mesh
    return f"mesh {mesh}: {described_grid(run.where.grid)}\n{run.report}" if mesh else run.report


def _levels(where: World) -> str:
    return "" if where.coordinate is None else f" L{where.coordinate.nlev}"


def _columns(moment: Moment) -> str:
    """Heads of the table; what is lowest has its model's name, pressures are in hPa."""
    lowest = moment.watched.lowest
    head = f"{lowest.name} [{'hPa' if lowest.units == 'Pa' else lowest.units}]"
    return f"{'day':>8s} {head:>13s} {'mass drift':>11s} {'energy drift':>13s} {'s per day':>10s} {'SYPD':>8s}"


def _weights(moment: Moment) -> dict[str, float]:
    """What a run should keep: its mass, and its energy where the model has one."""
    return {"mass": moment.mass} | ({} if moment.energy is None else {"energy": float(moment.energy.total)})


def _line(run: Simulation, moment: Moment, last: Moment | None, start: dict[str, float]) -> str:
    """A row of progress, drifts since the run's own start; the first chunk's time includes compiling."""
    drifts = {name: value / start[name] - 1.0 for name, value in _weights(moment).items()}
    lowest = moment.watched.lowest
    shown = float(lowest.values) / (100.0 if lowest.units == "Pa" else 1.0)
    energy = f"{drifts['energy']:13.2e}" if "energy" in drifts else f"{'-':>13s}"
    text = f"{moment.days:8.3f} {shown:13.4f} {drifts['mass']:11.2e} {energy}"
    if last is None or moment.calls == last.calls:
        return text
    per_day = moment.wall / ((moment.calls - last.calls) * run.dt_remap / 86400.0)
    return f"{text} {per_day:10.2f} {86400.0 / per_day / 365.0:8.2f}"
