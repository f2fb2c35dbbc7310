"""Pictures of the vertical: zonal means, and sections along a latitude, a meridian or a great circle.

The vertical axis are the model's hybrid levels, 1000 (A + B): hPa where the surface pressure is 1000 hPa.

Our own design.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..geometry.columns import unit_vectors
from ..io.history import read_history
from .colours import bar, scale_of
from .facets import cells
from .plots import canvas
from .selection import Opened, Selection, Shown, opened_sphere
from .zonal import bands_of, zonal_mean

POINTS = 361  # of a section
FINE = 720  # points of either axis that are coloured
ON_A_SIDE = 1e-9  # by which a point of a side may lie outside
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"


@dataclass(frozen=True)
class Cut:
    """Points on the sphere (point,) [degree], and how the axis along them is called and counted."""

    lon: np.ndarray
    lat: np.ndarray
    along: np.ndarray
    label: str
    title: str


def plot_zonal_mean(chosen: Selection, image: str) -> str:
    """Means over longitude, weighted by area: latitude against level, or a curve of a field without levels."""
    history = opened_sphere(chosen, "--zonal-mean")
    found = history.whole(history.record)
    (area,) = read_history(chosen.path, "area")
    bands = latitude_bands(history.lat)
    columns = found.values if found.values.ndim == 4 else found.values[..., None]
    means = zonal_mean(columns, history.lat, area, bands)
    means, bands = np.pad(means, ((1, 1), (0, 0)), "edge"), np.array([-90.0, *bands, 90.0])  # to the poles
    title = f"zonal mean of {found.title}"
    return _draw(image, Shown(means, title, found.units), bands, "latitude [degrees north]", _levels(history, means))


def plot_section(chosen: Selection, image: str, text: str) -> str:
    """A field along a line, against level, or as a curve where it has none; linear between the nodes."""
    history, cut = opened_sphere(chosen, "--section"), cut_of(text)
    found = history.whole(history.record)
    columns = found.values if found.values.ndim == 4 else found.values[..., None]
    values = along(columns, history.lon, history.lat, cut)
    title = f"{found.title}, {cut.title}"
    return _draw(image, Shown(values, title, found.units), cut.along, cut.label, _levels(history, values))


def latitude_bands(lat: np.ndarray) -> np.ndarray:
    """Middles (band,) of as many bands of one width as have a node each [degree]; lat of all nodes.

    Their number is odd: one lies on the equator, and the others are the same on both sides of it.
    """
    for count in range(179, 1, -2):
        bands = -90.0 + 180.0 * (np.arange(count) + 0.5) / count
        if np.unique(bands_of(lat, bands)).size == count:
            return bands
    return np.array([0.0])


def cut_of(text: str) -> Cut:
    """lat=45, lon=120, or LON,LAT,LON,LAT, the shorter arc between two points; ValueError in one sentence."""
    line = re.fullmatch(rf"(lat|lon)=({NUMBER})", text.replace(" ", ""))
    places = re.fullmatch(",".join([f"({NUMBER})"] * 4), text.replace(" ", ""))
    if line:
        return _straight(line[1], float(line[2]))
    if places:
        return _arc(*(float(x) for x in places.groups()))
    raise ValueError(f"--section takes lat=DEGREES, lon=DEGREES or LON,LAT,LON,LAT, found {text!r}.")


def _straight(name: str, value: float) -> Cut:
    if name == "lat":
        if not abs(value) < 90.0:
            raise ValueError(f"--section lat={value:g} is not a circle of latitude; give one between -90 and 90.")
        lon = np.linspace(0.0, 360.0, POINTS)
        return Cut(lon, np.full(POINTS, value), lon, "longitude [degrees east]", f"along {value:g} degrees north")
    lat = np.linspace(-90.0, 90.0, POINTS)
    return Cut(np.full(POINTS, value), lat, lat, "latitude [degrees north]", f"along {value:g} degrees east")


def _arc(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> Cut:
    a, b = unit_vectors(np.radians([lat_a, lat_b]), np.radians([lon_a, lon_b]))
    angle = float(np.arctan2(np.sqrt((np.cross(a, b) ** 2).sum()), a @ b))
    if not 1e-6 < angle < np.pi - 1e-6:
        raise ValueError("--section needs two points, neither one nor opposite: one arc must be the shortest.")
    share = np.linspace(0.0, 1.0, POINTS)[:, None]
    x, y, z = ((np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)).T
    lat, lon = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    ends = f"from {lon_a:g} E {lat_a:g} N to {lon_b:g} E {lat_b:g} N"
    return Cut(lon, lat, np.degrees(angle) * share[:, 0], "degrees along the arc", ends)


def along(values: np.ndarray, lon: np.ndarray, lat: np.ndarray, cut: Cut) -> np.ndarray:
    """(point, lev) of values (elem, i, j, lev) [U] on the points of a cut, linear in the triangle that holds each.

    lon, lat : (elem, i, j) of the nodes [degree].
    """
    corners = cells(lon.shape)
    places = (lat.ravel(), lon.ravel()), (cut.lat, cut.lon)
    nodes, points = (unit_vectors(*np.radians(place)) for place in places)
    a, b, c = (nodes[corners[:, k]] for k in range(3))
    sides = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
    sides *= np.sign(np.einsum("nk,nk->n", sides[:, 2], c))[:, None, None]  # elements may turn either way
    chosen, shares = zip(*(_triangle(sides, p) for p in points))
    weights = np.array(shares)
    flat = values.reshape(-1, values.shape[-1])[corners[list(chosen)]]
    return (flat * weights[..., None]).sum(axis=1)


def _triangle(sides: np.ndarray, point: np.ndarray) -> tuple[int, np.ndarray]:
    """The triangle that holds a point, and the shares of its corners."""
    heights = sides @ point
    sizes = np.abs(heights).sum(axis=1)
    found = int(np.argmax(np.where(sizes > 0, heights.min(axis=1) / np.where(sizes > 0, sizes, 1.0), -1.0)))
    if heights[found].min() < -ON_A_SIDE * sizes[found]:
        raise ValueError("A point of the section lies in no element; the mesh does not cover the sphere.")
    return found, np.maximum(heights[found], 0.0) / np.maximum(heights[found], 0.0).sum()


def _levels(history: Opened, values: np.ndarray) -> tuple[np.ndarray, str] | None:
    """The vertical axis of values (..., lev) and its name; None of one level, a count where the file has no axis."""
    if values.shape[-1] == 1:
        return None
    levels, name = history.levels
    return (levels, name) if levels.size == values.shape[-1] else (np.arange(values.shape[-1], dtype=float), "level")


def _shaded(axes: Any, across: np.ndarray, levels: np.ndarray, values: np.ndarray) -> Any:
    """Values (level, point) in colours, each as the bar has it: between them values are linear, not colours."""
    rows, fine = _finely(levels, values, 0)
    columns, fine = _finely(across, fine, 1)
    return axes.pcolormesh(columns, rows, np.ma.masked_invalid(fine), shading="nearest", **scale_of(values))


def _finely(x: np.ndarray, values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """As many points of an axis as a picture shows, and values there, linear between those that are known."""
    points = np.linspace(x[0], x[-1], FINE)
    right = np.clip(np.searchsorted(x, points, side="right"), 1, x.size - 1)
    share = np.expand_dims((points - x[right - 1]) / (x[right] - x[right - 1]), 1 - axis)
    low, high = (np.take(values, k, axis=axis) for k in (right - 1, right))
    return points, low + share * (high - low)


def _draw(image: str, found: Shown, across: np.ndarray, label: str, axis: tuple | None) -> str:
    figure = canvas(9, 5)
    axes = figure.subplots()
    if axis is None:
        axes.plot(across, found.values[:, 0], "k-")
        axes.set(ylabel=f"[{found.units}]")
        axes.ticklabel_format(axis="y", useOffset=False)
        axes.grid(alpha=0.3)
    else:
        order = np.argsort(axis[0])
        levels, shades = axis[0][order], _shaded(axes, across, axis[0][order], found.values.T[order])
        bar(figure, shades, axes, found.units)
        axes.set(ylabel=axis[1], ylim=(levels[-1], levels[0]))
    axes.set(xlabel=label, title=found.title, xlim=(across.min(), across.max()))
    if label.startswith(("latitude", "longitude")):
        axes.set(xticks=np.arange(across.min(), across.max() + 1.0, 30.0))
    figure.savefig(image, dpi=120)
    return image
