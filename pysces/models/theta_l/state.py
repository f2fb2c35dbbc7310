"""The prognostic fields of theta-l.

HOMME: element_state (theta-l)
"""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree


@pytree
class ThetaLState(Tree):
    """What both forms of the equations step, (elem, i, j, lev)."""

    wind: Array = field("m s-1", "eastward and northward wind", homme="v", shape="(2, elem, i, j, lev)")
    vtheta_dp: Array = field("K Pa", "virtual potential temperature times layer thickness", homme="vtheta_dp")
    dp: Array = field("Pa", "layer thickness in pressure", homme="dp3d")

    @property
    def interfaces(self) -> tuple[Array, ...]:
        """The fields that lie at interfaces, each (elem, i, j, lev + 1) [as it is declared]."""
        raise NotImplementedError


@pytree
class HydrostaticState(ThetaLState):
    """The prognostic fields where geopotential follows from the others, (elem, i, j, lev)."""

    @property
    def interfaces(self) -> tuple[()]:
        """None."""
        return ()


@pytree
class NonhydrostaticState(ThetaLState):
    """The prognostic fields where air is accelerated vertically, (elem, i, j, lev), or lev + 1 at interfaces.

    On the ground w_i is the wind along the slope, and phi_i the surface geopotential.
    """

    w_i: Array = field("m s-1", "vertical velocity at interfaces", homme="w_i", shape="(elem, i, j, lev + 1)")
    phi_i: Array = field("m2 s-2", "geopotential at interfaces", homme="phinh_i", shape="(elem, i, j, lev + 1)")

    @property
    def interfaces(self) -> tuple[Array, Array]:
        """w_i [m s-1] and phi_i [m2 s-2]."""
        return self.w_i, self.phi_i
