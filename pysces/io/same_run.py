"""Whether files that are there are those of a run that goes on: same configuration, same time between records."""

from __future__ import annotations

import json
import os

import numpy as np

from ..config.run import RunConfig
from .classic import read_header
from .durable import open_regular
from .files_of_run import Files
from .history import SAME_TIME, SECONDS_PER_DAY, history_head
from .restart import Restart

# (section, option) that may change when a run goes on; so may all of [output] but, beside a history, every_hours
FREE = {("time", "ndays"), ("time", "nmax")}
FREE |= {("backend", option) for option in ("name", "platform", "cache", "ranks", "devices")}  # the same to round-off
FREE |= {("grid", "mesh")}  # it may have been moved: whether it is the same mesh, its fingerprint says
OTHER_OUTPUT = "use the same, or give another --output"
OTHER_STREAM = "use the same, or give the stream another file"
OTHER_INITIAL = "give another --write-initial"
STREAM = "stream"  # the attribute of a file in which the options of its stream stand


def check_same(theirs: dict, ours: dict, what: str, remedy: str, free_output: bool = False) -> None:
    """Refuse to go on with what, whose configuration has the table theirs, where that is of another run than ours.

    free_output : whether the time between records may be another, too.
    """
    for section, entries in ours.items():
        for option, value in entries.items():
            free = (section == "output" and (free_output or option != "every_hours")) or (section, option) in FREE
            found = theirs.get(section, {}).get(option)
            if not free and found != value:
                raise ValueError(f"[{section}] {option} is {value!r} here but {found!r} in {what}; {remedy}.")


def check_history(name: str, config: RunConfig, restart: Restart) -> None:
    """Refuse to go on with the history of another configuration or cadence, or one without the records so far."""
    theirs, days = _found(name)
    check_same(theirs, config.table(), f"the history {name}", OTHER_OUTPUT)
    call, every = config.call_length / SECONDS_PER_DAY, config.calls_per_record
    due, recorded = restart.calls * call, restart.calls // every * every * call
    if not days.size or not any(recorded - SAME_TIME <= day <= due + SAME_TIME for day in days):
        last = f"ends at day {days[-1]:g}" if days.size else "is empty"
        raise ValueError(
            f"History {name} {last}, before day {recorded:g} that the restart follows; give another --output."
        )


def check_streams(files: Files, config: RunConfig, restart: Restart) -> None:
    """Refuse to go on with a file of a stream that another run wrote, or that is of another stream, or has gone."""
    for name in filter(os.path.lexists, files.pieces):
        header, _ = history_head(name)
        theirs, _ = _found(name)
        check_same(theirs, config.table(), name, OTHER_STREAM, free_output=True)
        if header.attributes.get(STREAM) != files.pieces[name].says:
            raise ValueError(f"{name} is of a stream with other options than here; give the stream another file.")
    before = {stream["file"] for stream in restart.config.get("output", {}).get("stream", [])}
    for name, piece in files.pieces.items():
        begun = piece.stream in before and piece.first <= restart.calls < piece.last
        if begun and not os.path.lexists(name):
            raise ValueError(f"{name}, a file of a stream, is not there; put it back, or give the stream another file.")


def check_generations(files: Files, config: RunConfig) -> None:
    """Refuse to replace restarts that are there, unless they are those of the run that goes on; one may be damaged."""
    said = []
    for path in filter(os.path.lexists, (files.restart, files.previous)):
        try:
            with open_regular(path) as file:
                attributes = read_header(file).attributes
            check_same(json.loads(str(attributes["config"])), config.table(), path, OTHER_OUTPUT, free_output=True)
            return
        except KeyError:
            said.append(f"{path} exists and is no restart of pysces; {OTHER_OUTPUT}.")
        except (OSError, ValueError) as error:
            own = str(error).startswith("[")
            said.append(str(error) if own else f"{path} exists and is no restart of this run; {OTHER_OUTPUT}.")
    if said:
        raise ValueError(said[0])


def check_own_initial(name: str, config: RunConfig) -> None:
    """Refuse to replace an initial file that is there, unless the run that goes on wrote it."""
    if not os.path.lexists(name):
        return
    try:
        with open_regular(name) as file:
            attributes = read_header(file).attributes
        check_same(json.loads(str(attributes["config"])), config.table(), name, OTHER_INITIAL, free_output=True)
    except (OSError, KeyError, ValueError) as error:
        said = str(error) if str(error).startswith("[") else f"{name} exists and is not of this run; {OTHER_INITIAL}."
        raise ValueError(said) from None


def is_first_try(files: Files, config: RunConfig) -> bool:
    """Whether the history there is that of the same run, ended between its first record and its first restart."""
    if not files.history or not os.path.exists(files.history) or os.path.lexists(files.restart):
        return False
    theirs, days = _found(files.history)
    try:
        check_same(theirs, config.table(), "it", OTHER_OUTPUT)
    except ValueError:
        return False
    return days.size <= 1


def _found(name: str) -> tuple[dict, np.ndarray]:
    """The table of the configuration that wrote a history, and the times of its records [day]."""
    header, days = history_head(name)
    try:
        return json.loads(header.attributes["config"]), days
    except (KeyError, ValueError):
        raise ValueError(f"History {name} does not say its configuration; give another --output.") from None
