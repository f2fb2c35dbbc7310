"""History: fields on the native nodes, one record a time, in NetCDF (CDF-5) with CF attributes.

Dimensions (time, elem, i, j, lev); ``lat``, ``lon`` (on a plane ``y``, ``x``) and the quadrature weight ``area`` stand
beside them, so that a sum of field * area is the model's own integral. The file appears, whole, with its first record;
every further one is counted only when it lies on the disk, so that the file can be read at any moment and outlives
whatever ends the run.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays.fields import metadata
from ..vertical.coordinate import VerticalCoordinate
from .classic import Header, Variable, as_bytes, count_records, external, read_header, write_count
from .durable import naming, open_regular, replacing

TIME_UNITS, CALENDAR = "days since 0001-01-01 00:00:00", "noleap"
SECONDS_PER_DAY = 86400.0
SOURCE, INITIAL_SOURCE = "pysces", "pysces initial file"
SAME_TIME = 1e-9  # days
_AXES = ("time", "elem", "i", "j", "lev")
_TIME = {"units": TIME_UNITS, "calendar": CALENDAR, "long_name": "time", "standard_name": "time", "axis": "T"}
_HYBRID = ("hyai", "hybi", "hyam", "hybm")


class OtherRun(ValueError):
    """A history that is not this run's."""


class History:
    """A history that is being written. Use ``create_history`` or ``reopen_history``, and close it (or use ``with``)."""

    def __init__(self, path: str | os.PathLike, start: Header, values: dict, record: int = 0) -> None:
        self._path = Path(os.path.realpath(path))  # what a link points to is written, not the link
        self._start, self._values, self._record = start, values, record
        self._header: Any = None  # of the file, once there is one
        self._file: Any = None
        self._stale = False

    def write(self, seconds: float, fields: list) -> None:
        """Append a record of OutputFields at a model time.

        Raises
        ------
        OSError where the disk does not take it: the file then holds the records before. ValueError where the fields
        are not those of the file.
        """
        header = _with_fields(self._start, fields)
        values = [np.float64(seconds / SECONDS_PER_DAY), *(f.values for f in fields)]
        if self._file is None and not self._record:
            self._create(header, values)
        else:
            self.check(fields)
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
        with replacing(self._path) as file:
            file.write(header.encoded())
            for variable in header.fixed:
                file.write(as_bytes(self._values[variable.name], variable))
            _write_values(file, header, values)
            write_count(file, 1)
        self._header, self._file = header, open(self._path, "r+b")

    def check(self, fields: list) -> None:
        """Refuse a history that is there but has other fields than these."""
        if self._header is not None and _records(_with_fields(self._start, fields)) != _records(self._header):
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


def create_history(path: str | os.PathLike, grid: Any, coordinate: Any, attributes: dict) -> History:
    """A new history with the mesh and the levels in it; attributes become global attributes.

    The file, or what it replaces, is touched when the first record is written.
    """
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise ValueError(f"Cannot write history {path}: there is no folder {folder}; make it first.")
    about = {"Conventions": "CF-1.11", "source": SOURCE, **attributes, "mesh_sha256": mesh_checksum(grid)}
    sizes = {"time": 0, "elem": grid.nelem, "i": grid.npts, "j": grid.npts}
    sizes |= {} if coordinate is None else {"lev": coordinate.nlev, "ilev": coordinate.nlev + 1}
    variables, values = zip(*_static(grid, coordinate))
    header = Header(sizes, about, variables)
    return History(path, header, {v.name: x for v, x in zip(variables, values)})


def reopen_history(path: str | os.PathLike, seconds: float, grid: Any = None) -> History:
    """An existing history, to go on behind its last record not later than a model time; a write cuts later ones off.

    Raises
    ------
    ValueError, before anything is touched, where the file is no history of pysces or lies on another mesh.
    """
    header, days = history_head(path)
    if grid is not None and header.attributes.get("mesh_sha256") != mesh_checksum(grid):
        raise ValueError(f"History {path} lies on another mesh than this run; give another file.")
    records = int(np.sum(days <= seconds / SECONDS_PER_DAY + SAME_TIME))
    start = Header(header.dimensions, header.attributes, tuple(header.fixed))
    history = History(path, start, {}, records)
    history._continue(open(path, "r+b"), header)
    return history


def history_head(path: str | os.PathLike) -> tuple[Header, np.ndarray]:
    """The header of a history that pysces can go on with, and the times of its records [days].

    Raises
    ------
    ValueError in one sentence where it is none, or has lost records that it counts.
    """
    try:
        with open_regular(path) as file:
            header = read_header(file)
            return header, _times(file, header)
    except OSError as error:
        raise ValueError(f"Cannot read history {path}: {error.strerror or error}.") from None
    except ValueError as error:
        raise ValueError(f"{path} is no history that this pysces can go on with: {error}; give another file.") from None


def _times(file: Any, header: Header) -> np.ndarray:
    if header.attributes.get("source") != SOURCE or "time" not in header.begins():
        raise ValueError("it was not written by pysces run")
    count, size = count_records(file), os.fstat(file.fileno()).st_size
    if not 0 <= count * header.record_bytes <= size - header.first_record:
        raise ValueError(f"it counts {count} records but is too short for them")
    begin, times = header.begins()["time"], []
    for record in range(count):
        file.seek(begin + record * header.record_bytes)
        times.append(np.frombuffer(file.read(8), ">f8")[0])
    found = np.array(times, dtype=np.float64)
    if not (np.isfinite(found).all() and (np.diff(found) > 0).all()):
        raise ValueError("its times do not increase")
    return found


def mesh_checksum(grid: Any) -> str:
    """sha256 of the places and weights of a mesh's nodes; off the cubed sphere, of which of them are one point too."""
    digest = hashlib.sha256()
    for array in (grid.lat, grid.lon, grid.mass_matrix, *(() if grid.ne else (grid.global_id,))):
        digest.update(np.ascontiguousarray(array, ">f8").tobytes())
    return digest.hexdigest()


def place_checksum(grid: Any, coordinate: Any) -> str:
    """sha256 of a mesh and the levels over it: where a run takes place."""
    digest = hashlib.sha256(mesh_checksum(grid).encode())
    for name in _HYBRID if coordinate is not None else ():
        digest.update(np.ascontiguousarray(getattr(coordinate, name), ">f8").tobytes())
    return digest.hexdigest()


def surface_checksum(phis: Any) -> str:
    """sha256 of a surface geopotential."""
    return hashlib.sha256(np.ascontiguousarray(phis, ">f8").tobytes()).hexdigest()


def read_history(path: str | os.PathLike, *names: str) -> list[np.ndarray]:
    """Whole variables of a history file."""
    with _opened(path) as data:
        missing = [name for name in names if name not in data.variables]
        if missing:
            raise ValueError(f"{path} has no variable {missing[0]!r}; give a history written by pysces run.")
        return [np.asarray(data[name][:]) for name in names]


def read_record(path: str | os.PathLike, name: str, record: int) -> tuple[np.ndarray, dict[str, str]]:
    """One record of a variable, (elem, i, j) or (elem, i, j, lev), its units and long_name; nothing else is read."""
    with _opened(path) as data:
        variable = data[name]
        about = {key: str(getattr(variable, key, "")) for key in ("units", "long_name")}
        return np.asarray(variable[record]), about


def read_time_mean(path: str | os.PathLike, records: np.ndarray, *names: str | tuple[str, ...]) -> list[np.ndarray]:
    """Means of variables over chosen records, read one at a time; a tuple of names takes the first that is there."""
    with _opened(path) as data:
        return [_time_mean(data, path, (n,) if isinstance(n, str) else n, np.flatnonzero(records)) for n in names]


def _opened(path: str | os.PathLike) -> Any:
    import netCDF4

    try:
        return netCDF4.Dataset(os.fspath(path))
    except (OSError, RuntimeError) as error:
        raise ValueError(f"Cannot read history {path}: {getattr(error, 'strerror', None) or error}.") from None


def _time_mean(data: Any, path: str | os.PathLike, names: tuple, records: np.ndarray) -> np.ndarray:
    found = [name for name in names if name in data.variables]
    if not found:
        raise ValueError(f"{path} has no variable {' or '.join(names)}; give a history written by pysces run.")
    total: Any = sum(np.asarray(data[found[0]][n], dtype=np.float64) for n in records)
    return total / records.size


def _write_values(file: Any, header: Header, values: list) -> None:
    for variable, value in zip(header.records, values, strict=True):
        file.write(as_bytes(value, variable))


def _records(header: Header) -> list:
    """What must not change from record to record."""
    return [(v.name, v.dimensions, v.dtype) for v in header.records]


def _with_fields(start: Header, fields: list) -> Header:
    """The header with time, and with the fields of a record as variables of it."""
    places = " ".join(v.name for v in start.variables[:2])
    variables = (Variable("time", ("time",), external("f8"), _TIME), *(_variable(f, places) for f in fields))
    return Header(start.dimensions, start.attributes, (*start.variables, *variables))


def _variable(f: Any, places: str) -> Variable:
    dimensions = _AXES[: np.ndim(f.values) + 1]
    about = {"units": f.units, "long_name": f.long_name}
    about |= {"coordinates": places} if len(dimensions) > 1 else {}
    return Variable(f.name, dimensions, external(np.asarray(f.values).dtype), about)


def _static(grid: Any, coordinate: Any) -> list[tuple[Variable, np.ndarray]]:
    """The mesh and the levels, as variables without time and their values."""
    mesh = [_fixed(name, values, ("elem", "i", "j"), *about) for name, values, *about in _nodes(grid)]
    return mesh if coordinate is None else [*mesh, *_levels(coordinate)]


def _nodes(grid: Any) -> list[tuple]:
    """(name, values, units, long_name) of the places of the nodes, latitude or y first, and of their weights."""
    weight = "quadrature weight of the node"
    if grid.on_plane:
        return [
            ("y", grid.lat[..., 0], "m", "northward coordinate"),
            ("x", grid.lon[..., 0], "m", "eastward coordinate"),
            ("area", grid.mass_matrix[..., 0], "m2", weight),
        ]
    return [
        ("lat", np.degrees(grid.lat[..., 0]), "degrees_north", "latitude"),
        ("lon", np.degrees(grid.lon[..., 0]), "degrees_east", "longitude"),
        ("area", grid.mass_matrix[..., 0], "sr", weight),
    ]


def _levels(coordinate: Any) -> list[tuple[Variable, np.ndarray]]:
    return [
        *(
            _fixed(name, getattr(coordinate, name), ("ilev" if name.endswith("i") else "lev",), *_about(name))
            for name in _HYBRID
        ),
        _fixed("lev", coordinate.etam, ("lev",), "1", "hybrid level at midpoints, A + B"),
        _fixed("p0", np.float64(coordinate.p0), (), *_about("p0")),
    ]


def _about(name: str) -> tuple[str, str]:
    """Unit and meaning of a coefficient of the levels."""
    about = metadata(VerticalCoordinate, name)
    return about["units"], about["long_name"]


def _fixed(name: str, values: Any, dimensions: tuple, units: str, long_name: str) -> tuple[Variable, np.ndarray]:
    about = {"units": units, "long_name": long_name}
    if name in ("lat", "lon"):
        about["standard_name"] = long_name
    if name == "lev":
        about |= {"positive": "down", "axis": "Z"}
    return Variable(name, dimensions, external("f8"), about), np.asarray(values)
