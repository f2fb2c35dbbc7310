"""Fields on columns in files of CAM and E3SM: dimension ncol in any order, matched to a grid's nodes by position.

Where a file of the physics grid holds the nodes of the dynamics too, those lie on ncol_d or ncol_gll, with coordinates
lat_d, lon_d or lat_gll, lon_gll.
CAM: dyn_comp (check_file_layout, read_dyn_var)   E3SM: inidat, ncdio_atm (infld)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..geometry.columns import Columns, columns_of, partners, unit_vectors
from ..geometry.grid import Grid
from .promised_size import refuse_cut_off

SAME_PLACE = 1e-6  # of the radius: coordinates in single precision are good to 3e-7, nodes lie 4e-4 apart at ne1024
GRIDS = ("_gll", "_d", "")  # endings of ncol, lat and lon, the nodes of the dynamics before those of the physics
SPELLINGS = {  # of units, as the models write them
    "m s-1": ("m s-1", "m/s", "m s^-1", "m s**-1"),
    "K": ("K", "kelvin", "Kelvin"),
    "Pa": ("Pa", "pascal", "Pascal"),
    "m2 s-2": ("m2 s-2", "m2/s2", "m^2/s^2", "m**2/s**2", "m2/s-2", "m**2 s**-2"),
    "kg kg-1": ("kg kg-1", "kg/kg", "1", "kg/kg dry"),
}
MISSING = 1e30  # in size; a number that means none
LOOKED_AT = 2000  # nodes without a column whose distance is measured: all of them would be a quadratic search


@dataclass(frozen=True)
class Kind:
    """What a variable must be: units (empty are any), and bounds that no air of a planet exceeds.

    layers : whether it has levels.
    """

    units: str
    least: float
    most: float
    layers: bool = True


class ColumnFile:
    """A file that is open; what it refuses is one sentence that names the file. Use ``opened``."""

    def __init__(self, data: Any, path: str | os.PathLike, record: int) -> None:
        self.data, self.path, self._record = data, path, record
        self._found: dict[str, tuple[np.ndarray, Columns]] = {}

    def has(self, name: str) -> bool:
        """Whether there is a variable of that name."""
        return name in self.data.variables

    def variable(self, name: str) -> Any:
        """A variable; refused where there is none."""
        if not self.has(name):
            raise self.refusal(f"has no variable {name}", "give one that holds it")
        return self.data.variables[name]

    def numbers(self, name: str) -> np.ndarray:
        """A whole variable without columns, of any shape [as in the file]; refused where a number of it is missing."""
        values = np.asarray(self.variable(name)[...], np.float64)
        if not np.isfinite(values).all():
            raise self.refusal(f"has numbers in {name} that are not finite", "mend it")
        return values

    def field(self, name: str, kind: Kind, grid: Grid) -> np.ndarray:
        """A variable on the nodes of a grid, (elem, i, j, lev) [as in the file], lev 1 where it has no levels.

        Raises
        ------
        ValueError where it is not there, has other dimensions or units, lacks numbers, or lies on other nodes.
        """
        variable = self.variable(name)
        ending = self._ending(variable, kind)
        _check_units(self, name, getattr(variable, "units", ""), kind)
        index, columns = self.index(ending, grid)
        values = self._values(variable, ending)
        values = values.T if kind.layers else values[:, None]
        self._check_values(name, values, kind, ending)
        return columns.spread(values[index])

    def refusal(self, found: str, remedy: str) -> ValueError:
        """The error whose sentence says what was found in this file and what to do."""
        return ValueError(f"{self.path} {found}; {remedy}.")

    def _ending(self, variable: Any, kind: Kind) -> str:
        """Which columns a variable lies on, by the ending of their names."""
        names = [d for d in variable.dimensions if d != "time"]
        wanted = ["lev", "ncol"] if kind.layers else ["ncol"]
        for ending in GRIDS:
            if names == [*wanted[:-1], f"ncol{ending}"]:
                return ending
        found = f"has {variable.name} of ({', '.join(variable.dimensions)})"
        raise self.refusal(found, f"it must be of ({', '.join(wanted)}), with or without time in front")

    def _values(self, variable: Any, ending: str) -> np.ndarray:
        """(column,) or (lev, column) of the chosen record."""
        if variable.dimensions[0] != "time":
            return np.asarray(variable[...], np.float64)
        count = variable.shape[0]
        if not count:
            raise self.refusal("has no record", "give one that holds a state")
        if not self._record < count:
            raise self.refusal(f"has records 0 to {count - 1}", f"found {self._record} asked for: choose one of them")
        return np.asarray(variable[self._record if self._record >= 0 else count - 1], np.float64)

    def _check_values(self, name: str, values: np.ndarray, kind: Kind, ending: str) -> None:
        variable = self.variable(name)
        bad = ~np.isfinite(values) | (np.abs(values) >= MISSING)
        for mark in ("_FillValue", "missing_value"):
            if hasattr(variable, mark):
                bad |= values == np.float64(np.ravel(getattr(variable, mark))[0])
        if bad.any():
            column = int(np.argmax(bad.any(axis=1)))
            where = self._said(ending, column)
            raise self.refusal(f"has {int(bad.sum())} missing or infinite numbers in {name}, one {where}", "mend it")
        out = (values < kind.least) | (values > kind.most)
        if out.any():
            column, level = np.argwhere(out)[0]
            found = f"has {name} = {values[column, level]:.6g} {self._said(ending, int(column))}"
            raise self.refusal(found, f"in {kind.units} it lies between {kind.least:g} and {kind.most:g}")

    def _said(self, ending: str, column: int) -> str:
        lat, lon = self._degrees(ending)
        return f"at latitude {lat[column]:.4f}, longitude {lon[column]:.4f}"

    def _degrees(self, ending: str) -> tuple[np.ndarray, np.ndarray]:
        """Latitudes and longitudes of columns."""
        found = []
        for name in (f"lat{ending}", f"lon{ending}"):
            variable = self.variable(name)
            units = getattr(variable, "units", "degrees")
            if tuple(variable.dimensions)[-1:] != (f"ncol{ending}",) or not units.startswith("degree"):
                where = ", ".join(variable.dimensions)
                raise self.refusal(
                    f"has {name} of ({where}) in {units!r}", f"it must be of (ncol{ending}) and in degrees"
                )
            found.append(self.numbers(name).reshape(-1, variable.shape[-1])[-1])
        if np.abs(found[0]).max(initial=0.0) > 90.0 + 1e-9 or np.abs(found[1]).max(initial=0.0) > 720.0:
            raise self.refusal(f"has lat{ending} or lon{ending} out of range", "give them in degrees")
        return found[0], found[1]

    def index(self, ending: str, grid: Grid) -> tuple[np.ndarray, Columns]:
        """(column,) which of the file's [1] each of the grid is, and the grid's own; a file is read for one grid."""
        if ending not in self._found:
            columns = columns_of(grid)
            self._found[ending] = self._matched(ending, grid, columns), columns
        return self._found[ending]

    def _matched(self, ending: str, grid: Grid, columns: Columns) -> np.ndarray:
        places = unit_vectors(*(np.radians(x) for x in self._degrees(ending)))
        wanted = unit_vectors(columns.gathered(grid.lat)[:, 0], columns.gathered(grid.lon)[:, 0])
        if len(places) != columns.count:
            of = _cubed_sphere(len(places))
            raise self.refusal(
                f"has {len(places)} columns{of}, the mesh has {columns.count} nodes{_cubed_sphere(columns.count)}",
                "give the file of this mesh",
            )
        index = partners(wanted, places, SAME_PLACE)
        missed = np.flatnonzero(index < 0)
        if missed.size:
            other_map = " (of the other [grid] cubed_sphere_map?)" if grid.ne else ""
            raise self.refusal(_other_mesh(wanted, missed, places), f"give the file of this mesh{other_map}")
        if np.unique(index).size < index.size:
            raise self.refusal("has several nodes of the mesh in one column", "give the file of this mesh")
        return index


@contextmanager
def opened(path: str | os.PathLike, record: int = -1) -> Iterator[ColumnFile]:
    """A file of columns, open as long as the block lasts; record of time, -1 is the last.

    Raises
    ------
    ValueError in one sentence where it cannot be read, or is cut off.
    """
    import netCDF4

    try:
        refuse_cut_off(path)
        with netCDF4.Dataset(os.fspath(path)) as data:
            data.set_auto_mask(False)
            yield ColumnFile(data, path, record)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"Cannot read {path}: {getattr(error, 'strerror', None) or error}.") from None


def _check_units(file: ColumnFile, name: str, units: str, kind: Kind) -> None:
    """Units that are not said are believed; the bounds of the numbers remain."""
    if kind.units and units.strip() and units.strip() not in SPELLINGS[kind.units]:
        raise file.refusal(f"has {name} in {units.strip()!r}", f"it must be in {kind.units!r}")


def _other_mesh(wanted: np.ndarray, missed: np.ndarray, places: np.ndarray) -> str:
    looked = missed[:LOOKED_AT]
    cosine = np.concatenate([(wanted[part] @ places.T).max(axis=1) for part in np.array_split(looked, 20) if part.size])
    farthest = int(np.argmin(cosine))
    x, y, z = wanted[looked[farthest]]
    degrees = np.degrees(np.arccos(np.clip(cosine[farthest], -1.0, 1.0)))
    where = f"latitude {np.degrees(np.arcsin(z)):.4f}, longitude {np.degrees(np.arctan2(y, x)) % 360.0:.4f}"
    more = "" if missed.size <= LOOKED_AT else f" (of the first {LOOKED_AT})"
    return (
        f"has no column at {missed.size} of the mesh's {len(wanted)} nodes, the farthest{more} {degrees:.3g} degrees "
        f"from any, at {where}"
    )


def _cubed_sphere(count: int) -> str:
    """What mesh so many nodes may be."""
    ne = round(((max(count, 2) - 2) / 54.0) ** 0.5)
    return f" (as ne{ne})" if ne and 54 * ne**2 + 2 == count else ""
