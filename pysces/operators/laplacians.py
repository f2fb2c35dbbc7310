"""Laplacians and biharmonics in weak form, with constant, variable or tensor viscosity."""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array, namespace
from ..arrays.compiler import stored
from ..arrays.derivatives import unstacked
from ..geometry.grid import Grid
from ..native.call import element_local, made
from .dss import dss_wk, dss_wk_later
from .strong import divergence_sphere, gradient_sphere, vorticity_sphere
from .vectors import Scalar, Vector, from_cartesian, to_cartesian
from .weak import curl_sphere_wk_testcov, gradient_sphere_wk_testcov, weak_divergence, weak_flux


def laplace_sphere_wk(s: Scalar, grid: Grid, tensor: Array | None = None, factor: Array | None = None) -> Scalar:
    """Laplacian, weak form; mass matrix included.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid
    tensor : (2, 2, elem, i, j, 1) acting on the gradient, or None.
    factor : (elem, i, j, 1) multiplying the gradient, or None.

    Returns
    -------
    (..., elem, i, j, lev) [U m-2 times unit-sphere area, times the tensor's unit]

    HOMME: derivative_mod:laplace_sphere_wk
    """
    # XLA would make the flux again at each of the eight nodes that a node's divergence adds up.
    return weak_divergence(stored(_diffusive_flux, s, grid, tensor, factor), grid)


def _diffusive_flux(s: Scalar, grid: Grid, tensor: Array | None, factor: Array | None) -> Vector:
    gradient = gradient_sphere(s, grid)
    if factor is not None:
        gradient = gradient * factor
    if tensor is not None:
        east, north = unstacked(gradient)
        gradient = namespace(s).stack(
            [tensor[0, 0] * east + tensor[0, 1] * north, tensor[1, 0] * east + tensor[1, 1] * north]
        )
    return weak_flux(gradient, grid)


def vlaplace_sphere_wk_contra(
    v: Vector, grid: Grid, nu_ratio: Array | float = 1.0, damp_rotation: bool = False, factor: Array | None = None
) -> Vector:
    """Vector Laplacian, weak form: grad(nu_ratio div v) - curl(vort v), solid-body rotation left undamped.

    Parameters
    ----------
    v : (2, ..., elem, i, j, lev) [U].   grid : Grid
    nu_ratio : factor of the divergent part, a number or (lev,).
    damp_rotation : leave out the term that exempts solid-body rotation.
    factor : (elem, i, j, 1) multiplying div v and vort v, or None.

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-2 times unit-sphere area]

    HOMME: derivative_mod:vlaplace_sphere_wk_contra
    """
    div, vort = divergence_sphere(v, grid), vorticity_sphere(v, grid)
    if factor is not None:
        div, vort = div * factor, vort * factor
    div = nu_ratio * div
    laplace = gradient_sphere_wk_testcov(div, grid) - curl_sphere_wk_testcov(vort, grid)
    return laplace if damp_rotation else laplace + _rotation_correction(v, grid)


def vlaplace_sphere_wk_cartesian(
    v: Vector, grid: Grid, tensor: Array | None = None, damp_rotation: bool = False
) -> Vector:
    """Vector Laplacian, weak form, as scalar Laplacians of the Cartesian components.

    v : (2, elem, i, j, lev) [U].   tensor, damp_rotation : those of laplace_sphere_wk and vlaplace_sphere_wk.

    HOMME: derivative_mod:vlaplace_sphere_wk_cartesian
    """
    laplace = from_cartesian(laplace_sphere_wk(to_cartesian(v, grid), grid, tensor), grid)
    return laplace if damp_rotation else laplace + _rotation_correction(v, grid)


def _rotation_correction(v: Vector, grid: Grid) -> Vector:
    """2 M v / a^2: what the Laplacian takes from solid-body rotation."""
    return 2.0 * grid.mass_matrix * v * (grid.rigid_rotation_factor * grid.rigid_rotation_factor)


def biharmonic_wk(s: Scalar, grid: Grid, tensor: Array | None = None, factor: Array | None = None) -> Scalar:
    """Laplacian of the continuous Laplacian, weak form, not assembled.

    s : (elem, i, j, lev) [U]; the result is like it [U m-4 times unit-sphere area, times the tensor's unit].
    The tensor acts in the second Laplacian only, the factor in both; shapes are those of laplace_sphere_wk.

    HOMME: viscosity_base:biharmonic_wk_scalar
    """
    first = dss_wk_later(biharmonic_start(s, grid, factor), grid)
    return element_local(biharmonic_end, first, grid, tensor, factor, kept=False)


def biharmonic_start(s: Scalar, grid: Grid, factor: Array | None = None) -> Scalar:
    """The first, weak Laplacian of biharmonic_wk, before it is made continuous; s and factor are those.

    s : (elem, i, j, lev) [U].   HOMME: viscosity_base:biharmonic_wk_scalar
    """
    return element_local(laplace_sphere_wk, s, grid, None, factor, kept=False)


def biharmonic_end(first: Any, grid: Grid, tensor: Array | None = None, factor: Array | None = None) -> Scalar:
    """biharmonic_wk from its first Laplacian, which is continuous, or what dss_wk_later makes that of.

    first : (elem, i, j, lev) [U m-2].   tensor and factor : as of biharmonic_wk.

    HOMME: viscosity_base:biharmonic_wk_scalar
    """
    return element_local(laplace_sphere_wk, made(first), grid, tensor, factor, kept=False)


def vbiharmonic_wk(v: Vector, grid: Grid, nu_ratio: Array | float = 1.0, tensor: Array | None = None) -> Vector:
    """Vector Laplacian of the continuous vector Laplacian, weak form, not assembled.

    v : (2, elem, i, j, lev) [U]; the result is like it [U m-4 times unit-sphere area].
    nu_ratio acts in the first Laplacian; the tensor, in the second, in Cartesian form.

    HOMME: viscosity_theta:biharmonic_wk_theta
    """
    first = dss_wk(stored(vlaplace_sphere_wk_contra, v, grid, nu_ratio), grid)
    if tensor is None:
        return vlaplace_sphere_wk_contra(first, grid)
    return vlaplace_sphere_wk_cartesian(first, grid, tensor)
