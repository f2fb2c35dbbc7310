"""Horizontal derivatives in weak form: integrated against every test function of the element, not assembled.

HOMME and CAM-SE: derivative_mod
"""

from __future__ import annotations

from ..arrays.backend import namespace
from ..arrays.derivatives import differentiated_as, unstacked
from ..geometry.grid import Grid
from .along import along_i, along_j
from .vectors import Scalar, Vector, contravariant_to_sphere, covariant_to_sphere, to_contravariant


def _d_di_wk(q: Scalar, grid: Grid) -> Scalar:
    """sum over nodes k of q_k times the derivative, at k, of each node's basis function; first coordinate."""
    return along_i(q, grid.derivative_matrix.T)


def _d_dj_wk(q: Scalar, grid: Grid) -> Scalar:
    """As _d_di_wk along the second coordinate."""
    return along_j(q, grid.derivative_matrix.T)


def divergence_sphere_wk(wind: Vector, grid: Grid) -> Scalar:
    """Divergence, weak form: minus the integral of grad(phi) . v for every basis function phi; mass matrix included.

    Parameters
    ----------
    wind : (2, ..., elem, i, j, lev) eastward and northward [U].   grid : Grid

    Returns
    -------
    (..., elem, i, j, lev) [U m-1 times unit-sphere area]

    HOMME: derivative_mod:divergence_sphere_wk
    """
    return weak_divergence(weak_flux(wind, grid), grid)


def weak_flux(wind: Vector, grid: Grid) -> Vector:
    """Contravariant components of the wind (2, elem, i, j, lev) [U] times the mass matrix, for weak_divergence."""
    v1, v2 = to_contravariant(wind, grid)
    return namespace(v1).stack([grid.mass_matrix * v1, grid.mass_matrix * v2])


def weak_divergence(flux: Vector, grid: Grid) -> Scalar:
    """What divergence_sphere_wk makes of the flux (2, elem, i, j, lev) [U] = weak_flux(wind, grid)."""
    return differentiated_as(_divergence_by_direction, _weak_divergence, flux, grid)


def _divergence_by_direction(flux: Vector, grid: Grid) -> Scalar:
    """weak_divergence by its two directions, up to round-off."""
    flux_1, flux_2 = unstacked(flux)
    return -((_d_di_wk(flux_1, grid) + _d_dj_wk(flux_2, grid)) * grid.inverse_radius)


def _weak_divergence(flux: Vector, grid: Grid) -> Scalar:
    D = grid.derivative_matrix
    flux_1, flux_2 = flux
    total = None
    for k in range(grid.npts):
        along_i = flux_1[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1)
        along_j = flux_2[..., k : k + 1, :] * D[k].reshape(-1, 1)
        term = (along_i + along_j) * grid.inverse_radius
        total = -term if total is None else total - term
    return total


def gradient_sphere_wk_testcov(s: Scalar, grid: Grid) -> Vector:
    """Gradient, weak form with covariant test functions; mass matrix included.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-1 times unit-sphere area]

    HOMME: derivative_mod:gradient_sphere_wk_testcov
    """
    c1, c2 = (_gradient_component_wk(s, grid, grid.metric_inverse[0, c], grid.metric_inverse[1, c]) for c in range(2))
    east, north = contravariant_to_sphere(c1, c2, grid)
    return namespace(s).stack([east * grid.inverse_radius, north * grid.inverse_radius])


def _gradient_component_wk(s: Scalar, grid: Grid, g1: Scalar, g2: Scalar) -> Scalar:
    """Minus the weak derivatives times (g1, g2) jacobian."""
    return differentiated_as(_component_by_direction, _component_in_order, s, grid, g1, g2)


def _component_by_direction(s: Scalar, grid: Grid, g1: Scalar, g2: Scalar) -> Scalar:
    weighted = grid.node_weights * s
    return -(g1 * grid.jacobian * _d_di_wk(weighted, grid) + g2 * grid.jacobian * _d_dj_wk(weighted, grid))


def _component_in_order(s: Scalar, grid: Grid, g1: Scalar, g2: Scalar) -> Scalar:
    """Weights and metric inside the sum, in HOMME's order."""
    D, M, J = grid.derivative_matrix, grid.node_weights, grid.jacobian
    total = 0.0
    for k in range(grid.npts):
        along_i = M[k : k + 1] * g1 * J * s[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1)
        along_j = M[:, k : k + 1] * g2 * J * s[..., k : k + 1, :] * D[k].reshape(-1, 1)
        total = total - (along_i + along_j)
    return total


def gradient_sphere_wk_testcontra(s: Scalar, grid: Grid) -> Vector:
    """Gradient, weak form with contravariant test functions; mass matrix included.

    s : (elem, i, j, lev) [U]; the result is (2, elem, i, j, lev), with the units of gradient_sphere_wk_testcov.

    HOMME: derivative_mod:gradient_sphere_wk_testcontra
    """
    D, M, J = grid.derivative_matrix, grid.node_weights, grid.jacobian
    c1 = c2 = 0.0
    for k in range(grid.npts):
        c1 = c1 - M[k : k + 1] * J * s[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1) * grid.inverse_radius
        c2 = c2 - M[:, k : k + 1] * J * s[..., k : k + 1, :] * D[k].reshape(-1, 1) * grid.inverse_radius
    return covariant_to_sphere(c1, c2, grid)


def curl_sphere_wk_testcov(s: Scalar, grid: Grid) -> Vector:
    """Curl of s times the vertical unit vector, weak form with covariant test functions; mass matrix included.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-1 times unit-sphere area]

    HOMME: derivative_mod:curl_sphere_wk_testcov
    """
    weighted = grid.node_weights * s
    east, north = contravariant_to_sphere(-_d_dj_wk(weighted, grid), _d_di_wk(weighted, grid), grid)
    return namespace(s).stack([east * grid.inverse_radius, north * grid.inverse_radius])
