"""Values of a spectral-element field anywhere on the sphere: the nodes' own basis, evaluated at the points.

A point is found in its element by the great circles of the element's sides, and in the reference square by Newton's
method on the element's map. Fields of degree 3 in reference coordinates are reproduced exactly.

HOMME: interpolate_mod   CAM-SE: interpolate_mod
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh.cubed_sphere import FACE_CENTRE, FACE_X, FACE_Y, Elements
from .lagrange import basis

ON_A_SIDE = 1e-12  # by which a point of a side may lie outside
NEWTON_STEPS, CONVERGED = 20, 1e-14


@dataclass(frozen=True)
class RegularGrid:
    """Latitudes from pole to pole, longitudes from Greenwich, and where their points lie among elements.

    lat, lon : [degree].   elem : (point,) the element of each; points of one latitude stand together.
    weights : (point, i, j) of the element's nodes.
    """

    lat: np.ndarray
    lon: np.ndarray
    elem: np.ndarray
    weights: np.ndarray

    def of_nodes(self, values: np.ndarray, node: np.ndarray) -> np.ndarray:
        """(point, lev) of values (n, lev) whose rows at each point's nodes are node (point, i j)."""
        weights = self.weights.reshape(len(self.elem), -1, 1).astype(values.dtype)
        total = weights[:, 0] * values[node[:, 0]]
        for k in range(1, node.shape[1]):
            total += weights[:, k] * values[node[:, k]]
        return total

    @property
    def directions(self) -> tuple[np.ndarray, np.ndarray]:
        """(3, point) unit vectors east and north at the points."""
        lat, lon = (x.ravel() for x in np.meshgrid(np.radians(self.lat), np.radians(self.lon), indexing="ij"))
        return east_and_north(lat, lon)


def east_and_north(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(3, ...) unit vectors at latitudes lat and longitudes lon [radian]; at a pole, those of the meridian lon."""
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)])
    return east, np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])


def regular_points(elements: Elements, cubed_sphere_map: int, nlat: int, nlon: int, npts: int = 4) -> RegularGrid:
    """A regular grid of nlat latitudes, both poles among them, and nlon longitudes, on a mesh.

    Parameters
    ----------
    elements : of the whole sphere.   cubed_sphere_map : 0 gnomonic, 2 element-local.   npts : nodes along a side.

    Raises
    ------
    ValueError where a point lies in no element.
    """
    lat, lon = np.linspace(-90.0, 90.0, nlat), 360.0 * np.arange(nlon) / nlon
    phi, lam = np.meshgrid(np.radians(lat), np.radians(lon), indexing="ij")
    points = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    elem = _elements_at(elements, points, lat, lon).ravel()
    return RegularGrid(lat, lon, elem, _weights(elements, cubed_sphere_map, elem, points.reshape(3, -1), npts))


def scattered_points(
    elements: Elements, cubed_sphere_map: int, points: np.ndarray, npts: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """The element of each point (point,), and weights [1] of its nodes (point, i, j).

    Parameters
    ----------
    elements, cubed_sphere_map, npts : as for regular_points.   points : (3, point) unit vectors.

    Raises
    ------
    ValueError where a point lies in no element.
    """
    found = np.full(points.shape[1], -1)
    corners = np.moveaxis(elements.corners, 0, -1)  # (elem, 4, 3)
    sides = np.cross(corners, np.roll(corners, -1, axis=1))
    for e in range(elements.count - 1, -1, -1):
        middle, radius = _cap(corners[e])
        near = np.flatnonzero(middle @ points >= np.cos(radius))
        found[near[(sides[e] @ points[:, near] >= -ON_A_SIDE).all(axis=0)]] = e
    _refuse_outside(found)
    return found, _weights(elements, cubed_sphere_map, found, points, npts)


def _weights(elements: Elements, cubed_sphere_map: int, elem: np.ndarray, points: np.ndarray, npts: int) -> np.ndarray:
    """(point, i, j) of the nodes of each point's element, for points (3, point)."""
    a, b = reference_coordinates(elements, cubed_sphere_map, elem, points)
    return basis(a, npts)[:, :, None] * basis(b, npts)[:, None, :]


def _elements_at(elements: Elements, points: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """(lat, lon) the element that holds each point; of several at a shared side, the first."""
    found = np.full(points.shape[1:], -1)
    corners = np.moveaxis(elements.corners, 0, -1)  # (elem, 4, 3)
    sides = np.cross(corners, np.roll(corners, -1, axis=1))
    for e in range(elements.count - 1, -1, -1):
        rows, columns = _near(corners[e], lat, lon)
        inside = (np.tensordot(sides[e], points[:, rows][:, :, columns], axes=1) >= -ON_A_SIDE).all(axis=0)
        part = found[rows[:, None], columns]
        found[rows[:, None], columns] = np.where(inside, e, part)
    _refuse_outside(found)
    return found


def _refuse_outside(found: np.ndarray) -> None:
    if (found < 0).any():
        raise ValueError(f"{(found < 0).sum()} points lie in no element; the mesh does not cover the sphere.")


def _cap(corners: np.ndarray) -> tuple[np.ndarray, float]:
    """The middle (3,) of an element with these corners (4, 3), and how far from it they are, a little more."""
    middle = corners.sum(axis=0)
    middle = middle / np.sqrt((middle**2).sum())
    return middle, np.arccos(np.clip((corners @ middle).min(), -1.0, 1.0)) + 1e-6


def _near(corners: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes that the cap round an element touches, by their numbers."""
    middle, radius = _cap(corners)
    phi, lam = np.arcsin(middle[2]), np.degrees(np.arctan2(middle[1], middle[0]))
    rows = np.flatnonzero(np.abs(lat - np.degrees(phi)) <= np.degrees(radius))
    if abs(phi) + radius >= np.pi / 2:
        return rows, np.arange(lon.size)
    half = np.degrees(np.arcsin(min(np.sin(radius) / np.cos(phi), 1.0)))
    return rows, np.flatnonzero(np.abs((lon - lam + 180.0) % 360.0 - 180.0) <= half)


def reference_coordinates(
    elements: Elements, cubed_sphere_map: int, elem: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(point,) coordinates from -1 to 1 [1] of points (3, point) in their elements elem (point,).

    Raises
    ------
    ValueError where the inverse of an element's map is not found.
    """
    corners, target = (_gnomonic if cubed_sphere_map == 0 else _projected)(elements, elem, points)
    a, b = np.zeros(len(elem)), np.zeros(len(elem))
    for _ in range(NEWTON_STEPS):
        missed, along_a, along_b = _bilinear(corners, a, b)
        missed = missed - target
        determinant = along_a[0] * along_b[1] - along_a[1] * along_b[0]
        step_a = (missed[0] * along_b[1] - missed[1] * along_b[0]) / determinant
        step_b = (along_a[0] * missed[1] - along_a[1] * missed[0]) / determinant
        a, b = a - step_a, b - step_b
        if max(np.abs(step_a).max(), np.abs(step_b).max()) < CONVERGED:
            break
    if not (np.abs(a).max() < 1.0 + 1e-9 and np.abs(b).max() < 1.0 + 1e-9):
        raise ValueError("Points were not found in their elements; the mesh is not of this map.")
    return a, b


def _projected(elements: Elements, elem: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of each point's element as seen from the point, on the two axes across it, where it lies at 0."""
    helper = np.eye(3)[np.abs(points).argmin(axis=0)].T
    one = np.cross(points, helper, axis=0)
    other = np.cross(points, one, axis=0)
    corners = elements.corners[:, elem]  # (3, point, corner)
    seen = np.stack([(axis[..., None] * corners).sum(axis=0) for axis in (one, other)])
    return seen, np.zeros((2, len(elem)))


def _gnomonic(elements: Elements, elem: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners and points in the equiangular coordinates of the point's face."""
    face = elements.face[elem]
    height, x, y = ((axis[face].T * points).sum(axis=0) for axis in (FACE_CENTRE, FACE_X, FACE_Y))
    return elements.equiangular[:, elem], np.stack([np.arctan2(x, height), np.arctan2(y, height)])


def _bilinear(corners: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(2, point) the bilinear map of corners (2, point, 4) and its derivatives."""
    sw, se, ne, nw = np.moveaxis(corners, -1, 0)
    value = ((1 - a) * (1 - b) * sw + (1 + a) * (1 - b) * se + (1 + a) * (1 + b) * ne + (1 - a) * (1 + b) * nw) / 4
    along_a = ((1 - b) * (se - sw) + (1 + b) * (ne - nw)) / 4
    return value, along_a, ((1 - a) * (nw - sw) + (1 + a) * (ne - se)) / 4
