"""History: fields on the native nodes, one record a time, in NetCDF-4 with CF attributes.

Dimensions (time, elem, i, j, lev); ``lat``, ``lon`` and the quadrature weight ``area`` stand beside them, so that a sum
of field * area is the model's own integral. Written between compiled chunks; every record is flushed to disk.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

TIME_UNITS, CALENDAR = "days since 0001-01-01 00:00:00", "noleap"
SECONDS_PER_DAY = 86400.0


class History:
    """An open history file. Use ``create_history`` or ``reopen_history``, and close it (or use ``with``)."""

    def __init__(self, dataset, record: int):
        self._dataset, self._record = dataset, record

    def write(self, seconds: float, fields: list) -> None:
        """Append a record of OutputFields at a model time."""
        data, n = self._dataset, self._record
        data["time"][n] = seconds / SECONDS_PER_DAY
        for f in fields:
            variable = data.variables.get(f.name) or _define(data, f)
            variable[n] = np.asarray(f.values)
        data.sync()
        self._record += 1

    def close(self) -> None:
        """Write what is left and close the file."""
        self._dataset.close()

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def create_history(path, grid, coordinate, attributes: dict) -> History:
    """A new history file with the mesh and the levels in it; attributes become global attributes."""
    import netCDF4

    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise ValueError(f"Cannot write history {path}: there is no folder {folder}; make it first.")
    data = netCDF4.Dataset(os.fspath(path), "w", format="NETCDF4")
    data.setncatts({"Conventions": "CF-1.11", "source": "pysces", **attributes})
    nelem, npts = grid.nelem, grid.npts
    for name, size in {"time": None, "elem": nelem, "i": npts, "j": npts, "lev": coordinate.nlev}.items():
        data.createDimension(name, size)
    data.createDimension("ilev", coordinate.nlev + 1)
    time = data.createVariable("time", "f8", ("time",))
    time.setncatts(
        {"units": TIME_UNITS, "calendar": CALENDAR, "long_name": "time", "standard_name": "time", "axis": "T"}
    )
    _static(data, "lat", np.degrees(grid.lat[..., 0]), ("elem", "i", "j"), "degrees_north", "latitude")
    _static(data, "lon", np.degrees(grid.lon[..., 0]), ("elem", "i", "j"), "degrees_east", "longitude")
    _static(data, "area", grid.mass_matrix[..., 0], ("elem", "i", "j"), "sr", "quadrature weight of the node")
    for name, about in _HYBRID.items():
        _static(data, name, getattr(coordinate, name), ("ilev" if name.endswith("i") else "lev",), "1", about)
    _static(data, "lev", coordinate.etam, ("lev",), "1", "hybrid level at midpoints, A + B")
    data["lev"].setncatts({"positive": "down", "axis": "Z"})
    _static(data, "p0", np.float64(coordinate.p0), (), "Pa", "reference pressure of the hybrid coefficients")
    return History(data, 0)


def reopen_history(path, seconds: float) -> History:
    """An existing history, positioned after its last record not later than a model time; later ones are overwritten."""
    import netCDF4

    data = netCDF4.Dataset(os.fspath(path), "a")
    days = np.asarray(data["time"][:])
    return History(data, int(np.sum(days <= seconds / SECONDS_PER_DAY + 1e-9)))


def read_history(path, *names: str) -> list[np.ndarray]:
    """Whole variables of a history file."""
    import netCDF4

    try:
        with netCDF4.Dataset(os.fspath(path)) as data:
            missing = [name for name in names if name not in data.variables]
            if missing:
                raise ValueError(f"{path} has no variable {missing[0]!r}; give a history written by pysces run.")
            return [np.asarray(data[name][:]) for name in names]
    except OSError as error:
        raise ValueError(f"Cannot read history {path}: {error.strerror or error}.") from None


def read_time_mean(path, records: np.ndarray, *names) -> list[np.ndarray]:
    """Means of variables over chosen records, read one at a time; a tuple of names takes the first that is there."""
    import netCDF4

    with netCDF4.Dataset(os.fspath(path)) as data:
        return [_time_mean(data, path, (n,) if isinstance(n, str) else n, np.flatnonzero(records)) for n in names]


def _time_mean(data, path, names: tuple, records: np.ndarray) -> np.ndarray:
    found = [name for name in names if name in data.variables]
    if not found:
        raise ValueError(f"{path} has no variable {' or '.join(names)}; give a history written by pysces run.")
    return sum(np.asarray(data[found[0]][n], dtype=np.float64) for n in records) / records.size


_HYBRID = {
    "hyai": "hybrid A coefficient at interfaces",
    "hybi": "hybrid B coefficient at interfaces",
    "hyam": "hybrid A coefficient at midpoints",
    "hybm": "hybrid B coefficient at midpoints",
}


def _static(data, name: str, values, dimensions: tuple, units: str, long_name: str) -> None:
    variable = data.createVariable(name, "f8", dimensions)
    variable.setncatts({"units": units, "long_name": long_name})
    if name in ("lat", "lon"):
        variable.standard_name = long_name
    variable[...] = np.asarray(values)


def _define(data, f):
    dimensions = ("time", "elem", "i", "j", "lev")[: np.ndim(f.values) + 1]
    compression = {"zlib": True, "complevel": 1} if len(dimensions) > 1 else {}
    variable = data.createVariable(f.name, np.asarray(f.values).dtype, dimensions, **compression)
    variable.setncatts({"units": f.units, "long_name": f.long_name})
    if len(dimensions) > 1:
        variable.coordinates = "lat lon"
    return variable
