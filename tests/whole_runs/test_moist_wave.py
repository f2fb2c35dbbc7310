"""Whole calls with tracers: a mixing ratio of one stays one where it can, and water is neither made nor lost."""

import numpy as np
import pytest

from pysces.config.presets import cam_se, homme
from pysces.driver.simulation import simulation
from pysces.models.cam_se.physics import cam_se_air, cam_se_physics
from pysces.models.theta_l.physics import homme_air, homme_physics
from pysces.physics.kessler import WATER_DENSITY, Kessler
from pysces.physics.large_scale_condensation import LargeScaleCondensation
from pysces.physics.reed_jablonowski import ReedJablonowski

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 8, "eta_top": 0.05}}}


def total(tracer_mass, grid):
    """Weight of every tracer in all of the air."""
    return (tracer_mass * grid.mass_matrix).sum((-4, -3, -2, -1))


def model(preset, **options):
    """(Dycore, ModelState) of the moist wave on a very small grid, in NumPy."""
    options = {"case": "baroclinic_wave", "case_options": {"moist": True}} | options
    run = simulation(preset(ne=2, tracers=True, **options).with_table(LEVELS))
    return run.host, run.state


@pytest.mark.parametrize(("limiter_option", "rsplit"), [(9, 3), (8, 2), (0, 1)])
def test_one_stays_one_in_the_dycore_without_reference_profiles(limiter_option, rsplit):
    """nu_q = nu_p, no reference profiles, sponge and thickness limiter at rest: twelve calls, dynamics and remap."""
    dycore, state = model(homme, limiter_option=limiter_option, rsplit=rsplit, hv_ref_profiles=0)
    state = state.replace(tracer_mass=state.dynamics.dp[None])
    for _ in range(12):
        state = dycore.step(state)
    assert np.max(np.abs(state.tracer_mass[0] / state.dynamics.dp - 1.0)) < 1e-13


MOUNTAIN = {"case": "rest_over_mountain", "case_options": {"half_width": 0.785}}


@pytest.mark.parametrize("option", [MOUNTAIN | {"hv_ref_profiles": 6}, {"hv_ref_profiles": 0, "nu_q": 0.0}])
def test_one_does_not_stay_one_under_other_conditions(option):
    """With profiles that a mountain shapes, or without the tracers' viscosity; limiters 8 and 9 hide the former."""
    dycore, state = model(homme, limiter_option=0, **option)
    state = dycore.step(state.replace(tracer_mass=state.dynamics.dp[None]))
    assert np.max(np.abs(state.tracer_mass[0] / state.dynamics.dp - 1.0)) > 1e-6


def rain_of_condensation(suite, air):
    """Condensed vapor [kg m-2]: it rains at once."""
    lost = suite(air, 0.0).tracers[0] * air.dp * air.dt
    return -lost.sum(axis=-1, keepdims=True)


def rain_of_kessler(suite, air):
    return suite.precipitation(air) * air.dt * WATER_DENSITY * suite.constants.gravity


def rain_less_evaporation(suite, air):
    """What leaves the air for the sea."""
    gravity = suite.constants.gravity
    return (suite.precipitation(air) * WATER_DENSITY - suite.evaporation(air)) * air.dt * gravity


def forced(dycore, name):
    """The dycore with a suite, how it sees the air, and its rain in Pa."""
    constants = dycore.equations.constants
    suite, rain = {
        "kessler": (Kessler, rain_of_kessler),
        "condensation": (LargeScaleCondensation, rain_of_condensation),
        "reed_jablonowski": (ReedJablonowski, rain_less_evaporation),
    }[name]
    suite = suite(constants)
    if hasattr(dycore.equations, "species"):
        air = lambda state: cam_se_air(state.dynamics, state.tracer_mass, dycore, dycore.dt_remap)  # noqa: E731
        return dycore.replace(forcing=cam_se_physics(suite)), lambda state: rain(suite, air(state))
    air = lambda state: homme_air(state.dynamics, state.tracer_mass, dycore, dycore.dt_remap, True)  # noqa: E731
    return dycore.replace(forcing=homme_physics(suite, moist=True)), lambda state: rain(suite, air(state))


@pytest.mark.parametrize(
    ("preset", "suite"),
    [(homme, "kessler"), (homme, "reed_jablonowski"), (cam_se, "condensation")],
    ids=lambda p: getattr(p, "__name__", p),
)
def test_water_of_the_moist_wave_is_what_is_in_the_air_and_what_has_rained(preset, suite):
    """Six hours from air made supersaturated: every call's rain and what is left add up to the start, to 1e-13."""
    options = {"suite": suite} if suite == "kessler" else {}
    dycore, state = model(preset, **options)
    dycore, rain = forced(dycore.replace(forcing=None), suite)
    state = state.replace(tracer_mass=1.6 * state.tracer_mass)
    before, rained = total(state.tracer_mass, dycore.grid).sum(), 0.0
    for _ in range(12):
        rained = rained + total(rain(state), dycore.grid)
        state = dycore.step(state)
    after = total(state.tracer_mass, dycore.grid).sum()
    assert abs(rained) > 1e-4 * before, "water must have come or gone"
    assert abs(after + rained - before) < 1e-13 * before
