"""A suite in the CAM-SE dycore: heat and water arrive, and water is neither made nor lost."""

import numpy as np
import pytest

from pysces.config.presets import cam_se
from pysces.driver.simulation import simulation
from pysces.models.cam_se.physics import cam_se_air, cam_se_physics
from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.large_scale_condensation import LargeScaleCondensation
from pysces.physics.suite import Tendency
from pysces.thermodynamics.moist_air import enthalpy


@pytest.fixture(scope="module")
def model():
    """(Dycore, ModelState): the moist baroclinic wave on a very small grid, as `pysces run` builds it."""
    run = simulation(cam_se(ne=2))
    return run.dycore, run.state


def test_nothing_asked_for_changes_nothing(model):
    dycore, state = model
    same, rates = cam_se_physics(lambda air, time: Tendency()).split(state, 600.0, dycore)
    assert rates is None
    for name in ("wind", "temperature", "dp_dry"):
        np.testing.assert_array_equal(getattr(same.dynamics, name), getattr(state.dynamics, name))
    np.testing.assert_array_equal(same.tracer_mass, state.tracer_mass)


def test_heat_of_physics_is_enthalpy_of_the_air(model):
    """Physics heats with one cp; what the air, of many, receives is the same energy."""
    dycore, state = model
    air, equations = cam_se_air(state.dynamics, state.tracer_mass, dycore, 600.0), dycore.equations
    forced, _ = cam_se_physics(lambda air, time: Tendency(temperature=1e-4 + 0 * air.p)).split(state, 600.0, dycore)
    q = state.tracer_mass / state.dynamics.dp_dry
    before, after = (enthalpy(s.dynamics.temperature, s.dynamics.dp_dry, q, equations.species) for s in (state, forced))
    given = equations.constants.cp * 600.0 * 1e-4 * air.dp
    np.testing.assert_allclose(after - before, given, atol=1e-12 * np.abs(before).max())


def test_friction_arrives(model):
    dycore, state = model
    at_the_ground = HeldSuarez(sigma=np.ones(dycore.equations.coordinate.nlev))
    change = cam_se_physics(at_the_ground).split(state, 600.0, dycore)[0].dynamics.wind - state.dynamics.wind
    np.testing.assert_allclose(change, -600.0 / 86400.0 * state.dynamics.wind, rtol=1e-11, atol=1e-13)


def test_water_of_a_run_is_what_is_in_the_air_and_what_has_rained(model):
    """Supersaturated air condenses, one call with dynamics, tracers and remap: water budget to 1e-13."""
    dycore, state = model
    state = state.replace(tracer_mass=1.5 * state.tracer_mass)
    suite = LargeScaleCondensation(dycore.equations.constants)
    air = cam_se_air(state.dynamics, state.tracer_mass, dycore, dycore.dt_remap)
    rained = -dycore.dt_remap * suite(air, 0.0).tracers[0] * air.dp
    after = dycore.replace(forcing=cam_se_physics(suite)).step(state)

    def total(x):
        return (x * dycore.grid.mass_matrix).sum()

    before = total(state.tracer_mass)
    assert total(rained) > 1e-6 * before
    assert abs(total(after.tracer_mass) + total(rained) - before) < 1e-13 * before
