"""HOMME theta-l, nonhydrostatic: geopotential and vertical velocity at interfaces are prognostic.

    du/dt    = -(zeta + f) k x u - grad(K) - w terms - cp theta_v grad(Pi) - mu grad(phi)  - vertical advection
    dw/dt    = -u . grad w   - g (1 - mu)     - vertical advection        mu = dp / dpi at interfaces
    dphi/dt  = -u . grad phi + g w            - vertical advection

and the equations of Theta and dp in equations.py. IMEX schemes leave g (mu - 1) of w, and g w - B u . grad(phis) of
phi, to solve_implicit: vertical sound, without what the coordinate's own slope makes of the wind.

Equations: Taylor, Guba, Steyer, Ullrich, Hall & Eldred (2020), doi:10.1029/2019MS001783
HOMME: theta-l/share/prim_advance_mod (compute_andor_apply_rhs), eos
"""

from __future__ import annotations

from typing import ClassVar

from ...arrays.backend import Array, namespace
from ...arrays.compiler import cumulative_sum, stored
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...geometry.grid import Grid
from ...native.call import element_local
from ...operators.strong import gradient_sphere
from ...thermodynamics.eos import dpnh_dp_above_ground, gas_law_by_logarithm
from ...vertical.basis import Basis
from ...vertical.hydrostatic import integrate_upward
from ..terms import advection, climb, energy_gradient, pressure_velocity
from .equations import Motion, ThetaLEquations, layer_difference, midpoints, with_ends
from .implicit import FastColumn, balanced_w
from .references import slope_step
from .state import NonhydrostaticState


@pytree
class NonhydrostaticColumn(Tree):
    """What the equation of state makes of a column."""

    p: Array = field("Pa", "pressure at midpoints", homme="pnh")
    exner: Array = field("1", "Exner function at midpoints", homme="exner")
    log_exner: Array = field("1", "its logarithm")
    mu: Array = field("1", "pressure per hydrostatic pressure at interfaces", homme="dpnh_dp_i")
    phi_i: Array = field("m2 s-2", "geopotential at interfaces, the state's own", homme="phinh_i")


@pytree
class ThetaLNonhydrostatic(ThetaLEquations[NonhydrostaticState]):
    """The nonhydrostatic equations with everything they depend on; the other options are those of ThetaLEquations.

    fast_terms : whether the tendency has vertical sound; False for IMEX schemes, which solve for it.
    """

    gradphis: Array = field("m s-2", "continuous gradient of phis", homme="gradphis", shape="(2, elem, i, j, 1)")
    fast_terms: bool = static(default=True, kw_only=True)
    has_w: ClassVar[bool] = True

    def moved(self, before: Basis, after: Basis) -> ThetaLNonhydrostatic:
        """On other constants, levels and surface."""
        return super().moved(before, after).replace(gradphis=self.gradphis + slope_step(before, after))

    def column(self, state: NonhydrostaticState) -> NonhydrostaticColumn:
        """Pressure, Exner function and mu of a state; mu is 1 on the ground, where finish_stage corrects the wind."""
        p, exner, log_exner = gas_law_by_logarithm(state.vtheta_dp, layer_difference(state.phi_i), self.constants)
        above = dpnh_dp_above_ground(p, state.dp, self.coordinate.ptop)
        mu = namespace(p).concatenate([above, namespace(p).ones_like(p[..., :1])], axis=-1)
        return NonhydrostaticColumn(p, exner, log_exner, mu, state.phi_i)

    def exner(self, state: NonhydrostaticState) -> Array:
        """Exner function at midpoints (elem, i, j, lev) [1]."""
        return self.column(state).exner

    def kinetic_energy(self, state: NonhydrostaticState) -> Array:
        """Of wind and vertical velocity, per mass (elem, i, j, lev) [m2 s-2]."""
        u, v = state.wind
        return (u * u + v * v) / 2 + _vertical_energy(state.w_i)

    def finish_stage(self, state: NonhydrostaticState, grid: Grid) -> NonhydrostaticState:
        """After every stage, when the state is continuous: the air on the ground follows it, then the limiter.

        The pressure that the ground lacks for that acts for the whole stage, up and along the slope.

        HOMME: prim_advance_mod:compute_andor_apply_rhs (surface boundary condition), limiter_dp3d_k
        """
        return element_local(ThetaLNonhydrostatic._finished, self, state, on=grid, kept=False)

    def _finished(self, state: NonhydrostaticState) -> NonhydrostaticState:
        return self.limited(stored(ThetaLNonhydrostatic._pushed, self, state))

    def _pushed(self, state: NonhydrostaticState) -> NonhydrostaticState:
        g, slope = self.constants.gravity, self.gradphis
        steep = advection(slope, slope) * (0.5 / g)
        push = (self._climb(state.wind) - state.w_i[..., -1:]) / (g + steep)  # [s] times mu - 1
        lowest = state.wind[..., -1:] - push * slope / 2
        wind = namespace(lowest).concatenate([state.wind[..., :-1], lowest], axis=-1)
        w_ground = state.w_i[..., -1:] + g * push
        return self._grounded(state.replace(wind=wind), w_ground)

    def at_pressure(self, state: NonhydrostaticState, p: Array, exner: Array) -> NonhydrostaticState:
        """The state whose layers are as thick as their vtheta_dp makes them at p [Pa], where there is this exner [1].

        Both are (elem, i, j, lev), at midpoints.

        HOMME: prim_advance_mod:applyCAMforcing_tracers (FPHI)
        """
        phi_i = integrate_upward(self.constants.R_dry * state.vtheta_dp * exner / p, self.phis)
        return self.on_the_ground(state.replace(phi_i=phi_i))

    def vertical_velocity(self, state: NonhydrostaticState) -> Array:
        """w at interfaces (elem, i, j, lev + 1) [m s-1]."""
        return state.w_i

    def lifted(self, state: NonhydrostaticState, w: Array) -> NonhydrostaticState:
        """The state with more w (elem, i, j, lev) [m s-1] at the upper interface of each layer."""
        return self._above_ground(state, state.w_i[..., :-1] + w, state.phi_i[..., :-1])

    def on_the_ground(self, state: NonhydrostaticState) -> NonhydrostaticState:
        """The state whose w_i on the ground is its wind along the slope.

        HOMME: prim_advance_mod:prim_advance_exp (reset of w_i at the start of a step)
        """
        return self._grounded(state, self._climb(state.wind))

    def with_fast_terms(
        self, state: NonhydrostaticState, h: Array, at: NonhydrostaticState, grid: Grid
    ) -> NonhydrostaticState:
        """state + h N(at), where N are the fast terms and h is a number [s].

        HOMME: imex_mod:compute_stage_value_dirk (n0 and nm1 terms)
        """
        return element_local(ThetaLNonhydrostatic._with_fast_terms, self, state, h, at, on=grid)

    def _with_fast_terms(self, state: NonhydrostaticState, h: Array, at: NonhydrostaticState) -> NonhydrostaticState:
        g, mu = self.constants.gravity, self.column(at).mu
        w = state.w_i[..., :-1] + h * g * (mu[..., :-1] - 1.0)
        phi = state.phi_i[..., :-1] + h * (g * at.w_i[..., :-1] - self._climb_of_levels(at)[..., :-1])
        return self._above_ground(state, w, phi)

    def solve_implicit(self, state: NonhydrostaticState, h: Array, grid: Grid) -> NonhydrostaticState:
        """The u with u - h N(u) = state, where N are the fast terms and h is a number [s].

        HOMME: imex_mod:compute_stage_value_dirk
        """
        return element_local(ThetaLNonhydrostatic._solved, self, state, h, on=grid)

    def _solved(self, state: NonhydrostaticState, h: Array) -> NonhydrostaticState:
        column = self.fast_column(state, h)
        w = balanced_w(column)
        return self._above_ground(state, w, column.phi_i[..., :-1] + h * self.constants.gravity * w)

    def fast_column(self, state: NonhydrostaticState, h: Array) -> FastColumn:
        """What solve_implicit finds w from, for an implicit step h, a number [s]."""
        phi = state.phi_i[..., :-1] - h * self._climb_of_levels(state)[..., :-1]
        xp, ground = namespace(phi), state.phi_i[..., -1:]
        above = (state.w_i[..., :-1], xp.concatenate([phi, ground], axis=-1), state.vtheta_dp, state.dp)
        return FastColumn(*above, xp.asarray(h, phi.dtype), self.coordinate.ptop, self.constants)

    def _rates(self, state: NonhydrostaticState, motion: Motion, grid: Grid) -> NonhydrostaticState:
        wind_i = self._wind_at_interfaces(state)
        grad_w, grad_phi = (stored(gradient_sphere, f, grid) for f in state.interfaces)
        gradients = (grad_w, grad_phi, grid)
        gradient = stored(ThetaLNonhydrostatic._energy_gradient, self, state, motion.column, *gradients)
        layers = self._layer_rates(state, motion, gradient, grid)
        w, phi = -advection(wind_i, grad_w), -advection(wind_i, grad_phi)
        if motion.eta_dot is not None:
            w = w - _w_vertical_advection(state, motion.eta_dot)
            phi = phi - _phi_vertical_advection(state, motion.eta_dot)
        if self.fast_terms:
            w = w + self.constants.gravity * (motion.column.mu - 1.0)
            phi = phi + self.constants.gravity * state.w_i
        else:
            phi = phi + self.coordinate.hybi * advection(wind_i, self.gradphis)
        ground = namespace(phi).zeros_like(phi[..., :1])
        return NonhydrostaticState(*layers, w, namespace(phi).concatenate([phi[..., :-1], ground], axis=-1))

    def _energy_gradient(
        self, state: NonhydrostaticState, column: NonhydrostaticColumn, grad_w: Array, grad_phi: Array, grid: Grid
    ) -> Array:
        """grad(K) and the terms of w and phi: means of two interfaces, which keeps energy exchanges closed."""
        gradient = energy_gradient(state.wind, _vertical_energy(state.w_i), grid)
        return gradient + midpoints(column.mu * grad_phi - state.w_i * grad_w)

    def _log_exner(self, column: NonhydrostaticColumn) -> Array:
        return column.log_exner

    def _theta_at_interfaces(self, state: NonhydrostaticState, column: NonhydrostaticColumn) -> Array:
        return column.mu * self._balanced_theta(state.phi_i, column.exner)

    def _omega(self, state: NonhydrostaticState, motion: Motion, grid: Grid) -> Array:
        p = self.coordinate.ptop + cumulative_sum(state.dp) - 0.5 * state.dp
        return pressure_velocity(state.wind, gradient_sphere(p, grid), motion.div_dp)

    def _wind_at_interfaces(self, state: NonhydrostaticState) -> Array:
        """Mass-weighted mean of the layers on either side."""
        momentum, dp = state.wind * state.dp, state.dp
        inner = (momentum[..., 1:] + momentum[..., :-1]) / (dp[..., 1:] + dp[..., :-1])
        return with_ends(inner, state.wind[..., :1], state.wind[..., -1:])

    def _climb(self, wind: Array) -> Array:
        """Vertical velocity (elem, i, j, 1) of the lowest layer's wind along the slope [m s-1]."""
        return climb(wind[..., -1:], self.gradphis, self.constants.gravity)

    def _climb_of_levels(self, state: NonhydrostaticState) -> Array:
        """Rate (elem, i, j, lev + 1) at which the coordinate's share of the ground rises below the wind [m2 s-3]."""
        return self.coordinate.hybi * advection(self._wind_at_interfaces(state), self.gradphis)

    def _grounded(self, state: NonhydrostaticState, w_ground: Array) -> NonhydrostaticState:
        xp = namespace(w_ground)
        w_i = xp.concatenate([state.w_i[..., :-1], w_ground], axis=-1)
        phis = xp.broadcast_to(self.phis, w_ground.shape)
        return state.replace(w_i=w_i, phi_i=xp.concatenate([state.phi_i[..., :-1], phis], axis=-1))

    def _above_ground(self, state: NonhydrostaticState, w: Array, phi: Array) -> NonhydrostaticState:
        """The state with w and phi of the interfaces above the ground."""
        xp = namespace(w)
        w_i = xp.concatenate([w, state.w_i[..., -1:]], axis=-1)
        return state.replace(w_i=w_i, phi_i=xp.concatenate([phi, state.phi_i[..., -1:]], axis=-1))


def _vertical_energy(w_i: Array) -> Array:
    """Mean of w^2 / 2 at a layer's two interfaces."""
    return (w_i[..., :-1] * w_i[..., :-1] + w_i[..., 1:] * w_i[..., 1:]) / 4


def _interface_thickness(dp: Array) -> Array:
    """From the middle of a layer to that of the next, whole layers at the ends (elem, i, j, lev + 1) [Pa]."""
    return with_ends(midpoints(dp), dp[..., :1], dp[..., -1:])


def _w_vertical_advection(state: NonhydrostaticState, eta_dot: Array) -> Array:
    through = midpoints(eta_dot) * layer_difference(state.w_i)
    return with_ends(midpoints(through), through[..., :1], through[..., -1:]) / _interface_thickness(state.dp)


def _phi_vertical_advection(state: NonhydrostaticState, eta_dot: Array) -> Array:
    through = eta_dot[..., 1:-1] * layer_difference(midpoints(state.phi_i))
    none = namespace(through).zeros_like(through[..., :1])
    return with_ends(through, none) / _interface_thickness(state.dp)
