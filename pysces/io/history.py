"""Histories as they are read: by pysces run, which goes on with them, and by what draws and weighs them.

A history has its fields on all nodes of every element, (time, elem, i, j, lev), or on columns, (time, lev, ncol); here
both are read as (elem, i, j, lev). ``area`` is each node's own share, so that a sum of field * area is the integral.
"""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np

from ..version import UNKNOWN
from .classic import Header, count_records, read_header
from .durable import open_regular
from .layouts import COLUMN

SECONDS_PER_DAY = 86400.0
SOURCE, INITIAL_SOURCE = "pysces", "pysces initial file"
SAME_TIME = 1e-9  # days
TIME = {
    "units": "days since 0001-01-01 00:00:00",
    "calendar": "noleap",
    "long_name": "time",
    "standard_name": "time",
    "axis": "T",
}
_OF_A_RUN = re.compile(rf"{SOURCE}( \d.*| {UNKNOWN})?")


def of_a_run(source: object) -> bool:
    """Whether the source of a file says that a run of pysces, of whatever version, wrote it as a history."""
    return isinstance(source, str) and _OF_A_RUN.fullmatch(source) is not None


def history_head(path: str | os.PathLike) -> tuple[Header, np.ndarray]:
    """The header of a history that pysces can go on with, and the times of its records (time,) [days].

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
        raise ValueError(
            f"{path} is not a history that this pysces can read or continue: {error}; give another file."
        ) from None


def _times(file: Any, header: Header) -> np.ndarray:
    if not of_a_run(header.attributes.get("source")) or "time" not in header.begins():
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


def read_history(path: str | os.PathLike, *names: str) -> list[np.ndarray]:
    """Whole variables of a history, (time, ...) [as the file says]; a ValueError where one is missing."""
    with _opened(path) as data:
        found = [_named(data, (name,)) for name in names]
        if None in found:
            missing = names[found.index(None)]
            raise ValueError(f"{path} has no variable {missing!r}; give a history written by pysces run.")
        return [_on_elements(data, name, ...) for name in found if name is not None]


def variables_of(path: str | os.PathLike) -> frozenset[str]:
    """The names of all variables of a history, or of another NetCDF file."""
    with _opened(path) as data:
        return frozenset(data.variables)


def read_record(path: str | os.PathLike, name: str, record: int) -> tuple[np.ndarray, dict[str, str]]:
    """One record, (elem, i, j) or (elem, i, j, lev) [as the file says], its units and long_name; no other is read."""
    with _opened(path) as data:
        variable = data[name]
        about = {key: str(getattr(variable, key, "")) for key in ("units", "long_name")}
        return _on_elements(data, name, record), about


def read_time_mean(path: str | os.PathLike, records: np.ndarray, *names: str | tuple[str, ...]) -> list[np.ndarray]:
    """Means (elem, i, j, ...) [as the file says] over records (n,), read singly; of a tuple, the first there."""
    with _opened(path) as data:
        return [_time_mean(data, path, (n,) if isinstance(n, str) else n, np.flatnonzero(records)) for n in names]


def _opened(path: str | os.PathLike) -> Any:
    import netCDF4

    try:
        data = netCDF4.Dataset(os.fspath(path))
    except (OSError, RuntimeError) as error:
        raise ValueError(f"Cannot read history {path}: {getattr(error, 'strerror', None) or error}.") from None
    data.set_auto_mask(False)
    return data


def _named(data: Any, names: tuple[str, ...]) -> str | None:
    """The first of some names that a file has, as it is or as CAM writes it."""
    return next((n for name in names for n in (name, name.upper()) if n in data.variables), None)


def _time_mean(data: Any, path: str | os.PathLike, names: tuple, records: np.ndarray) -> np.ndarray:
    found = _named(data, names)
    if found is None:
        raise ValueError(f"{path} has no variable {' or '.join(names)}; give a history written by pysces run.")
    total: Any = sum(np.asarray(_on_elements(data, found, n), dtype=np.float64) for n in records)
    return total / records.size


def _on_elements(data: Any, name: str, record: Any) -> np.ndarray:
    """A variable, or one record of it, with its columns spread over the nodes of the elements, level last."""
    variable = data[name]
    values = np.asarray(variable[record])
    if hasattr(variable, "_FillValue"):
        values = np.where(values == variable._FillValue, np.nan, values)
    if variable.dimensions[-1:] == ("lev",) and getattr(variable, "units", "") == "1e-3":
        return values * 1e-3  # CAM's numbers; A + B is asked for
    if variable.dimensions[-1:] != ("ncol",):
        return values
    column = np.asarray(data[COLUMN][:])
    if name == "area":
        values = values / np.bincount(column.ravel(), minlength=values.size)
    has_levels = "ncol" != variable.dimensions[0 if variable.dimensions[0] != "time" else 1]
    spread = values[..., column]
    return np.moveaxis(spread, -4, -1) if has_levels else spread
