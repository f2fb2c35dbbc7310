"""What of a history a picture shows: the field, the record, the level or the pressure; and what its title says.

Histories on elements and on columns are read alike, as (elem, i, j, lev).

Our own design.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ..io.classic import Header
from ..io.history import history_head, read_history, read_record
from .drawable import drawable, fields_of

PRESSURES = ("ps", "PS")
HPA = 100.0  # Pa
SHORT = 0.1  # days, below which a title counts minutes
FILLED = 1e19  # and more stands where there is no value
SAME_DAY = 1e-6  # days; files round their times


@dataclass(frozen=True)
class Selection:
    """A field of a history, at one record and one height.

    day : the record nearest to it; None the last.   level : from 0 at the top; None the lowest.
    pressure : [hPa], in place of a level.
    """

    path: str
    field: str = ""
    day: float | None = None
    level: int | None = None
    pressure: float | None = None


@dataclass(frozen=True)
class Shown:
    """Values (elem, i, j), or (elem, i, j, lev), with the title and the unit of a picture."""

    values: np.ndarray
    title: str
    units: str


@dataclass(frozen=True)
class Opened:
    """A history that can be drawn: its selection with the field's name, its mesh, its times [day].

    lon, lat : [degree], on a plane x and y [m].
    """

    chosen: Selection
    lon: np.ndarray
    lat: np.ndarray
    days: np.ndarray
    header: Header = field(repr=False)
    on_plane: bool = False

    @property
    def record(self) -> int:
        """The record that is selected; ValueError for a day further from all than half of what lies between two."""
        day, days = self.chosen.day, self.days
        if day is None:
            return len(days) - 1
        room = np.diff(days).max(initial=0.0) / 2.0 + SAME_DAY
        if not days[0] - room <= day <= days[-1] + room:
            has = f"records from day {days[0]:.6g} to {days[-1]:.6g}" if days.size > 1 else f"day {days[0]:.6g} alone"
            raise ValueError(f"{self.chosen.path} has {has}, found --time {day:g}; give a day of the run.")
        return int(np.abs(days - day).argmin())

    def whole(self, record: int) -> Shown:
        """All levels of a record."""
        values, about = read_known(self.chosen.path, self.chosen.field, record)
        factor, units = shown(about["units"])
        title = f"{about['long_name'] or self.chosen.field}, {moment(self.days[record])}"
        return Shown(values * factor, title, units)

    @property
    def levels(self) -> tuple[np.ndarray, str]:
        """(lev,) what the vertical axis counts, and its name: pressures [hPa], or the hybrid levels."""
        names = [v.name for v in self.header.fixed]
        if "pressure" in names:
            return read_history(self.chosen.path, "pressure")[0] / HPA, "pressure [hPa]"
        a, b = read_history(self.chosen.path, "hyam", "hybm")
        return 1000.0 * (a + b), "hybrid level, 1000 (A + B)"

    def flat(self, record: int) -> Shown:
        """One level of a record, or its values at a pressure, nan where that lies in the ground or above the top.

        Raises
        ------
        ValueError where the level has no value at all.
        """
        found = self.whole(record)
        values, chosen, name = found.values, self.chosen, f"{self.chosen.path}: {self.chosen.field}"
        if chosen.pressure is not None:
            _check_levels(values, name, "--pressure")
            values = at_pressure(values, pressures(chosen.path, record), chosen.pressure * HPA)
            return Shown(values, f"{found.title}, at {chosen.pressure:g} hPa", found.units)
        values, of_level = _on_level(values, chosen.level, name)
        if not np.isfinite(values).any():
            raise ValueError(f"{name} has no value{of_level}: it lies in the ground; give another --level.")
        return Shown(values, f"{found.title}{of_level}", found.units)

    def every(self) -> Iterator[Shown]:
        """One level of every record in turn; one is in memory at a time."""
        return (self.flat(record) for record in range(len(self.days)))


def opened(chosen: Selection) -> Opened:
    """The history of a selection; ValueError in one sentence where it cannot be drawn."""
    if chosen.level is not None and chosen.pressure is not None:
        raise ValueError("--level and --pressure both choose a height; give one of them.")
    name, header, days = drawable(chosen.path, chosen.field)
    on_plane = any(v.name == "x" for v in header.fixed)
    lon, lat = read_history(chosen.path, *(("x", "y") if on_plane else ("lon", "lat")))
    if on_plane:
        lon, lat = _closed(lon), np.swapaxes(_closed(np.swapaxes(lat, 1, 2)), 1, 2)
    return Opened(replace(chosen, field=name), lon, lat, days, header, on_plane)


def opened_sphere(chosen: Selection, what: str) -> Opened:
    """The same of a history whose mesh is a sphere; ValueError for what needs one on a plane."""
    history = opened(chosen)
    if history.on_plane:
        raise ValueError(f"{chosen.path} lies on a plane, and {what} is for the sphere; leave it out.")
    return history


def read_known(path: str, name: str, record: int) -> tuple[np.ndarray, dict[str, str]]:
    """A record (elem, i, j, lev), or without lev, in float64 [as in the file], nan where it has no value; about it."""
    values, about = read_record(path, name, record)
    values = np.asarray(values, np.float64)
    return np.where(np.abs(values) < FILLED, values, np.nan), about


def shown(units: str) -> tuple[float, str]:
    """Factor and unit of what a picture shows."""
    return {"Pa": (1.0 / HPA, "hPa"), "s-1": (1e5, "1e-5 s-1")}.get(units, (1.0, units))


def moment(days: float) -> str:
    """What a title says of a time [day]: the day, or the minutes of a run on a small planet."""
    return f"after {1440.0 * days:.4g} minutes" if 0.0 < days < SHORT else f"day {days:.6g}"


def pressures(path: str, record: int) -> np.ndarray:
    """(elem, i, j, lev) [Pa] pressure at the midpoints of a record; ValueError without a surface pressure."""
    header, _ = history_head(path)
    fields = fields_of(header)
    name = next((name for name in PRESSURES if name in fields), "")
    if not name:
        raise ValueError(f"{path} has no surface pressure, which says where its levels are; draw a --level.")
    ps, _ = read_record(path, name, record)
    hyam, hybm, p0 = read_history(path, "hyam", "hybm", "p0")
    return hyam * p0 + hybm * ps[..., None]


def at_pressure(values: np.ndarray, p: np.ndarray, target: float) -> np.ndarray:
    """(elem, i, j) of values (elem, i, j, lev) [U] where the pressure p is target [Pa]: linear in log p, nan outside.

    Raises
    ------
    ValueError for a target that is not above 0, or that no column has between its midpoints.
    """
    if not target > 0:
        raise ValueError(f"--pressure must be above 0 hPa, found {target / HPA:g}.")
    below = np.clip((p < target).sum(axis=-1, keepdims=True), 1, p.shape[-1] - 1)
    low, high = (np.take_along_axis(values, k, -1)[..., 0] for k in (below - 1, below))
    p_low, p_high = (np.take_along_axis(p, k, -1)[..., 0] for k in (below - 1, below))
    share = np.log(target / p_low) / np.log(p_high / p_low)
    inside = (p[..., 0] <= target) & (target <= p[..., -1])
    if not inside.any():
        raise ValueError(
            f"No column has {target / HPA:g} hPa between its midpoints, which lie from {p.min() / HPA:.4g} to "
            f"{p.max() / HPA:.4g} hPa; give another --pressure."
        )
    return np.where(inside, low + share * (high - low), np.nan)


def _check_levels(values: np.ndarray, name: str, option: str) -> None:
    if values.ndim != 4:
        raise ValueError(f"{name} has no levels; leave {option} out.")


def _on_level(values: np.ndarray, level: int | None, name: str) -> tuple[np.ndarray, str]:
    """(elem, i, j) of a field, and what a title says of the level."""
    count = values.shape[-1] if values.ndim == 4 else 0
    if level is not None and not 0 <= level < count:
        raise ValueError(f"{name} has no level {level}; {f'give 0 to {count - 1}' if count else 'leave --level out'}.")
    if count <= 1:
        return (values[..., 0] if count else values), ""
    level = count - 1 if level is None else level
    return values[..., level], f", level {level} (of levels 0 to {count - 1})"


def _closed(x: np.ndarray) -> np.ndarray:
    """Coordinates (elem, along, across) that increase along every element, also where a periodic plane closes."""
    width = (x[:, -1:] - x[:, :1]).max()
    return np.where(x < x[:, :1], x[:, :1] + width, x)
