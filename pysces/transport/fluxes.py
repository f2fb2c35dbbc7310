"""What the dynamics hands to the transport of tracers."""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import pytree


@pytree
class MassFlux:
    """What a tracer step reads from the dynamics steps that it spans; dpdiss_* are None without dp viscosity."""

    dp: Array = field("Pa", "layer thickness at the start", homme="derived%dp", cam="derived%dp")
    flux: Array = field("Pa m s-1", "mean of wind times dp", homme="derived%vn0", cam="derived%vn0")
    dpdiss_ave: Any = field("Pa", "mean dp that viscosity acted on", homme="derived%dpdiss_ave", default=None)
    dpdiss_biharmonic: Any = field(
        "Pa m-4", "mean weak biharmonic of dp, not assembled", homme="derived%dpdiss_biharmonic", default=None
    )


@pytree
class DissipationFlux:
    """Time-mean of what hyperviscosity did to layer thickness, for consistent tracers."""

    dp: Array = field("Pa", "mean layer thickness during dissipation", homme="dpdiss_ave", cam="dpdiss_ave")
    biharmonic_dp: Array = field(
        "Pa m-4", "mean weak biharmonic of layer thickness", homme="dpdiss_biharmonic", cam="dpdiss_biharmonic"
    )
