"""The files of a run: what it writes, what it reads."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field

from ..config.run import RunConfig
from ..config.sections import FILES
from .durable import previous_of
from .run_log import log_of

LARGEST_INPUT = 100_000_000  # bytes of a configuration
DATA = ("mesh", "topography", "ncdata", "branch")  # options whose files have any size


@dataclass(frozen=True)
class Piece:
    """What is known of a file of a stream before it is opened.

    stream : what the names of the stream's files begin with.   says : what it says of its stream.
    first, last : remap calls after which its first and its last record are written.
    """

    stream: str
    says: str
    first: int
    last: int


@dataclass(frozen=True)
class Files:
    """What a run writes, what it reads, and whether it may replace what is there; empty names are none.

    again : whether it may begin again where the same run ended between its first record and its first restart.
    streams : the file of each stream, or what the names of its files begin with.   pieces : {name: what is known of
    it}, of all files of streams.   descriptions : of the mesh.
    """

    history: str
    restart: str
    inputs: tuple[str, ...] = ()
    overwrite: bool = False
    again: bool = False
    initial: str = ""
    streams: tuple[str, ...] = ()
    pieces: dict[str, Piece] = field(default_factory=dict)
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
