"""What the dynamics hands to the transport of tracers, whatever the equations and whatever the way of transport.

HOMME: element_state (derived)   CAM-SE: element_mod (derived)
"""

from __future__ import annotations

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree


@pytree
class MeanFlux(Tree):
    """Means over the stages of a dynamics step, (elem, i, j, lev): what moved the layers' mass.

    eta_dot_dpdn is None where the equations know floating layers only.
    """

    mass_flux: Array = field(
        "Pa m s-1", "wind times the layer mass of tracers", homme="vn0", cam="vn0", shape="(2, elem, i, j, lev)"
    )
    omega: Array = field("Pa s-1", "pressure velocity at midpoints", homme="omega_p", cam="omega")
    eta_dot_dpdn: Array | None = field(
        "Pa s-1", "mass flux through interfaces", homme="eta_dot_dpdn", shape="(elem, i, j, lev + 1)", default=None
    )


@pytree
class DissipationFlux(Tree):
    """Time-mean of what hyperviscosity did to layer thickness, for consistent tracers."""

    dp: Array = field("Pa", "mean layer thickness during dissipation", homme="dpdiss_ave", cam="dpdiss_ave")
    biharmonic_dp: Array = field(
        "Pa m-4", "mean weak biharmonic of layer thickness", homme="dpdiss_biharmonic", cam="dpdiss_biharmonic"
    )


@pytree
class MassFlux(Tree):
    """What an Eulerian tracer step reads of the dynamics that it spans; dpdiss_* are None without dp viscosity."""

    dp: Array = field("Pa", "layer thickness at the start", homme="derived%dp", cam="derived%dp")
    flux: Array = field("Pa m s-1", "mean of wind times dp", homme="derived%vn0", cam="derived%vn0")
    dpdiss_ave: Array | None = field("Pa", "mean dp that viscosity acted on", homme="derived%dpdiss_ave", default=None)
    dpdiss_biharmonic: Array | None = field(
        "Pa m-4", "mean weak biharmonic of dp, not assembled", homme="derived%dpdiss_biharmonic", default=None
    )

    @classmethod
    def of_dynamics(cls, dp_start: Array, flux: MeanFlux, dissipated: DissipationFlux | None) -> MassFlux:
        """From dp_start (elem, i, j, lev) [Pa], the layers at the start, and the means that the dynamics hands over."""
        if dissipated is None:
            return cls(dp_start, flux.mass_flux)
        return cls(dp_start, flux.mass_flux, dissipated.dp, dissipated.biharmonic_dp)
