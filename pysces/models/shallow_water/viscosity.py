"""Viscosity of shallow water: Laplacian or biharmonic, constant or tensor, of the wind and of the surface's height.

The surface's height is diffused, not the thickness, so that water at rest over a mountain stays at rest.

HOMME: sweqx/advance_mod (advance_hypervis), viscosity_mod (biharmonic_wk)
"""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.compiler import quotient
from ...arrays.control import scan
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...dycore.protocols import Equations
from ...dycore.substeps import Stiffness
from ...geometry.grid import Grid
from ...native.call import element_local
from ...operators.dss import dss_wk
from ...operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_cartesian, vlaplace_sphere_wk_contra
from ...transport.fluxes import DissipationFlux
from ...vertical.basis import Basis, moved
from .state import ShallowWaterState


@pytree
class ShallowWaterViscosity(Tree):
    """Coefficients [m2 s-1 at order 1, m4 s-1 at order 2, s-1 with a tensor]; satisfies dycore.protocols.Dissipation.

    nu : wind.   nu_s : height of the surface.
    div_ratio : nu_div / nu; HOMME multiplies by it in both Laplacians, which damps divergence with its square.
    """

    nu: Array | float
    nu_s: Array | float
    div_ratio: Array | float
    phis: Array = field("m2 s-2", "surface geopotential (elem, i, j, 1)", homme="ps")
    hypervis_order: int = static(default=2)
    hypervis_subcycle: int = static(default=1)
    stiffness: Stiffness | None = None

    @property
    def coefficients(self) -> tuple[str, ...]:
        """The fields that are viscosities."""
        return ("nu", "nu_s", "div_ratio")

    @property
    def substeps(self) -> dict[str, tuple]:
        """As dycore.substeps wants it; divergence is damped with the square of its ratio."""
        stiffness = self.stiffness or Stiffness()
        eigenvalue = stiffness.laplacian if self.hypervis_order == 1 else stiffness.biharmonic
        rates = {"nu": self.nu, "nu_s": self.nu_s, "nu, with div_ratio,": self.nu * self.div_ratio**2}
        return {name: (rate, self.hypervis_subcycle, eigenvalue) for name, rate in rates.items()}

    def moved(self, before: Basis, after: Basis) -> ShallowWaterViscosity:
        """Over another surface."""
        return self.replace(phis=self.phis + (after.phis - before.phis), stiffness=moved(self.stiffness, before, after))

    def apply(self, state: ShallowWaterState, dt: Array, grid: Grid, equations: Equations) -> ShallowWaterState:
        """The state after dt, a number [s], in substeps of forward Euler.

        HOMME: advance_mod:advance_hypervis
        """
        return self._substeps(state, dt, grid)[0]

    def apply_with_flux(
        self, state: ShallowWaterState, dt: Array, grid: Grid, equations: Equations
    ) -> tuple[ShallowWaterState, DissipationFlux | None]:
        """As apply, dt a number [s]; tracers see the thickness that a biharmonic acted on, and how it did."""
        new, flux = self._substeps(state, dt, grid)
        if self.hypervis_order == 1:
            return new, None
        return new, DissipationFlux(flux.dp + equations.layer_mass(0.0 * state), flux.biharmonic_dp)

    def tendency(self, state: ShallowWaterState, grid: Grid) -> ShallowWaterState:
        """Rates of change, element-local and not assembled, for equations that have viscosity in every stage.

        HOMME: advance_mod:advance_nonstag_rk
        """
        weak = self._weak(state, grid)
        wind, phi = self.nu * weak.wind, self.nu_s * weak.phi
        return ShallowWaterState(quotient(wind, grid.mass_matrix), quotient(phi, grid.mass_matrix))

    def _substeps(self, state: ShallowWaterState, dt: Array, grid: Grid) -> tuple[ShallowWaterState, DissipationFlux]:
        h = dt / self.hypervis_subcycle

        def substep(carry: tuple, _: None) -> tuple[tuple, None]:
            state, flux = carry
            weak = self._weak(state, grid)
            told = DissipationFlux(state.phi, -weak.phi)
            weighted = element_local(_stepped, self, state, weak, h, grid)
            return (dss_wk(weighted, grid), flux + told / self.hypervis_subcycle), None

        none = DissipationFlux(0.0 * state.phi, 0.0 * state.phi)
        return scan(substep, (state, none), None, length=self.hypervis_subcycle)[0]

    def _weak(self, state: ShallowWaterState, grid: Grid) -> ShallowWaterState:
        """What diffuses, weak and not assembled: the Laplacian, or minus the Laplacian of the continuous Laplacian."""
        first = element_local(_first_laplacian, self, state, grid)
        if self.hypervis_order == 1:
            return first
        return element_local(_second_laplacian, self, dss_wk(first, grid), grid)


def _first_laplacian(viscosity: ShallowWaterViscosity, state: ShallowWaterState, grid: Grid) -> ShallowWaterState:
    ratio = viscosity.div_ratio
    if viscosity.hypervis_order == 1:
        ratio = 1.0
    elif grid.viscosity_tensor is not None:
        ratio = ratio * ratio
    wind = vlaplace_sphere_wk_contra(state.wind, grid, ratio)
    return ShallowWaterState(wind, laplace_sphere_wk(state.phi + viscosity.phis, grid))


def _second_laplacian(viscosity: ShallowWaterViscosity, first: ShallowWaterState, grid: Grid) -> ShallowWaterState:
    if grid.viscosity_tensor is None:
        wind = vlaplace_sphere_wk_contra(first.wind, grid, viscosity.div_ratio)
    else:
        wind = vlaplace_sphere_wk_cartesian(first.wind, grid, grid.viscosity_tensor)
    return ShallowWaterState(-wind, -laplace_sphere_wk(first.phi, grid, grid.viscosity_tensor))


def _stepped(
    viscosity: ShallowWaterViscosity, state: ShallowWaterState, weak: ShallowWaterState, h: Array, grid: Grid
) -> ShallowWaterState:
    """One substep, with the mass matrix."""
    wind = state.wind * grid.mass_matrix + h * viscosity.nu * weak.wind
    return ShallowWaterState(wind, state.phi * grid.mass_matrix + h * viscosity.nu_s * weak.phi)
