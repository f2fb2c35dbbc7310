"""Physics suites on columns: budgets, steady states, values from the papers, and derivatives."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend, to_numpy
from pysces.constants import E3SM
from pysces.physics.held_suarez import DAY, HeldSuarez
from pysces.physics.kessler import (
    HEAT_CAPACITY,
    LATENT_HEAT,
    DryLayers,
    Kessler,
    WarmRain,
    kessler,
    saturation_mixing_ratio,
)
from pysces.physics.large_scale_condensation import (
    LargeScaleCondensation,
    condensation_rate,
    precipitation,
    saturation_humidity,
)
from pysces.physics.suite import Air, Tendency, as_suite, suites
from pysces.physics.terminator import Terminator
from tests.daily import share

NLEV = 20


def columns(seed=0, n=6, relative_humidity=1.2, cloud=2e-3, rain=3e-3):
    """Air of a moist tropical profile in n random columns (1, n, n, lev)."""
    rng = np.random.default_rng(seed)
    p_i = np.broadcast_to(np.linspace(2e4, 1e5, NLEV + 1), (1, n, n, NLEV + 1))
    dp, p = np.diff(p_i), 0.5 * (p_i[..., 1:] + p_i[..., :-1])
    temperature = 300.0 * (p / 1e5) ** 0.19 + rng.normal(size=p.shape)
    vapor = relative_humidity * rng.uniform(0.2, 1.0, p.shape) * saturation_humidity(temperature, p, E3SM)
    tracers = np.stack([vapor, cloud * rng.uniform(0, 1, p.shape), rain * rng.uniform(0, 1, p.shape)])
    lat, lon = np.linspace(-1.5, 1.5, n)[None, :, None, None], np.linspace(0.0, 6.0, n)[None, None, :, None]
    lat, lon = np.broadcast_arrays(lat, lon)
    wind = rng.normal(size=(2, *p.shape))
    dp_dry = dp * (1.0 - vapor)
    return Air(wind, temperature, tracers, dp, dp_dry, p, p_i, np.zeros_like(p_i), lat, lon, np.float64(300.0))


def test_held_suarez_equilibrium_is_that_of_the_paper(backend):
    forcing = backend.asarray(HeldSuarez())
    lat = backend.asarray(np.array([0.0, np.pi / 2]).reshape(1, 2, 1, 1))
    pressures = (backend.asarray(np.full(1, p)) for p in (1e5, 2e3))
    surface, aloft = (to_numpy(forcing.equilibrium_temperature(lat, p)) for p in pressures)
    np.testing.assert_allclose(surface.ravel(), [315.0, 255.0], rtol=1e-15)
    np.testing.assert_allclose(aloft.ravel(), [200.0, 200.0], rtol=0)


def test_held_suarez_rates_are_days(backend):
    air = columns()
    sigma = np.linspace(0.05, 1.0, NLEV)
    air = air.replace(temperature=HeldSuarez().equilibrium_temperature(air.lat, air.p) + 1.0)
    tendency = to_numpy(backend.asarray(HeldSuarez(sigma=sigma))(backend.asarray(air), 0.0))
    np.testing.assert_allclose(tendency.temperature[..., 0], -1.0 / (40 * DAY))
    expected = -(1.0 / (40 * DAY) + (0.25 - 0.025) / DAY * np.cos(air.lat[..., 0]) ** 4)
    np.testing.assert_allclose(tendency.temperature[..., -1], expected)
    np.testing.assert_allclose(tendency.wind[..., -1], -air.wind[..., -1] / DAY)
    assert np.all(tendency.wind[..., sigma < 0.7] == 0.0)


def test_condensation_takes_air_to_saturation_and_keeps_its_enthalpy(backend):
    air = columns(relative_humidity=1.02)
    tendency = to_numpy(LargeScaleCondensation()(backend.asarray(air), 0.0))
    temperature = air.temperature + air.dt * tendency.temperature
    vapor = air.tracers[0] + air.dt * tendency.tracers[0]
    supersaturated = air.tracers[0] > saturation_humidity(air.temperature, air.p, E3SM)
    assert supersaturated.mean() > 0.01
    saturated = saturation_humidity(temperature, air.p, E3SM)
    assert np.max(np.abs(vapor / saturated - 1.0)[supersaturated]) < 1e-3
    assert np.all(tendency.tracers[0][~supersaturated] == 0.0) and np.all(tendency.tracers[1:] == 0.0)
    enthalpy = E3SM.cp * tendency.temperature + E3SM.latent_heat_vaporization * tendency.tracers[0]
    assert np.max(np.abs(enthalpy)) < 1e-15 * E3SM.latent_heat_vaporization * np.abs(tendency.tracers).max()


def test_condensed_water_is_the_rain_at_the_ground():
    air = columns()
    rate = condensation_rate(air.temperature, air.tracers[0], air.p, air.dt, E3SM)
    lost = (rate * air.dp).sum(-1) / E3SM.gravity
    np.testing.assert_allclose(1000.0 * precipitation(rate, air.dp, E3SM.gravity)[..., 0], lost, rtol=1e-15)


def test_kessler_closes_its_water_budget_with_the_rain_at_the_ground(backend):
    air = columns()
    suite = Kessler()
    tendency = to_numpy(backend.compile(suite)(backend.asarray(air), 0.0))
    rained = to_numpy(suite.precipitation(air))
    gained = (tendency.tracers.sum(0) * air.dp).sum(-1) / E3SM.gravity
    column = (air.tracers.sum(0) * air.dp).sum(-1) / E3SM.gravity
    assert np.max(np.abs(air.dt * (gained + 1000.0 * rained[..., 0])) / column) < 1e-14
    assert rained.min() > 1e-9, "rain must have reached the ground"
    assert np.all(air.tracers + air.dt * tendency.tracers > -1e-18)


def test_kessler_turns_latent_heat_into_warmth_exactly():
    air = columns(rain=0.0)
    state, layers, _ = Kessler()._dry_columns(air)
    after, _ = kessler(state, layers, 300.0)
    change = HEAT_CAPACITY * (after.temperature - state.temperature) + LATENT_HEAT * (after.vapor - state.vapor)
    assert np.max(np.abs(change)) < 1e-12 * LATENT_HEAT * np.abs(after.vapor - state.vapor).max()
    assert np.abs(after.temperature - state.temperature).max() > 0.1


def test_kessler_brings_a_rising_parcel_to_saturation():
    """Cloudy air that cools by 1 K in a step ends at saturation, as much cloud richer as it lost vapor."""
    p = np.linspace(3e4, 9e4, NLEV)
    temperature = 300.0 * (p / 1e5) ** 0.19
    layers = DryLayers(p, p / (287.0 * temperature), np.full(NLEV, 300.0))
    vapor = saturation_mixing_ratio(temperature + 1.0, p)
    after, rain = kessler(WarmRain(temperature, vapor, np.full(NLEV, 5e-4), np.zeros(NLEV)), layers, 60.0)
    assert np.max(np.abs(after.vapor / saturation_mixing_ratio(after.temperature, p) - 1.0)) < 2e-3
    np.testing.assert_allclose(after.cloud - 5e-4 + after.rain, vapor - after.vapor, rtol=1e-10)
    assert rain[0] == 0.0


def test_dry_air_is_left_alone_by_kessler():
    air = columns(relative_humidity=0.5, cloud=0.0, rain=0.0)
    tendency = Kessler()(air, 0.0)
    assert np.all(tendency.temperature == 0.0) and np.all(tendency.tracers == 0.0)


def test_terminator_steady_state_is_steady_and_its_sum_conserved(backend):
    air, chemistry = columns(), Terminator()
    cl, cl2 = (np.broadcast_to(x, air.p.shape) for x in chemistry.steady_state(air.lat, air.lon))
    np.testing.assert_allclose(cl + 2.0 * cl2, 4e-6, rtol=1e-12)
    air = air.replace(tracers=np.stack([cl, cl2]))
    steady = to_numpy(chemistry(backend.asarray(air), 0.0)).tracers
    assert np.max(np.abs(steady)) * air.dt < 1e-16
    disturbed = air.replace(tracers=np.stack([0.5 * cl, cl2 + 0.25 * cl]))
    source = to_numpy(chemistry(backend.asarray(disturbed), 0.0)).tracers
    assert np.max(np.abs(source[0] + 2.0 * source[1])) == 0.0
    assert np.abs(source).max() > 1e-9


def test_terminator_solves_its_reactions_exactly():
    """Two half steps are one whole step, in the light and in the dark."""
    chemistry, rng = Terminator(), np.random.default_rng(1)
    lat, lon = rng.uniform(-1.5, 1.5, (1, 8, 8, 1)), rng.uniform(0.0, 6.3, (1, 8, 8, 1))
    cl = rng.uniform(0.0, 4e-6, lat.shape)
    whole = cl + 600.0 * chemistry.chlorine_source(cl, lat, lon, 600.0)
    half = cl + 300.0 * chemistry.chlorine_source(cl, lat, lon, 300.0)
    twice = half + 300.0 * chemistry.chlorine_source(half, lat, lon, 300.0)
    np.testing.assert_allclose(twice, whole, rtol=1e-9, atol=1e-20)


def test_a_function_and_a_sum_are_suites_too(backend):
    def cooling(air, time):
        return Tendency(temperature=-air.temperature / DAY)

    air = backend.asarray(columns())
    both = to_numpy(suites(cooling, HeldSuarez())(air, 0.0))
    parts = [to_numpy(as_suite(s)(air, 0.0)) for s in (cooling, HeldSuarez())]
    np.testing.assert_array_equal(both.temperature, parts[0].temperature + parts[1].temperature)
    np.testing.assert_array_equal(both.wind, parts[1].wind)
    assert both.tracers is None


@pytest.mark.parametrize(
    "suite", share([LargeScaleCondensation(), Kessler(max_subcycles=30), Terminator(), HeldSuarez()], 2)
)
def test_gradients_are_finite_and_agree_with_differences(suite):
    jax = pytest.importorskip("jax")
    air = columns(n=2)
    rng = np.random.default_rng(2)
    h = air.tracers * rng.uniform(-1, 1, air.tracers.shape), rng.normal(size=air.p.shape)
    weights = rng.normal(size=air.p.shape)

    def objective(tracers, temperature, air):
        tendency = suite(air.replace(tracers=tracers, temperature=temperature), 0.0)
        heat = 0.0 if tendency.temperature is None else (weights * tendency.temperature).sum()
        return heat + (0.0 if tendency.tracers is None else (weights * tendency.tracers).sum() * 1e3)

    arguments = Backend("jax").asarray((air.tracers, air.temperature, air))
    gradient = to_numpy(jax.jit(jax.grad(objective, argnums=(0, 1)))(*arguments))
    assert all(np.all(np.isfinite(g)) for g in gradient)
    step = 1e-6
    ends = [objective(air.tracers + s * h[0], air.temperature + s * h[1], air) for s in (step, -step)]
    slope = sum(np.sum(g * d) for g, d in zip(gradient, h))
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=1e-12)


def test_gradients_are_finite_without_any_water():
    jax = pytest.importorskip("jax")
    air = Backend("jax").asarray(columns(n=2, relative_humidity=0.0, cloud=0.0, rain=0.0))
    gradient = jax.jit(jax.grad(lambda q: Kessler(max_subcycles=3)(air.replace(tracers=q), 0.0).tracers.sum()))
    assert np.all(np.isfinite(gradient(air.tracers)))
