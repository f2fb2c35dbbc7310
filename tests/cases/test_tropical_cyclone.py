"""The tropical cyclone: catalogued strength, and balance of the formulas it is made of."""

import numpy as np
import pytest

from pysces.cases import tropical_cyclone as tc
from pysces.cases.prescribed_transport import DCMIP
from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure


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
