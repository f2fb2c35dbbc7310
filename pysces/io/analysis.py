"""An analysis on a regular grid and pressure levels, such as ERA5, brought to the nodes of a mesh and its levels.

Horizontally it is bilinear in latitude and longitude, with wind as a vector of space so that poles are places like any
other; vertically linear in the logarithm of pressure, and constant beyond the highest and the lowest level. Nothing is
done about the height of the ground, on which the surface pressure of the analysis stands.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..cases.air_on_columns import VAPOR
from ..geometry.columns import columns_of
from ..geometry.gll_interpolation import east_and_north
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .durable import unfinished

NAMES = {  # of ERA5, of CMIP, of CAM on a regular grid
    "U": ("u", "ua", "U"),
    "V": ("v", "va", "V"),
    "T": ("t", "ta", "T"),
    VAPOR: ("q", "hus", "Q"),
    "PS": ("sp", "ps", "PS"),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "lon"),
    "level": ("pressure_level", "level", "isobaricInhPa", "plev"),
    "time": ("valid_time", "time"),
}
HYBRID = {"ilev": ("hyai", "hybi"), "lev": ("hyam", "hybm")}
UNITS = {"U": {"units": "m s-1"}, "V": {"units": "m s-1"}, "T": {"units": "K"}, VAPOR: {"units": "kg kg-1"}}
HECTOPASCALS = ("hPa", "millibars", "mbar", "mb", "hectopascals")
FEWEST_LEVELS = 2
WIDEST_GAP = 1.5  # between neighbours on a grid of the whole globe, of the median
LEAST_PRESSURE = 1.0e4  # Pa, of the surface: less means hPa


def write_analysis(
    source: str | os.PathLike, target: str | os.PathLike, grid: Grid, coordinate: VerticalCoordinate
) -> None:
    """Write all times of an analysis in CAM's layout: U, V, T, Q (time, lev, ncol) and PS on a mesh and its levels.

    source : NetCDF with u, v, t, sp and, if it is there, q on (time, pressure level, latitude, longitude).

    Raises
    ------
    ValueError in one sentence where it lacks one of them, is not of the whole globe, or its surface pressure is not in
    Pa; OSError where the disk does not take the target, which is then as it was.
    """
    import xarray

    with xarray.open_dataset(source, decode_times=False) as data:
        found = _found(_timed(data), source)
        places = Bilinear(found["lat"].values, found["lon"].values, grid)
        p = found["level"].values.astype(float) * (100.0 if found["level"].attrs.get("units") in HECTOPASCALS else 1.0)
        ps = places(_rows(found["PS"], found))
        _check_pressure(ps, source)
        target_p = coordinate.hyam * coordinate.p0 + coordinate.hybm * ps[..., None]
        wind = places.wind(*(_rows(found[name], found) for name in ("U", "V")))
        scalars = {name: places(_rows(found[name], found)) for name in ("T", VAPOR) if name in found}
        fields = {"U": wind[0], "V": wind[1], **scalars}
        fields = {name: on_levels(x, p, target_p) for name, x in fields.items()}
        fields.setdefault(VAPOR, np.zeros_like(fields["T"]))
        with unfinished(target) as part:
            _dataset(fields, ps, found["time"], grid, coordinate).to_netcdf(part, engine="h5netcdf")


class Bilinear:
    """Values on a regular grid at the distinct nodes of a mesh.

    lat (lat,), lon (lon,) : of the regular grid [degree], each in any order, round the whole globe.

    Raises
    ------
    ValueError in one sentence where they leave out a part of the globe.
    """

    def __init__(self, lat: np.ndarray, lon: np.ndarray, grid: Grid) -> None:
        lat, lon = np.asarray(lat, float), np.asarray(lon, float) % 360.0
        self._northward, self._eastward = np.argsort(lat), np.argsort(lon)
        self._lat, self._lon = lat[self._northward], lon[self._eastward]
        columns = columns_of(grid)
        self._node_lat, self._node_lon = (np.degrees(columns.gathered(x)[:, 0]) for x in (grid.lat, grid.lon))
        rows = np.concatenate([[-90.0], self._lat[np.abs(self._lat) < 90.0], [90.0]])
        around = np.append(self._lon, self._lon[0] + 360.0)
        _check_whole(rows, around)
        self._south, self._north = _between(rows, self._node_lat)
        self._up = (self._node_lat - rows[self._south]) / (rows[self._north] - rows[self._south])
        east_of_first = (self._node_lon - self._lon[0]) % 360.0
        self._west, east = _between(around - self._lon[0], east_of_first)
        self._right = (east_of_first - around[self._west] + self._lon[0]) / (around[east] - around[self._west])
        self._east = east % self._lon.size

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values x (..., lat, lon) [U] as (..., column)."""
        return self._at_nodes(self._ordered(x))

    def wind(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of eastward and northward wind u, v (..., lat, lon) [U], a vector of space: both, (..., column)."""
        u, v = self._ordered(u), self._ordered(v)
        lat, lon = np.meshgrid(np.radians(self._lat), np.radians(self._lon), indexing="ij")
        east, north = east_and_north(lat, lon)
        space = [self._at_nodes(u * e + v * n) for e, n in zip(east, north)]
        east, north = east_and_north(np.radians(self._node_lat), np.radians(self._node_lon))
        return tuple(sum(s * d for s, d in zip(space, directions)) for directions in (east, north))

    def _ordered(self, x: np.ndarray) -> np.ndarray:
        """Rows from south to north, of values from west to east."""
        return x[..., self._northward, :][..., self._eastward]

    def _at_nodes(self, x: np.ndarray) -> np.ndarray:
        x = self._to_the_poles(x)
        south, north = (
            (1.0 - self._right) * x[..., row, self._west] + self._right * x[..., row, self._east]
            for row in (self._south, self._north)
        )
        return (1.0 - self._up) * south + self._up * north

    def _to_the_poles(self, x: np.ndarray) -> np.ndarray:
        """Rows from pole to pole; a pole is the mean of the row that is nearest to it."""
        inner = x[..., np.abs(self._lat) < 90.0, :]
        south, north = (0.0 * row + row.mean(axis=-1, keepdims=True) for row in (x[..., :1, :], x[..., -1:, :]))
        return np.concatenate([south, inner, north], axis=-2)


def _check_whole(rows: np.ndarray, around: np.ndarray) -> None:
    """Refuse latitudes that end far from a pole, and longitudes that do not go round; both with their ends [degree]."""
    for what, places in (("latitudes", rows), ("longitudes", around)):
        gaps = np.diff(places)
        k = int(gaps.argmax())
        if gaps[k] > WIDEST_GAP * np.median(gaps):
            raise ValueError(
                f"The {what} leave out {places[k]:g} to {places[k + 1]:g} degrees; give an analysis of the whole globe."
            )


def on_levels(x: np.ndarray, p: np.ndarray, target: np.ndarray) -> np.ndarray:
    """x (time, level, column) [U] at pressures p (level,) -> (time, column, lev) at target (time, column, lev) [Pa]."""
    order = np.argsort(p)
    log_p, log_target = np.log(p[order]), np.log(target)
    above, below = _between(log_p, log_target)
    values = np.moveaxis(x[:, order], 1, -1)
    share = np.clip((log_target - log_p[above]) / (log_p[below] - log_p[above]), 0.0, 1.0)
    high, low = (np.take_along_axis(values, index, axis=-1) for index in (above, below))
    return (1.0 - share) * high + share * low


def _between(ascending: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the two neighbours of each x; the last two beyond the ends."""
    upper = np.clip(np.searchsorted(ascending, x, side="right"), 1, ascending.size - 1)
    return upper - 1, upper


def _timed(data: Any) -> Any:
    """With a dimension of time, where the time of all fields is one number."""
    name = next((n for n in NAMES["time"] if n in data), "")
    return data.set_coords(name).expand_dims(name) if name and not data[name].dims else data


def _found(data: Any, source: str | os.PathLike) -> dict[str, Any]:
    """The variables by CAM's names; refused where one is missing."""
    there = {name: next((n for n in names if n in data), "") for name, names in NAMES.items()}
    missing = [name for name, theirs in there.items() if not theirs and name != VAPOR]
    if missing:
        known = ", ".join(NAMES[missing[0]])
        raise ValueError(f"{source} has no {missing[0]}, under none of the names {known}; give one that holds it.")
    found = {name: data[theirs] for name, theirs in there.items() if theirs}
    if found["level"].size < FEWEST_LEVELS:
        raise ValueError(f"{source} has {found['level'].size} pressure level(s); give one of {FEWEST_LEVELS} or more.")
    return found


def _rows(x: Any, found: dict[str, Any]) -> np.ndarray:
    """(time, [level,] latitude, longitude) in double precision."""
    order = [found[name].dims[0] for name in ("time", "level", "lat", "lon") if found[name].dims[0] in x.dims]
    return x.transpose(*order).values.astype(float)


def _check_pressure(ps: np.ndarray, source: str | os.PathLike) -> None:
    if not ps.min() > LEAST_PRESSURE:
        raise ValueError(f"{source} has a surface pressure of {ps.min():g}; give one in Pa.")


def _dataset(fields: dict, ps: np.ndarray, time: Any, grid: Grid, coordinate: VerticalCoordinate) -> Any:
    import xarray

    columns = columns_of(grid)
    data: dict[str, Any] = {
        name: (("time", "lev", "ncol"), np.moveaxis(x, -1, 1), UNITS[name]) for name, x in fields.items()
    }
    data |= {name: (where, getattr(coordinate, name)) for where, names in HYBRID.items() for name in names}
    data |= {"PS": (("time", "ncol"), ps, {"units": "Pa"}), "P0": ((), coordinate.p0, {"units": "Pa"})}
    lat, lon = (np.degrees(columns.gathered(x)[:, 0]) for x in (grid.lat, grid.lon))
    data["lat"] = ("ncol", lat, {"units": "degrees_north", "standard_name": "latitude"})
    data["lon"] = ("ncol", lon % 360.0, {"units": "degrees_east", "standard_name": "longitude"})
    return xarray.Dataset(data, {"time": ("time", time.values, time.attrs)})
