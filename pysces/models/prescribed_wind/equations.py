"""Layers of air that float with a given wind, and the remap that brings them back to the levels.

    d(dp)/dt = - div(u(t) dp)        dt/dt = 1

Vertical motion is what continuity makes of the horizontal one. Time is a field of the state, so that every stage of a
step has the wind of its own moment.

Equations: Kent, Ullrich & Jablonowski (2014), doi:10.1002/qj.2208
"""

from __future__ import annotations

from typing import Any

from ...arrays import Array, Tree, field, pytree, static
from ...arrays.backend import namespace
from ...cases.transport.prescribed_transport import Flow, through_ground
from ...constants import Constants
from ...geometry.grid import Grid
from ...operators.strong import divergence_sphere
from ...transport.fluxes import MeanFlux
from ...vertical.coordinate import VerticalCoordinate
from ...vertical.hydrostatic import interface_pressure
from ...vertical.remap.remap import Remap


@pytree
class CarriedLayers(Tree):
    """The layers, and the moment that they are of."""

    dp: Array = field("Pa", "layer thickness in pressure", shape="(elem, i, j, lev)")
    time: Array = field("s", "time since the start", shape="(elem, i, j, 1)")


@pytree
class PrescribedWind(Tree):
    """The wind and the levels; satisfies dycore.protocols.Equations."""

    constants: Constants
    coordinate: VerticalCoordinate
    flow: Flow

    def wind(self, state: CarriedLayers, grid: Grid) -> Array:
        """(2, elem, i, j, lev) [m s-1]: means over the layers, wherever they float."""
        u, v = self.flow.wind(state.time, grid.lon, grid.lat, interface_pressure(state.dp, self.coordinate.ptop))
        xp, shape = namespace(state.dp), state.dp.shape
        return xp.stack([xp.broadcast_to(u, shape), xp.broadcast_to(v, shape)])

    def tendency(self, state: CarriedLayers, grid: Grid) -> CarriedLayers:
        """Convergence of mass [Pa s-1], and the pace of time."""
        return self.tendency_and_flux(state, grid)[0]

    def tendency_and_flux(self, state: CarriedLayers, grid: Grid) -> tuple[CarriedLayers, MeanFlux]:
        """The tendency, and the mass flux that carries tracers."""
        flux = self.wind(state, grid) * state.dp
        pace = namespace(state.time).ones_like(state.time)
        return CarriedLayers(-divergence_sphere(flux, grid), pace), MeanFlux(flux, 0.0 * state.dp)

    def no_flux(self, state: CarriedLayers) -> MeanFlux:
        """Zeros to which stages add."""
        none = 0.0 * state.dp
        return MeanFlux(namespace(none).stack([none, none]), none)

    def begin_step(self, state: CarriedLayers) -> CarriedLayers:
        """The state as it is."""
        return state

    def finish_stage(self, state: CarriedLayers, grid: Grid) -> CarriedLayers:
        """Nothing is limited."""
        return state

    def for_step(self, state: CarriedLayers, tracer_mass: Array | None) -> PrescribedWind:
        """As it is: nothing is frozen, and tracer_mass (tracer, elem, i, j, lev) [Pa] does not matter."""
        return self

    def layer_mass(self, state: CarriedLayers) -> Array:
        """The layer thickness (elem, i, j, lev) [Pa]."""
        return state.dp


@pytree
class BackToLevels(Tree):
    """The remap of tracers from floating layers to the levels; satisfies dycore.protocols.Remap.

    ps : surface pressure that stays, where air passes through the ground to keep it; None where it is the flow's.
    """

    coordinate: VerticalCoordinate
    ps: Any = field("Pa", "surface pressure that stays (elem, i, j, 1)", default=None)
    vert_remap_q_alg: int = static(default=10)

    def apply(
        self, state: CarriedLayers, tracer_mass: Array | None, flux: MeanFlux | None, dt: Array, grid: Grid
    ) -> tuple[CarriedLayers, Array | None]:
        """Layers and tracer mass on the levels of the surface pressure; flux, dt and grid do not matter.

        tracer_mass : (tracer, elem, i, j, lev) [Pa], or None.
        """
        dp = state.dp
        if self.ps is not None and tracer_mass is not None:
            tracer_mass, dp = through_ground(tracer_mass, dp, self.ps - self.coordinate.ps(dp))
        target = self.coordinate.dp_ref(self.coordinate.ps(dp))
        remapped = None if tracer_mass is None else Remap(dp, target)(tracer_mass, self.vert_remap_q_alg)
        return state.replace(dp=target), remapped
