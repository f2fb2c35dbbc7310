"""A layer of air carried by a wind that does not change, d(dp)/dt = - div(u dp): own design, to show how."""

from __future__ import annotations

from ...arrays import Array, Tree, field, pytree
from ...geometry.grid import Grid
from ...operators.strong import divergence_sphere
from ...transport.fluxes import MeanFlux


@pytree
class Layer(Tree):
    """The prognostic field."""

    dp: Array = field("Pa", "layer thickness in pressure (elem, i, j, lev)")


@pytree
class LayerAdvection(Tree):
    """The equation with the wind that it depends on; satisfies dycore.protocols.Equations."""

    wind: Array = field("m s-1", "eastward and northward wind (2, elem, i, j, 1)")

    def tendency(self, state: Layer, grid: Grid) -> Layer:
        """Convergence of mass [Pa s-1]."""
        return Layer(-divergence_sphere(self.wind * state.dp, grid))

    def tendency_and_flux(self, state: Layer, grid: Grid) -> tuple[Layer, MeanFlux]:
        """The tendency, and the mass flux that would carry tracers."""
        return self.tendency(state, grid), MeanFlux(self.wind * state.dp, 0.0 * state.dp)

    def no_flux(self, state: Layer) -> MeanFlux:
        """Zeros to which stages add."""
        return MeanFlux(0.0 * self.wind * state.dp, 0.0 * state.dp)

    def begin_step(self, state: Layer) -> Layer:
        """The state as it is."""
        return state

    def finish_stage(self, state: Layer, grid: Grid) -> Layer:
        """Nothing is limited."""
        return state

    def for_step(self, state: Layer, tracer_mass: Array | None) -> LayerAdvection:
        """As it is: nothing is frozen, and tracer_mass (tracer, elem, i, j, lev) [Pa] does not matter."""
        return self

    def layer_mass(self, state: Layer) -> Array:
        """The layer thickness (elem, i, j, lev) [Pa]."""
        return state.dp
