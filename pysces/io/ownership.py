"""Which files a run reads and writes, checked before it works: nothing that is there is lost, nothing is mixed up.

An existing file is replaced only when --overwrite is said and pysces wrote it. A run that goes on may write behind the
records of its own history: same configuration, same mesh, same time between records.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..config.run import RunConfig
from ..config.sections import FILES
from .classic import MAGIC, read_header
from .durable import open_regular, part_of, previous_of
from .history import INITIAL_SOURCE, SAME_TIME, SECONDS_PER_DAY, SOURCE, history_head, of_a_run
from .lock import held
from .restart import Restart
from .run_log import check_log, log_of

MESH_SOURCE = f"{SOURCE} mesh"  # who wrote a mesh, or a description of one
PICTURES = (".png", ".pdf", ".svg", ".jpg")
# (section, option) that may change when a run goes on; so may all of [output] but, beside a history, every_hours
FREE = {("time", "ndays"), ("time", "nmax")}
FREE |= {("backend", option) for option in ("name", "platform", "cache", "ranks", "devices")}  # the same to round-off
FREE |= {("grid", "mesh")}  # it may have been moved: whether it is the same mesh, its fingerprint says
OTHER_OUTPUT = "use the same, or give another --output"
OTHER_STREAM = "use the same, or give the stream another file"
STREAM = "stream"  # the attribute of a file in which the options of its stream stand
OTHER_INITIAL = "give another --write-initial"
LARGEST_INPUT = 100_000_000  # bytes of a configuration
DATA = ("mesh", "topography", "ncdata", "branch")  # options whose files have any size


@dataclass(frozen=True)
class Files:
    """What a run writes, what it reads, and whether it may replace what is there; empty names are none.

    again : whether it may begin again where the same run ended between its first record and its first restart.
    streams : the file of each stream, or what the names of its files begin with.   pieces : {name: what the file says
    of its stream}, of all files of streams.   descriptions : of the mesh.
    """

    history: str
    restart: str
    inputs: tuple[str, ...] = ()
    overwrite: bool = False
    again: bool = False
    initial: str = ""
    streams: tuple[str, ...] = ()
    pieces: dict[str, str] = field(default_factory=dict)
    descriptions: tuple[str, ...] = ()

    @property
    def outputs(self) -> dict[str, str]:
        """{what: name} of every file that is written."""
        named = {"history": self.history, "restart": self.restart, "initial file": self.initial}
        named |= {f"stream {n + 1}": name for n, name in enumerate(self.streams)}
        named |= {f"description {n + 1} of the mesh": name for n, name in enumerate(self.descriptions)}
        return {what: name for what, name in named.items() if name}

    @property
    def log(self) -> str:
        """Where lines are written that a run prints; empty without a history."""
        return log_of(self.history)

    @property
    def previous(self) -> str:
        """Where the restart before the newest is kept; empty without restarts."""
        return str(previous_of(self.restart)) if self.restart else ""


def files_of(config: RunConfig, inputs: tuple = (), overwrite: bool = False, again: bool = False) -> Files:
    """The files of a configuration; inputs are those it was read from, and must be files."""
    named = {option: getattr(getattr(config, section), option, "") for section, option in FILES}
    for name in inputs:
        check_input(name)
    for option, name in named.items():
        check_input(name, math.inf if option in DATA else LARGEST_INPUT)
    read = tuple(name for name in (*inputs, *named.values()) if name)
    return Files(config.output.file, config.output.restart, read, overwrite, again, config.output.initial)


def check_input(name: str | None, largest: float = LARGEST_INPUT) -> None:
    """Refuse to read from what is no file: a folder, or a device or pipe that never ends; or has too many bytes."""
    if name and "\0" not in name and os.path.exists(name):
        if not os.path.isfile(name):
            raise ValueError(f"Cannot read {name}: it is a folder or a device; give the name of a file.")
        if os.path.getsize(name) > largest:
            raise ValueError(
                f"{name} has {os.path.getsize(name)} bytes, which no configuration has; give another file."
            )


@contextmanager
def claimed(files: Files, config: RunConfig, restart: Restart | None) -> Iterator[None]:
    """The right to write these files, as long as the block lasts.

    Raises
    ------
    ValueError or OSError, before anything is touched, where a file is in use, in the way, or not one to go on with.
    """
    check_names(files)
    with ExitStack() as locks:
        for name in filter(None, files.outputs.values()):
            locks.enter_context(held(name))
        check_contents(files, config, restart)
        yield


def check_names(files: Files) -> None:
    """Refuse files that are one and the same, have no folder, or are no files."""
    written = {what: name for what, name in files.outputs.items() if name}
    if files.restart:
        written["restart before the newest"] = files.previous
    if files.log:
        written["log"] = files.log
    for what, name in written.items():
        _check_place(what, name)
    temporary = {f"unfinished {what}": str(part_of(name)) for what, name in written.items()}
    pairs = [*(written | temporary).items(), *(("input", name) for name in files.inputs)]
    for (one, a), (other, b) in itertools.combinations(pairs, 2):
        generations = "restart" in one and "restart" in other  # linked to one another for a moment, which a kill keeps
        if (one, other) != ("input", "input") and _same_file(a, b, linked=not generations):
            raise ValueError(f"The {one} and the {other} would be one file, {b}; give them different names.")


def _check_place(what: str, name: str) -> None:
    if "\0" in name:
        raise ValueError(f"The name of the {what}, {name!r}, holds a NUL character; give another.")
    path = Path(os.path.realpath(name))
    if not path.parent.is_dir():
        raise ValueError(f"Cannot write {what} {name}: there is no folder {path.parent}; make it first.")
    if path.exists() and not path.is_file():
        raise ValueError(f"Cannot write {what} {name}: it is a folder or a device; give the name of a file.")


def _same_file(one: str, other: str, linked: bool) -> bool:
    """Whether two names are one, or with linked two hard links to one file."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return linked and os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def check_image(name: str, overwrite: bool, endings: tuple[str, ...] | None = None) -> None:
    """Refuse a picture that has no place, or would replace a file unasked or one that is no picture."""
    _check_place("image", name)
    endings = endings or PICTURES
    if Path(name).suffix.lower() not in endings:
        raise ValueError(f"Cannot write image {name!r}: its name must end in one of {', '.join(endings)}.")
    if os.path.lexists(name) and not overwrite:
        raise ValueError(f"{name} exists; replace it by --overwrite, or give another --image.")


def check_output(what: str, name: str, overwrite: bool) -> None:
    """Refuse a NetCDF file that has no place, or would replace a file unasked or one that pysces did not write."""
    _check_place(what, name)
    if not os.path.lexists(name):
        return
    if not overwrite:
        raise ValueError(f"{name} exists; replace it by --overwrite, or give another name.")
    if not os.path.exists(name) or not written_by_pysces(name, (MESH_SOURCE,)):
        raise ValueError(
            f"{name} exists and was not written by pysces mesh, so that --overwrite leaves it; move it away."
        )


def check_contents(files: Files, config: RunConfig, restart: Restart | None) -> None:
    """Refuse to touch files that are there, unless this run goes on with them or they may be replaced."""
    if restart is None:
        overwrite = files.overwrite or (files.again and _is_first_try(files, config))
        for name in filter(None, (files.history, files.restart, files.previous)):
            _check_free(name, overwrite)
        for name in filter(os.path.lexists, files.pieces):
            _check_free(name, overwrite)
        if files.initial:
            _check_free(files.initial, files.overwrite)
    else:
        _check_streams(files, config, restart)
        if files.history and os.path.lexists(files.history):
            check_history(files.history, config, restart)
        elif files.history and files.history == restart.config.get("output", {}).get("file"):
            raise ValueError(f"History {files.history} is not there; put it back, or give another --output.")
        _check_generations(files, config)
        if files.initial:
            _check_own_initial(files.initial, config)
    check_log(files.log)
    for name in filter(os.path.lexists, files.descriptions):
        if not written_by_pysces(name, (MESH_SOURCE,)):
            raise ValueError(f"{name} exists and was not written by pysces mesh; move it away.")
    for name in filter(None, (*files.outputs.values(), *files.pieces)):
        _check_part(part_of(os.path.realpath(name)))


def _check_streams(files: Files, config: RunConfig, restart: Restart) -> None:
    """Refuse to go on with a file of a stream that another run wrote, or that is of another stream, or has gone."""
    for name in filter(os.path.lexists, files.pieces):
        header, _ = history_head(name)
        theirs, _ = _found(name)
        check_same(theirs, config.table(), name, OTHER_STREAM, free_output=True)
        if header.attributes.get(STREAM) != files.pieces[name]:
            raise ValueError(f"{name} is of a stream with other options than here; give the stream another file.")


def _check_generations(files: Files, config: RunConfig) -> None:
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


def _check_own_initial(name: str, config: RunConfig) -> None:
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


def _check_free(name: str, overwrite: bool) -> None:
    if not os.path.lexists(name):
        return
    if not overwrite:
        raise ValueError(f"{name} exists; go on with its run by --resume auto, or replace it by --overwrite.")
    if not os.path.exists(name) or not written_by_pysces(name):
        raise ValueError(f"{name} exists and was not written by pysces, so that --overwrite leaves it; move it away.")


def written_by_pysces(path: str | os.PathLike, sources: tuple[str, ...] = ()) -> bool:
    """Whether a file is NetCDF that pysces wrote: with one of these sources, or history, restart or initial file.

    A file of an older schema counts, too.
    """
    import netCDF4

    with open(path, "rb") as file:
        if not file.read(4).startswith((MAGIC[:3], b"\x89HDF")):
            return False
    try:
        with netCDF4.Dataset(os.fspath(path)) as data:
            source = getattr(data, "source", "")
            of_runs = (f"{SOURCE} restart", INITIAL_SOURCE)
            return source in sources if sources else of_a_run(source) or source in of_runs
    except (OSError, RuntimeError):
        return False


def _check_part(part: Path) -> None:
    """What a run that was killed leaves has the first bytes of NetCDF, or none."""
    if not os.path.lexists(part):
        return
    with open_regular(part) as file:
        ours = MAGIC.startswith(file.read(len(MAGIC)))
    if not ours:
        raise ValueError(f"{part} exists and is no unfinished file of pysces; move it away.")


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


def _found(name: str) -> tuple[dict, np.ndarray]:
    """The table of the configuration that wrote a history, and the times of its records [day]."""
    header, days = history_head(name)
    try:
        return json.loads(header.attributes["config"]), days
    except (KeyError, ValueError):
        raise ValueError(f"History {name} does not say its configuration; give another --output.") from None


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


def _is_first_try(files: Files, config: RunConfig) -> bool:
    """Whether the history there is that of the same run, ended between its first record and its first restart."""
    if not files.history or not os.path.exists(files.history) or os.path.lexists(files.restart):
        return False
    theirs, days = _found(files.history)
    try:
        check_same(theirs, config.table(), "it", OTHER_OUTPUT)
    except ValueError:
        return False
    return days.size <= 1
