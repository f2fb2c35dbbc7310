"""Hydrostatic equations of CAM-SE: temperature, wind and dry layer mass on floating layers, water in all its phases.

    du/dt      = - grad(K + phi) - P + (f + zeta) v x k      P: pressure gradient, see se_pgf_formulation
    dT/dt      = - v . grad T + R_dry T_v omega / (p cp)
    d(dp_dry)/dt = - div(v dp_dry)

Equations: Lauritzen et al. (2018), doi:10.1029/2017MS001257; reference profile of form 1: Simmons & Jiabin (1991),
doi:10.1002/qj.49711749703c
CAM-SE: prim_advance_mod (compute_and_apply_rhs, prim_advance_exp)
"""

from __future__ import annotations

from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import quotient
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...geometry.grid import Grid
from ...operators.strong import divergence_sphere, gradient_sphere
from ...thermodynamics import moist_air
from ...thermodynamics.reference_state import reference_temperatures
from ...thermodynamics.species import ActiveSpecies
from ...transport.fluxes import MeanFlux
from ...vertical.basis import Basis, moved
from ...vertical.coordinate import VerticalCoordinate
from ...vertical.hydrostatic import interface_pressure, midpoint_pressure
from ..terms import advection, energy_gradient, pressure_velocity, vorticity_force
from .state import AirProperties, CamSeState


@pytree
class CamSeColumn(Tree):
    """Moist pressure, virtual temperature and geopotential of a state."""

    dp: Array = field("Pa", "moist pressure thickness")
    p: Array = field("Pa", "moist pressure at midpoints", cam="p_full")
    virtual_temperature: Array = field("K", "virtual temperature", cam="T_v")
    phi: Array = field("m2 s-2", "geopotential at midpoints", cam="phi")


@pytree
class CamSe(Tree):
    """The equations with everything they depend on.

    se_pgf_formulation : 1 Exner form with a correction over terrain-following layers, 2 pressure form, 3 form 1 over
        terrain-following layers and form 2 above; any other is refused.
    air : set by ``for_step``; the tendency needs it.
    """

    constants: Constants
    coordinate: VerticalCoordinate
    species: ActiveSpecies
    phis: Array = field("m2 s-2", "surface geopotential (elem, i, j, 1)", cam="phis")
    air: Any = None
    se_pgf_formulation: int = static(default=1)

    def __post_init__(self) -> None:
        if self.se_pgf_formulation not in (1, 2, 3):
            raise ValueError(f"se_pgf_formulation must be 1, 2 or 3, found {self.se_pgf_formulation!r}.")

    def moved(self, before: Basis, after: Basis) -> CamSe:
        """On other constants, levels and surface, and of other air."""
        own = {"constants": after.constants, "coordinate": after.coordinate, "phis": after.phis}
        return self.replace(**own, species=moved(self.species, before, after))

    def for_step(self, state: CamSeState, tracer_mass: Array) -> CamSe:
        """The equations with the composition of the air frozen; the active species are the first tracers.

        tracer_mass : (tracer, elem, i, j, lev), mixing ratio times dry layer thickness [Pa].

        CAM-SE: prim_advance_mod:prim_advance_exp
        """
        return self.with_mixing_ratios(quotient(tracer_mass[: len(self.species.names)], state.dp_dry))

    def with_mixing_ratios(self, q: Array) -> CamSe:
        """The equations for air with dry mixing ratios q (species, elem, i, j, lev) [1]."""
        species = self.species
        R_dry = moist_air.gas_constant_dry(q, species)
        air = AirProperties(
            moist_per_dry=moist_air.sum_species(q, species),
            virtual=moist_air.virtual_temperature(1.0, q, species),
            inverse_cp=moist_air.inverse_specific_heat(q, species),
            R_dry=R_dry,
            cp_dry=moist_air.specific_heat_dry(q, species),
            kappa=moist_air.kappa_dry(q, species),
        )
        return self.replace(air=air)

    def layer_mass(self, state: CamSeState) -> Array:
        """The dry layer thickness that tracers are carried in (elem, i, j, lev) [Pa]."""
        return state.dp_dry

    def no_flux(self, state: CamSeState) -> MeanFlux:
        """Zeros of the mean flux's structure, to which stages add."""
        return MeanFlux(0.0 * state.wind, 0.0 * state.dp_dry)

    def begin_step(self, state: CamSeState) -> CamSeState:
        """The state as it is."""
        return state

    def finish_stage(self, state: CamSeState, grid: Grid) -> CamSeState:
        """Nothing is limited between stages."""
        return state

    def column(self, state: CamSeState) -> CamSeColumn:
        """Moist pressure, virtual temperature and geopotential of a state."""
        dp = state.dp_dry * self.air.moist_per_dry
        p = midpoint_pressure(interface_pressure(dp, self.coordinate.ptop))
        virtual = state.temperature * self.air.virtual
        return CamSeColumn(dp, p, virtual, moist_air.geopotential(virtual, dp, p, self.phis, self.air.R_dry))

    def tendency(self, state: CamSeState, grid: Grid) -> CamSeState:
        """Element-local time derivative of a state, each field in its units per second.

        CAM-SE: prim_advance_mod:compute_and_apply_rhs
        """
        return self.tendency_and_flux(state, grid)[0]

    def tendency_and_flux(self, state: CamSeState, grid: Grid) -> tuple[CamSeState, MeanFlux]:
        """The tendency, which needs all of the flux itself, and what the state contributes to the mean flux.

        CAM-SE: prim_advance_mod:compute_and_apply_rhs
        """
        column = self.column(state)
        grad_p = gradient_sphere(column.p, grid)
        flux = MeanFlux(state.wind * state.dp_dry, _pressure_velocity(state.wind, column, grad_p, grid))

        wind = (
            vorticity_force(state.wind, grid)
            - energy_gradient(state.wind, column.phi, grid)
            - self._pressure_gradient(column, grad_p, grid)
        )
        heating = self.air.R_dry * column.virtual_temperature / column.p * flux.omega
        temperature = heating * self.air.inverse_cp - advection(state.wind, gradient_sphere(state.temperature, grid))
        dp_dry = -divergence_sphere(flux.mass_flux, grid)
        return CamSeState(wind, temperature, dp_dry), flux

    def omega(self, state: CamSeState, grid: Grid) -> Array:
        """Pressure velocity at midpoints (elem, i, j, lev) [Pa s-1], element-local.

        CAM-SE: prim_advance_mod:compute_omega
        """
        column = self.column(state)
        return _pressure_velocity(state.wind, column, gradient_sphere(column.p, grid), grid)

    def _pressure_gradient(self, column: CamSeColumn, grad_p: Array, grid: Grid) -> Array:
        if self.se_pgf_formulation == 2:
            return self._pressure_form(column, grad_p)
        exner_form = self._exner_form(column, grid)
        if self.se_pgf_formulation == 1:
            return exner_form
        terrain = self.coordinate.hybm > 0
        return namespace(grad_p).where(terrain, exner_form, self._pressure_form(column, grad_p))

    def _pressure_form(self, column: CamSeColumn, grad_p: Array) -> Array:
        """(R_dry T_v / p) grad p: conserves energy to round-off."""
        return self.air.R_dry * column.virtual_temperature / column.p * grad_p

    def _exner_form(self, column: CamSeColumn, grid: Grid) -> Array:
        """cp_dry theta_v grad(Exner), less what a varying kappa adds to that gradient, and the terrain correction."""
        c, kappa = self.constants, self.air.kappa
        xp = namespace(column.p)
        exner = moist_air.exner(column.p, kappa, c.p0)
        grad_exner = gradient_sphere(exner, grid)
        grad_log_exner = gradient_sphere(xp.log(exner), grid)
        t0, _ = reference_temperatures(c)
        correction = c.cp * t0 * (grad_log_exner - quotient(grad_exner, exner))
        if self.species.has_variable_dry_air:
            grad_exner = grad_exner - exner * xp.log(column.p / c.p0) * gradient_sphere(kappa, grid)
        force = self.air.cp_dry * (column.virtual_temperature / exner) * grad_exner
        return force + xp.where(self.coordinate.hybm > 0, correction, 0.0 * correction)


def _pressure_velocity(wind: Array, column: CamSeColumn, grad_p: Array, grid: Grid) -> Array:
    """Pressure velocity of moist air."""
    return pressure_velocity(wind, grad_p, divergence_sphere(wind * column.dp, grid))
