"""Energy of theta-l's state, and its rate of change term by term."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.compiler import cumulative_sum
from ...geometry.grid import Grid
from ...operators.integrals import column_integral
from ..energy import Energy, mean_energy
from .equations import ThetaLEquations, midpoints
from .hydrostatic import ThetaLHydrostatic
from .state import HydrostaticState, ThetaLState


def theta_l_energy(equations: ThetaLEquations, state: ThetaLState, grid: Grid) -> Energy:
    """Energy of a state.

    HOMME: prim_state_mod:prim_energy_halftimes
    """
    return mean_energy(energy_columns(equations, state), grid, equations.constants.gravity)


def energy_columns(equations: ThetaLEquations, state: ThetaLState) -> tuple[Array, Array, Array]:
    """Kinetic, internal and potential energy of columns, times gravity (elem, i, j, 1) [J m-2 m s-2].

    HOMME: prim_state_mod:prim_energy_halftimes (KEner, IEner, PEner)
    """
    column = equations.column(state)
    thickness = column.phi_i[..., :-1] - column.phi_i[..., 1:]
    top = equations.coordinate.ptop * column.phi_i[..., :1]
    kinetic = column_integral(state.dp * equations.kinetic_energy(state))
    internal = column_integral(equations.constants.cp * state.vtheta_dp * column.exner - thickness * column.p) + top
    return kinetic, internal, column_integral(midpoints(column.phi_i) * state.dp)


def theta_l_energy_rates(
    equations: ThetaLHydrostatic, state: HydrostaticState, tendency: HydrostaticState, grid: Grid
) -> Energy:
    """Rates of change [W m-2] of the three energies under a tendency: their sum is what the scheme does not conserve.

    Of the hydrostatic form. The derivative of theta_l_energy along the tendency, term by term.
    """
    c, column = equations.constants, equations.column(state)
    u, v = state.wind
    du, dv = tendency.wind
    dp_rate = cumulative_sum(tendency.dp) - 0.5 * tendency.dp
    exner_rate = c.kappa * column.exner / column.p * dp_rate
    thickness = column.phi_i[..., :-1] - column.phi_i[..., 1:]
    relative = exner_rate / column.exner - dp_rate / column.p
    thickness_rate = c.R_dry * tendency.vtheta_dp * column.exner / column.p + thickness * relative
    phi_rate_i = cumulative_sum(thickness_rate, reverse=True)
    phi_rate = phi_rate_i - thickness_rate / 2
    heat_rate = c.cp * (tendency.vtheta_dp * column.exner + state.vtheta_dp * exner_rate)
    top = equations.coordinate.ptop * phi_rate_i[..., :1]
    kinetic = column_integral(state.dp * (u * du + v * dv) + tendency.dp * (u * u + v * v) / 2)
    internal = column_integral(heat_rate - thickness_rate * column.p - thickness * dp_rate) + top
    potential = column_integral(phi_rate * state.dp + midpoints(column.phi_i) * tendency.dp)
    return mean_energy((kinetic, internal, potential), grid, c.gravity)
