"""Shallow water whose thickness does not sink below zero: each stage is limited, element by element.

What is removed where the thickness is negative is taken from the rest of the element.

HOMME: sweqx/advance_mod (advance_nonstag_rk with limiter_option = 4: limiter2d_zero)
"""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.pytree import pytree
from ...dycore.dycore import Dycore
from ...geometry.grid import Grid
from ...native.call import element_local, made
from ...operators.dss import dss_wk_later
from ...transport.limiters import limiter2d_zero
from .equations import ShallowWater
from .state import ShallowWaterState


@pytree
class PositiveDycore(Dycore):
    """A dycore of equations with phi_mean = 0, so that phi is the whole thickness; it carries no tracers."""

    def joined(
        self, equations: ShallowWater, base: ShallowWaterState, h: Array, at: ShallowWaterState
    ) -> ShallowWaterState:
        """base + h * rhs(at), h a number [s], limited before it is made continuous."""
        weighted = element_local(_limited, equations, base, h, at, self.grid)
        return dss_wk_later(weighted, self.grid)


def _limited(
    equations: ShallowWater, base: ShallowWaterState, h: Array, at: ShallowWaterState, grid: Grid
) -> ShallowWaterState:
    weighted = (base + equations.tendency(made(at), grid) * h) * grid.mass_matrix
    return weighted.replace(phi=limiter2d_zero(weighted.phi))
