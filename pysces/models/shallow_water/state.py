"""The prognostic fields of shallow water; the last axis has length one, so that operators take them as one level."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree


@pytree
class ShallowWaterState(Tree):
    """One moment: wind, and the geopotential g h of the layer's thickness less a constant."""

    wind: Array = field("m s-1", "eastward and northward wind", homme="v", shape="(2, elem, i, j, 1)")
    phi: Array = field("m2 s-2", "geopotential of the thickness, less its mean", homme="p", shape="(elem, i, j, 1)")
