"""One run from start to end: progress on the terminal, history and restart on disk, safe against whatever ends it.

Over several processes the first one prints and writes; any error there is sent to the others.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ..config.run import RunConfig
from ..io.checksums import place_checksum
from ..io.durable import previous_of
from ..io.files_of_run import Files
from ..io.history_writing import History, create_history, reopen_history
from ..io.initial_writing import write_initial
from ..io.layouts import ElementLayout, Layout, column_layout
from ..io.ownership import claimed
from ..io.restart import Restart, write_restart
from ..io.run_log import open_log
from ..io.vertical_axis import VerticalAxis
from ..models.grids import named_mesh
from ..models.model import OnFile, with_step
from .edge import computing
from .kept_memory import keep_freed_memory
from .launch import own_process
from .layout import check_start
from .lines import columns, headline, record_line, report_lines, weights
from .signals import Request, stop_requested
from .simulation import SECONDS_PER_DAY, Moment, Simulation, march, output_fields, simulation, surface_of
from .size import nothing_left
from .stream_files import about_run, model_names, run_files
from .streams import Recording
from .voice import Voice


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
            table = self.run.config.table()
            write_restart(self.files.restart, moment.state, table, moment.calls, self.start, moment.sums)
            self.anew = False

    def save_initial(self, moment: Moment) -> None:
        """Write the state as an initial file."""
        run, where = self.run, self.run.where
        about = {"config": json.dumps(run.config.table()), "model": run.config.model}
        assert isinstance(run.model, OnFile)  # as it was when the run was set up
        air = run.model.air(run.host, moment.state, run.tracers)
        write_initial(self.files.initial, air, where.grid, moment.seconds, about)


def run_with_output(
    config: RunConfig, restart: Restart | None = None, files: Files | None = None, voice: Voice | None = None
) -> int:
    """Run, tell and write; returns 0, or 128 + the number of the signal that stopped it."""
    keep_freed_memory()
    with np.errstate(all="ignore"):  # bad numbers are looked for after every chunk
        return _run(with_step(config), restart, files, voice or Voice(command=shlex.join(sys.argv)))


def rehearse(config: RunConfig, restart: Restart | None = None) -> tuple[str, RunConfig]:
    """Set a run up with all its refusals and notes, in this process alone.

    Returns what it reports of itself at its start, and its configuration with nothing left to be chosen.
    """
    backend = config.backend
    if backend.ranks:
        check_start(config)
        config = config.with_options(ranks=0, devices=0)
    run = _set_up(config, restart)[0]
    return report_lines(run), dataclasses.replace(run.chosen, backend=backend)


def _set_up(config: RunConfig, restart: Restart | None) -> tuple[Simulation, dict[str, str]]:
    """A run, and checksums of where it takes place."""
    run = simulation(config, restart)
    if config.output.initial and not isinstance(run.model, OnFile):
        raise ValueError(f"[output] initial: no initial file can hold states of model {config.model!r}; leave it out.")
    return run, {"place": place_checksum(run.where.grid, run.where.coordinate)} | surface_of(config, run.host)


def _run(config: RunConfig, restart: Restart | None, files: Files | None, voice: Voice) -> int:
    files = files or run_files(config)
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
        recording = Recording(run, restart)
        run.layout.broadcast(lambda: recording.open(restart, held))
        voice = voice if run.layout.first else Voice(quiet=True)
        if files.log and run.layout.first and not _at_its_end(run, restart):
            voice.log = held.enter_context(open_log(files.log, voice.command, run.chosen))
        with computing():
            return _march_and_write(writer, restart, held, (place, voice, recording))


def _at_its_end(run: Simulation, restart: Restart | None) -> bool:
    return restart is not None and run.calls >= run.calls_in_all


def _march_and_write(
    writer: Writer, restart: Restart | None, held: ExitStack, parts: tuple[dict[str, str], Voice, Recording]
) -> int:
    place, voice, recording = parts
    run, say = writer.run, voice.say
    say(headline(run))
    say(report_lines(run))
    if _at_its_end(run, restart):
        say(nothing_left(run.config, run.calls * run.dt_remap / SECONDS_PER_DAY))
    stop = held.enter_context(stop_requested(say, own_process() is not None))
    held.enter_context(voice.showing(run.calls_in_all, run.calls))
    last: Moment | None = None
    finished = False
    for moment in march(run, stop.is_set, voice.reached, recording):
        writer.start = writer.start or weights(moment) | place
        if last is None:
            say(columns(moment))
        say(record_line(run, moment, last, writer.start))
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
    layout, time = _history_layout(run), run.config.time.units
    if restart is not None and Path(path).exists():
        opened = reopen_history(path, restart.calls * run.dt_remap, layout, time)
    else:
        opened = create_history(path, layout, about_run(run.config, named_mesh(run.config.grid)), time)
    writer.history = held.enter_context(opened)


def _history_layout(run: Simulation) -> Layout:
    grid, coordinate = run.where.grid, run.where.coordinate
    if run.config.output.layout == "element":
        return ElementLayout(grid, coordinate)
    kinds = () if run.history is None else run.history.kinds
    ps = next((kind.name(model_names(run)) for kind in kinds if kind.cam == "PS"), "")
    return column_layout(grid, VerticalAxis(coordinate, ps=ps))


def _forget(restart: str) -> None:
    """Remove the generations of a run that is replaced: one must never stand behind the other's."""
    path = os.path.realpath(restart)
    for generation in (previous_of(path), Path(path)):
        generation.unlink(missing_ok=True)


def _stopped(config: RunConfig, say: Callable[..., None], stop: Request) -> int:
    how = (
        f"continue with: pysces run --resume {config.output.restart}"
        if config.output.restart
        else "no restart file asked for"
    )
    say(f"stopped; {how}")
    return stop.status
