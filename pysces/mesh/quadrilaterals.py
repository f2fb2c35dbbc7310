"""Any conforming quadrilaterals on the sphere as elements: refined meshes, with any number of elements at a vertex.

As in HOMME a corner passes through the equiangular coordinates of the cube's sector that holds its element's centre,
which moves it by an ulp or two: so the corners, and all that is computed from them, are HOMME's to the last bit.

HOMME: mesh_mod, coordinate_systems_mod (a mesh from a file takes the element-local map, cubed_sphere_map = 2)
"""

from __future__ import annotations

import numpy as np

from .cubed_sphere import Elements, cartesian_to_lonlat, equiangular_to_lonlat, lonlat_to_cartesian
from .libm import libm

_TURNS = np.array([0.0, 0.5, 1.0, 1.5])  # longitudes of the centres of the belt's sectors, in pi
FARTHEST = 1e-9  # that a corner may move


def elements_from_corners(points: np.ndarray, vertices: np.ndarray) -> Elements:
    """Elements from corner points; a side between two elements is a great circle.

    Parameters
    ----------
    points : (3, vertex) Cartesian, of any length [any unit].
    vertices : (elem, 4) numbers of the corners of each element, counterclockwise seen from outside (SW, SE, NE, NW).

    Raises
    ------
    ValueError where an element is not convex, does not run counterclockwise, or reaches around the sphere.
    """
    points, vertices = np.asarray(points, np.float64), np.asarray(vertices, np.int64)
    _refuse_bad_corners(_unit(points)[:, vertices])
    face = sector(sum(np.moveaxis(points[:, vertices], -1, 0)) / 4.0)
    x, y = lonlat_to_equiangular(*cartesian_to_lonlat(points[:, vertices]), face[:, None])
    corners = lonlat_to_cartesian(*equiangular_to_lonlat(x, y, face[:, None]))
    _refuse_far_corners(corners, _unit(points)[:, vertices])
    return Elements(face, vertices, np.stack([x, y]), corners)


def _unit(points: np.ndarray) -> np.ndarray:
    return points / np.sqrt((points**2).sum(axis=0))


def sector(point: np.ndarray) -> np.ndarray:
    """(...) the sector [1] of the cube, 0..5, that a point (3, ...) lies in; borders as HOMME deals them out."""
    x, y, z = point
    belt = np.select(
        [(y < x) & (y > -x), (y > x) & (y < -x), (y > x) & (y > -x), (y < x) & (y < -x)],
        [0, 2, 1, 3],
        np.select([(x > 0) & (y > 0), (x < 0) & (y > 0), (x < 0) & (y < 0)], [0, 1, 2], 3),
    )
    reach = np.choose(belt, [x, y, -x, -y])
    on_border = np.abs(x) == np.abs(y)
    reach = np.where(on_border, np.abs(x), reach)
    return np.where(z > reach, 5, np.where(z < -reach, 4, belt))


def lonlat_to_equiangular(lon: np.ndarray, lat: np.ndarray, face: np.ndarray) -> np.ndarray:
    """(2, ...) equiangular coordinates [radian] on each one's face, 0..5, of points lon, lat (...) [radian].

    They must lie less than a right angle from the centre of their face.
    """
    face = np.broadcast_to(face, lon.shape)
    tan_lat = libm("tan", lat)
    x = lon - np.take(_TURNS, face % 4) * np.pi
    x = np.where((face == 0) & (lon > np.pi), lon - 2.0 * np.pi, x)
    sin_lon, cos_lon = libm("sin", lon), libm("cos", lon)
    with np.errstate(divide="ignore", invalid="ignore"):  # on the equator, for a cap that will not be taken
        belt = [x, libm("atan", tan_lat / libm("cos", x))]
        cap = [libm("atan", np.where(face == 5, sin_lon, -sin_lon) / tan_lat), libm("atan", -cos_lon / tan_lat)]
    return np.where(face >= 4, cap, belt)


def _refuse_bad_corners(corners: np.ndarray) -> None:
    """A corner turns left where its two sides and the point itself are right-handed."""
    before, after = np.roll(corners, 1, axis=-1), np.roll(corners, -1, axis=-1)
    turn = (np.cross(before, corners, axis=0) * after).sum(axis=0)
    bad = ~(turn > 0)
    if bad.any():
        element, corner = (int(k) for k in np.argwhere(bad)[0])
        raise ValueError(
            f"Element {element} does not turn left at its corner {corner} seen from outside; list the corners of every "
            "element counterclockwise, and keep elements convex."
        )


def _refuse_far_corners(corners: np.ndarray, given: np.ndarray) -> None:
    """Equiangular coordinates lose a point a right angle and more from the centre of their sector."""
    lost = ~(np.abs(corners - given).max(axis=0) < FARTHEST)
    if lost.any():
        element, corner = (int(k) for k in np.argwhere(lost)[0])
        raise ValueError(
            f"Element {element} reaches from its corner {corner} around the sphere; cut it into smaller ones."
        )
