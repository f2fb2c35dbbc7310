"""Diagnostics: closed budgets, exchanges that are derivatives, norms that are norms, and sentences for bad states."""

import numpy as np
import pytest

from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.diagnostics.watch import check_state
from pysces.dycore.stability import (
    HOMME_STABILITY,
    Steps,
    Viscosities,
    cfl_report,
    check_step,
    check_subcycles,
    hypervis_subcycles,
    stability_limits,
)
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.energy import theta_l_energy, theta_l_energy_rates
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.state import HydrostaticState
from pysces.operators.dss import dss
from pysces.operators.integrals import error_norms, global_mean, mass, surface_pressure
from pysces.vertical.coordinate import even_pressure

COORDINATE = even_pressure(6, 0.05)
GRID = cubed_sphere_grid(3)


def _state(grid=GRID) -> HydrostaticState:
    """The wave with ripples in every field, so that no term is zero."""
    fields = baroclinic_wave_umjs14(grid, COORDINATE)
    ripple = np.cos(2 * grid.lon) * np.cos(grid.lat) ** 2 * np.linspace(0.5, 1.0, 6)
    wind = fields.wind + 5.0 * np.stack([ripple, -ripple * np.sin(grid.lat)])
    vtheta_dp = virtual_potential_temperature_mass(fields, COORDINATE, E3SM)
    return HydrostaticState(wind, vtheta_dp * (1 + 0.01 * ripple), fields.dp * (1 + 0.01 * ripple))


def _equations(**options) -> ThetaLHydrostatic:
    return ThetaLHydrostatic(E3SM, COORDINATE, 500.0 * np.sin(GRID.lat) ** 2, **options)


def test_mass_of_air_is_its_weight():
    dp = np.broadcast_to(COORDINATE.dp_ref(1e5), (54, 4, 4, 6))
    np.testing.assert_allclose(mass(dp, GRID, E3SM.gravity), (1e5 - COORDINATE.ptop) / E3SM.gravity, rtol=1e-14)
    np.testing.assert_allclose(mass(np.stack([dp, 2 * dp]), GRID, 1.0), 0.95e5 * np.array([1, 2]), rtol=1e-14)


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


def test_norms():
    reference = 1.0 + np.cos(GRID.lat) * np.ones(3)
    zero = error_norms(reference, reference, GRID)
    assert zero.l1 == zero.l2 == zero.linf == 0.0
    tenth = error_norms(1.1 * reference, reference, GRID)
    for norm in (tenth.l1, tenth.l2, tenth.linf):
        np.testing.assert_allclose(norm, 0.1, rtol=1e-12)
    one_bad = reference.copy()
    one_bad[3, 1, 2, 0] += 1.0
    bad = error_norms(one_bad, reference, GRID)
    assert bad.linf == 1.0 / reference.max() and bad.l1 < bad.l2 < bad.linf


def test_surface_pressure_is_the_weight_of_the_column():
    dp = np.array(np.broadcast_to(COORDINATE.dp_ref(1e5), (54, 4, 4, 6)))
    dp[20, 2, 1, 5] -= 321.0
    np.testing.assert_allclose(surface_pressure(dp, COORDINATE.ptop).min(), 1e5 - 321.0, rtol=1e-14)


def test_bad_states_are_named_with_field_element_and_level():
    state = _state()
    check_state(state, 0.0)
    wind, dp = state.wind.copy(), state.dp.copy()
    wind[1, 7, 2, 3, 4] = np.nan
    with pytest.raises(FloatingPointError, match=r"wind is not finite \(nan\) at element 7, node \(2, 3\), level 4"):
        check_state(state.replace(wind=wind), 3600.0)
    dp[5, 0, 1, 2] = -3.0
    with pytest.raises(FloatingPointError, match=r"dp is not positive \(-3\) at element 5, node \(0, 1\), level 2"):
        check_state(state.replace(dp=dp), 3600.0)


def test_hommes_subcycles():
    """HOMME's formula for the settings of its golden waves."""
    assert hypervis_subcycles(600.0, 6.9e16, 8, np.inf, constant=True) == 2
    assert hypervis_subcycles(600.0, 6.3e17, 4, np.inf, constant=True) == 1
    assert hypervis_subcycles(600.0, 6.3e17, 4, 50.0, constant=True) == 6
    assert hypervis_subcycles(600.0, 3.4e-8, 4, np.inf, constant=False) == 1


def test_an_unstable_step_is_refused_with_its_remedy():
    limits = stability_limits(cubed_sphere_grid(8), Viscosities(nu=6.9e16))
    check_step(600.0, HOMME_STABILITY[5], limits)
    check_subcycles(600.0, 2, limits.hyperviscosity, "hypervis_subcycle")
    with pytest.raises(
        ValueError, match=r"tstep = 1800 s is unstable: gravity waves .* at most 1614 s with this tstep_type"
    ):
        check_step(1800.0, HOMME_STABILITY[5], limits)
    with pytest.raises(ValueError, match=r"hypervis_subcycle = 1 is unstable .* use hypervis_subcycle = 2 or -1"):
        check_subcycles(1000.0, 1, limits.hyperviscosity, "hypervis_subcycle")
    report = cfl_report(limits, Steps(600.0, HOMME_STABILITY[5], 2, tracer=600.0))
    assert "gravity waves" in report and "tracer stage" in report and "sponge" not in report
    assert "hyperviscosity         step    300.0 s, stable to     748.7 s ( 40 %)" in report


def test_the_hyperviscosity_limit_is_where_forward_euler_blows_up():
    """The biharmonic's largest eigenvalue, by power iteration, is below the limit and within a factor two of it."""
    from pysces.operators.dss import dss_wk
    from pysces.operators.laplacians import biharmonic_wk

    grid = cubed_sphere_grid(2)
    q = np.random.default_rng(0).standard_normal((24, 4, 4, 1))
    q = dss(q, grid)
    for _ in range(60):
        q = dss_wk(biharmonic_wk(q, grid), grid)
        eigenvalue = np.abs(q).max()
        q = q / eigenvalue
    limit = stability_limits(grid, Viscosities(nu=1.0)).hyperviscosity
    assert 0.5 < eigenvalue * limit <= 1.0
