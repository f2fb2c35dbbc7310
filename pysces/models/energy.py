"""The energy of a state, as every model reports it.

HOMME: prim_state_mod (prim_energy_halftimes)
"""

from __future__ import annotations

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..geometry.grid import Grid
from ..operators.integrals import global_mean


@pytree
class Energy(Tree):
    """Energy per area, mean over the sphere; or the rates of change of the three [W m-2]. Each is a number."""

    kinetic: Array = field("J m-2", "kinetic energy", homme="KE")
    internal: Array = field("J m-2", "internal energy", homme="IE")
    potential: Array = field("J m-2", "potential energy", homme="PE")

    @property
    def total(self) -> Array:
        """Kinetic, internal and potential together [J m-2]."""
        return self.kinetic + self.internal + self.potential


def mean_energy(columns: tuple, grid: Grid, gravity: Array) -> Energy:
    """Energy from columns (elem, i, j, 1) of its three kinds, still times gravity [J m-2 m s-2]."""
    return Energy(*(global_mean(column, grid)[0] / gravity for column in columns))
