"""The tropical cyclone: catalogued strength, and balance of the formulas it is made of."""

import numpy as np
import pytest

from pysces.cases import tropical_cyclone as tc
from pysces.cases.transport.prescribed_transport import DCMIP
from pysces.config.presets import cam_se, homme
from pysces.constants import CAM, E3SM
from pysces.driver.simulation import march, simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure
from pysces.vertical.hydrostatic import integrate_upward
from tests.daily import turn


def test_strength_is_that_of_the_catalogue():
    """20.00 m s-1 at 250 km at the surface, 1003.85 hPa and +3.0 K in the core, tropopause at 130.49 hPa."""
    constants, r = DCMIP.replace(omega=7.29212e-5), np.linspace(1.0, 1e6, 4001)
    speed = tc.tangential_wind(np.zeros_like(r), r, constants)
    assert speed.max() == pytest.approx(20.0, abs=0.005)
    assert r[speed.argmax()] == pytest.approx(250e3, abs=2e3)
    assert tc.pressure(0.0, 0.0, constants) == pytest.approx(100385.0, abs=0.5)
    assert tc.pressure(15000.0, 1e7, constants) == pytest.approx(13049.0, abs=1.0)
    z = np.linspace(0.0, 14999.0, 500)
    core, far = (tc._virtual_temperature(z, x, constants) for x in (0.0, 1e7))
    assert np.max(core - far) == pytest.approx(3.0, abs=0.1)


def test_air_is_in_hydrostatic_and_gradient_wind_balance():
    """Residuals of central differences; catalogued 2e-8 K and 2e-11 m s-2."""
    constants = DCMIP
    z, r = np.meshgrid(np.linspace(50.0, 14000.0, 30), np.linspace(2e4, 8e5, 30))
    p, T = tc.pressure(z, r, constants), tc._virtual_temperature(z, r, constants)
    h = 1.0
    slope = np.log(tc.pressure(z + h, r, constants) / tc.pressure(z - h, r, constants)) / (2 * h)
    assert np.max(np.abs(-constants.gravity / (constants.R_dry * slope) - T)) < 1e-4
    v, f = tc.tangential_wind(z, r, constants), 2 * constants.omega * np.sin(tc.CENTER_LAT)
    force = constants.R_dry * T / p * (tc.pressure(z, r + h, constants) - tc.pressure(z, r - h, constants)) / (2 * h)
    assert np.max(np.abs(v * v / r + f * v - force)) < 1e-8


def test_fields_on_a_grid_are_those_of_the_formulas():
    grid, coordinate = cubed_sphere_grid(4), even_pressure(12, 0.05)
    fields = tc.tropical_cyclone(grid, coordinate, E3SM)
    assert fields.ps.min() < 101400.0 and fields.ps.max() == pytest.approx(101500.0, abs=1e-6)
    assert 0.015 < fields.q_moist.max() < 0.021 and fields.q_moist.min() == 1e-11
    np.testing.assert_allclose(coordinate.ps(fields.dp), fields.ps, rtol=1e-14)
    z = tc._height(coordinate.p_mid(fields.ps), np.zeros_like(fields.ps) + 1e5, E3SM)
    np.testing.assert_allclose(tc.pressure(z, 1e5, E3SM), coordinate.p_mid(fields.ps), rtol=1e-13)


@turn(2)
def test_layers_of_dry_mass_carry_the_same_vortex():
    """Dry air and vapor weigh the vortex's surface pressure; vapor's weight is that of the moist fields."""
    grid, coordinate = cubed_sphere_grid(4), even_pressure(30, 0.02)
    moist, dry = tc.tropical_cyclone(grid, coordinate, CAM), tc.tropical_cyclone_dry_mass(grid, coordinate, CAM)
    weight = coordinate.ptop + (dry.dp_dry * (1.0 + dry.q_dry)).sum(-1, keepdims=True)
    np.testing.assert_allclose(weight, moist.ps, rtol=1e-12)
    vapor = (dry.dp_dry * dry.q_dry).sum(-1)
    np.testing.assert_allclose(vapor, (moist.q_moist * moist.dp).sum(-1), rtol=5e-3)
    np.testing.assert_allclose(coordinate.ps(dry.dp_dry), dry.ps_dry, rtol=1e-14)
    assert 480.0 < vapor.min() < 500.0 and dry.q_dry.min() >= 1e-11


@turn(1)
def test_levels_of_dry_mass_are_where_the_air_is():
    """Geopotential from the fields' own temperature and pressure is that of the heights, to the levels' resolution."""
    grid, coordinate = cubed_sphere_grid(3), even_pressure(60, 0.1)
    dry = tc.tropical_cyclone_dry_mass(grid, coordinate, CAM)
    dp = dry.dp_dry * (1.0 + dry.q_dry)
    p_i = coordinate.ptop + np.concatenate([np.zeros_like(dp[..., :1]), np.cumsum(dp, axis=-1)], axis=-1)
    virtual = dry.temperature * (1.0 + dry.q_dry * CAM.R_vapor / CAM.R_dry) / (1.0 + dry.q_dry)
    phi_i = integrate_upward(CAM.R_dry * virtual * np.diff(np.log(p_i)), np.zeros_like(dry.ps_dry))
    r = CAM.radius * tc.great_circle(*tc.coordinates(grid), tc.CENTER_LON, tc.CENTER_LAT)
    z_i = tc._height_of_dry_pressure(coordinate.p_i(dry.ps_dry), r, CAM)
    np.testing.assert_allclose(phi_i / CAM.gravity, z_i, atol=15.0)


@pytest.mark.parametrize("preset", [homme, cam_se], ids=["homme", "cam_se"])
def test_both_cores_start_from_it(preset):
    """An hour on a mesh far too coarse: finite, its dry or moist mass kept."""
    options = {} if preset is cam_se else {"tracers": True}
    run = simulation(preset(ne=2, ndays=1.0 / 24.0, case="tropical_cyclone", every_hours=1.0, **options))
    first, last = march(run)
    assert abs(last.mass / first.mass - 1.0) < 1e-13 and abs(last.tracer_mass[0] / first.tracer_mass[0] - 1.0) < 1e-12
    assert abs(last.ps_min - first.ps_min) < 500.0


def test_warm_sea_moistens_the_air_and_the_air_weighs_it():
    """Reed and Jablonowski's physics by a configuration: what the sea gives is vapor, and mass of the air."""
    options = {"case": "tropical_cyclone", "suite": "reed_jablonowski", "tracers": True, "every_hours": 2.0}
    first, last = march(simulation(homme(ne=2, ndays=1.0 / 12.0, **options)))
    gained, heavier = last.tracer_mass[0] - first.tracer_mass[0], last.mass - first.mass
    assert gained > 1e-3  # kg m-2: this mesh hardly knows the vortex, its winds are weak
    assert heavier == pytest.approx(gained, rel=1e-8)
