"""The Ullrich et al. (2014) wave: HOMME's and CAM-SE's own initial states, and the balance it is built on."""

import numpy as np
import pytest
from pysces_harness.sides.pysces import cam_se, theta_l

from pysces.cases.baroclinic_wave_umjs14 import (
    baroclinic_wave_umjs14,
    baroclinic_wave_umjs14_dry_mass,
    height_of_pressure,
    pressure,
    virtual_temperature,
    zonal_wind,
)
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import CAM, E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure
from tests import records

LAT = np.linspace(-1.5, 1.5, 61)
HEIGHTS = np.array([[0.0], [3000.0], [10000.0], [25000.0]])


@pytest.mark.parametrize("name", records.waves())
def test_homme_initial_state_is_reproduced(name):
    """HOMME stops its search for the height at 1e-13 of pressure; wind is the most sensitive to it."""
    record = records.case("theta_l_run", name)
    expected, settings = record.x, record.settings
    grid, coordinate = cubed_sphere_grid(settings["ne"]), theta_l.coordinate_of(expected, settings)
    fields = baroclinic_wave_umjs14(grid, coordinate, moist=settings["use_moisture"])
    vtheta_dp = virtual_potential_temperature_mass(fields, coordinate, E3SM)
    assert np.abs(fields.wind - expected["v"]).max() <= 2e-13 * np.abs(expected["v"]).max()
    assert records.error(vtheta_dp, expected["vtheta_dp"]) <= 1e-13
    assert records.error(fields.dp, expected["dp3d"]) <= 1e-14
    if "Qdp" in expected:
        assert records.error(fields.q_moist * fields.dp, expected["Qdp"][0]) <= 1e-12


def test_cam_se_initial_state_is_reproduced():
    """Humidity is a difference of pressures, found by CAM to 1e-13, over a thin layer: 1e-10 of its scale."""
    record = records.case("cam_se_step", "moist_wave")
    expected, settings = record.x, record.settings
    grid = cubed_sphere_grid(4, CAM, cubed_sphere_map=0)
    coordinate, constants = cam_se.coordinate(expected, settings), cam_se.constants(settings)
    fields = baroclinic_wave_umjs14_dry_mass(grid, coordinate, constants)
    assert records.error(fields.temperature, expected["T"]) <= 1e-12
    assert records.error(fields.dp_dry, expected["dp3d"]) <= 1e-14
    assert np.abs(fields.wind - expected["v"]).max() <= 1e-12 * np.abs(expected["v"]).max()
    q_error = np.abs(fields.q_dry - expected["Qdp"][0] / expected["dp3d"]).max()
    assert q_error <= 1e-10 * fields.q_dry.max()


@pytest.mark.parametrize("constants", [E3SM, CAM], ids=["e3sm", "cam"])
def test_the_base_state_is_hydrostatic_and_in_gradient_wind_balance(constants):
    c, h, d = constants, 0.5, 1e-5
    rho = pressure(HEIGHTS, LAT, c) / (c.R_dry * virtual_temperature(HEIGHTS, LAT, c))
    dp_dz = (pressure(HEIGHTS + h, LAT, c) - pressure(HEIGHTS - h, LAT, c)) / (2 * h)
    assert np.abs(dp_dz / rho + c.gravity).max() < 1e-6
    u = zonal_wind(HEIGHTS, LAT, c)
    dp_dlat = (pressure(HEIGHTS, LAT + d, c) - pressure(HEIGHTS, LAT - d, c)) / (2 * d)
    force = u * (2 * c.omega * np.sin(LAT) + u * np.tan(LAT) / c.radius) + dp_dlat / (rho * c.radius)
    assert np.abs(force).max() < 1e-9


def test_published_values_of_the_base_state():
    """Surface T_v and the jet of the paper (spec/cases.md 3.4, computed apart)."""
    np.testing.assert_allclose(virtual_temperature(0.0, np.array([0, np.pi / 2]), E3SM), [310.0, 240.0], rtol=1e-14)
    z, lat = np.meshgrid(np.linspace(9e3, 11e3, 201), np.radians(np.linspace(43, 46, 151)))
    assert abs(zonal_wind(z, lat, E3SM).max() - 27.891) < 1e-3
    p = np.geomspace(200.0, 1e5, 40)
    np.testing.assert_allclose(pressure(height_of_pressure(p, 0.7, CAM), 0.7, CAM), p, rtol=1e-13)


def test_moisture_leaves_virtual_temperature_alone():
    grid, coordinate = cubed_sphere_grid(2), even_pressure(10, 0.02)
    dry, moist = (baroclinic_wave_umjs14(grid, coordinate, moist=m) for m in (False, True))
    np.testing.assert_array_equal(dry.virtual_temperature, moist.virtual_temperature)
    assert moist.temperature.min() < dry.temperature.min() + 1e-9 and (moist.temperature < dry.temperature).any()


def test_streamfunction_perturbation_has_no_divergence():
    """Its divergence, on one mesh, is small against its vorticity; the exponential gust's is not."""
    from pysces.operators.dss import dss
    from pysces.operators.strong import divergence_sphere, vorticity_sphere

    grid, coordinate = cubed_sphere_grid(12), even_pressure(3, 0.1)
    rest = baroclinic_wave_umjs14(grid, coordinate, perturbation="none").wind
    ratios = {}
    for kind in ("streamfunction", "exponential"):
        wind = baroclinic_wave_umjs14(grid, coordinate, perturbation=kind).wind - rest
        div, vort = (np.abs(dss(f(wind, grid), grid))[..., -1].max() for f in (divergence_sphere, vorticity_sphere))
        ratios[kind] = div / vort
    assert ratios["streamfunction"] < 0.2 < ratios["exponential"]


def test_an_unknown_perturbation_is_named():
    with pytest.raises(ValueError, match=r"exponential, streamfunction, none, found 'gust'"):
        baroclinic_wave_umjs14(cubed_sphere_grid(2), even_pressure(3, 0.1), perturbation="gust")
