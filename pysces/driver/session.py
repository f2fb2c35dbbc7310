"""One run from start to end: progress on the terminal, history and restart on disk, safe against Ctrl-C.

Over several processes the first one prints and writes; what it meets there, the others are told.
"""

from __future__ import annotations

import json
import signal
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..config.run import RunConfig
from ..io.history import create_history, reopen_history
from ..io.restart import Restart, write_restart
from .launch import STOP, this_place
from .simulation import Moment, Simulation, march, output_fields, simulation

INTERRUPTED = 130


def run_with_output(config: RunConfig, restart: Restart | None = None) -> int:
    """Run and write; returns 0, or 130 when it was interrupted."""
    run = simulation(config, restart)
    say = print if run.layout.first else _say_nothing
    say(_headline(run))
    say(run.report)
    say(_columns())
    with stop_requested(say) as stop, ExitStack() as files:
        histories, first = [], None
        if config.output.file:
            run.layout.told(lambda: histories.append(files.enter_context(_history(run, restart))))
        for moment in march(run, stop.is_set):
            first = first or moment
            say(_line(run, moment, first), flush=True)
            if restart is None or moment is not first:  # what a run continued from is on disk already
                run.layout.told(lambda moment=moment: _save(run, moment, histories))
        finished = moment.calls >= run.calls_in_all
    return 0 if finished else _stopped(config, say)


def _say_nothing(*_, **__) -> None:
    """What the processes that do not print print."""


@contextmanager
def stop_requested(say=print):
    """An event that the first Ctrl-C sets; the second interrupts at once. Outside the main thread it is never set."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    together = this_place() is not None  # who started this process passes Ctrl-C on, and ends it at the second

    def request(*_):
        if not stop.is_set():
            say("stopping after this chunk; Ctrl-C again stops at once", flush=True)
        stop.set()
        if not together:
            signal.signal(signal.SIGINT, before[signal.SIGINT])

    before = {number: signal.signal(number, request) for number in ((signal.SIGINT, STOP)[: 1 + together])}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _history(run: Simulation, restart: Restart | None):
    path, grid, coordinate = run.config.output.file, run.where.grid, run.where.coordinate
    if restart is not None and Path(path).exists():
        return reopen_history(path, restart.calls * run.dt_remap)
    return create_history(path, grid, coordinate, {"config": json.dumps(run.config.table())})


def _save(run: Simulation, moment: Moment, histories: list) -> None:
    """Append to the history, if there is one, and replace the restart."""
    for history in histories:
        history.write(moment.seconds, output_fields(run, moment))
    if run.config.output.restart:
        write_restart(run.config.output.restart, moment.state, run.config.table(), moment.calls)


def _stopped(config: RunConfig, say) -> int:
    how = (
        f"continue with: pysces run --resume {config.output.restart}"
        if config.output.restart
        else "no restart file asked for"
    )
    say(f"stopped; {how}")
    return INTERRUPTED


def _headline(run: Simulation) -> str:
    config, host = run.config, run.host
    calls = f"{run.calls_in_all - run.calls} calls of {run.dt_remap:g} s"
    backend = f"{config.backend.name}-f{config.backend.precision}{run.layout.name}"
    return (
        f"{config.case.name}: {config.dynamics.model} ne{config.grid.ne} L{run.where.coordinate.nlev}, "
        f"tstep {float(host.dt):g} s, {calls}, {backend}"
    )


def _columns() -> str:
    return (
        f"{'day':>8s} {'ps_min [hPa]':>13s} {'mass drift':>11s} {'energy drift':>13s} {'s per day':>10s} {'SYPD':>8s}"
    )


def _line(run: Simulation, moment: Moment, first: Moment) -> str:
    """A row of progress; the first chunk's time includes compiling."""
    drift = moment.mass / first.mass - 1.0
    energy = float(moment.energy.total / first.energy.total) - 1.0
    text = f"{moment.days:8.3f} {moment.ps_min / 100:13.4f} {drift:11.2e} {energy:13.2e}"
    if moment is first:
        return text
    calls = min(run.calls_per_chunk, moment.calls - first.calls)
    per_day = moment.wall / (calls * run.dt_remap / 86400.0)
    return f"{text} {per_day:10.2f} {86400.0 / per_day / 365.0:8.2f}"
