"""Shallow water in vector-invariant form on whatever the grid is, a sphere or a plane.

    du/dt   = -(zeta + f) k x u - grad(u.u / 2 + phi + phis)      [+ viscosity]
    dphi/dt = -div((phi_mean + phi) u)                            [+ viscosity]

Equations: Williamson, Drake, Hack, Jakob & Swarztrauber (1992), doi:10.1016/S0021-9991(05)80016-6
HOMME: sweqx/advance_mod (compute_and_apply_rhs, advance_nonstag_rk)
"""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...cases.shallow_water.catalogue import ExactSolution
from ...constants import Constants
from ...geometry.grid import Grid
from ...operators.strong import divergence_sphere
from ...transport.fluxes import MeanFlux
from ...vertical.basis import Basis, moved
from ..terms import energy_gradient, vorticity_force
from .state import ShallowWaterState
from .viscosity import ShallowWaterViscosity


@pytree
class ShallowWater(Tree):
    """The equations with everything that they depend on; satisfies dycore.protocols.Equations.

    viscosity : what acts inside every stage (HOMME's integration = 'runge_kutta'), or None.
    given_wind : (2, elem, i, j, 1) [m s-1], kept whatever the forces (Williamson 1), or None.
    exact : the solution, where the case has one; looked at by the diagnostics alone.
    """

    constants: Constants
    phis: Array = field("m2 s-2", "surface geopotential (elem, i, j, 1)", homme="ps")
    phi_mean: Array = field("m2 s-2", "constant part of the thickness's geopotential", homme="pmean")
    viscosity: ShallowWaterViscosity | None = None
    given_wind: Array | None = None
    exact: ExactSolution | None = static(default=None)

    @property
    def acting(self) -> tuple[str, ...]:
        """The constants that act: water has neither a gas constant nor heat, and gravity is in its geopotential."""
        return ("radius", "omega")

    def moved(self, before: Basis, after: Basis) -> ShallowWater:
        """With other constants, over another surface."""
        viscosity = moved(self.viscosity, before, after)
        return self.replace(constants=after.constants, phis=after.phis, viscosity=viscosity)

    def tendency(self, state: ShallowWaterState, grid: Grid) -> ShallowWaterState:
        """Element-local time derivative of a state, each field in its units per second.

        HOMME: advance_mod:compute_and_apply_rhs
        """
        return self._rates(state, self._flux(state), grid)

    def tendency_and_flux(self, state: ShallowWaterState, grid: Grid) -> tuple[ShallowWaterState, MeanFlux]:
        """The tendency, and what the state contributes to the flux that carries tracers."""
        flux = self._flux(state)
        return self._rates(state, flux, grid), MeanFlux(flux, 0.0 * state.phi)

    def begin_step(self, state: ShallowWaterState) -> ShallowWaterState:
        """The state as it is."""
        return state

    def finish_stage(self, state: ShallowWaterState, grid: Grid) -> ShallowWaterState:
        """A given wind is put back. HOMME: advance_mod:set_prescribed_velocity"""
        return state if self.given_wind is None else state.replace(wind=self.given_wind)

    def for_step(self, state: ShallowWaterState, tracer_mass: Array | None) -> ShallowWater:
        """As it is: nothing is frozen, and tracer_mass (tracer, elem, i, j, 1) [m2 s-2] does not matter."""
        return self

    def layer_mass(self, state: ShallowWaterState) -> Array:
        """The thickness that tracers are carried in, as geopotential (elem, i, j, 1) [m2 s-2]."""
        return self.phi_mean + state.phi

    def no_flux(self, state: ShallowWaterState) -> MeanFlux:
        """Zeros of the mean flux's structure, to which stages add."""
        return MeanFlux(0.0 * state.wind, 0.0 * state.phi)

    def _flux(self, state: ShallowWaterState) -> Array:
        return state.wind * self.layer_mass(state)

    def _rates(self, state: ShallowWaterState, flux: Array, grid: Grid) -> ShallowWaterState:
        phi = -divergence_sphere(flux, grid)
        if self.given_wind is not None:
            return ShallowWaterState(0.0 * state.wind, phi)
        force = vorticity_force(state.wind, grid) - energy_gradient(state.wind, state.phi + self.phis, grid)
        rates = ShallowWaterState(force, phi)
        return rates if self.viscosity is None else rates + self.viscosity.tendency(state, grid)
