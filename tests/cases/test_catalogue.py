"""Every case by name, in both kinds of mass, and the sentences for names that do not exist."""

import numpy as np
import pytest

from pysces.cases.catalogue import CASES, find_case, initial_dry_mass_fields, initial_fields
from pysces.cases.initial_fields import dry_mass_fields
from pysces.constants import CAM, E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure

GRID, COORDINATE = cubed_sphere_grid(2), even_pressure(5, 0.1)


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_finite_continuous_and_full_size(name):
    fields = initial_fields(name, GRID, COORDINATE, CASES[name].planet(E3SM))
    shape = (24, 4, 4, 5)
    assert fields.wind.shape == (2, *shape) and fields.dp.shape == fields.temperature.shape == shape
    assert fields.phis.shape == fields.ps.shape == (24, 4, 4, 1)
    fields.map(lambda x: np.testing.assert_array_equal(np.isfinite(x), True))
    np.testing.assert_allclose(COORDINATE.ps(fields.dp), fields.ps, rtol=1e-14)
    copies = GRID.assembly.assemble(fields.temperature * GRID.mass_matrix) * GRID.inverse_mass_matrix
    np.testing.assert_allclose(copies, fields.temperature, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "radius", "part"),
    [
        ("schaer_waves", 6.376e6, 500),
        ("klemp_waves", 6.376e6, 166.7),
        ("gravity_wave", 6.37122e6, 125),
        ("supercell", 6.376e6, 120),
    ],
)
def test_small_planets_are_the_part_of_the_earth_that_their_documents_say(name, radius, part):
    """To a metre, as in rearth of HOMME: dcmip2012_test2.1_nh, mtest, test3.1_nh, dcmip2016_test3."""
    assert CASES[name].small_radius == pytest.approx(radius / part, abs=0.5)


def test_moist_air_is_not_taken_for_dry_air():
    with pytest.raises(ValueError, match="cannot be relabelled as dry mass"):
        dry_mass_fields(initial_fields("tropical_cyclone", GRID, COORDINATE, CAM))


@pytest.mark.parametrize("name", CASES)
def test_every_case_exists_on_dry_mass(name):
    fields = initial_dry_mass_fields(name, GRID, COORDINATE, CASES[name].planet(CAM))
    np.testing.assert_allclose(COORDINATE.ps(fields.dp_dry), fields.ps_dry, rtol=1e-14)
    if name == "baroclinic_wave":
        assert fields.q_dry.max() > 0.01 and fields.ps_dry.min() < 99500.0


def test_wrong_names_get_one_clear_sentence():
    with pytest.raises(ValueError, match=r"No test case is called 'baroclinic_wav'; did you mean 'baroclinic_wave'\?"):
        find_case("baroclinic_wav")
    with pytest.raises(ValueError, match=r"has no option 'hight'; its options are height, half_width"):
        initial_fields("rest_over_mountain", GRID, COORDINATE, E3SM, {"hight": 1.0})
