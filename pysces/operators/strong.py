"""First derivatives on the sphere and the plane in strong form: at the nodes of each element, not assembled.

Fields are (..., elem, i, j, lev), vectors (2, ..., elem, i, j, lev) in (east, north) components. Derivatives are sums
over the nodes in index order, so that Fortran without contraction gives the same bits.

Equations: Taylor & Fournier (2010), doi:10.1016/j.jcp.2010.04.008; Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
HOMME: derivative_mod, viscosity_base   CAM-SE: derivative_mod, viscosity_mod
"""

from __future__ import annotations

from ..arrays.backend import namespace
from ..arrays.compiler import optimization_barrier
from ..arrays.derivatives import unstacked
from ..geometry.grid import Grid
from .along import along_i, along_j
from .vectors import (
    Scalar,
    Vector,
    contravariant_to_sphere,
    covariant_to_sphere,
    from_cartesian,
    to_cartesian,
    to_contravariant,
)


def d_di(q: Scalar, grid: Grid) -> Scalar:
    """Derivative of q (elem, i, j, lev) [U] along the first reference coordinate, at every node."""
    return along_i(q, grid.derivative_matrix)


def d_dj(q: Scalar, grid: Grid) -> Scalar:
    """Derivative of q (elem, i, j, lev) [U] along the second reference coordinate, at every node."""
    return along_j(q, grid.derivative_matrix)


def gradient_sphere(s: Scalar, grid: Grid) -> Vector:
    """Gradient, strong form.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) eastward and northward [U m-1]

    HOMME: derivative_mod:gradient_sphere
    """
    return covariant_to_sphere(d_di(s, grid) * grid.inverse_radius, d_dj(s, grid) * grid.inverse_radius, grid)


def divergence_sphere(wind: Vector, grid: Grid) -> Scalar:
    """Divergence of a tangent vector, strong form: (1 / (a J)) sum_k d_k (J v^k).

    Parameters
    ----------
    wind : (2, ..., elem, i, j, lev) eastward and northward [U].   grid : Grid

    Returns
    -------
    (..., elem, i, j, lev) [U m-1]

    HOMME: derivative_mod:divergence_sphere
    """
    v1, v2 = to_contravariant(wind, grid)
    flux_1, flux_2 = grid.jacobian * v1, grid.jacobian * v2
    return (d_di(flux_1, grid) + d_dj(flux_2, grid)) * (grid.inverse_jacobian * grid.inverse_radius)


def vorticity_sphere(wind: Vector, grid: Grid) -> Scalar:
    """Vertical component of the curl of a tangent vector: (1 / (a J)) (d_1 v_2 - d_2 v_1), v_k covariant.

    Parameters
    ----------
    wind : (2, ..., elem, i, j, lev) eastward and northward [U].   grid : Grid

    Returns
    -------
    (..., elem, i, j, lev) [U m-1]

    HOMME: derivative_mod:vorticity_sphere
    """
    u, v = unstacked(wind)
    D = grid.contra_to_sphere
    v1, v2 = D[0, 0] * u + D[1, 0] * v, D[0, 1] * u + D[1, 1] * v
    return (d_di(v2, grid) - d_dj(v1, grid)) * (grid.inverse_jacobian * grid.inverse_radius)


def curl_sphere(s: Scalar, grid: Grid) -> Vector:
    """Curl of s times the vertical unit vector.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-1]

    HOMME: derivative_mod:curl_sphere
    """
    c1 = d_dj(s, grid) * grid.inverse_radius
    c2 = -(d_di(s, grid) * grid.inverse_radius)
    east, north = contravariant_to_sphere(c1, c2, grid)
    xp = namespace(s)
    # XLA would turn a division by a broadcast field into a multiplication by its inverse, which rounds differently.
    jacobian = optimization_barrier(xp.broadcast_to(grid.jacobian, east.shape))
    return xp.stack([east / jacobian, north / jacobian])


def ugradv_sphere(u: Vector, v: Vector, grid: Grid) -> Vector:
    """Advection of a vector by a vector, (u . grad) v, taken component by component in Cartesian space.

    Parameters
    ----------
    u : (2, ..., elem, i, j, lev) [U].   v : the same shape [V].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U V m-1]

    HOMME: derivative_mod:ugradv_sphere
    """
    east, north = unstacked(gradient_sphere(to_cartesian(v, grid), grid))
    u_east, u_north = unstacked(u)
    return from_cartesian(u_east * east + u_north * north, grid)
