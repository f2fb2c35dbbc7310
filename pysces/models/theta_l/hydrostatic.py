"""HOMME theta-l, hydrostatic: moist mass coordinate, density-weighted virtual potential temperature.

    du/dt      = -(zeta + f) k x u - grad(K + phi) - cp theta_v grad(Pi)  - vertical advection
    dTheta/dt  = -div(Theta u)  - d(eta_dot theta_v)         Theta = theta_v dp
    d(dp)/dt   = -div(dp u)     - d(eta_dot)

Equations: Taylor, Guba, Steyer, Ullrich, Hall & Eldred (2020), doi:10.1029/2019MS001783
HOMME: theta-l/share/prim_advance_mod (compute_andor_apply_rhs), element_ops
"""

from __future__ import annotations

from typing import NamedTuple

from ...arrays.backend import Array, namespace
from ...arrays.compiler import cumulative_sum, optimization_barrier
from ...arrays.control import cond
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...geometry.grid import Grid
from ...operators.strong import divergence_sphere, gradient_sphere
from ...thermodynamics.reference_state import reference_temperatures
from ...transport.fluxes import MeanFlux
from ...vertical.coordinate import VerticalCoordinate
from ..terms import advection, energy_gradient, pressure_velocity, vorticity_force
from .state import HydrostaticState


@pytree
class HydrostaticColumn(Tree):
    """Pressure, Exner function and geopotential diagnosed from a state."""

    p: Array = field("Pa", "pressure at midpoints", homme="pnh")
    log_p: Array = field("1", "log(p / p0) at midpoints")
    exner: Array = field("1", "Exner function at midpoints", homme="exner")
    phi_i: Array = field("m2 s-2", "geopotential at interfaces", homme="phinh_i")


class Motion(NamedTuple):
    """What the rates of change and the mean flux of one state share."""

    column: HydrostaticColumn
    mass_flux: Array
    div_dp: Array
    eta_dot: Array | None  # None where layers float


@pytree
class ThetaLHydrostatic(Tree):
    """The hydrostatic equations with everything they depend on.

    theta_advect_form : 0 conservative, 1 advective, 2 the mean of both.
    pgrad_correction : 1 adds a term that vanishes analytically and removes most of the error over steep terrain.
    vertically_lagrangian : layers float (rsplit > 0) or mass flows through interfaces (rsplit = 0).
    moist : the first tracer, where there are any, is water vapour and counts in the gas constant.
    """

    constants: Constants
    coordinate: VerticalCoordinate
    phis: Array = field("m2 s-2", "surface geopotential (elem, i, j, 1)", homme="phis")
    theta_advect_form: int = static(default=1)
    pgrad_correction: int = static(default=1)
    vertically_lagrangian: bool = static(default=True)
    dp3d_thresh: float = static(default=0.125)
    vtheta_thresh: float = static(default=100.0)
    moist: bool = static(default=True)

    def __post_init__(self) -> None:
        if self.theta_advect_form not in (0, 1, 2):
            raise ValueError(f"theta_advect_form must be 0, 1 or 2, found {self.theta_advect_form!r}.")
        if self.pgrad_correction not in (0, 1):
            raise ValueError(f"pgrad_correction must be 0 or 1, found {self.pgrad_correction!r}.")
        if self.theta_advect_form == 2 and self.pgrad_correction:
            raise ValueError("theta_advect_form=2 splits the pressure gradient and needs pgrad_correction=0, found 1.")

    def for_step(self, state: HydrostaticState, tracer_mass: Array | None) -> ThetaLHydrostatic:
        """The equations as one dynamics step sees them; water enters through vtheta_dp alone, so nothing is frozen."""
        return self

    def layer_mass(self, state: HydrostaticState) -> Array:
        """The layer thickness that tracers are carried in (elem, i, j, lev) [Pa]."""
        return state.dp

    def column(self, state: HydrostaticState) -> HydrostaticColumn:
        """Hydrostatic pressure, Exner function and geopotential of a state."""
        xp = namespace(state.dp)
        p, log_p, exner = self.pressures(state.dp)
        thickness = self.constants.R_dry * state.vtheta_dp * exner / p
        phi_above = self.phis + cumulative_sum(thickness, reverse=True)
        surface = xp.broadcast_to(self.phis, phi_above[..., :1].shape)
        return HydrostaticColumn(p, log_p, exner, xp.concatenate([phi_above, surface], axis=-1))

    def pressures(self, dp: Array) -> tuple[Array, Array, Array]:
        """Pressure [Pa], its logarithm over p0 and the Exner function at midpoints of layers dp (..., lev) [Pa]."""
        c, xp = self.constants, namespace(dp)
        p_below = self.coordinate.ptop + cumulative_sum(dp)
        p = p_below - 0.5 * dp
        log_p = xp.log(p * (1.0 / c.p0))  # XLA makes p / p0 this product too, but not on every number of devices
        exner = optimization_barrier(xp.exp(c.kappa * log_p))  # XLA turns x / exp(y) into x * exp(-y): a second exp
        return p, log_p, exner

    def vapour_mass(self, tracer_mass: Array | None) -> Array | None:
        """Water vapour of all tracers (tracer, elem, i, j, lev) [Pa]; None where none is carried."""
        return tracer_mass[0] if self.moist and tracer_mass is not None else None

    def tendency(self, state: HydrostaticState, grid: Grid) -> HydrostaticState:
        """Element-local time derivative of a state, each field in its units per second.

        HOMME: prim_advance_mod:compute_andor_apply_rhs
        """
        return self._rates(state, self._motion(state, grid), grid)

    def tendency_and_flux(self, state: HydrostaticState, grid: Grid) -> tuple[HydrostaticState, MeanFlux]:
        """The tendency, and what the state contributes to the mean flux.

        HOMME: prim_advance_mod:compute_andor_apply_rhs
        """
        motion = self._motion(state, grid)
        return self._rates(state, motion, grid), self._flux(state, motion, grid)

    def omega(self, state: HydrostaticState, grid: Grid) -> Array:
        """Pressure velocity at midpoints [Pa s-1], element-local."""
        return self._omega(state, self._motion(state, grid), grid)

    def _motion(self, state: HydrostaticState, grid: Grid) -> Motion:
        column = self.column(state)
        mass_flux = state.wind * state.dp
        div_dp = divergence_sphere(mass_flux, grid)
        return Motion(column, mass_flux, div_dp, None if self.vertically_lagrangian else self._eta_dot(div_dp))

    def _rates(self, state: HydrostaticState, motion: Motion, grid: Grid) -> HydrostaticState:
        column, mass_flux, div_dp, eta_dot = motion
        theta = state.vtheta_dp / state.dp
        grad_exner = gradient_sphere(column.exner, grid)
        grad_theta = gradient_sphere(theta, grid) if self.theta_advect_form > 0 else None

        wind = (
            vorticity_force(state.wind, grid)
            - self._energy_gradient(state, column, grid)
            - self._pressure_gradient(theta, column, grad_exner, grad_theta, grid)
        )
        vtheta_dp = -self._theta_divergence(state, theta, mass_flux, div_dp, grad_theta, grid)
        dp = -div_dp
        if eta_dot is not None:
            wind = wind - _wind_vertical_advection(state, eta_dot)
            vtheta_dp = vtheta_dp - _layer_difference(eta_dot * self._theta_at_interfaces(column, eta_dot))
            dp = dp - _layer_difference(eta_dot)
        return HydrostaticState(wind, vtheta_dp, dp)

    def finish_stage(self, state: HydrostaticState, grid: Grid) -> HydrostaticState:
        """After every stage: thin layers are refilled from the rest of their column, theta is kept above a floor.

        HOMME: prim_advance_mod:limiter_dp3d_k
        """
        xp = namespace(state.dp)
        least = self.dp3d_thresh * self.coordinate.dp_ref(self.coordinate.p0)
        too_thin = xp.any(state.dp < least)
        state = cond(too_thin, lambda s: _refill_thin_layers(s, least), lambda s: s, state)
        return state.replace(vtheta_dp=xp.maximum(state.vtheta_dp, self.vtheta_thresh * state.dp))

    def no_flux(self, state: HydrostaticState) -> MeanFlux:
        """Zeros of the mean flux's structure, to which stages add."""
        xp = namespace(state.dp)
        return MeanFlux(
            0.0 * state.wind, 0.0 * state.dp, xp.zeros((*state.dp.shape[:-1], state.dp.shape[-1] + 1), state.dp.dtype)
        )

    def _energy_gradient(self, state: HydrostaticState, column: HydrostaticColumn, grid: Grid) -> Array:
        """grad(K + phi); phi at midpoints is the mean of its interfaces."""
        return energy_gradient(state.wind, midpoints(column.phi_i), grid)

    def _pressure_gradient(
        self, theta: Array, column: HydrostaticColumn, grad_exner: Array, grad_theta: Array, grid: Grid
    ) -> Array:
        """cp theta_v grad(Pi), with the options' corrections."""
        cp = self.constants.cp
        force = cp * theta * grad_exner
        if self.theta_advect_form == 2:
            split = cp * (gradient_sphere(theta * column.exner, grid) - column.exner * grad_theta)
            force = (force + split) / 2
        if self.pgrad_correction:
            grad_log_exner = gradient_sphere(self.constants.kappa * column.log_p, grid)
            inverse_exner = 1.0 / column.exner
            t0, _ = reference_temperatures(self.constants)
            force = force + cp * t0 * (grad_log_exner - grad_exner * inverse_exner)
        return force

    def _theta_divergence(
        self, state: HydrostaticState, theta: Array, mass_flux: Array, div_dp: Array, grad_theta: Array, grid: Grid
    ) -> Array:
        """div(Theta u) in the form chosen."""
        if self.theta_advect_form > 0:
            advective = theta * div_dp + advection(mass_flux, grad_theta)
        if self.theta_advect_form == 1:
            return advective
        conservative = divergence_sphere(state.wind * state.vtheta_dp, grid)
        return conservative if self.theta_advect_form == 0 else (conservative + advective) / 2

    def _eta_dot(self, div_dp: Array) -> Array:
        """Mass flux through interfaces; none at the top and at the surface."""
        below = cumulative_sum(div_dp)
        inner = self.coordinate.hybi[1:-1] * below[..., -1:] - below[..., :-1]
        none = namespace(inner).zeros_like(below[..., :1])
        return namespace(inner).concatenate([none, inner, none], axis=-1)

    def _theta_at_interfaces(self, column: HydrostaticColumn, eta_dot: Array) -> Array:
        """theta_v on interfaces as the discrete hydrostatic equation has it, which keeps energy exchanges closed."""
        xp = namespace(eta_dot)
        phi = midpoints(column.phi_i)
        inner = -(phi[..., 1:] - phi[..., :-1]) / (column.exner[..., 1:] - column.exner[..., :-1]) / self.constants.cp
        none = xp.zeros_like(eta_dot[..., :1])
        return xp.concatenate([none, inner, none], axis=-1)

    def _flux(self, state: HydrostaticState, motion: Motion, grid: Grid) -> MeanFlux:
        _, mass_flux, div_dp, eta_dot = motion
        omega = self._omega(state, motion, grid)
        if eta_dot is None:
            eta_dot = namespace(div_dp).zeros((*div_dp.shape[:-1], div_dp.shape[-1] + 1), div_dp.dtype)
        return MeanFlux(mass_flux, omega, eta_dot)

    def _omega(self, state: HydrostaticState, motion: Motion, grid: Grid) -> Array:
        return pressure_velocity(state.wind, gradient_sphere(motion.column.p, grid), motion.div_dp)


def midpoints(at_interfaces: Array) -> Array:
    """(..., nlev) means of a field at interfaces, (..., nlev + 1)."""
    return (at_interfaces[..., :-1] + at_interfaces[..., 1:]) / 2


def _layer_difference(at_interfaces: Array) -> Array:
    return at_interfaces[..., 1:] - at_interfaces[..., :-1]


def _wind_vertical_advection(state: HydrostaticState, eta_dot: Array) -> Array:
    """Mean over a layer's two interfaces of eta_dot times the jump of the wind."""
    xp = namespace(eta_dot)
    jump = state.wind[..., 1:] - state.wind[..., :-1]
    transport = eta_dot[..., 1:-1] * jump
    none = xp.zeros_like(transport[..., :1])
    through_bottom = xp.concatenate([transport, none], axis=-1)
    through_top = xp.concatenate([none, transport], axis=-1)
    return (through_bottom + through_top) / (2 * state.dp)


def _refill_thin_layers(state: HydrostaticState, least: Array) -> HydrostaticState:
    """Where a column has a layer thinner than least, mass is moved within the column; theta is kept."""
    xp = namespace(state.dp)
    excess = state.dp - least
    mass = excess.sum(axis=-1, keepdims=True)
    kept = xp.maximum(xp.where(mass < 0, -excess, excess), 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    scaled = kept * xp.where(total > 0, abs(mass) / xp.where(total > 0, total, 1.0), 0.0)
    refilled = xp.where(mass < 0, -scaled, scaled) + least
    offending = (state.dp < least).any(axis=-1, keepdims=True)
    dp = xp.where(offending, refilled, state.dp)
    theta = state.vtheta_dp / state.dp
    return state.replace(dp=dp, vtheta_dp=xp.where(offending, theta * dp, state.vtheta_dp))
