"""The equiangular cubed sphere: element numbering, corner points, and the two maps from element to sphere.

Six faces of ne x ne elements, numbered ie + ne je + ne^2 face. A point of a face has equiangular coordinates (x, y) in
[-pi/4, pi/4] and gnomonic coordinates (X, Y) = (tan x, tan y); its direction is centre + X ex + Y ey.

Equations: Ronchi, Iacono & Paolucci (1996), doi:10.1006/jcph.1996.0047; Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
HOMME: cube_mod, coordinate_systems_mod
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from .libm import libm
from .quadrature import Quadrature

FACE_CENTRE = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, -1], [0, 0, 1]])
FACE_X = np.array([[0, 1, 0], [-1, 0, 0], [0, -1, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]])
FACE_Y = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1], [1, 0, 0], [-1, 0, 0]])

POLE_TOLERANCE = 1e-9
_CORNER_I = np.array([0, 1, 1, 0])  # SW, SE, NE, NW
_CORNER_J = np.array([0, 0, 1, 1])


@dataclass(frozen=True)
class Elements:
    """Quadrilateral elements of a sphere, before any metric term is known.

    face : (elem,) 0..5.   vertices : (elem, 4) ids of the corners SW, SE, NE, NW; equal ids are one point.
    equiangular : (2, elem, 4) corner coordinates on the element's face.   corners : (3, elem, 4) on the unit sphere.
    ne : elements along a cube edge; 0 where they are not those of a cubed sphere.
    """

    face: np.ndarray
    vertices: np.ndarray
    equiangular: np.ndarray
    corners: np.ndarray
    ne: int = 0

    @property
    def count(self) -> int:
        """How many elements there are."""
        return len(self.face)


def cubed_sphere_elements(ne: int) -> Elements:
    """The 6 ne^2 elements in HOMME's order.

    Parameters
    ----------
    ne : elements along a cube edge.

    Raises
    ------
    ValueError unless ne is a whole number from 1.
    """
    if int(ne) != ne or ne < 1:
        raise ValueError(f"A cubed sphere needs ne >= 1 elements along a cube edge, found ne={ne}.")
    number = np.arange(6 * ne * ne)
    face, je, ie = number // ne**2, number // ne % ne, number % ne
    spacing = (np.pi / 4 - (-np.pi / 4)) / ne
    start = -np.pi / 4 + np.stack([ie, je]) * spacing
    equiangular = start[:, :, None] + np.stack([_CORNER_I, _CORNER_J])[:, None, :] * spacing
    corners = lonlat_to_cartesian(*equiangular_to_lonlat(equiangular[0], equiangular[1], face[:, None]))
    return Elements(face, _lattice_vertices(ne, face, ie, je), equiangular, corners, int(ne))


def _lattice_vertices(ne: int, face: np.ndarray, ie: np.ndarray, je: np.ndarray) -> np.ndarray:
    """Vertex ids from exact integer coordinates on the surface of the cube [-ne, ne]^3."""
    x = 2 * (ie[:, None] + _CORNER_I) - ne
    y = 2 * (je[:, None] + _CORNER_J) - ne
    lattice = (
        ne * FACE_CENTRE[face][:, None, :]
        + x[..., None] * FACE_X[face][:, None, :]
        + y[..., None] * FACE_Y[face][:, None, :]
    )
    _, ids = np.unique(lattice.reshape(-1, 3), axis=0, return_inverse=True)
    return ids.reshape(-1, 4)


def equiangular_to_lonlat(x: np.ndarray, y: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude in 0 to 2 pi, 0 at the poles, and latitude (...) [radian] of points of the cube.

    x, y : (...) equiangular coordinates [radian].   face : (...) which of the six faces, 0..5.
    """
    gx, gy = np.broadcast_arrays(libm("tan", x), libm("tan", y))
    face = np.broadcast_to(face, gx.shape)
    r = np.sqrt(1.0 + gx**2 + gy**2)
    one = np.ones_like(gx)
    sine = np.choose(face, [gx, one, -gx, -one, gx, gx])
    cosine = np.choose(face, [one, -gx, -one, gx, gy, -gy])
    height = np.choose(face, [gy, gy, gy, gy, -one, one])
    lon = libm("atan2", sine, cosine)
    at_pole = (face >= 4) & (np.abs(gx) <= POLE_TOLERANCE) & (np.abs(gy) <= POLE_TOLERANCE)
    return np.where(at_pole, 0.0, np.where(lon < 0, lon + 2 * np.pi, lon)), libm("asin", height / r)


def lonlat_to_cartesian(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """(3, ...) points of the unit sphere [1] at lon, lat (...) [radian]."""
    cos_lat = libm("cos", lat)
    return np.stack([cos_lat * libm("cos", lon), cos_lat * libm("sin", lon), libm("sin", lat)])


def cartesian_to_lonlat(point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude in 0 to 2 pi, 0 at the poles, and latitude (...) [radian] of a point (3, ...) of any length."""
    x, y, z = point
    lat = libm("asin", z / np.sqrt(x**2 + y**2 + z**2))
    lon = libm("atan2", y, x)
    lon = np.where(lon < 0, lon + 2 * np.pi, lon)
    return np.where(np.abs(np.abs(lat) - np.pi / 2) < POLE_TOLERANCE, 0.0, lon), lat


Nodes = np.ndarray | tuple[Decimal, ...]  # rounded, or with all their digits
MappedNodes = tuple[np.ndarray, np.ndarray, np.ndarray]  # lon, lat, D


def gnomonic_map(elements: Elements, rule: Quadrature) -> MappedNodes:
    """``cubed_sphere_map=0``: bilinear in the equiangular coordinates of the corners.

    Returns
    -------
    lon, lat : (elem, i, j).   D : (2, 2, elem, i, j), contravariant to (east, north) on the unit sphere.
    """
    face = elements.face[:, None, None]
    corners = np.moveaxis(elements.equiangular, -1, 0)[:, :, :, None, None]  # (corner, coordinate, elem, 1, 1)
    x, y = _bilinear(rule.exact_nodes, corners)
    lon, lat = equiangular_to_lonlat(x, y, face)
    sw, se, ne, nw = corners
    slope_a = (-sw + se + ne - nw) / 4
    slope_b = (-sw - se + ne + nw) / 4
    twist = (sw - se + ne - nw) / 4
    a, b = rule.nodes[:, None], rule.nodes[None, :]
    along_a, along_b = np.broadcast_arrays(slope_a + twist * b, slope_b + twist * a)
    jacobian = np.stack([along_a, along_b], axis=1)  # (coordinate, reference, elem, i, j)
    x, y = _bilinear(rule.nodes, corners)
    return lon, lat, _matmul(_equiangular_to_east_north(x, y, face), jacobian)


def _bilinear(nodes: Nodes, corners: np.ndarray) -> np.ndarray:
    """(coordinate, elem, i, j): corner values interpolated, halves of 1 -+ node formed with the digits nodes have."""
    left, right = (np.array([(1 + sign * x) / 2 for x in nodes], dtype=np.float64) for sign in (-1, 1))
    pa, qa, pb, qb = left[:, None], right[:, None], left[None, :], right[None, :]
    return _weighted_corners([pa * pb, qa * pb, qa * qb, pa * qb], corners)


def _equiangular_to_east_north(x: np.ndarray, y: np.ndarray, face: np.ndarray) -> np.ndarray:
    """(2, 2, elem, i, j): columns are d/dx and d/dy of a point of the unit sphere in (east, north) components."""
    gx, gy, cx, cy = (libm(f, z) for f in ("tan", "cos") for z in (x, y))
    r = np.sqrt(1 + gx**2 + gy**2)
    belt = [[1 / (r * cx), np.zeros_like(r)], [-gx * gy / (cx * r * r), 1 / (r * r * cx * cy * cy)]]
    rho = np.sqrt(gx**2 + gy**2)
    at_pole = rho <= POLE_TOLERANCE
    rho = np.where(at_pole, 1.0, rho)
    sx, sy = rho * cx * cx * r, rho * cy * cy * r
    cap = np.array([[gy / sx, -gx / sy], [gx / (sx * r), gy / (sy * r)]])
    identity = np.eye(2)[:, :, None, None, None]
    south, north = np.where(at_pole, identity, cap), np.where(at_pole, identity, -cap)
    return np.where(face == 4, south, np.where(face == 5, north, np.array(belt)))


def element_local_map(elements: Elements, rule: Quadrature) -> MappedNodes:
    """``cubed_sphere_map=2``: bilinear in Cartesian corners, then projected on the sphere. Returns as gnomonic_map."""
    corners = np.moveaxis(elements.corners, -1, 0)[..., None, None]  # (corner, xyz, elem, 1, 1)
    lon, lat = cartesian_to_lonlat(_unit(_weighted_corners(_corner_functions(rule.exact_nodes), corners)))
    return lon, lat, _element_local_derivative(corners, rule)


def _element_local_derivative(corners: np.ndarray, rule: Quadrature) -> np.ndarray:
    """D of the element-local map; HOMME forms it, even longitude and latitude in it, from the rounded nodes."""
    chord = _weighted_corners(_corner_functions(rule.nodes), corners)
    lon, lat = cartesian_to_lonlat(_unit(chord))
    tangent = np.stack([_weighted_corners(s, corners) for s in _corner_slopes(rule)], axis=1)  # (xyz, reference, ...)
    return _matmul(_east_north(lon), _matmul(_chord_to_sphere(lon, lat), tangent)) / _length(chord)


def _length(x: np.ndarray) -> np.ndarray:
    return np.sqrt(x[0] ** 2 + x[1] ** 2 + x[2] ** 2)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / _length(x)


def _corner_functions(nodes: Nodes) -> list[np.ndarray]:
    """The bilinear functions of the corners at the nodes, formed with the digits that the nodes have, then rounded."""
    x = np.array(nodes, dtype=object)
    a, b = x[:, None], x[None, :]
    products = [(1 - a) * (1 - b), (1 + a) * (1 - b), (1 + a) * (1 + b), (1 - a) * (1 + b)]
    return [q.astype(np.float64) / 4 for q in products]


def _corner_slopes(rule: Quadrature) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Derivatives of the corner functions along the first and the second reference coordinate."""
    a, b = np.broadcast_arrays(rule.nodes[:, None], rule.nodes[None, :])
    along_a = [-(1 - b) / 4, (1 - b) / 4, (1 + b) / 4, -(1 + b) / 4]
    along_b = [-(1 - a) / 4, -(1 + a) / 4, (1 + a) / 4, (1 - a) / 4]
    return along_a, along_b


def _weighted_corners(weights: Sequence[np.ndarray], corners: np.ndarray) -> np.ndarray:
    return weights[0] * corners[0] + weights[1] * corners[1] + weights[2] * corners[2] + weights[3] * corners[3]


def _chord_to_sphere(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """(3, 3, ...): the tangential part of a displacement; the third row is already north."""
    sin_lon, cos_lon, sin_lat, cos_lat = (libm(f, x) for x in (lon, lat) for f in ("sin", "cos"))
    return np.array(
        [
            [sin_lon**2 * cos_lat**2 + sin_lat**2, -sin_lon * cos_lon * cos_lat**2, -cos_lon * sin_lat * cos_lat],
            [-sin_lon * cos_lon * cos_lat**2, cos_lon**2 * cos_lat**2 + sin_lat**2, -sin_lon * sin_lat * cos_lat],
            [-cos_lon * sin_lat, -sin_lon * sin_lat, cos_lat],
        ]
    )


def _east_north(lon: np.ndarray) -> np.ndarray:
    """(2, 3, ...): east component from the first two rows, north taken over."""
    zero = np.zeros_like(lon)
    return np.array([[-libm("sin", lon), libm("cos", lon), zero], [zero, zero, zero + 1.0]])


def _matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Product of matrices whose two axes come first, terms in index order."""
    return np.array([[_row_by_column(row, b[:, n]) for n in range(b.shape[1])] for row in a])


def _row_by_column(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    total = row[0] * column[0]
    for x, y in zip(row[1:], column[1:]):
        total = total + x * y
    return total
