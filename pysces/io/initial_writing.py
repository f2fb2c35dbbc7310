"""Initial files written in the layout that CAM-SE and E3SM read (ncdata), in NetCDF (CDF-5).

One record; columns are the distinct nodes in HOMME's order, which CAM demands. Layers that lie on levels of moist mass
are written with PS and moist mixing ratios, those on levels of dry mass with PSDRY alone and dry mixing ratios: CAM
takes all masses for moist where it finds PS.

CAM: cam_history, dyn_comp (check_file_layout), time_manager
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..arrays.fields import metadata
from ..cases.air_on_columns import VAPOR, AirOnColumns
from ..cases.initial_fields import DryMassFields, InitialFields
from ..geometry.columns import Columns, columns_of
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .classic import Header, Variable, as_bytes, external, write_count
from .durable import replacing
from .history import INITIAL_SOURCE, SECONDS_PER_DAY, TIME

MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # of the calendar without leap years
_HECTOPASCALS = 1000.0  # of A + B = 1, as CAM labels its levels
_PAIR = tuple[Variable, np.ndarray]


def write_initial(path: str | os.PathLike, air: AirOnColumns, grid: Grid, seconds: float, about: dict) -> None:
    """Write a state at a model time, durably; about becomes global attributes.

    Raises
    ------
    OSError where the disk does not take it: what was there before is as it was.
    """
    columns = columns_of(grid)
    sizes = {"time": 0, "ncol": columns.count, "lev": air.coordinate.nlev, "ilev": air.coordinate.nlev + 1}
    attributes = {"Conventions": "CF-1.11", "source": INITIAL_SOURCE, "np": grid.npts, **about}
    pairs = [*_places(grid, columns), *_levels(air), *_base_date(), *_time(seconds), *_fields(air, columns)]
    header = Header(sizes, attributes, tuple(variable for variable, _ in pairs))
    values = {variable.name: value for variable, value in pairs}
    with replacing(os.path.realpath(path)) as file:
        file.write(header.encoded())
        for variable in [*header.fixed, *header.records]:
            file.write(as_bytes(values[variable.name], variable))
        write_count(file, 1)


def _places(grid: Grid, columns: Columns) -> list[_PAIR]:
    lat, lon = (np.degrees(columns.gathered(x)[:, 0]) for x in (grid.lat, grid.lon))
    area = columns.summed(np.asarray(grid.mass_matrix)[..., 0])
    return [
        _variable("lat", lat, ("ncol",), "degrees_north", "latitude", standard_name="latitude"),
        _variable("lon", lon % 360.0, ("ncol",), "degrees_east", "longitude", standard_name="longitude"),
        _variable("area", area, ("ncol",), "sr", "quadrature weight of the node"),
    ]


def _levels(air: AirOnColumns) -> list[_PAIR]:
    coordinate = air.coordinate
    return [
        _level("lev", coordinate.etam, "midpoints", "m", _surface_name(air)),
        *(_coefficient(name, coordinate, "lev") for name in ("hyam", "hybm")),
        _level("ilev", coordinate.etai, "interfaces", "i", _surface_name(air)),
        *(_coefficient(name, coordinate, "ilev") for name in ("hyai", "hybi")),
        _declared("P0", np.float64(coordinate.p0), (), (VerticalCoordinate, "p0")),
    ]


def _level(name: str, eta: np.ndarray, where: str, half: str, surface: str) -> _PAIR:
    about = {"positive": "down", "axis": "Z", "standard_name": "atmosphere_hybrid_sigma_pressure_coordinate"}
    about["formula_terms"] = f"a: hya{half} b: hyb{half} p0: P0 ps: {surface}"
    return _variable(name, _HECTOPASCALS * eta, (name,), "hPa", f"hybrid level at {where} (1000*(A+B))", **about)


def _coefficient(name: str, coordinate: VerticalCoordinate, dimension: str) -> _PAIR:
    return _declared(name, getattr(coordinate, name), (dimension,), (VerticalCoordinate, name))


def _surface_name(air: AirOnColumns) -> str:
    return "PSDRY" if air.dry else "PS"


def _base_date() -> list[_PAIR]:
    """The day that times are counted from, as CAM says it."""
    said = {"ndbase": (0, "base day"), "nsbase": (0, "seconds of base day")}
    said |= {"nbdate": (date_of(0), "base date (YYYYMMDD)"), "nbsec": (0, "seconds of base date")}
    return [_variable(name, np.int32(value), (), "", meaning) for name, (value, meaning) in said.items()]


def _time(seconds: float) -> list[_PAIR]:
    days = seconds / SECONDS_PER_DAY
    whole, of_day = divmod(round(seconds), int(SECONDS_PER_DAY))
    said = {"date": (date_of(whole), "current date (YYYYMMDD)"), "datesec": (of_day, "current seconds of current date")}
    said |= {"ndcur": (whole, "current day (from base day)"), "nscur": (of_day, "current seconds of current day")}
    time = _variable("time", np.float64(days), ("time",), TIME["units"], "time", calendar=TIME["calendar"], axis="T")
    return [time, *(_variable(name, np.int32(value), ("time",), "", what) for name, (value, what) in said.items())]


def date_of(day: int) -> int:
    """YYYYMMDD of a day from 0001-01-01, in years without leap days."""
    year, left = divmod(day, sum(MONTHS))
    month = 0
    while left >= MONTHS[month]:
        left -= MONTHS[month]
        month += 1
    return (year + 1) * 10_000 + (month + 1) * 100 + left + 1


def _fields(air: AirOnColumns, columns: Columns) -> list[_PAIR]:
    def layers(name: str, field: np.ndarray, about: tuple[type, str], said: str = "", **more: str) -> _PAIR:
        dimensions = ("time", "lev", "ncol")
        return _declared(name, columns.gathered(field).T, dimensions, about, said, coordinates="lat lon", **more)

    def surface(name: str, field: Any, about: tuple[type, str], **more: str) -> _PAIR:
        return _declared(name, columns.gathered(field)[:, 0], ("time", "ncol"), about, coordinates="lat lon", **more)

    ratio, pressure, mass = _MASSES[air.dry]
    tracers = {VAPOR: np.zeros_like(air.temperature), **air.tracers}
    return [
        *(
            layers(name, x, (InitialFields, "wind"), f"{way} wind", standard_name=f"{way}_wind")
            for name, way, x in zip("UV", ("eastward", "northward"), air.wind)
        ),
        layers("T", air.temperature, (InitialFields, "temperature"), standard_name="air_temperature"),
        surface(_surface_name(air), air.surface_pressure, pressure),
        surface("PHIS", air.phis, (InitialFields, "phis"), standard_name="surface_geopotential"),
        *(
            layers(name, q, ratio, f"{name} per mass of {mass} air", mixing_ratio="dry" if air.dry else "wet")
            for name, q in tracers.items()
        ),
    ]


_MASSES: dict[bool, tuple[tuple[type, str], tuple[type, str], str]] = {
    False: ((InitialFields, "q_moist"), (InitialFields, "ps"), "moist"),
    True: ((DryMassFields, "q_dry"), (DryMassFields, "ps_dry"), "dry"),
}


def _declared(
    name: str, values: Any, dimensions: tuple, declared: tuple[type, str], long_name: str = "", **more: str
) -> _PAIR:
    about = metadata(*declared)
    return _variable(name, values, dimensions, about["units"], long_name or about["long_name"], **more)


def _variable(name: str, values: Any, dimensions: tuple, units: str, long_name: str, **more: str) -> _PAIR:
    values = np.asarray(values)
    values = values if values.dtype.kind == "i" else values.astype(np.float64)
    about = {"long_name": long_name} | ({"units": units} if units else {}) | more
    return Variable(name, dimensions, external(values.dtype), about), values
