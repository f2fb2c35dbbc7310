"""Budgets of theta-l that close: energies, exchanges that are their derivatives, and what the equations conserve."""

import numpy as np
import pytest

from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.energy import theta_l_energy, theta_l_energy_rates
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.state import HydrostaticState
from pysces.operators.dss import dss
from pysces.operators.integrals import global_mean
from pysces.vertical.coordinate import even_pressure

COORDINATE = even_pressure(6, 0.05)
GRID = cubed_sphere_grid(3)


def _state() -> HydrostaticState:
    """The wave with ripples in every field, so that no term is zero."""
    fields = baroclinic_wave_umjs14(GRID, COORDINATE)
    ripple = np.cos(2 * GRID.lon) * np.cos(GRID.lat) ** 2 * np.linspace(0.5, 1.0, 6)
    wind = fields.wind + 5.0 * np.stack([ripple, -ripple * np.sin(GRID.lat)])
    vtheta_dp = virtual_potential_temperature_mass(fields, COORDINATE, E3SM)
    return HydrostaticState(wind, vtheta_dp * (1 + 0.01 * ripple), fields.dp * (1 + 0.01 * ripple))


def _equations(**options) -> ThetaLHydrostatic:
    return ThetaLHydrostatic(E3SM, COORDINATE, 500.0 * np.sin(GRID.lat) ** 2, **options)


def test_energy_of_an_isothermal_atmosphere_at_rest():
    """cp T M = internal + potential, up to the discrete hydrostatic sum; kinetic energy of uniform speed is exact."""
    dp = np.broadcast_to(COORDINATE.dp_ref(1e5), (54, 4, 4, 6))
    p = COORDINATE.p_i(1e5)[:-1] + dp / 2
    wind = np.stack([10.0 + 0 * dp, 0 * dp])
    state = HydrostaticState(wind, 300.0 * dp * (p / E3SM.p0) ** -E3SM.kappa, dp)
    energy = theta_l_energy(ThetaLHydrostatic(E3SM, COORDINATE, 0.0 * GRID.lat), state, GRID)
    per_area = 0.95e5 / E3SM.gravity
    np.testing.assert_allclose(energy.kinetic, 50.0 * per_area, rtol=1e-13)
    np.testing.assert_allclose(energy.internal + energy.potential, E3SM.cp * 300.0 * per_area, rtol=1e-13)


def test_exchanges_are_the_derivative_of_the_energies():
    """Against central differences along the tendency, step 1 s: their error is 1e-16 of 2e9 J m-2."""
    equations, state = _equations(), _state()
    tendency = dss(equations.tendency(state, GRID), GRID)
    rates = theta_l_energy_rates(equations, state, tendency, GRID)
    ahead, behind = (theta_l_energy(equations, state + tendency * h, GRID) for h in (10.0, -10.0))
    for name in ("kinetic", "internal", "potential"):
        expected = (getattr(ahead, name) - getattr(behind, name)) / 20.0
        assert abs(getattr(rates, name) - expected) < 1e-4 * max(abs(rates.kinetic), abs(rates.internal))


@pytest.mark.parametrize("lagrangian", [True, False], ids=["lagrangian", "eulerian"])
def test_the_right_hand_side_conserves_energy_to_round_off(lagrangian):
    """theta_advect_form 0 without the pressure-gradient correction is the energy-conserving form."""
    equations = _equations(theta_advect_form=0, pgrad_correction=0, vertically_lagrangian=lagrangian)
    state = _state()
    rates = theta_l_energy_rates(equations, state, dss(equations.tendency(state, GRID), GRID), GRID)
    assert abs(rates.kinetic) > 0.1 and abs(rates.total) < 1e-11 * abs(rates.internal)


def test_mass_and_theta_are_conserved_by_the_right_hand_side():
    equations, state = _equations(theta_advect_form=0, pgrad_correction=0), _state()
    tendency = dss(equations.tendency(state, GRID), GRID)
    for change, amount in ((tendency.dp, state.dp), (tendency.vtheta_dp, state.vtheta_dp)):
        size = np.abs(change).max() * amount.shape[-1]
        assert abs(global_mean(change, GRID).sum()) < 1e-15 * size
