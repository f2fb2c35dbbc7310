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
    """Mean over the sphere of (..., elem, i, j, lev) -> (..., lev).

    HOMME: global_norms_mod:global_integral
    """
    return grid.assembly.sum(x * grid.mass_matrix) / grid.assembly.sum(grid.mass_matrix)


def mass(layer_mass: Array, grid: Grid, gravity: Array) -> Array:
    """Mass per area [kg m-2], mean over the sphere, of layers in Pa: dp, or tracer mass (tracer, elem, i, j, lev)."""
    return global_mean(column_integral(layer_mass), grid)[..., 0] / gravity


def surface_pressure(dp: Array, ptop: Array) -> Array:
    """(elem, i, j, 1) [Pa]"""
    return ptop + column_integral(dp)


def error_norms(found: Array, reference: Array, grid: Grid) -> ErrorNorms:
    """l1, l2 and linf of one field against a reference of its shape; levels count alike."""
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
    """Sum over the levels, (..., lev) -> (..., 1)."""
    return x.sum(axis=-1, keepdims=True)
