"""Histories while they are written, one record a time, in NetCDF (CDF-5) with CF attributes.

How fields lie in the file, a layout says. The file appears, whole, with its first record; every further one is counted
only when it lies on the disk, so that the file can be read at any moment and outlives whatever ends the run.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np

from .classic import Header, Variable, as_bytes, external, write_count
from .durable import let_go, naming, replacing
from .history import SAME_TIME, SECONDS_PER_DAY, SOURCE, TIME, history_head
from .layouts import ElementLayout, Layout

BOUNDS = "time_bnds"


class OtherRun(ValueError):
    """A history that is not this run's."""


class History:
    """A history that is being written. Use ``create_history`` or ``reopen_history``, and close it (or use ``with``)."""

    def __init__(self, path: str | os.PathLike, start: Header, layout: Layout, time: dict, record: int = 0) -> None:
        self._path = Path(os.path.realpath(path))  # what a link points to is written, not the link
        self._start, self._layout, self._time, self._record = start, layout, time, record
        self._header: Any = None  # of the file, once there is one
        self._file: Any = None
        self._stale = False

    def write(self, seconds: float, fields: list, since: float | None = None) -> None:
        """Append a record of OutputFields at a model time; since is when the time that they are means of began.

        Raises
        ------
        OSError where the disk does not take it: the file then holds the records before. ValueError where the fields
        are not those of the file.
        """
        means = since is not None
        days = np.array([seconds if since is None else since, seconds]) / SECONDS_PER_DAY
        values = [days[1], *([days] if means else []), *(self._layout.arranged(f) for f in fields)]
        if self._file is None and not self._record:
            self._create(self._with_fields(fields, means), values)
        else:
            self.check(fields, means)
            self._append(values)
        self._record += 1

    def close(self) -> None:
        """Close the file, if there is one; every record is on the disk already."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _create(self, header: Header, values: list) -> None:
        fixed = self._layout.fixed()
        with replacing(self._path) as file:
            file.write(header.encoded())
            for variable, value in fixed:
                file.write(as_bytes(value, variable))
            _write_values(file, header, values)
            write_count(file, 1)
        self._header, self._file = header, open(self._path, "r+b")

    def check(self, fields: list, means: bool = False) -> None:
        """Refuse a history that is there but has other fields than these."""
        if self._header is not None and _records(self._on_time(fields, means)) != _records(self._header.records):
            raise OtherRun(f"History {self._path} has other fields than this run writes; give another file.")

    def _append(self, values: list) -> None:
        end = self._header.first_record + self._record * self._header.record_bytes
        with naming(self._path):
            if not os.path.exists(self._path) or not os.path.samestat(
                os.stat(self._path), os.fstat(self._file.fileno())
            ):
                raise OSError(errno.ENOENT, "it was moved or removed while the run wrote it", os.fspath(self._path))
            if self._stale:
                self._cut_off(end)
            try:
                self._file.seek(end)
                _write_values(self._file, self._header, values)
                write_count(self._file, self._record + 1)
                let_go(self._file, end, self._header.record_bytes)
            except OSError:
                self._file.raw.truncate(end)
                raise

    def _continue(self, file: Any, header: Header) -> None:
        """Go on in a file behind as many records as this object counts; the others stay until the next is written."""
        self._header, self._file, self._stale = header, file, True

    def _cut_off(self, end: int) -> None:
        write_count(self._file, self._record)
        self._file.truncate(end)
        self._stale = False

    def _with_fields(self, fields: list, means: bool) -> Header:
        """The header with time, and with the fields of a record as variables of it."""
        start = self._start
        sizes = start.dimensions | ({"nbnd": 2} if means else {})
        return Header(sizes, start.attributes, (*start.variables, *self._on_time(fields, means)))

    def _on_time(self, fields: list, means: bool) -> list[Variable]:
        """The variables of a record."""
        double = external("f8")
        time = Variable("time", ("time",), double, TIME | self._time | ({"bounds": BOUNDS} if means else {}))
        bounds = [Variable(BOUNDS, ("time", "nbnd"), double)] if means else []
        return [time, *bounds, *(self._layout.variable(f) for f in fields)]


def create_history(path: str | os.PathLike, layout: Layout, attributes: dict, time: dict | None = None) -> History:
    """A new history; attributes become global attributes, time are units and calendar where they are not the usual.

    The file, or what it replaces, is touched when the first record is written; a folder that is not there raises
    ValueError at once.
    """
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise ValueError(f"Cannot write history {path}: there is no folder {folder}; make it first.")
    about = {"Conventions": "CF-1.11", "source": SOURCE, **attributes, **layout.about}
    header = Header({"time": 0, **layout.sizes}, about, tuple(variable for variable, _ in layout.fixed()))
    return History(path, header, layout, time or {})


def create_native_history(path: str | os.PathLike, grid: Any, coordinate: Any, attributes: dict) -> History:
    """A new history on all nodes of every element."""
    return create_history(path, ElementLayout(grid, coordinate), attributes)


def reopen_history(path: str | os.PathLike, seconds: float, layout: Layout, time: dict | None = None) -> History:
    """An existing history, to go on behind its last record not later than a model time; a write cuts later ones off.

    Raises
    ------
    ValueError, before anything is touched, where the file is no history of pysces or lies on another mesh.
    """
    header, days = history_head(path)
    if header.attributes.get("mesh_sha256") != layout.about["mesh_sha256"]:
        raise ValueError(f"History {path} lies on another mesh than this run; give another file.")
    records = int(np.sum(days <= seconds / SECONDS_PER_DAY + SAME_TIME))
    start = Header(header.dimensions, header.attributes, tuple(header.fixed))
    history = History(path, start, layout, time or {}, records)
    history._continue(open(path, "r+b"), header)
    return history


def _write_values(file: Any, header: Header, values: list) -> None:
    for variable, value in zip(header.records, values, strict=True):
        file.write(as_bytes(value, variable))


def _records(variables: list[Variable]) -> list:
    """What must not change from record to record."""
    return [(v.name, v.dimensions, v.dtype) for v in variables]
