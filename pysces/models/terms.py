"""Terms of the momentum and thermodynamic equations that more than one model has: element-local, no DSS.

The reference profile whose pressure gradient models take off over terrain: thermodynamics.reference_state.
HOMME: prim_advance_mod:compute_andor_apply_rhs   CAM-SE: prim_advance_mod:compute_and_apply_rhs
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..arrays.compiler import cumulative_sum
from ..arrays.derivatives import unstacked
from ..geometry.grid import Grid
from ..operators.strong import gradient_sphere, vorticity_sphere


def advection(wind: Array, gradient: Array) -> Array:
    """What a flow carries along: wind . gradient.

    Parameters
    ----------
    wind : (2, elem, i, j, lev), eastward and northward [m s-1], or times a layer's mass [Pa m s-1].
    gradient : (2, elem, i, j, lev), of a field in units U [U m-1].

    Returns
    -------
    (elem, i, j, lev) [U s-1], or [U Pa s-1].
    """
    u, v = unstacked(wind)
    east, north = unstacked(gradient)
    return u * east + v * north


def climb(wind: Array, gradphis: Array, gravity: Array) -> Array:
    """Vertical velocity (elem, i, j, lev) [m s-1] of a wind [m s-1] up the ground, gradphis [m s-2] over gravity."""
    return advection(wind, gradphis) * (1.0 / gravity)


def vorticity_force(wind: Array, grid: Grid) -> Array:
    """(f + zeta) v x k.

    Parameters
    ----------
    wind : (2, elem, i, j, lev), eastward and northward [m s-1].

    Returns
    -------
    (2, elem, i, j, lev) [m s-2].
    """
    u, v = unstacked(wind)
    absolute_vorticity = vorticity_sphere(wind, grid) + grid.coriolis_parameter
    return namespace(u).stack([v * absolute_vorticity, -u * absolute_vorticity])


def energy_gradient(wind: Array, phi: Array, grid: Grid) -> Array:
    """grad(K + phi), added before the gradient is taken; half of u^2 + v^2 is exact, so that no order of it matters.

    Parameters
    ----------
    wind : (2, elem, i, j, lev), eastward and northward [m s-1].
    phi : (elem, i, j, lev), geopotential at midpoints [m2 s-2].

    Returns
    -------
    (2, elem, i, j, lev) [m s-2].
    """
    u, v = unstacked(wind)
    return gradient_sphere(0.5 * (u * u + v * v) + phi, grid)


def pressure_velocity(wind: Array, grad_p: Array, div_dp: Array) -> Array:
    """omega = v . grad p less the convergence of mass above the middle of the layer.

    Parameters
    ----------
    wind : (2, elem, i, j, lev), eastward and northward [m s-1].
    grad_p : (2, elem, i, j, lev), of the pressure at midpoints [Pa m-1].
    div_dp : (elem, i, j, lev), of wind times the layer thickness in that pressure [Pa s-1].

    Returns
    -------
    (elem, i, j, lev) [Pa s-1].
    """
    return advection(wind, grad_p) - (cumulative_sum(div_dp) - 0.5 * div_dp)
