"""What is watched in a run: means over the sphere, masses, surface pressure, error norms, sums over columns.

Global integrals are means over the sphere, summed in an order that no decomposition changes.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783, section 4; norms: Williamson et al. (1992)
HOMME: prim_state_mod, global_norms_mod
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..geometry.grid import Grid


@pytree
class ErrorNorms(Tree):
    """Differences from a reference, relative to the reference."""

    l1: Array = field("1", "integral of |error| / integral of |reference|")
    l2: Array = field("1", "root of the integral of error^2 / integral of reference^2")
    linf: Array = field("1", "largest |error| / largest |reference|")


def global_mean(x: Array, grid: Grid) -> Array:
    """Mean of x over the sphere, (..., elem, i, j, lev) -> (..., lev) [U].

    HOMME: global_norms_mod:global_integral
    """
    return grid.assembly.sum(x * grid.mass_matrix) / grid.assembly.sum(grid.mass_matrix)


def mass(layer_mass: Array, grid: Grid, gravity: Array) -> Array:
    """Mass per area [kg m-2], mean over the sphere.

    layer_mass : dp, or tracer mass (tracer, elem, i, j, lev) [Pa].   gravity : a number [m s-2].
    """
    return global_mean(column_integral(layer_mass), grid)[..., 0] / gravity


def surface_pressure(dp: Array, ptop: Array) -> Array:
    """(elem, i, j, 1) [Pa]: the top's pressure ptop, a number, and all of dp (elem, i, j, lev) [Pa]."""
    return ptop + column_integral(dp)


def error_norms(found: Array, reference: Array, grid: Grid) -> ErrorNorms:
    """l1, l2 and linf [1] of a field found (elem, i, j, lev) [U] against a reference like it; levels count alike."""
    xp = namespace(found, reference)
    error = found - reference

    def integral(x: Array) -> Array:
        return global_mean(x, grid).sum(axis=-1)

    return ErrorNorms(
        integral(abs(error)) / integral(abs(reference)),
        xp.sqrt(integral(error**2) / integral(reference**2)),
        abs(error).max() / abs(reference).max(),
    )


def column_integral(x: Array) -> Array:
    """Sum of x over the levels, (..., lev) -> (..., 1) [U]."""
    return x.sum(axis=-1, keepdims=True)
