"""HOMME theta-l, hydrostatic: geopotential and pressure follow from mass and temperature of the column.

    du/dt      = -(zeta + f) k x u - grad(K + phi) - cp theta_v grad(Pi)  - vertical advection

and the equations of Theta and dp in equations.py.

Equations: Taylor, Guba, Steyer, Ullrich, Hall & Eldred (2020), doi:10.1029/2019MS001783
HOMME: theta-l/share/prim_advance_mod (compute_andor_apply_rhs), element_ops
"""

from __future__ import annotations

from ...arrays.backend import Array, namespace
from ...arrays.compiler import cumulative_sum, optimization_barrier
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree
from ...geometry.grid import Grid
from ...native.call import element_local
from ...operators.strong import gradient_sphere
from ..terms import energy_gradient, pressure_velocity
from .equations import Motion, ThetaLEquations, midpoints
from .state import HydrostaticState


@pytree
class HydrostaticColumn(Tree):
    """Pressure, Exner function and geopotential diagnosed from a state."""

    p: Array = field("Pa", "pressure at midpoints", homme="pnh")
    log_p: Array = field("1", "log(p / p0) at midpoints")
    exner: Array = field("1", "Exner function at midpoints", homme="exner")
    phi_i: Array = field("m2 s-2", "geopotential at interfaces", homme="phinh_i")


@pytree
class ThetaLHydrostatic(ThetaLEquations[HydrostaticState]):
    """The hydrostatic equations with everything they depend on; its options are those of ThetaLEquations."""

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

    def exner(self, state: HydrostaticState) -> Array:
        """Exner function at midpoints (elem, i, j, lev) [1], without the geopotential."""
        return self.pressures(state.dp)[2]

    def kinetic_energy(self, state: HydrostaticState) -> Array:
        """Of the wind, per mass (elem, i, j, lev) [m2 s-2]."""
        u, v = state.wind
        return (u * u + v * v) / 2

    def finish_stage(self, state: HydrostaticState, grid: Grid) -> HydrostaticState:
        """After every stage, when the state is continuous: the limiter of layers."""
        return element_local(ThetaLHydrostatic.limited, self, state, on=grid, kept=False)

    def at_pressure(self, state: HydrostaticState, p: Array, exner: Array) -> HydrostaticState:
        """The state as it is, whatever p [Pa] and exner [1], (elem, i, j, lev): no layer's height is prognostic."""
        return state

    def vertical_velocity(self, state: HydrostaticState) -> None:
        """None: it is not prognostic."""
        return None

    def lifted(self, state: HydrostaticState, w: Array) -> HydrostaticState:
        """The state as it is, whatever w (elem, i, j, lev) [m s-1]: balance takes all acceleration away."""
        return state

    def on_the_ground(self, state: HydrostaticState) -> HydrostaticState:
        """The state as it is."""
        return state

    def _rates(self, state: HydrostaticState, motion: Motion, grid: Grid) -> HydrostaticState:
        gradient = self._energy_gradient(state, motion.column, grid)
        return HydrostaticState(*self._layer_rates(state, motion, gradient, grid))

    def _energy_gradient(self, state: HydrostaticState, column: HydrostaticColumn, grid: Grid) -> Array:
        """grad(K + phi); phi at midpoints is the mean of its interfaces."""
        return energy_gradient(state.wind, midpoints(column.phi_i), grid)

    def _log_exner(self, column: HydrostaticColumn) -> Array:
        return self.constants.kappa * column.log_p

    def _theta_at_interfaces(self, state: HydrostaticState, column: HydrostaticColumn) -> Array:
        return self._balanced_theta(column.phi_i, column.exner)

    def _omega(self, state: HydrostaticState, motion: Motion, grid: Grid) -> Array:
        return pressure_velocity(state.wind, gradient_sphere(motion.column.p, grid), motion.div_dp)
