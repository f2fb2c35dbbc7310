"""Cases over a surface from a file: their own air, with the pressure that it has at that height."""

import numpy as np
import pytest

from pysces.cases.catalogue import initial_dry_mass_fields, initial_fields
from pysces.cases.topographic_wave import surface_height
from pysces.config.presets import preset
from pysces.constants import CAM, E3SM
from pysces.driver.simulation import march, simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure
from tests.columns import hill, write_columns

LEVELS = even_pressure(6, 0.05)
GRID = cubed_sphere_grid(2)


def test_the_wave_over_the_ridges_is_the_topographic_wave():
    """Whose numbers are held to HOMME's: the same air and pressure over a surface that is given."""
    phis = E3SM.gravity * surface_height(GRID)
    options = {"perturbation": "none", "moist": True}
    ours = initial_fields("baroclinic_wave", GRID, LEVELS, E3SM, options, phis)
    theirs = initial_fields("topographic_wave", GRID, LEVELS, E3SM, {"moist": True})
    for name in ("wind", "temperature", "dp", "ps", "phis", "q_moist"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-12, atol=1e-12, err_msg=name)


def test_the_wave_over_the_ridges_is_the_topographic_wave_on_dry_mass():
    phis = CAM.gravity * surface_height(GRID)
    ours = initial_dry_mass_fields("baroclinic_wave", GRID, LEVELS, CAM, {"perturbation": "none"}, phis)
    theirs = initial_dry_mass_fields("topographic_wave", GRID, LEVELS, CAM)
    for name in ("wind", "temperature", "dp_dry", "ps_dry", "phis", "q_dry"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-11, atol=1e-12, err_msg=name)


def test_a_mountain_from_a_file_is_the_cases_own_mountain():
    own = initial_fields("rest_over_mountain", GRID, LEVELS, E3SM)
    given = initial_fields("rest_over_mountain", GRID, LEVELS, E3SM, phis=own.phis)
    np.testing.assert_allclose(given.ps, own.ps, rtol=1e-15)
    np.testing.assert_array_equal(given.phis, own.phis)


@pytest.mark.parametrize(("model", "cubed_sphere_map"), [("theta_l", 2), ("cam_se", 0)])
def test_air_at_rest_stays_at_rest_over_a_hill_from_a_file(model, cubed_sphere_map, tmp_path):
    """Six thick layers make 0.5 m/s; a pressure not taken to the height of the ground, 3e-3 m/s2 on slopes, 5 to 11."""
    path, grid = tmp_path / "hill.nc", cubed_sphere_grid(4, cubed_sphere_map=cubed_sphere_map)
    write_columns(path, grid, {"PHIS": hill(grid)})
    levels = {"table": {"family": "even_pressure", "nlev": 6, "eta_top": 0.05}}
    table = {"grid": {"ne": 4}, "vertical": levels, "time": {"nmax": 6}, "dynamics": {"model": model}}
    table["case"] = {"name": "held_suarez", "options": {"ripple": 0.0}, "topography": str(path)}
    run = simulation(preset(model).with_table(table))
    np.testing.assert_allclose(run.host.equations.phis.max(), hill(grid).max(), rtol=1e-15)
    *_, last = march(run)
    assert np.abs(last.state.dynamics.wind).max() < 1.0
    assert last.ps_min < 0.91e5  # of 1000 hPa on the plain
