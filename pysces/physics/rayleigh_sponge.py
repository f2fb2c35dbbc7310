"""Wind near the model top drawn back to that of the start, so that mountain waves leave through it.

HOMME: dcmip12_wrapper:dcmip2012_test2_x_forcing, mtest_init, element_ops:set_forcing_rayleigh_friction
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..vertical.basis import Basis
from ..vertical.coordinate import VerticalCoordinate
from ..vertical.dcmip_levels import GRAVITY, R_DRY, T_GROUND
from .suite import Air, Tendency

TOP, BOTTOM, TIME = 30e3, 20e3, 25.0  # m, m, s
KLEMP, KLEMP_RIDGE = (30e3, 20e3, 75.0), (20e3, 10e3, 75.0)  # the same of Klemp et al. (2015)
ROUNDING = 1.0  # m, of the height of a level


@pytree
class RayleighSponge(Tree):
    """A suite; without a wind of the start it draws the air to rest. time, a number [s], does not matter."""

    damping: Array = field("s-1", "rate at which the wind is drawn back (lev,)")
    wind: Any = field("m s-1", "wind of the start (2, elem, i, j, lev)", default=None)
    w_damping: Any = field("s-1", "rate at which w at upper interfaces is drawn to none (lev,)", default=None)
    depth: Any = static(default=None)  # its top, bottom [m] and time [s], where its rates go along with levels

    def moved(self, before: Basis, after: Basis) -> RayleighSponge:
        """On other levels."""
        if self.depth is None or before.coordinate is None or after.coordinate is None:
            return self
        rates = (_by_height(basis.coordinate, *self.depth) for basis in (after, before))
        change = [new - old for new, old in zip(*rates)]
        return self.replace(damping=self.damping + change[0], w_damping=self.w_damping + change[1])

    def __call__(self, air: Air, time: Array) -> Tendency:
        excess = air.wind if self.wind is None else air.wind - self.wind
        upright = None if air.w_i is None or self.w_damping is None else -self.w_damping * air.w_i[..., :-1]
        return Tendency(wind=-self.damping * excess, w_i=upright)

    def started(self, wind: Array) -> RayleighSponge:
        """This sponge for air that starts with a wind (2, elem, i, j, lev) [m s-1]."""
        return self.replace(wind=wind)


def schaer_sponge(
    coordinate: VerticalCoordinate, depth: tuple[float, float, float] = (TOP, BOTTOM, TIME)
) -> RayleighSponge:
    """The sponge of DCMIP2012 2-1 and 2-2, at the heights that its levels have in air of 300 K.

    depth : its top and bottom [m], and the time in which it draws the air back at its top [s].
    """
    of_wind, of_w = _by_height(coordinate, *depth)
    return RayleighSponge(of_wind, w_damping=of_w, depth=depth)


def _by_height(coordinate: VerticalCoordinate, top: float, bottom: float, time: float) -> tuple[Array, Array]:
    """Of wind and of w at upper interfaces, each (lev,) [s-1].

    HOMME takes for w at an interface that lies in the sponge the strength in the middle of the layer below it, and at
    the top the whole.
    """
    xp = namespace(coordinate.etai)
    z_i = -R_DRY * T_GROUND / GRAVITY * xp.log(coordinate.etai)
    z = 0.5 * (z_i[1:] + z_i[:-1])
    depth = (z - bottom) / (top - bottom)
    of_wind, of_w = (xp.sin(0.5 * np.pi * d) ** 2 / time for d in (xp.clip(depth, 0.0, 1.0), depth))
    of_w = xp.where(z_i[:-1] > bottom, of_w, 0.0)
    return of_wind, xp.where(z_i[:-1] > top - ROUNDING, 1.0 / time, of_w)
