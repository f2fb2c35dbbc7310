"""The sponge of DCMIP2012 2-1 and 2-2, suites in turn, and levels from NetCDF, as a run has them."""

import numpy as np
import pytest

from pysces.cases.dcmip2012 import schaer_waves
from pysces.config.presets import preset
from pysces.constants import E3SM
from pysces.driver.simulation import simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.physics.kessler import Kessler
from pysces.physics.rayleigh_sponge import BOTTOM, TIME, TOP, schaer_sponge
from pysces.physics.reed_jablonowski import ReedJablonowski
from pysces.physics.suite import Air, InTurn, Tendency
from pysces.vertical.dcmip_levels import dcmip2012

LEVELS = {"family": "dcmip2012", "test": "2_1", "nlev": 12}


def air(tracers, wind=10.0):
    """A column of three layers, moist enough to rain, over the sea."""
    shape = (1, 1, 1, 3)
    p_i = np.array([7.0e4, 8.0e4, 9.0e4, 1.0e5]).reshape(1, 1, 1, 4)
    return Air(
        wind=np.full((2, *shape), wind),
        temperature=np.array([270.0, 280.0, 290.0]).reshape(shape),
        tracers=np.stack([np.full(shape, 0.02), *(np.full(shape, 1e-3) for _ in range(tracers - 1))]),
        dp=np.full(shape, 1.0e4),
        dp_dry=np.full(shape, 0.98e4),
        p=0.5 * (p_i[..., 1:] + p_i[..., :-1]),
        p_i=p_i,
        phi_i=9.8e3 * np.array([3.0, 2.0, 1.0, 0.0]).reshape(1, 1, 1, 4),
        lat=np.zeros((1, 1, 1, 1)),
        lon=np.zeros((1, 1, 1, 1)),
        dt=np.float64(300.0),
    )


def test_damping_grows_from_20_to_30_km_as_hommes():
    """At the heights of HOMME's evenly spaced levels, of which the middles lie 1.25 km below the interfaces."""
    nlev = 12
    z = TOP * (1.0 - (np.arange(nlev) + 0.5) / nlev)
    expected = np.where(z >= BOTTOM, np.sin(0.5 * np.pi * (z - BOTTOM) / (TOP - BOTTOM)) ** 2, 0.0) / TIME
    np.testing.assert_allclose(schaer_sponge(dcmip2012(nlev, "2_1")).damping, expected, rtol=1e-12, atol=1e-17)


def test_a_sponge_draws_back_to_the_wind_of_the_start():
    sponge = schaer_sponge(dcmip2012(3, "2_1"))
    some = air(1)
    assert (sponge.started(some.wind)(some, 0.0).wind == 0.0).all()
    np.testing.assert_array_equal(sponge(some, 0.0).wind, -sponge.damping * some.wind)  # to rest, where none is known


@pytest.mark.parametrize("model", ["theta_l", "cam_se"])
def test_a_run_gives_its_own_wind_to_the_sponge(model):
    config = preset(model).with_table(
        {
            "grid": {"ne": 2, "rearth": 12742.0},
            "vertical": {"table": LEVELS},
            "time": {"tstep": 0.2},
            "viscosity": {"nu": 1e8, "nu_top": 0.0},
            "case": {"name": "schaer_waves"},
            "physics": {"suite": "schaer_sponge"},
        }
    )
    host = simulation(config).host
    grid = cubed_sphere_grid(2, E3SM, config.grid.cubed_sphere_map)
    expected = schaer_waves(grid, dcmip2012(12, "2_1")).wind
    np.testing.assert_allclose(host.forcing.suite.wind, expected, atol=1e-12)


def test_suites_in_turn_see_what_the_one_before_left():
    def warming(now, time):
        return Tendency(temperature=1.0 + 0.0 * now.temperature)

    def as_warm_as_it_is(now, time):
        return Tendency(temperature=now.temperature)

    some = air(1)
    found = InTurn((warming, as_warm_as_it_is))(some, 0.0).temperature
    np.testing.assert_array_equal(found, 1.0 + (some.temperature + 300.0))


def test_the_sea_alone_leaves_rain_to_kessler():
    some = air(3)
    both, rain = InTurn((Kessler(E3SM), ReedJablonowski(E3SM, raining=False)))(some, 0.0), Kessler(E3SM)(some, 0.0)
    sea = ReedJablonowski(E3SM, raining=False)(some, 0.0)
    whole = ReedJablonowski(E3SM)(some, 0.0)
    assert (both.tracers[1:] == rain.tracers[1:]).all()  # the sea has no cloud and no rain
    assert sea.tracers[0, ..., 0].max() > whole.tracers[0, ..., 0].max()  # the top layer is oversaturated, and stays so


def test_the_sponge_draws_vertical_velocity_to_none_where_there_is_some():
    """At an interface in the sponge as in the middle of the layer below it, at the top by the whole rate."""
    sponge, some = schaer_sponge(dcmip2012(3, "2_1")), air(1)
    assert sponge(some, 0.0).w_i is None
    rising = some.replace(w_i=np.ones((1, 1, 1, 4)))
    np.testing.assert_allclose(-sponge(rising, 0.0).w_i[0, 0, 0], [1.0 / TIME, 0.0, 0.0], rtol=1e-12, atol=1e-16)
    after = InTurn((sponge, sponge))(rising, 0.0).w_i
    np.testing.assert_allclose(-after[0, 0, 0, 0], (2.0 - some.dt / TIME) / TIME, rtol=1e-12)
