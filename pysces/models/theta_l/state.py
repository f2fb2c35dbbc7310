"""The prognostic fields of theta-l."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree


@pytree
class HydrostaticState(Tree):
    """Prognostic fields, (elem, i, j, lev)."""

    wind: Array = field("m s-1", "eastward and northward wind", homme="v", shape="(2, elem, i, j, lev)")
    vtheta_dp: Array = field("K Pa", "virtual potential temperature times layer thickness", homme="vtheta_dp")
    dp: Array = field("Pa", "layer thickness in pressure", homme="dp3d")
