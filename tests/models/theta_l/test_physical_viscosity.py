"""Physical viscosity: what it leaves alone, how fast it evens things out, and when it is refused."""

import numpy as np
import pytest

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.driver.small_planets import PUBLISHED
from pysces.models.theta_l.physical_viscosity import DEPTH

NLEV = 8


def storm(**viscosity):
    table = PUBLISHED["supercell"].table(2, NLEV, 4)
    table["time"] |= {"tstep": 15.0, "ndays": 1.0 / 1440.0}
    table["viscosity"] |= viscosity
    return simulation(preset("theta_l").with_table(table))


@pytest.fixture(scope="module")
def run():
    return storm()


def diffused(run, state, dt=10.0):
    return run.host.mixing.apply(state, dt, run.host.grid, run.host.equations)


def alike(state):
    """The state with the first column everywhere, without wind."""
    first = state.map(lambda a: a[..., :1, :1, :1, :] + 0.0 * a)
    return first.replace(wind=0.0 * first.wind)


def test_air_that_is_alike_along_levels_and_as_it_began_stays(run):
    start = alike(run.state.dynamics)
    mixing = run.host.mixing.replace(start=start)
    after = mixing.apply(start, 10.0, run.host.grid, run.host.equations)
    for name in ("wind", "vtheta_dp", "dp", "w_i", "phi_i"):
        old, new = getattr(start, name), getattr(after, name)
        np.testing.assert_allclose(new, old, rtol=1e-13, atol=1e-13, err_msg=name)


def test_a_departure_in_height_decays_at_the_rate_of_its_wave(run):
    """cos(pi k (lev + 1/2) / nlev) is an eigenvector of second differences with closed ends."""
    start, wave, dt = alike(run.state.dynamics), np.cos(np.pi * 2 * (np.arange(NLEV) + 0.5) / NLEV), 10.0
    mixing = run.host.mixing.replace(start=start)
    moved = start.replace(wind=start.wind + wave, vtheta_dp=start.vtheta_dp + start.dp * wave)
    after = mixing.apply(moved, dt, run.host.grid, run.host.equations)
    rate = (2.0 * np.sin(np.pi / NLEV) * NLEV / DEPTH) ** 2
    theta = (after.vtheta_dp / after.dp - start.vtheta_dp / start.dp) / wave
    np.testing.assert_allclose(theta, 1.0 - mixing.mu_s * dt * rate, rtol=1e-9)
    across = (
        after.wind[0].mean(axis=(0, 1, 2)) / wave
    )  # along levels this wind is no rotation, so that it is damped too
    assert abs(across - (1.0 - mixing.mu * dt * rate)).max() < 0.05


def test_tracers_gain_nothing_and_lose_nothing_along_levels(run):
    grid, dp = run.host.grid, run.state.dynamics.dp
    mass = np.stack([dp * (2.0 + np.sin(3.0 * grid.lon) * np.cos(grid.lat))])
    mixing = run.host.mixing.replace(ratio=mass / dp)
    after = mixing.mix(mass, dp, 10.0, grid)
    total = [float((grid.mass_matrix * m).sum()) for m in (mass, after)]
    assert total[1] == pytest.approx(total[0], rel=1e-6) and not np.array_equal(mass, after)


def test_water_alone_is_mixed_where_only_its_coefficient_is_given():
    run = storm(dcmip16_mu=0.0, dcmip16_mu_s=0.0, dcmip16_mu_q=1500.0)
    assert run.host.mixing.coefficients == ("mu_q",)
    assert diffused(run, run.state.dynamics) is run.state.dynamics


def test_without_coefficients_there_is_none():
    assert storm(dcmip16_mu=0.0, dcmip16_mu_s=0.0).host.mixing is None


def test_a_coefficient_that_the_step_cannot_carry_is_refused():
    with pytest.raises(ValueError, match=r"dcmip16_mu = 1e\+08 is unstable on this mesh, in 15 s; use at most"):
        storm(dcmip16_mu=1e8)


def test_tracers_are_judged_by_their_own_longer_step():
    """qsplit dynamics steps at once."""
    run = storm()
    most = 2.0 / float(run.host.mixing.eigenvalue * run.host.dt)
    with pytest.raises(ValueError, match=r"dcmip16_mu_q .* or take a shorter step"):
        run.host.replace(mixing=run.host.mixing.replace(mu_q=0.9 * most, of_tracers=True), qsplit=4)
