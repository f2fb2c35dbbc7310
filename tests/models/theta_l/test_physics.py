"""Physics in the theta-l dycore: what a suite asks for is what the state gets, and water is neither made nor lost."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.dycore.dycore import Dycore
from pysces.dycore.idle import FloatingLayers
from pysces.dycore.state import ModelState
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.physics import apply_homme_forcing, homme_air, homme_physics
from pysces.models.theta_l.remap import ThetaLRemap
from pysces.models.theta_l.state import HydrostaticState
from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.large_scale_condensation import LargeScaleCondensation
from pysces.physics.suite import Tendency
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES, tableau
from pysces.transport.eulerian import TracerTransport
from pysces.vertical.coordinate import even_pressure

DT = 600.0


@pytest.fixture(scope="module")
def model():
    """(Dycore, ModelState): the moist baroclinic wave on a very small grid."""
    grid, coordinate = cubed_sphere_grid(2), even_pressure(8, 0.05)
    fields = baroclinic_wave_umjs14(grid, coordinate, E3SM, moist=True)
    vtheta_dp = virtual_potential_temperature_mass(fields, coordinate, E3SM)
    dycore = Dycore(
        grid,
        ThetaLHydrostatic(E3SM, coordinate, fields.phis),
        None,
        ThetaLRemap(coordinate),
        np.float64(DT),
        transport=TracerTransport(coordinate.dp_ref(1e5)),
        scheme=tableau(5, HOMME_TSTEP_TYPES),
    )
    dynamics = HydrostaticState(fields.wind, vtheta_dp, fields.dp)
    return dycore, ModelState(dynamics, fields.q_moist[None] * fields.dp, np.float64(0.0))


def test_nothing_asked_for_changes_nothing(model):
    dycore, state = model
    same = homme_physics(lambda air, time: Tendency(), moist=True).apply(state, DT, dycore)
    np.testing.assert_allclose(same.dynamics.vtheta_dp, state.dynamics.vtheta_dp, rtol=1e-15)
    for name in ("wind", "dp"):
        np.testing.assert_array_equal(getattr(same.dynamics, name), getattr(state.dynamics, name))


@pytest.mark.parametrize("moist", [False, True])
def test_heating_and_acceleration_arrive_undiminished(model, moist):
    dycore, state = model
    before = homme_air(state.dynamics, state.tracer_mass, dycore, DT, moist)
    tendency = Tendency(wind=1e-4 * np.ones_like(before.wind), temperature=1e-3 * np.cos(before.lat) + 0 * before.p)
    dynamics, tracer_mass = apply_homme_forcing(
        state.dynamics, state.tracer_mass, tendency, DT, dycore.equations, moist
    )
    after = homme_air(dynamics, tracer_mass, dycore, DT, moist)
    np.testing.assert_allclose(after.temperature - before.temperature, DT * tendency.temperature, atol=1e-12)
    np.testing.assert_allclose(after.wind - before.wind, DT * 1e-4, atol=1e-14)


def test_vapor_that_appears_adds_to_the_mass_of_its_layer(model):
    dycore, state = model
    rate = 1e-7 * np.random.default_rng(0).uniform(-1, 1, state.tracer_mass.shape)
    dynamics, tracer_mass = apply_homme_forcing(
        state.dynamics, state.tracer_mass, Tendency(tracers=rate), DT, dycore.equations, True
    )
    gained = tracer_mass[0] - state.tracer_mass[0]
    np.testing.assert_allclose(dynamics.dp - state.dynamics.dp, gained, atol=1e-11)
    assert tracer_mass.min() >= 0.0 and np.abs(gained).max() > 0.01
    plenty = state.tracer_mass[0] > 1e-3 * state.dynamics.dp
    np.testing.assert_allclose(gained[plenty], (DT * rate[0] * state.dynamics.dp)[plenty], rtol=1e-9)


def test_sinks_empty_a_tracer_and_no_more(model):
    dycore, state = model
    negative = state.tracer_mass - 5.0
    sink = Tendency(tracers=-np.ones_like(negative))
    _, after = apply_homme_forcing(state.dynamics, negative, sink, DT, dycore.equations, False)
    np.testing.assert_array_equal(after, np.minimum(negative, 0.0))


def test_water_of_a_run_is_what_is_in_the_air_and_what_has_rained(model):
    """Supersaturated air condenses, one call with dynamics, tracers and remap: water budget to 1e-13."""
    dycore, state = model
    state = state.replace(tracer_mass=1.5 * state.tracer_mass)
    suite = LargeScaleCondensation()
    air = homme_air(state.dynamics, state.tracer_mass, dycore, DT, True)
    rained = -DT * (suite(air, 0.0).tracers[0] * air.dp)
    after = dycore.replace(forcing=homme_physics(suite, moist=True)).step(state)

    def total(x):
        return (x * dycore.grid.mass_matrix).sum()

    before, lost, left = total(state.tracer_mass), total(rained), total(after.tracer_mass)
    assert lost > 1e-6 * before
    assert abs(left + lost - before) < 1e-13 * before


@pytest.mark.parametrize("ftype", [-1, 1, 3])
def test_other_ftypes_leave_forcing_to_others(model, ftype):
    dycore, state = model
    assert homme_physics(HeldSuarez(), ftype).apply(state, DT, dycore) is state


def test_unknown_ftype_is_refused():
    with pytest.raises(ValueError, match="ftype"):
        homme_physics(HeldSuarez(), ftype=5)


def pushed(dycore, ftype, **splits):
    """The dycore under a steady push of the wind, without remap."""
    suite = lambda air, time: Tendency(wind=1e-4 * np.cos(air.lat) + 0.0 * air.wind)  # noqa: E731
    return dycore.replace(forcing=homme_physics(suite, ftype, moist=True), remap=FloatingLayers(), **splits)


@pytest.mark.parametrize("splits", [{"rsplit": 3}, {"qsplit": 3}])
def test_ftype_4_pushes_before_every_dynamics_step(model, splits):
    """A call of three steps is three calls that are each pushed at their start; ftype 2 pushes once for all."""
    dycore, state = model
    dycore = dycore.replace(transport=None) if "qsplit" in splits else dycore  # one tracer step is not three
    together = pushed(dycore, 4, **splits).step(state).dynamics
    apart = state
    for _ in range(3):
        apart = pushed(dycore, 2).step(apart)
    at_once = pushed(dycore, 2, **splits).step(state).dynamics
    for name in ("wind", "vtheta_dp", "dp"):
        expected, found = getattr(apart.dynamics, name), getattr(together, name)
        assert np.abs(found - expected).max() < 1e-13 * np.abs(expected).max(), name
    assert np.abs(together.wind - at_once.wind).max() > 1e-5


def test_ftype_4_is_ftype_2_where_a_call_is_one_step(model):
    """Heat and vapor, too: the tracers' mass comes at once, heat at the new pressure."""
    dycore, state = model
    state = state.replace(tracer_mass=1.5 * state.tracer_mass)
    both = [dycore.replace(forcing=homme_physics(LargeScaleCondensation(), f, moist=True)) for f in (2, 4)]
    expected, found = (d.step(state) for d in both)
    for name in ("wind", "vtheta_dp", "dp"):
        a, b = getattr(expected.dynamics, name), getattr(found.dynamics, name)
        assert np.abs(a - b).max() < 1e-13 * np.abs(a).max(), name
    np.testing.assert_array_equal(found.tracer_mass, expected.tracer_mass)
    assert np.abs(expected.dynamics.vtheta_dp - dycore.step(state).dynamics.vtheta_dp).max() > 1.0


def test_three_lines_plug_a_function_into_a_step(model):
    dycore, state = model

    def suite(air, time):
        return Tendency(temperature=(300.0 - air.temperature) / 86400.0)

    warmed = dycore.replace(forcing=homme_physics(suite)).step(state).dynamics.vtheta_dp
    assert np.all((warmed - dycore.step(state).dynamics.vtheta_dp).mean((0, 1, 2)) > 0.0)


def test_rates_of_a_suite_are_differentiable_through_the_coupling(model):
    jax = pytest.importorskip("jax")

    def heat(k_a, dycore, state):
        forcing = homme_physics(HeldSuarez(k_a=k_a, k_s=k_a), moist=True)
        return (forcing.apply(state, DT, dycore).dynamics.vtheta_dp * 1e-6).sum()

    k_a = 1.0 / 86400.0
    gradient = jax.grad(heat)(*Backend("jax").asarray((np.float64(k_a), *model)))
    ends = [heat(k_a * (1.0 + s), *model) for s in (1e-3, -1e-3)]
    assert float(gradient) == pytest.approx((ends[0] - ends[1]) / (2e-3 * k_a), rel=1e-6)
