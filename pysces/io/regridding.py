"""Files on the nodes of a spectral-element mesh as files on a regular grid, one record at a time.

Read are columns in any order, as pysces, CAM-SE and HOMME write them, and all nodes of every element.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..geometry.gll_interpolation import RegularGrid, east_and_north
from ..geometry.grid import Grid
from ..geometry.vector_interpolation import interpolated_vector
from .checksums import mesh_checksum
from .column_file import GRIDS, ColumnFile
from .durable import unfinished
from .layouts import COLUMN

PAIRS = {"U": "V", "u": "v", "UTEND": "VTEND", "FU": "FV", "TAUX": "TAUY"}  # eastward and northward of one vector
EASTWARD = {northward: eastward for eastward, northward in PAIRS.items()}
ELEMENTS = ("elem", "i", "j")
OF_THE_MESH = ("lat", "lon", "area", COLUMN)


@dataclass(frozen=True)
class Regridder:
    """How values of one file come to a regular grid.

    dimensions : of the nodes in the file, ("ncol",) or those of the elements.   node : (point, i j) where each point's
    nodes stand among them.   axes : (3, n) east and north there.
    """

    dimensions: tuple[str, ...]
    node: np.ndarray
    axes: tuple[np.ndarray, np.ndarray]
    regular: RegularGrid

    def holds(self, variable: Any) -> bool:
        """Whether a variable is a field on the nodes."""
        return set(self.dimensions) <= set(variable.dimensions) and variable.dtype.kind == "f"

    def others(self, variable: Any) -> tuple[str, ...]:
        """The dimensions of a field that are not those of the nodes, nor time."""
        return tuple(d for d in variable.dimensions if d not in self.dimensions and d != "time")

    def rows(self, variable: Any, values: np.ndarray) -> np.ndarray:
        """(n, all else) of a field's values [U], or of one record of it: nodes first."""
        dimensions = [d for d in variable.dimensions if d != "time"]
        horizontal = [dimensions.index(d) for d in self.dimensions]
        rest = [k for k in range(len(dimensions)) if k not in horizontal]
        return np.transpose(values, horizontal + rest).reshape(self.axes[0].shape[1], -1)


@dataclass(frozen=True)
class Placement:
    """Where a file has the nodes of a mesh: its dimensions of them, and the row of each node of each element."""

    dimensions: tuple[str, ...]
    row: np.ndarray


def placement(file: ColumnFile, grid: Grid) -> Placement:
    """Of a file that is open, on a mesh whose whole grid is given.

    Raises
    ------
    ValueError in one sentence where the file lies on another mesh.
    """
    if set(ELEMENTS) <= set(file.variable("lat").dimensions):
        if getattr(file.data, "mesh_sha256", None) != mesh_checksum(grid):
            raise file.refusal("lies on another mesh", "give its mesh with --mesh")
        return Placement(ELEMENTS, np.arange(grid.nelem * grid.npts**2))
    ending = next((e for e in GRIDS if f"ncol{e}" in file.data.dimensions), None)
    if ending is None:
        raise file.refusal("has neither ncol nor elem, i, j", "give a file of pysces, CAM-SE or HOMME")
    index, columns = file.index(ending, grid)
    return Placement((f"ncol{ending}",), index[columns.number].reshape(-1))


def regridder(place: Placement, grid: Grid, regular: RegularGrid) -> Regridder:
    """From where a file has the nodes of a grid to the points of a regular one."""
    size = grid.npts**2
    within = regular.elem[:, None] * size + np.arange(size)
    at_nodes = east_and_north(*(np.asarray(x).ravel() for x in (grid.lat, grid.lon)))
    axes = [np.zeros((3, place.row.max() + 1)) for _ in at_nodes]
    for axis, values in zip(axes, at_nodes):
        axis[:, place.row] = values
    return Regridder(place.dimensions, place.row[within], (axes[0], axes[1]), regular)


def regrid(file: ColumnFile, to: Regridder, path: str | os.PathLike, said: str) -> list[str]:
    """Write all fields of an open file on a regular grid; said : how, for the history.

    Returns the names of the fields.

    Raises
    ------
    OSError where the disk does not take it; nothing is left then.
    """
    import netCDF4

    with unfinished(path) as part, netCDF4.Dataset(part, "w", format="NETCDF3_64BIT_DATA") as out:
        return _write(file.data, out, to, said)


def _write(data: Any, out: Any, to: Regridder, said: str) -> list[str]:
    before = getattr(data, "history", "")
    out.setncatts({name: data.getncattr(name) for name in data.ncattrs() if name not in ("history", "mesh_sha256")})
    out.history = f"{before}; {said}".lstrip("; ")
    _dimensions(data, out, to)
    fields = [name for name, v in data.variables.items() if to.holds(v) and name not in OF_THE_MESH]
    for name, variable in data.variables.items():
        if name in fields:
            variable.set_auto_mask(True)
            _declare(out, name, variable, (*_time(variable), *to.others(variable), "lat", "lon"), _fill(variable))
        elif set(variable.dimensions) <= out.dimensions.keys() and name not in out.variables:
            _declare(out, name, variable, variable.dimensions, None)[...] = variable[...]
    timed = any(_time(data[name]) for name in fields)
    for record in range(len(data.dimensions["time"]) if timed else 1):
        _write_record(data, out, to, fields, record)
        out.sync()
    return fields


def _time(variable: Any) -> tuple[str, ...]:
    return ("time",) if variable.dimensions[:1] == ("time",) else ()


def _dimensions(data: Any, out: Any, to: Regridder) -> None:
    """Those of the file but the nodes', and the regular grid's with their coordinates."""
    for name, dimension in data.dimensions.items():
        if name not in (*to.dimensions, *ELEMENTS, "lat", "lon"):
            out.createDimension(name, None if dimension.isunlimited() else len(dimension))
    for name, values, units, axis in (
        ("lat", to.regular.lat, "degrees_north", "Y"),
        ("lon", to.regular.lon, "degrees_east", "X"),
    ):
        out.createDimension(name, values.size)
        variable = out.createVariable(name, "f8", (name,))
        meaning = {"lat": "latitude", "lon": "longitude"}[name]
        variable.setncatts({"units": units, "standard_name": meaning, "long_name": meaning, "axis": axis})
        variable[:] = values


def _fill(variable: Any) -> Any:
    """What a field of the output has where there is no value: as its source says, else nan."""
    return np.ravel(getattr(variable, "_FillValue", getattr(variable, "missing_value", np.nan)))[0]


def _declare(out: Any, name: str, variable: Any, dimensions: tuple[str, ...], fill: Any) -> Any:
    about = {key: variable.getncattr(key) for key in variable.ncattrs()}
    fill = about.pop("_FillValue", fill)
    beside = [word for word in str(about.pop("coordinates", "")).split() if word not in ("lat", "lon")]
    for word in ("mesh", "location", "cell_measures"):
        about.pop(word, None)
    made = out.createVariable(name, variable.dtype, dimensions, fill_value=fill)
    made.setncatts(about | ({"coordinates": " ".join(beside)} if beside else {}))
    return made


def _write_record(data: Any, out: Any, to: Regridder, fields: list[str], record: int) -> None:
    for name in fields:
        if record and not _time(data[name]):
            continue
        partner = PAIRS.get(name, "")
        if _is_pair(name, partner, fields, data):
            pair = (_rows(data, to, name, record), _rows(data, to, partner, record))
            values = interpolated_vector(*pair, to.node, to.axes, to.regular)
            _put(out, to, name, values[0], record)
            _put(out, to, partner, values[1], record)
        elif not _is_pair(EASTWARD.get(name, ""), name, fields, data):
            _put(out, to, name, to.regular.of_nodes(_rows(data, to, name, record), to.node), record)


def _is_pair(eastward: str, northward: str, fields: list[str], data: Any) -> bool:
    """Whether two names are the components of one vector of the file."""
    return {eastward, northward} <= set(fields) and data[eastward].dimensions == data[northward].dimensions


def _rows(data: Any, to: Regridder, name: str, record: int) -> np.ndarray:
    """(n, the rest) of a record; nan where its source has no value."""
    variable = data[name]
    return to.rows(variable, np.ma.filled(variable[record] if _time(variable) else variable[...], np.nan))


def _put(out: Any, to: Regridder, name: str, values: np.ndarray, record: int) -> None:
    """values (point, the rest) as (the rest, lat, lon)."""
    variable = out[name]
    shape = [len(out.dimensions[d]) for d in variable.dimensions if d != "time"]
    placed = np.where(np.isnan(values), variable._FillValue, values).astype(variable.dtype).T.reshape(shape)
    if _time(variable):
        variable[record] = placed
    else:
        variable[...] = placed
