"""Long runs that others start from, kept on disk: marched once, resumed where they were stopped, found again later.

kept = kept_run(config.with_options(ndays=100), "spin_up", kept_folder())
kept.run.state  # after 100 days
"""

from __future__ import annotations

import dataclasses
import json
import os
import time as clock
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ..arrays.checksum import checksum
from ..config.run import RunConfig
from ..io.history import SAME_TIME, SECONDS_PER_DAY, history_head
from ..io.history_writing import History, create_history, reopen_history
from ..io.layouts import ElementLayout
from ..io.lock import held
from ..io.restart import Restart, newest_restart, write_restart
from ..models.model import with_step
from ..version import version
from .simulation import Simulation, march, output_fields, simulation

FOLDER = "PYSCES_CACHE"
SECONDS_BETWEEN_SAVES = 20.0


@dataclasses.dataclass(frozen=True)
class KeptRun:
    """A run at its end, and where its history is, if one was asked for."""

    run: Simulation
    history: Path


def kept_folder() -> Path:
    """Where long runs are kept: $PYSCES_CACHE, or else pysces below the user's cache folder; made if need be."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pysces"
    folder = Path(os.environ.get(FOLDER) or usual) / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kept_run(
    config: RunConfig,
    name: str,
    folder: Path,
    suite: Any = None,
    start: Any = None,
    record: bool = False,
    say: Callable[[str], None] = print,
) -> KeptRun:
    """A configuration's run at its end: read from folder if it is there, marched on from as far as it is there.

    Parameters
    ----------
    name : the first part of its files' names; the rest is a checksum of all that decides on the run.
    suite : physics in place of the configured one; its numbers are in the checksum, name must tell its programs apart.
    start : the state to start from, in place of the case's own.
    record : write a history with a record every [output] every_hours, the start included.
    """
    config = with_step(config)
    restart_path = folder / f"{name}-{_checksum(config, suite, start)}.restart.nc"
    history_path = folder / restart_path.name.replace(".restart", "")
    with held(restart_path):
        restart, passed_over = newest_restart(restart_path)
        if passed_over:
            say(passed_over)
        if record and restart is not None and not _has_records(history_path, config, restart):
            restart = None  # they can only be made from the start
        run = with_suite(simulation(config, restart), suite)
        if restart is None and start is not None:
            run = dataclasses.replace(run, state=run.layout.put(run.layout.host.asarray(start)))
        if run.calls < run.calls_in_all:
            say(f"{name}: {config.time.ndays:g} days, kept in {restart_path}")
            with _history(run, restart, history_path) if record else nullcontext() as history:
                run = _marched(run, _Keeper(run, name, restart_path, history, say), restart)
    return KeptRun(run, history_path)


def with_suite(run: Simulation, suite: Any) -> Simulation:
    """The run with another physics suite; None leaves it as it is.

    Raises
    ------
    ValueError where the configuration names no suite, so that nothing says how one is coupled.
    """
    if suite is None:
        return run
    if run.dycore.forcing is None:
        raise ValueError(
            "A suite was given to a run without physics; name one in [physics] suite, which yours then replaces."
        )
    suite = run.layout.host.asarray(suite)
    return dataclasses.replace(run, dycore=run.dycore.replace(forcing=run.dycore.forcing.replace(suite=suite)))


@dataclasses.dataclass
class _Keeper:
    """Writes records when there are some, the restart now and then, and says how far the run is."""

    run: Simulation
    name: str
    restart: Path
    history: History | None
    say: Callable[[str], None]
    last: float = dataclasses.field(default_factory=clock.monotonic)

    def record(self, moment: Any) -> None:
        if self.history is not None and self.run.is_record(moment.calls):
            self.history.write(moment.seconds, output_fields(self.run, moment))

    def save(self, moment: Any) -> None:
        ended = moment.calls >= self.run.calls_in_all
        if ended or clock.monotonic() - self.last > SECONDS_BETWEEN_SAVES:
            write_restart(self.restart, moment.state, self.run.config.table(), moment.calls)
            self.say(f"{self.name}: day {moment.days:.4g}")
            self.last = clock.monotonic()


def _marched(run: Simulation, keeper: _Keeper, restart: Restart | None) -> Simulation:
    state, calls = run.state, run.calls
    for moment in march(run):
        if moment.calls > run.calls or restart is None:
            keeper.record(moment)
        if moment.calls > run.calls:
            keeper.save(moment)
        state, calls = moment.state, moment.calls
    return dataclasses.replace(run, state=run.layout.put(run.layout.host.asarray(state)), calls=calls)


def _history(run: Simulation, restart: Restart | None, path: Path) -> History:
    layout = ElementLayout(run.where.grid, run.where.coordinate)
    if restart is not None and path.exists():
        return reopen_history(path, restart.calls * run.dt_remap, layout)
    return create_history(path, layout, {"config": json.dumps(run.config.table())})


def _has_records(path: Path, config: RunConfig, restart: Restart) -> bool:
    """Whether a history has its records up to a restart."""
    if not path.exists():
        return False
    _, days = history_head(path)
    due = restart.calls // config.calls_per_record * config.calls_per_record * config.call_length / SECONDS_PER_DAY
    return bool(days.size) and days[-1] >= due - SAME_TIME


def _checksum(config: RunConfig, suite: Any, start: Any) -> str:
    """Of all that decides on a run: the version of pysces, options, numbers of a suite, a start."""
    table = config.table()
    table["backend"].pop("cache")
    return checksum(json.dumps([version(), table], sort_keys=True), (suite, start))
