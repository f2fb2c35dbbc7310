"""Maps of a native field: longitudes and latitudes, projections of matplotlib, views of one side, and cartopy's.

Triangles lie between the nodes of every element, nothing is interpolated; they are whole to the poles.

Our own design.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .colours import scale_of
from .facets import cells, facets

FLAT, PLANE = "platecarree", "plane"  # the second of places in metres alone
WHOLE = ("mollweide", "hammer", "aitoff")  # of matplotlib itself
SEAM = 180.0 - 1e-7  # degrees
SMALL, MOST_CUTS = 1e5, 16  # triangles of a map, more than a picture shows apart; of a side
VIEWS = {"orthographic": (0.0, 0.0), "north": (0.0, 90.0), "south": (0.0, -90.0)}  # (longitude, latitude) below the eye
NAMES = (FLAT, *WHOLE, *VIEWS)
Draw = Callable[..., Any]


def map_axes(figure: Any, place: Any, name: str) -> tuple[Any, Draw]:
    """Axes at a place of a figure, and what draws (lon, lat, values, **colours) [degree] on them."""
    if name in (FLAT, PLANE):
        return figure.add_subplot(place), draw_flat if name == FLAT else draw_plane
    if name in WHOLE:
        return figure.add_subplot(place, projection=name), _draw_whole
    if name in VIEWS:
        return _view_axes(figure, place, VIEWS[name]), partial(_draw_view, below=VIEWS[name])
    return _cartopy_axes(figure, place, name)


def draw_flat(axes: Any, lon: np.ndarray, lat: np.ndarray, values: np.ndarray, **colours: Any) -> Any:
    """Native values (elem, i, j) [U] at lon, lat [degree], on longitudes 0 to 360; returns what a colour bar needs."""
    picture = _around(axes, lon, lat, values, (-360.0, 0.0, 360.0), 1.0, colours)
    axes.set(xlim=(0, 360), ylim=(-90, 90), xlabel="longitude [degrees east]", ylabel="latitude [degrees north]")
    axes.set(xticks=range(0, 361, 60), yticks=range(-90, 91, 30))
    return picture


def draw_plane(axes: Any, x: np.ndarray, y: np.ndarray, values: np.ndarray, **colours: Any) -> Any:
    """Native values (elem, i, j) [U] on a plane x, y [m]; returns what a colour bar needs."""
    at = x.ravel() / 1e3, y.ravel() / 1e3
    picture = _triangles(axes, *at, cells(x.shape), values.ravel(), scale_of(values) | colours)
    axes.set(xlabel="x [km]", ylabel="y [km]", aspect="equal")
    axes.margins(0)
    return picture


def _draw_whole(axes: Any, lon: np.ndarray, lat: np.ndarray, values: np.ndarray, **colours: Any) -> Any:
    picture = _around(axes, lon, lat, values, (-360.0, 0.0), np.pi / 180.0, colours)
    axes.grid(alpha=0.3)
    axes.tick_params(labelsize=7)
    axes.set(xticklabels=[], xlabel="a meridian every 30 degrees, Greenwich in the middle")  # labels would lie on it
    return picture


def _around(axes: Any, lon: Any, lat: Any, values: Any, shifts: tuple, unit: float, colours: dict) -> Any:
    """Triangles on a map, and again beyond its sides, where those that cross them are cut off."""
    shape = facets(lon, lat)
    z = shape.values(values).reshape(-1)
    corners = _known(np.arange(z.size).reshape(-1, 3), z)
    for shift in shifts:
        x, y = (shape.lon.reshape(-1) + shift) * unit, shape.lat.reshape(-1) * unit
        picture = _triangles(axes, x, y, corners, z, scale_of(values) | colours)
    return picture


def _triangles(axes: Any, x: Any, y: Any, corners: Any, z: Any, colours: dict) -> Any:
    """Triangles whose values are linear; matplotlib mixes colours instead, so that large ones are cut into small."""
    shares, pieces = cut_up(int(np.clip(round((SMALL / max(len(corners), 1)) ** 0.5), 1, MOST_CUTS)))
    x, y, z = ((np.nan_to_num(a)[corners] @ shares.T).ravel() for a in (x, y, z))
    pieces = (pieces + len(shares) * np.arange(len(corners))[:, None, None]).reshape(-1, 3)
    return axes.tripcolor(x, y, pieces, z, shading="gouraud", rasterized=True, **colours)


def cut_up(cuts: int) -> tuple[np.ndarray, np.ndarray]:
    """A triangle cut into cuts x cuts equal ones: shares (point, 3) of its corners in their corners, and which ones.

    Returns
    -------
    (point, 3) shares [1] and (triangle, 3) numbers of points [1].
    """
    places = [(i, j) for i in range(cuts + 1) for j in range(cuts + 1 - i)]
    number = {place: k for k, place in enumerate(places)}
    upright = [((i, j), (i + 1, j), (i, j + 1)) for i, j in places if i + j < cuts]
    turned = [((i + 1, j), (i + 1, j + 1), (i, j + 1)) for i, j in places if i + j < cuts - 1]
    shares = np.array([(i, j, cuts - i - j) for i, j in places]) / cuts
    return shares, np.array([[number[place] for place in piece] for piece in upright + turned])


def _known(corners: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The triangles all of whose corners have a value."""
    return corners[np.isfinite(z[corners]).all(axis=1)]


def _view_axes(figure: Any, place: Any, below: tuple[float, float]) -> Any:
    """The rim and the graticule of the side of the sphere that an eye above a point sees."""
    from matplotlib.patches import Circle

    axes = figure.add_subplot(place, aspect="equal", xlim=(-1.02, 1.02), ylim=(-1.02, 1.02))
    axes.axis("off")
    axes.add_patch(Circle((0, 0), 1.0, fill=False, linewidth=0.8, zorder=3))
    for line in _graticule(*below):
        axes.plot(*line, color="black", alpha=0.25, linewidth=0.5)
    return axes


def _draw_view(axes: Any, lon: Any, lat: Any, values: Any, *, below: tuple[float, float], **colours: Any) -> Any:
    """The side of the sphere that an eye far above a point sees."""
    x, y, towards = seen_from(lon.ravel(), lat.ravel(), *below)
    r = np.maximum(np.hypot(x, y), 1e-6)
    outwards = np.where(towards < 0.0, 2.0 / r - 1.0, 1.0)  # what lies behind the rim is drawn beyond it, and cut off
    x, y, z = x * outwards, y * outwards, values.ravel()
    corners = _known(cells(lon.shape), z)
    corners = corners[(towards[corners] >= 0.0).any(axis=1)]
    picture = _triangles(axes, x, y, corners, z, scale_of(values) | colours)
    picture.set_clip_path(axes.patches[0])
    return picture


def seen_from(lon: Any, lat: Any, lon_0: float, lat_0: float) -> tuple[Any, Any, Any]:
    """Places [degree] as an eye above (lon_0, lat_0) sees them: right, up, and towards the eye, of a unit sphere."""
    turned, lat, up = np.radians(lon - lon_0), np.radians(lat), np.radians(lat_0)
    east, north = np.cos(lat) * np.sin(turned), np.sin(lat)
    away = np.cos(lat) * np.cos(turned)
    return east, np.cos(up) * north - np.sin(up) * away, np.sin(up) * north + np.cos(up) * away


def _graticule(lon_0: float, lat_0: float) -> list[tuple[np.ndarray, ...]]:
    """Meridians and parallels every 30 degrees, as far as they are seen."""
    along = np.linspace(-180.0, 180.0, 181)
    lines = [(np.full(181, lon), along / 2.0) for lon in range(-180, 180, 30)]
    lines += [(along, np.full(181, float(lat))) for lat in range(-60, 61, 30)]
    seen = (seen_from(*line, lon_0, lat_0) for line in lines)
    return [tuple(np.where(towards >= 0, c, np.nan) for c in (x, y)) for x, y, towards in seen]


def _cartopy_axes(figure: Any, place: Any, name: str) -> tuple[Any, Draw]:
    """Axes of a projection of cartopy by its class's name."""
    try:
        from cartopy import crs
    except ImportError:
        raise ValueError(
            f"Projection {name!r} needs cartopy, which is not installed; pip install cartopy, or take one of "
            f"{', '.join(NAMES)}."
        ) from None
    projection = getattr(crs, name, None)
    if not (isinstance(projection, type) and issubclass(projection, crs.Projection)):
        raise ValueError(f"Neither pysces nor cartopy has a projection {name!r}; take one of {', '.join(NAMES)}.")
    made = projection()

    def draw(axes: Any, lon: Any, lat: Any, values: Any, **colours: Any) -> Any:
        shape = facets(lon, lat)
        z = shape.values(values).reshape(-1)
        for shift in (-360.0, 0.0):
            placed = np.clip(shape.lon.reshape(-1) + shift, -SEAM, SEAM)  # cells on the seam belong to both sides
            x, y, _ = made.transform_points(crs.PlateCarree(), placed, shape.lat.reshape(-1)).T
            corners = _unbroken(_known(np.arange(z.size).reshape(-1, 3), z), x, y, made)
            picture = _triangles(axes, x, y, corners, z, scale_of(values) | colours)
        return picture

    axes = figure.add_subplot(place, projection=made)
    axes.set_global()
    axes.gridlines(alpha=0.3)
    return axes, draw


def _unbroken(corners: np.ndarray, x: np.ndarray, y: np.ndarray, projection: Any) -> np.ndarray:
    """Triangles that the projection does not tear apart."""
    width = np.ptp(projection.x_limits) / 4.0
    whole = np.isfinite(x[corners]).all(axis=1) & np.isfinite(y[corners]).all(axis=1)
    corners = corners[whole]
    return corners[(np.ptp(x[corners], axis=1) < width) & (np.ptp(y[corners], axis=1) < width)]
