"""The vertical remap of theta-l as the dycore calls it.

HOMME: theta-l/share/vertremap_mod (vertical_remap)
"""

from __future__ import annotations

from .equations.theta_l import HydrostaticState
from .pytree import pytree, static
from .vertical.coordinate import VerticalCoordinate
from .vertical.theta_l_remap import remap_theta_l_hydrostatic


@pytree
class ThetaLRemapStep:
    """From floating layers back to the hybrid layers of the surface pressure, state and tracers."""

    coordinate: VerticalCoordinate
    vert_remap_q_alg: int = static(default=10)
    vert_remap_u_alg: int = static(default=10)

    def apply(self, state: HydrostaticState, tracer_mass, flux, dt):
        """State and tracer mass on the hybrid layers; flux and dt do not matter."""
        *fields, remap = remap_theta_l_hydrostatic(
            state.wind, state.vtheta_dp, state.dp, self.coordinate, self.vert_remap_u_alg
        )
        if tracer_mass is not None:
            tracer_mass = remap(tracer_mass, self.vert_remap_q_alg)
        return HydrostaticState(*fields), tracer_mass


@pytree
class FixedLayers:
    """Vertically Eulerian dynamics: the layers are the hybrid ones already, up to round-off, which is taken off."""

    coordinate: VerticalCoordinate

    def apply(self, state: HydrostaticState, tracer_mass, flux, dt):
        """The state on exactly the hybrid layers; carries no tracers."""
        return state.replace(dp=self.coordinate.dp_ref(self.coordinate.ps(state.dp))), tracer_mass
