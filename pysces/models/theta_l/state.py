"""The prognostic fields of theta-l, and the mean flux of its steps."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import pytree


@pytree
class HydrostaticState:
    """Prognostic fields, (elem, i, j, lev)."""

    wind: Array = field("m s-1", "eastward and northward wind", homme="v", shape="(2, elem, i, j, lev)")
    vtheta_dp: Array = field("K Pa", "virtual potential temperature times layer thickness", homme="vtheta_dp")
    dp: Array = field("Pa", "layer thickness in pressure", homme="dp3d")


@pytree
class MeanFlux:
    """What a step hands to the tracers: means over its stages."""

    mass_flux: Array = field("Pa m s-1", "layer mass flux u dp", homme="vn0", shape="(2, elem, i, j, lev)")
    omega: Array = field("Pa s-1", "pressure velocity at midpoints", homme="omega_p")
    eta_dot_dpdn: Array = field(
        "Pa s-1", "mass flux through interfaces", homme="eta_dot_dpdn", shape="(elem, i, j, lev + 1)"
    )
