"""Reed & Jablonowski's simple physics on columns: its coefficients, its budgets, its limits, and derivatives."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend, to_numpy
from pysces.constants import E3SM
from pysces.physics.large_scale_condensation import saturation_humidity
from pysces.physics.reed_jablonowski import ReedJablonowski, diffused
from pysces.physics.suite import Air
from pysces.vertical.hydrostatic import integrate_upward

NLEV, DT = 20, 600.0
STILL = {"drag": 0.0, "drag_slope": 0.0, "largest_drag": 0.0, "exchange": 0.0}


def columns(seed=0, n=4, wind=10.0, relative_humidity=0.8):
    """Air of a moist tropical profile in n random columns (1, n, n, lev), hydrostatic over 1015 hPa."""
    rng = np.random.default_rng(seed)
    p_i = np.broadcast_to(np.linspace(2e4, 101500.0, NLEV + 1), (1, n, n, NLEV + 1))
    dp, p = np.diff(p_i), 0.5 * (p_i[..., 1:] + p_i[..., :-1])
    temperature = 300.0 * (p / 1e5) ** 0.19 + rng.normal(size=p.shape)
    vapor = relative_humidity * rng.uniform(0.5, 1.0, p.shape) * saturation_humidity(temperature, p, E3SM)
    phi_i = integrate_upward(E3SM.R_dry * temperature * dp / p, np.zeros((1, n, n, 1)))
    lat = lon = np.zeros((1, n, n, 1))
    winds = wind * rng.normal(size=(2, *p.shape))
    return Air(winds, temperature, vapor[None], dp, dp * (1 - vapor), p, p_i, phi_i, lat, lon, np.float64(DT))


def test_one_layer_is_refused_in_a_sentence():
    air = columns()
    layers = {name: getattr(air, name)[..., -1:] for name in ("wind", "temperature", "tracers", "dp", "dp_dry", "p")}
    edges = {name: getattr(air, name)[..., -2:] for name in ("p_i", "phi_i")}
    with pytest.raises(ValueError, match="mixes layers, found 1; give 2 or more"):
        ReedJablonowski()(air.replace(**layers, **edges), 0.0)


def test_drag_is_that_of_the_paper():
    suite, speed = ReedJablonowski(), np.array([0.0, 10.0, 19.999999, 20.0, 50.0])
    np.testing.assert_allclose(suite._drag(speed), [7e-4, 1.35e-3, 2e-3, 2e-3, 2e-3], rtol=1e-6)


def test_sea_of_29_degrees_saturates_air_at_25_grams():
    """The cyclone's sea: 302.15 K under 1015 hPa; 0.622 * 610.78 / 101500 * exp(5417 * (1 / 273.16 - 1 / 302.15))."""
    assert saturation_humidity(np.float64(302.15), 101500.0, E3SM) == pytest.approx(0.0251, abs=1e-4)


def test_short_steps_give_the_bulk_formulas(backend):
    """Evaporation 2 rho C |v| (q_sea - q): the scheme divides by the height of the middle, not by the depth."""
    air = columns().replace(dt=np.float64(1e-3))
    suite = ReedJablonowski()
    found = to_numpy(suite.evaporation(backend.asarray(air)))[..., 0]
    speed = np.hypot(*air.wind[..., -1])
    height = air.phi_i[..., -2] / (2 * E3SM.gravity)
    density = air.dp[..., -1] / (2 * E3SM.gravity * height)
    q_sea = saturation_humidity(np.float64(302.15), air.p_i[..., -1], E3SM)
    np.testing.assert_allclose(found, 2.0 * density * 1.1e-3 * speed * (q_sea - air.tracers[0, ..., -1]), rtol=1e-4)
    assert 1e-5 < found.mean() < 1e-3


def test_long_steps_bring_the_lowest_layer_to_the_sea():
    air = columns().replace(dt=np.float64(1e12))
    suite = ReedJablonowski(boundary_layer_top=2e5, fading=1e-3)  # no mixing with the layers above
    after = air.temperature + air.dt * suite(air, 0.0).temperature
    np.testing.assert_allclose(after[..., -1], 302.15, rtol=1e-5)
    assert np.max(np.abs((air.wind + air.dt * suite(air, 0.0).wind)[..., -1])) < 1e-3


def test_water_is_what_evaporates_less_what_rains():
    air = columns(relative_humidity=1.5)
    suite = ReedJablonowski()
    change = air.dt * (suite(air, 0.0).tracers[0] * air.dp).sum(-1) / E3SM.gravity
    gained = air.dt * (suite.evaporation(air) - 1000.0 * suite.precipitation(air))[..., 0]
    column = (air.tracers[0] * air.dp).sum(-1) / E3SM.gravity
    assert np.max(np.abs(change - gained)) < 1e-14 * column.max()
    assert suite.precipitation(air).min() > 0.0


def test_mixing_keeps_sums_and_removes_differences(backend):
    air, rng = columns(), np.random.default_rng(1)
    x, k = rng.normal(size=(2, *air.p.shape)), rng.uniform(0.0, 50.0, (1, 4, 4, NLEV - 1))
    after = to_numpy(diffused(*backend.asarray((x, k, air, E3SM))))
    np.testing.assert_allclose((after * air.dp).sum(-1), (x * air.dp).sum(-1), rtol=1e-10, atol=1e-9)
    assert np.all(after.std(-1) < x.std(-1)) and after.max() <= x.max() and after.min() >= x.min()
    flat = diffused(np.ones_like(x), k, air, E3SM)
    assert np.max(np.abs(flat - 1.0)) < 1e-14


def test_mixing_tends_to_the_diffusion_equation():
    """A linear profile in height under one diffusivity: no flux divergence inside, K dx/dz at the lids."""
    air = columns(seed=3).replace(dt=np.float64(1.0))
    z = 0.5 * (air.phi_i[..., 1:] + air.phi_i[..., :-1]) / E3SM.gravity
    change = diffused(z[None], 10.0 * np.ones((1, 4, 4, NLEV - 1)), air, E3SM)[0] - z
    lowest = 10.0 * air.p_i[..., -2] / (E3SM.R_dry * air.temperature[..., -2:].mean(-1)) * E3SM.gravity
    np.testing.assert_allclose(change[..., -1] * air.dp[..., -1], lowest, rtol=0.02)
    assert np.abs(change[..., 1:-1]).max() < 0.05 * change[..., -1].min()


def test_nothing_moves_without_exchange_in_dry_air():
    tendency = ReedJablonowski(**STILL)(columns(relative_humidity=0.5), 0.0)
    assert max(np.abs(x).max() for x in (tendency.wind, tendency.temperature, tendency.tracers)) < 1e-14


def test_gradients_are_finite_in_still_air_and_agree_with_differences():
    jax = pytest.importorskip("jax")
    air = columns(n=2)
    h = np.random.default_rng(2).normal(size=air.wind.shape)

    def objective(wind, exchange, air):
        tendency = ReedJablonowski(exchange=exchange)(air.replace(wind=wind), 0.0)
        return (tendency.tracers * 1e6).sum() + (tendency.wind**2).sum() * 1e3

    gradient = jax.jit(jax.grad(objective, argnums=(0, 1)))
    of_wind, of_exchange = to_numpy(gradient(*Backend("jax").asarray((air.wind, np.float64(1.1e-3), air))))
    ends = [objective(air.wind + s * h, 1.1e-3 * (1 + s), air) for s in (1e-6, -1e-6)]
    slope = (of_wind * h).sum() + 1.1e-3 * of_exchange
    assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(slope, rel=1e-5)
    still = to_numpy(gradient(*Backend("jax").asarray((0.0 * air.wind, np.float64(1.1e-3), air))))
    assert all(np.all(np.isfinite(g)) for g in still)
