"""Metric terms of a mesh from the derivative of its map: inverse, area correction, length scales, viscosity tensors.

All on the unit sphere; the radius enters through the operators. Matrices have their two axes first.

Equations: Taylor & Fournier (2010), doi:10.1016/j.jcp.2010.04.008
Tensor viscosity: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
HOMME: cube_mod (metric_atomic), geometry_mod, mass_matrix_mod
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..mesh.libm import libm
from ..mesh.quadrature import Quadrature
from .quadruple import lobatto_weights, weighted_sum


@dataclass(frozen=True)
class Metric:
    """Terms per node on the unit sphere [1], (elem, i, j), matrices (2, 2, elem, i, j).

    contra_to_sphere : D, contravariant components to (east, north).   sphere_to_contra : its inverse.
    metric, inverse_metric : D^T D and its inverse.   jacobian : |det D|.
    """

    contra_to_sphere: np.ndarray
    sphere_to_contra: np.ndarray
    metric: np.ndarray
    inverse_metric: np.ndarray
    jacobian: np.ndarray


def metric_terms(contra_to_sphere: np.ndarray) -> Metric:
    """The metric terms of D, which is contra_to_sphere (2, 2, elem, i, j) [1].

    Raises
    ------
    ValueError if an element is turned inside out or degenerate.
    """
    D = contra_to_sphere
    determinant = D[0, 0] * D[1, 1] - D[0, 1] * D[1, 0]
    if not np.all(determinant > 0):
        elem, i, j = np.argwhere(~(determinant > 0))[0]
        raise ValueError(
            f"The map of element {elem} has determinant {determinant[elem, i, j]:.3g} at node ({i}, {j}); elements "
            "must be convex with corners counter-clockwise seen from outside."
        )
    metric = np.array([[D[0, m] * D[0, n] + D[1, m] * D[1, n] for n in range(2)] for m in range(2)])
    squared = determinant * determinant
    return Metric(D, _adjugate(D) / determinant, metric, _adjugate(metric) / squared, np.abs(determinant))


def _adjugate(m: np.ndarray) -> np.ndarray:
    return np.array([[m[1, 1], -m[0, 1]], [-m[1, 0], m[0, 0]]])


def rescale_area(metric: Metric, alpha: np.ndarray | float) -> Metric:
    """The metric with areas multiplied by alpha [1], a number or (elem, i, j)."""
    root = np.sqrt(alpha)
    return Metric(
        metric.contra_to_sphere * root,
        metric.sphere_to_contra / root,
        metric.metric * alpha,
        metric.inverse_metric / alpha,
        metric.jacobian * alpha,
    )


def global_area_factor(metric: Metric, rule: Quadrature, area: float) -> float:
    """One factor [1] that gives the whole domain its exact area [sr] (map 0); elements' areas are summed exactly."""
    weighted = (rule.node_weights * metric.jacobian).transpose(2, 1, 0).reshape(-1, len(metric.jacobian))
    return area / math.fsum(np.cumsum(weighted, axis=0)[-1])


def bubble_area_factor(metric: Metric, rule: Quadrature, corners: np.ndarray) -> np.ndarray:
    """(elem, i, j) factors [1] that give each element its exact spherical area by its inner nodes alone (map 2).

    corners : (3, elem, 4) those of the elements, unit vectors.   HOMME: geometry_mod ("epsilon bubble")
    """
    npts = len(rule.nodes)
    nodes = [(i, j) for j in range(npts) for i in range(npts)]
    inner = [(i, j) for i, j in nodes if 0 < i < npts - 1 and 0 < j < npts - 1]
    excess = (_quadrilateral_area(corners) - _area(metric, rule, nodes)) / _area(metric, rule, inner)
    alpha = np.ones_like(metric.jacobian)
    alpha[:, 1:-1, 1:-1] = 1.0 + excess[:, None, None]
    return alpha


def _area(metric: Metric, rule: Quadrature, nodes: Iterable[tuple[int, int]]) -> np.ndarray:
    """Area (elem,) that belongs to some nodes, summed as HOMME sums it."""
    weights = lobatto_weights(rule.exact_nodes)
    return weighted_sum([(weights[i], weights[j]) for i, j in nodes], [metric.jacobian[:, i, j] for i, j in nodes])


def _quadrilateral_area(corners: np.ndarray) -> np.ndarray:
    """Areas (elem,) of spherical quadrilaterals with corners (3, elem, 4)."""
    a, b, c, d = np.moveaxis(corners, -1, 0)
    return _triangle_area(a, b, c) + _triangle_area(a, c, d)


def _triangle_area(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Spherical excess by half-angle tangents; pi is absorbed in the largest term, 2 atan x - pi = -2 atan(1/x)."""
    al, bl, cl = (libm("acos", _dot(p, q)) for p, q in ((b, c), (c, a), (a, b)))
    sina, sinb, sinc, sins = (
        libm("sin", angle / 2) for angle in (bl + cl - al, al + cl - bl, al + bl - cl, al + bl + cl)
    )
    ta, tb, tc = (
        np.sqrt(sinb * sinc / (sins * sina)),
        np.sqrt(sina * sinc / (sins * sinb)),
        np.sqrt(sina * sinb / (sins * sinc)),
    )
    if_a = -2 * libm("atan", 1 / ta) + 2 * libm("atan", tb) + 2 * libm("atan", tc)
    if_b = 2 * libm("atan", ta) - 2 * libm("atan", 1 / tb) + 2 * libm("atan", tc)
    if_c = 2 * libm("atan", ta) + 2 * libm("atan", tb) - 2 * libm("atan", 1 / tc)
    return np.where((ta > tb) & (ta > tc), if_a, np.where(tb > tc, if_b, if_c))


def _dot(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return p[0] * q[0] + p[1] * q[1] + p[2] * q[2]


def east_north_to_cartesian(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """(3, 2, elem, i, j): the unit vectors east and north in Cartesian components [1].

    lon, lat : (elem, i, j) [radian].
    """
    sin_lon, cos_lon, sin_lat, cos_lat = (libm(f, x) for x in (lon, lat) for f in ("sin", "cos"))
    east = [-sin_lon, cos_lon, np.zeros_like(lon)]
    north = [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat]
    return np.array([[e, n] for e, n in zip(east, north)])


def singular_values(metric: Metric) -> tuple[np.ndarray, np.ndarray]:
    """(elem,) largest and smallest singular value [1] of Dinv over each element's nodes: normDinv and its partner."""
    large, small = _eigenvalues(metric.metric)
    largest = (1 / np.sqrt(np.abs(np.minimum(large, small)))).max(axis=(1, 2))
    smallest = (1 / np.sqrt(np.abs(np.maximum(large, small)))).min(axis=(1, 2))
    return largest, smallest


def _eigenvalues(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    root = np.sqrt(4 * m[0, 1] * m[1, 0] + (m[0, 0] - m[1, 1]) ** 2)
    return (m[0, 0] + m[1, 1] + root) / 2, (m[0, 0] + m[1, 1] - root) / 2


def viscosity_tensor(metric: Metric, scaling: float, radius: float) -> np.ndarray:
    """(2, 2, elem, i, j): tensor of hyperviscosity, radius^4 (D D^T)^(scaling/2) [m4], from the unscaled metric."""
    large, small, directions = _principal_directions(metric)
    stretch = [(1 / _power(e, scaling / 4) * radius**2) ** 2 * e for e in (large, small)]
    return _outer(directions, stretch)


def sponge_tensor(metric: Metric, scaling: float, radius: float) -> np.ndarray:
    """(2, 2, elem, i, j): the sponge's tensor, radius^2 (D D^T)^(scaling/2) [m2], from the unscaled metric."""
    large, small, directions = _principal_directions(metric)
    stretch = [1 / _power(e, scaling / 2) * radius**2 * e for e in (large, small)]
    return _outer(directions, stretch)


def _power(base: np.ndarray, exponent: float) -> np.ndarray:
    return libm("pow", base, np.full_like(base, exponent))


def _principal_directions(metric: Metric) -> Any:
    """Eigenvalues of the inverse metric and D times its eigenvectors, [component][which]."""
    m = metric.inverse_metric
    large, small = _eigenvalues(m)
    first = _first_eigenvector(m, large)
    second = (-first[1], first[0])
    D = metric.contra_to_sphere
    return large, small, [[D[c, 0] * v[0] + D[c, 1] * v[1] for v in (first, second)] for c in range(2)]


def _first_eigenvector(m: np.ndarray, eigenvalue: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit null vector of m - eigenvalue I, solved with its largest entry as the pivot."""
    entries = np.array([m[0, 0] - eigenvalue, m[1, 0], m[0, 1], m[1, 1] - eigenvalue])
    b11, b21, b12, b22 = np.where(entries == 0, 1.0, entries)  # a zero is never the pivot, unless all are
    pivot = np.argmax(np.abs(entries), axis=0)
    one, zero = np.ones_like(b11), np.zeros_like(b11)
    x = np.choose(pivot, [-entries[1] / b11, one, -entries[3] / b12, one])
    y = np.choose(pivot, [one, -entries[0] / b21, one, -entries[2] / b22])
    isotropic = np.all(entries == 0, axis=0)
    x, y = np.where(isotropic, one, x), np.where(isotropic, zero, y)
    length = np.sqrt(x**2 + y**2)
    return x / length, y / length


def _outer(directions: Sequence[np.ndarray], stretch: Sequence[np.ndarray]) -> np.ndarray:
    """sum over the two directions of stretch * direction * direction^T."""
    scaled = [[stretch[n] * directions[c][n] for n in range(2)] for c in range(2)]
    return np.array(
        [[scaled[a][0] * directions[b][0] + scaled[a][1] * directions[b][1] for b in range(2)] for a in range(2)]
    )
