"""Kessler's warm rain in CAM-SE: three phases of water have weight and heat capacity, fall, leave dry air alone."""

import numpy as np
import pytest

from pysces import preset, simulation
from pysces.models.cam_se.physics import cam_se_air
from pysces.operators.integrals import mass

LEVELS = {"family": "even_pressure", "nlev": 6, "eta_top": 0.02}


@pytest.fixture(scope="module")
def run():
    config = preset("cam_se").with_options(case="topographic_wave", ne=2, suite="kessler", ndays=0.25, tstep=600.0)
    return simulation(config.with_table({"vertical": {"table": LEVELS}}))


@pytest.fixture(scope="module")
def wet(run):
    """The start with vapor beyond saturation below, and rain."""
    vapor, cloud, _ = run.state.tracer_mass
    return run.state.replace(tracer_mass=np.stack([3.0 * vapor, cloud, 0.1 * vapor]))


def test_it_carries_what_the_suite_works_on(run):
    assert run.host.equations.species.names == ("Q", "CLDLIQ", "RAINQM")
    vapor, cloud, rain = run.state.tracer_mass
    assert vapor.max() > 0.0 and not cloud.any() and not rain.any()
    fields = {f.name: f.values for f in run.model.fields(run.host, run.state)}
    assert {"q", "CLDLIQ", "RAINQM"} <= set(fields)


def test_its_sources_are_the_schemes_own(run, wet):
    """Mass of each phase changes by the scheme's rates of mass, in the whole layer; the dry air does not."""
    dycore = run.host
    dt = np.float64(1800.0)
    air = cam_se_air(wet.dynamics, wet.tracer_mass, dycore, dt)
    rate = dycore.forcing.suite(air, 0.0)
    forced, _ = dycore.forcing.split(wet, dt, dycore)
    np.testing.assert_allclose(
        forced.tracer_mass - wet.tracer_mass, dt * rate.tracers * air.dp, rtol=1e-9, atol=1e-9 * wet.tracer_mass.max()
    )
    assert (forced.tracer_mass[1] > 0.0).any() and (rate.temperature != 0.0).any()
    np.testing.assert_array_equal(forced.dynamics.dp_dry, wet.dynamics.dp_dry)


def test_rain_takes_water_away_and_dry_air_stays(run, wet):
    dycore, gravity = run.host, run.host.equations.constants.gravity
    after = dycore.run(wet, 3)
    water = [mass(s.tracer_mass, dycore.grid, gravity).sum() for s in (wet, after)]
    dry = [mass(s.dynamics.dp_dry, dycore.grid, gravity) for s in (wet, after)]
    assert 0.5 * water[0] < water[1] < water[0] * (1.0 - 1e-4) and abs(dry[1] / dry[0] - 1.0) < 1e-14
    assert after.tracer_mass.min() > -1e-12 * after.tracer_mass.max()
