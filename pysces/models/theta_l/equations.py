"""What both forms of theta-l share: options, the terms that do not ask how geopotential comes about, the limiter.

    du/dt      = -(zeta + f) k x u - [the form's gradients] - cp theta_v grad(Pi)  - vertical advection
    dTheta/dt  = -div(Theta u)  - d(eta_dot theta_v)         Theta = theta_v dp
    d(dp)/dt   = -div(dp u)     - d(eta_dot)

Equations: Taylor, Guba, Steyer, Ullrich, Hall & Eldred (2020), doi:10.1029/2019MS001783
HOMME: theta-l/share/prim_advance_mod (compute_andor_apply_rhs, limiter_dp3d_k), element_ops
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from ...arrays.backend import Array, namespace
from ...arrays.compiler import cumulative_sum, once
from ...arrays.control import either
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...geometry.grid import Grid
from ...operators.strong import divergence_sphere, gradient_sphere
from ...thermodynamics.reference_state import reference_temperatures
from ...transport.fluxes import MeanFlux
from ...vertical.basis import Basis
from ...vertical.coordinate import VerticalCoordinate
from ..terms import advection, vorticity_force
from .state import ThetaLState

S = TypeVar("S", bound=ThetaLState)


class Motion(NamedTuple):
    """What the rates of change and the mean flux of one state share."""

    column: Any  # a form's own: it has p, exner and phi_i
    mass_flux: Array
    div_dp: Array
    eta_dot: Array | None  # None where layers float


@pytree
class ThetaLEquations(Tree, Generic[S]):
    """Either form, with everything it depends on; a form adds column, its gradients and how omega is made.


    theta_advect_form : 0 conservative, 1 advective, 2 the mean of both, which refuses a pgrad_correction.
    pgrad_correction : 1 adds a term that vanishes analytically and removes most of the error over steep terrain.
    vertically_lagrangian : layers float (rsplit > 0) or mass flows through interfaces (rsplit = 0).
    moist : the first tracer, where there are any, is water vapor and counts in the gas constant.
    """

    constants: Constants
    coordinate: VerticalCoordinate
    phis: Array = field("m2 s-2", "surface geopotential (elem, i, j, 1)", homme="phis")
    theta_advect_form: int = static(default=1, kw_only=True)
    pgrad_correction: int = static(default=1, kw_only=True)
    vertically_lagrangian: bool = static(default=True, kw_only=True)
    dp3d_thresh: float = static(default=0.125, kw_only=True)
    vtheta_thresh: float = static(default=100.0, kw_only=True)
    moist: bool = static(default=True, kw_only=True)
    has_w: ClassVar[bool] = False  # whether vertical velocity is prognostic

    def __post_init__(self) -> None:
        if self.theta_advect_form not in (0, 1, 2):
            raise ValueError(f"theta_advect_form must be 0, 1 or 2, found {self.theta_advect_form!r}.")
        if self.pgrad_correction not in (0, 1):
            raise ValueError(f"pgrad_correction must be 0 or 1, found {self.pgrad_correction!r}.")
        if self.theta_advect_form == 2 and self.pgrad_correction:
            raise ValueError("theta_advect_form=2 splits the pressure gradient and needs pgrad_correction=0, found 1.")

    def for_step(self, state: S, tracer_mass: Array | None) -> Self:
        """As it is: water is in vtheta_dp, and tracer_mass (tracer, elem, i, j, lev) [Pa] does not matter."""
        return self

    def moved(self, before: Basis, after: Basis) -> Self:
        """On other constants, levels and surface."""
        return self.replace(constants=after.constants, coordinate=after.coordinate, phis=after.phis)

    def layer_mass(self, state: S) -> Array:
        """The layer thickness that tracers are carried in (elem, i, j, lev) [Pa]."""
        return state.dp

    def tendency(self, state: S, grid: Grid) -> S:
        """Element-local time derivative of a state, each field in its units per second.

        HOMME: prim_advance_mod:compute_andor_apply_rhs
        """
        return self._rates(state, self._motion(state, grid), grid)

    def tendency_and_flux(self, state: S, grid: Grid) -> tuple[S, MeanFlux]:
        """The tendency, and what the state contributes to the mean flux.

        HOMME: prim_advance_mod:compute_andor_apply_rhs
        """
        motion = self._motion(state, grid)
        return self._rates(state, motion, grid), self._flux(state, motion, grid)

    def omega(self, state: S, grid: Grid) -> Array:
        """Pressure velocity at midpoints (elem, i, j, lev) [Pa s-1], element-local."""
        motion = self._motion(state, grid)
        return self._omega(state, motion._replace(div_dp=once(motion.div_dp)), grid)

    def no_flux(self, state: S) -> MeanFlux:
        """Zeros of the mean flux's structure, to which stages add."""
        xp = namespace(state.dp)
        return MeanFlux(
            0.0 * state.wind, 0.0 * state.dp, xp.zeros((*state.dp.shape[:-1], state.dp.shape[-1] + 1), state.dp.dtype)
        )

    def begin_step(self, state: S) -> S:
        """The state with the air on the ground following it.  HOMME: prim_advance_mod:prim_advance_exp"""
        return self.on_the_ground(state)

    def finish_stage(self, state: S, grid: Grid) -> S:
        """What is limited after every stage, when the state is continuous."""
        raise NotImplementedError

    def column(self, state: S) -> Any:
        """What the form knows of a column: p and exner at midpoints, phi_i at interfaces, and more."""
        raise NotImplementedError

    def exner(self, state: S) -> Array:
        """Exner function at midpoints (elem, i, j, lev) [1]."""
        raise NotImplementedError

    def vapor_mass(self, tracer_mass: Array | None) -> Array | None:
        """Water vapor of tracer_mass (tracer, elem, i, j, lev) [Pa]; None where none is carried."""
        return tracer_mass[0] if self.moist and tracer_mass is not None else None

    def kinetic_energy(self, state: S) -> Array:
        """Kinetic energy per mass (elem, i, j, lev) [m2 s-2]."""
        raise NotImplementedError

    def at_pressure(self, state: S, p: Array, exner: Array) -> S:
        """The state with layers as thick as vtheta_dp makes them at p [Pa] with this exner [1], (elem, i, j, lev)."""
        raise NotImplementedError

    def vertical_velocity(self, state: S) -> Array | None:
        """w at interfaces (elem, i, j, lev + 1) [m s-1]; None where it is not prognostic."""
        raise NotImplementedError

    def lifted(self, state: S, w: Array) -> S:
        """The state with more w (elem, i, j, lev) [m s-1] at the upper interface of each layer."""
        raise NotImplementedError

    def on_the_ground(self, state: S) -> S:
        """The state with what follows from the others on the ground."""
        raise NotImplementedError

    def _rates(self, state: S, motion: Motion, grid: Grid) -> S:
        raise NotImplementedError

    def _omega(self, state: S, motion: Motion, grid: Grid) -> Array:
        raise NotImplementedError

    def _log_exner(self, column: Any) -> Array:
        raise NotImplementedError

    def _theta_at_interfaces(self, state: S, column: Any) -> Array:
        raise NotImplementedError

    def _motion(self, state: S, grid: Grid) -> Motion:
        column = self.column(state)
        mass_flux = state.wind * state.dp
        div_dp = divergence_sphere(mass_flux, grid)
        return Motion(column, mass_flux, div_dp, None if self.vertically_lagrangian else self._eta_dot(div_dp))

    def _layer_rates(self, state: S, motion: Motion, energy_gradient: Array, grid: Grid) -> tuple[Array, Array, Array]:
        """Rates of wind, vtheta_dp and dp; energy_gradient : of kinetic energy and geopotential, as the form has it."""
        column, mass_flux, div_dp, eta_dot = motion
        theta = state.vtheta_dp / state.dp
        grad_exner = gradient_sphere(column.exner, grid)
        grad_theta = gradient_sphere(theta, grid) if self.theta_advect_form > 0 else None

        wind = (
            vorticity_force(state.wind, grid)
            - energy_gradient
            - self._pressure_gradient(theta, column, grad_exner, grad_theta, grid)
        )
        vtheta_dp = -self._theta_divergence(state, theta, mass_flux, div_dp, grad_theta, grid)
        dp = -div_dp
        if eta_dot is not None:
            wind = wind - _wind_vertical_advection(state, eta_dot)
            vtheta_dp = vtheta_dp - layer_difference(eta_dot * self._theta_at_interfaces(state, column))
            dp = dp - layer_difference(eta_dot)
        return wind, vtheta_dp, dp

    def limited(self, state: S) -> S:
        """Thin layers are refilled from the rest of their column, theta is kept above a floor.

        HOMME: prim_advance_mod:limiter_dp3d_k
        """
        xp = namespace(state.dp)
        least = self.dp3d_thresh * self.coordinate.dp_ref(self.coordinate.p0)
        too_thin = xp.any(state.dp < least)
        state = either(too_thin, lambda s: _refill_thin_layers(s, least), lambda s: s, state)
        return state.replace(vtheta_dp=xp.maximum(state.vtheta_dp, self.vtheta_thresh * state.dp))

    def _pressure_gradient(self, theta: Array, column: Any, grad_exner: Array, grad_theta: Array, grid: Grid) -> Array:
        """cp theta_v grad(Pi), with the options' corrections."""
        cp = self.constants.cp
        force = cp * theta * grad_exner
        if self.theta_advect_form == 2:
            split = cp * (gradient_sphere(theta * column.exner, grid) - column.exner * grad_theta)
            force = (force + split) / 2
        if self.pgrad_correction:
            grad_log_exner = gradient_sphere(self._log_exner(column), grid)
            inverse_exner = 1.0 / column.exner
            t0, _ = reference_temperatures(self.constants)
            force = force + cp * t0 * (grad_log_exner - grad_exner * inverse_exner)
        return force

    def _theta_divergence(
        self, state: S, theta: Array, mass_flux: Array, div_dp: Array, grad_theta: Array, grid: Grid
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
        return with_ends(inner, namespace(inner).zeros_like(below[..., :1]))

    def _balanced_theta(self, phi_i: Array, exner: Array) -> Array:
        """theta_v on interfaces as the discrete hydrostatic equation has it, which keeps energy exchanges closed."""
        inner = -layer_difference(midpoints(phi_i)) / layer_difference(exner) / self.constants.cp
        return with_ends(inner, namespace(inner).zeros_like(exner[..., :1]))

    def _flux(self, state: S, motion: Motion, grid: Grid) -> MeanFlux:
        _, mass_flux, div_dp, eta_dot = motion
        omega = self._omega(state, motion, grid)
        if eta_dot is None:
            eta_dot = namespace(div_dp).zeros((*div_dp.shape[:-1], div_dp.shape[-1] + 1), div_dp.dtype)
        return MeanFlux(mass_flux, omega, eta_dot)


def midpoints(at_interfaces: Array) -> Array:
    """(..., n) means of neighbouring levels of values at_interfaces (..., n + 1) [U]."""
    return (at_interfaces[..., :-1] + at_interfaces[..., 1:]) / 2


def layer_difference(at_interfaces: Array) -> Array:
    """(..., n) differences of neighbouring levels of at_interfaces (..., n + 1) [U], the lower less the upper one."""
    return at_interfaces[..., 1:] - at_interfaces[..., :-1]


def with_ends(inner: Array, top: Array, bottom: Array | None = None) -> Array:
    """Levels (..., n) [U], inner, with top above and bottom below them, each (..., 1); top twice without bottom."""
    return namespace(inner).concatenate([top, inner, top if bottom is None else bottom], axis=-1)


def _wind_vertical_advection(state: ThetaLState, eta_dot: Array) -> Array:
    """Mean over a layer's two interfaces of eta_dot times the jump of the wind."""
    transport = eta_dot[..., 1:-1] * layer_difference(state.wind)
    through = with_ends(transport, namespace(eta_dot).zeros_like(transport[..., :1]))
    return (through[..., 1:] + through[..., :-1]) / (2 * state.dp)


def _refill_thin_layers(state: S, least: Array) -> S:
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
