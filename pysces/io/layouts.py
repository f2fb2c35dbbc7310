"""How fields lie in a file: on the nodes of every element, on columns as CAM and HOMME write them, on latitudes.

A layout says which dimensions and fixed variables a file has, and brings a field (elem, i, j, lev) into its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..arrays.fields import metadata
from ..geometry.columns import Columns, columns_of
from ..geometry.gll_interpolation import RegularGrid
from ..vertical.coordinate import VerticalCoordinate
from .checksums import HYBRID, mesh_checksum
from .classic import Variable, external
from .vertical_axis import Fixed, VerticalAxis

COLUMN = "column"  # of every node of every element, in files of columns
_ON_SCALE = {"K": "temperature: on_scale", "K s-1": "temperature: difference"}
FILL = 1e20  # where there is no value: a pressure below the ground


class Layout(Protocol):
    """What a history asks of the way in which its fields, (elem, i, j, lev) in any one unit [U], lie."""

    @property
    def sizes(self) -> dict[str, int]:
        """{dimension: size}"""

    @property
    def about(self) -> dict[str, Any]:
        """Attributes of the file."""

    def fixed(self) -> Fixed:
        """The variables without time, and their values."""

    def variable(self, field: Any) -> Variable:
        """How an OutputField stands in the file."""

    def arranged(self, field: Any) -> np.ndarray:
        """Its values as the file has them."""


class ElementLayout:
    """All nodes of every element, (time, elem, i, j, lev) [U]; a sum of field * area is the model's own integral."""

    def __init__(self, grid: Any, coordinate: Any) -> None:
        self._grid, self._coordinate = grid, coordinate

    @property
    def sizes(self) -> dict[str, int]:
        """{dimension: size}"""
        sizes = {"elem": self._grid.nelem, "i": self._grid.npts, "j": self._grid.npts}
        levels = self._coordinate
        return sizes if levels is None else sizes | {"lev": levels.nlev, "ilev": levels.nlev + 1}

    @property
    def about(self) -> dict[str, Any]:
        """Attributes of the file."""
        return {"mesh_sha256": mesh_checksum(self._grid)}

    def fixed(self) -> Fixed:
        """The mesh and the levels."""
        mesh = [_fixed(name, values, ("elem", "i", "j"), *about) for name, values, *about in _nodes(self._grid)]
        return mesh if self._coordinate is None else [*mesh, *_levels(self._coordinate)]

    def variable(self, field: Any) -> Variable:
        """How an OutputField stands in the file."""
        dimensions = ("time", "elem", "i", "j", field.levels or "lev")[: np.ndim(field.values) + 1]
        about = {"units": field.units, "long_name": field.long_name}
        about |= {"coordinates": _places(self._grid)} if len(dimensions) > 1 else {}
        return Variable(field.name, dimensions, external(np.asarray(field.values).dtype), about)

    def arranged(self, field: Any) -> np.ndarray:
        """Its values as the file has them."""
        return field.values


@dataclass(frozen=True)
class ColumnLayout:
    """Every distinct node once, (time, lev, ncol) [U], in HOMME's order; `column` says which one each node is."""

    grid: Any
    axis: VerticalAxis
    columns: Columns

    @property
    def sizes(self) -> dict[str, int]:
        """{dimension: size}"""
        mesh = {"elem": self.grid.nelem, "i": self.grid.npts, "j": self.grid.npts}
        return {"ncol": self.columns.count, **self.axis.sizes, **mesh}

    @property
    def about(self) -> dict[str, Any]:
        """Attributes of the file; ne and np as CAM and HOMME have them."""
        mesh = {"ne": np.int32(self.grid.ne)} if self.grid.ne else {}
        return {"mesh_sha256": mesh_checksum(self.grid), **mesh, "np": np.int32(self.grid.npts)}

    def fixed(self) -> Fixed:
        """Places and areas of the columns, and the levels."""
        number = Variable(COLUMN, ("elem", "i", "j"), external("i4"), {"long_name": "column at each node, from 0"})
        return [
            *(_fixed(name, self._of_columns(name, x), ("ncol",), *about) for name, x, *about in _nodes(self.grid)),
            (number, self.columns.number.astype(np.int32)),
            *self.axis.fixed(),
        ]

    def variable(self, field: Any) -> Variable:
        """How an OutputField stands in the file."""
        if np.ndim(field.values) == 0:
            return _curve(field)
        where = {"coordinates": " ".join((_places(self.grid), *self.axis.auxiliary(field.levels)))}
        return _on(field, (*self.axis.dimensions(field.levels), "ncol"), where, self.axis)

    def arranged(self, field: Any) -> np.ndarray:
        """Its values, (elem, i, j, lev), (column, lev) or a number, as the file has them."""
        values = np.asarray(field.values)
        if values.ndim == 0:
            return values
        on_columns = values if values.ndim == 2 else self.columns.gathered(values)
        return _filled(on_columns.T.reshape(self._shape(field)), self.axis)

    def _of_columns(self, name: str, values: np.ndarray) -> np.ndarray:
        """A number of each column: the sum of its copies for areas."""
        return self.columns.summed(values) if name == "area" else self.columns.gathered(values)

    def _shape(self, field: Any) -> tuple[int, ...]:
        levels = (np.shape(field.values)[-1],) if field.levels else ()
        return (*levels, self.columns.count)


@dataclass(frozen=True)
class LatLonLayout:
    """A regular grid, (time, lev, lat, lon) [U]."""

    grid: Any
    axis: VerticalAxis
    regular: RegularGrid

    @property
    def sizes(self) -> dict[str, int]:
        """{dimension: size}"""
        return {"lat": self.regular.lat.size, "lon": self.regular.lon.size, **self.axis.sizes}

    @property
    def about(self) -> dict[str, Any]:
        """Attributes of the file."""
        return {"mesh_sha256": mesh_checksum(self.grid)}

    def fixed(self) -> Fixed:
        """Latitudes, longitudes and levels."""
        lat = _fixed("lat", self.regular.lat, ("lat",), "degrees_north", "latitude")
        lon = _fixed("lon", self.regular.lon, ("lon",), "degrees_east", "longitude")
        lat[0].attributes["axis"], lon[0].attributes["axis"] = "Y", "X"
        return [lat, lon, *self.axis.fixed()]

    def variable(self, field: Any) -> Variable:
        """How an OutputField stands in the file."""
        if np.ndim(field.values) == 0:
            return _curve(field)
        return _on(field, (*self.axis.dimensions(field.levels), "lat", "lon"), {}, self.axis)

    def arranged(self, field: Any) -> np.ndarray:
        """Its values, (point, lev) or a number, as the file has them."""
        if np.ndim(field.values) == 0:
            return field.values
        levels = (np.shape(field.values)[-1],) if field.levels else ()
        values = np.asarray(field.values).T.reshape(*levels, self.regular.lat.size, self.regular.lon.size)
        return _filled(values, self.axis)


def column_layout(grid: Any, axis: VerticalAxis) -> ColumnLayout:
    """Of a whole grid on the host."""
    return ColumnLayout(grid, axis, columns_of(grid))


def _filled(values: np.ndarray, axis: VerticalAxis) -> np.ndarray:
    return np.where(np.isnan(values), values.dtype.type(FILL), values) if axis.pressures else values


def _curve(field: Any) -> Variable:
    about = {"units": field.units, "long_name": field.long_name}
    return Variable(field.name, ("time",), external(np.asarray(field.values).dtype), about)


def _on(field: Any, dimensions: tuple[str, ...], more: dict, axis: VerticalAxis) -> Variable:
    kind = external(np.asarray(field.values).dtype)
    about = {"units": field.units, "long_name": field.long_name}
    about |= {"standard_name": field.standard_name} if field.standard_name else {}
    about |= {"cell_methods": field.cell_methods} if field.cell_methods else {}
    about |= {"units_metadata": _ON_SCALE[field.units]} if field.units in _ON_SCALE else {}
    missing = {"_FillValue": kind.newbyteorder("=").type(FILL)} if axis.pressures and field.levels else {}
    return Variable(field.name, ("time", *dimensions), kind, about | more | missing)


def _nodes(grid: Any) -> list[tuple]:
    """(name, values, units, long_name) of the places of the nodes, latitude or y first, and of their weights."""
    weight = "quadrature weight of the node"
    lat, lon, mass = (np.asarray(x)[..., 0] for x in (grid.lat, grid.lon, grid.mass_matrix))
    if grid.on_plane:
        return [
            ("y", lat, "m", "northward coordinate"),
            ("x", lon, "m", "eastward coordinate"),
            ("area", mass, "m2", weight),
        ]
    return [
        ("lat", np.degrees(lat), "degrees_north", "latitude"),
        ("lon", np.degrees(lon), "degrees_east", "longitude"),
        ("area", mass, "sr", weight),
    ]


def _places(grid: Any) -> str:
    """Names of the coordinates of the nodes."""
    return "y x" if grid.on_plane else "lat lon"


def _levels(coordinate: Any) -> Fixed:
    return [
        *(
            _fixed(name, getattr(coordinate, name), ("ilev" if name.endswith("i") else "lev",), *_about(name))
            for name in HYBRID
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
