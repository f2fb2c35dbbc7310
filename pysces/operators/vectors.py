"""Components of tangent vectors: physical, covariant, contravariant, Cartesian.

Reference coordinates have no unit and lengths are on the unit sphere, so that all components have the vector's unit.

HOMME: derivative_mod, the first or last lines of its operators, which multiply with D, Dinv or vec_sphere2cart
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..arrays.derivatives import unstacked
from ..geometry.grid import Grid

Scalar = Array


Vector = Array


def covariant_to_sphere(c1: Scalar, c2: Scalar, grid: Grid) -> Vector:
    """(2, ..., elem, i, j, lev): physical components of covariant ones c1 and c2, each (..., elem, i, j, lev) [U]."""
    inverse = grid.sphere_to_contra
    return namespace(c1).stack([inverse[0, 0] * c1 + inverse[1, 0] * c2, inverse[0, 1] * c1 + inverse[1, 1] * c2])


def contravariant_to_sphere(c1: Scalar, c2: Scalar, grid: Grid) -> tuple[Scalar, Scalar]:
    """Eastward and northward components of contravariant ones c1, c2, each (..., elem, i, j, lev) [U]."""
    D = grid.contra_to_sphere
    return D[0, 0] * c1 + D[0, 1] * c2, D[1, 0] * c1 + D[1, 1] * c2


def to_contravariant(wind: Vector, grid: Grid) -> tuple[Scalar, Scalar]:
    """Contravariant components, each (..., elem, i, j, lev), of a tangent vector wind (2, ..., elem, i, j, lev) [U]."""
    u, v = unstacked(wind)
    inverse = grid.sphere_to_contra
    return inverse[0, 0] * u + inverse[0, 1] * v, inverse[1, 0] * u + inverse[1, 1] * v


def to_cartesian(v: Vector, grid: Grid) -> Array:
    """(3, ..., elem, i, j, lev): Cartesian components of a tangent vector v (2, ..., elem, i, j, lev) [U]."""
    frame = grid.sphere_to_cartesian
    east, north = unstacked(v)
    return namespace(v).stack([frame[c, 0] * east + frame[c, 1] * north for c in range(3)])


def from_cartesian(w: Array, grid: Grid) -> Vector:
    """(2, ..., elem, i, j, lev): east and north components of Cartesian vectors w (3, ..., elem, i, j, lev) [U]."""
    frame = grid.sphere_to_cartesian
    x, y, z = unstacked(w)
    return namespace(w).stack([frame[0, c] * x + frame[1, c] * y + frame[2, c] * z for c in range(2)])
