"""The prognostic fields of theta-l, and the mean flux of its steps."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import pytree


@pytree
class HydrostaticState:
    """Prognostic fields, (elem, i, j, lev)."""

    wind: Array = field("m s-1", "eastward and northward wind (2, ...)", homme="v")
    vtheta_dp: Array = field("K Pa", "virtual potential temperature times layer thickness", homme="vtheta_dp")
    dp: Array = field("Pa", "layer thickness in pressure", homme="dp3d")


@pytree
class MeanFlux:
    """What a step hands to the tracers: means over its stages."""

    mass_flux: Array = field("Pa m s-1", "layer mass flux u dp (2, ...)", homme="vn0")
    omega: Array = field("Pa s-1", "pressure velocity at midpoints", homme="omega_p")
    eta_dot_dpdn: Array = field("Pa s-1", "mass flux through interfaces (lev + 1)", homme="eta_dot_dpdn")
