"""Wind near the model top drawn back to that of the start, so that mountain waves leave through it.

HOMME: dcmip12_wrapper:dcmip2012_test2_x_forcing, element_ops:set_forcing_rayleigh_friction
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..vertical.coordinate import VerticalCoordinate
from ..vertical.dcmip_levels import GRAVITY, R_DRY, T_GROUND
from .suite import Air, Tendency

TOP, BOTTOM, TIME = 30e3, 20e3, 25.0  # m, m, s


@pytree
class RayleighSponge(Tree):
    """A suite; without a wind of the start it draws the air to rest."""

    damping: Array = field("s-1", "rate at which the wind is drawn back (lev,)")
    wind: Any = field("m s-1", "wind of the start (2, elem, i, j, lev)", default=None)

    def __call__(self, air: Air, time: Array) -> Tendency:
        excess = air.wind if self.wind is None else air.wind - self.wind
        return Tendency(wind=-self.damping * excess)

    def started(self, wind: Array) -> RayleighSponge:
        """This sponge for air that starts with a wind."""
        return self.replace(wind=wind)


def schaer_sponge(coordinate: VerticalCoordinate) -> RayleighSponge:
    """The sponge of DCMIP2012 2-1 and 2-2, at the heights that its levels have in air of 300 K."""
    z_i = -R_DRY * T_GROUND / GRAVITY * np.log(np.asarray(coordinate.etai))
    z = 0.5 * (z_i[1:] + z_i[:-1])
    depth = np.sin(0.5 * np.pi * np.clip((z - BOTTOM) / (TOP - BOTTOM), 0.0, 1.0)) ** 2
    return RayleighSponge(depth / TIME)
