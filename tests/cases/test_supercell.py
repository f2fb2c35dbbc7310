"""HOMME's own start of the supercell, at points of its ne2 mesh with ten levels: its record."""

from types import SimpleNamespace

import numpy as np
import pytest

from pysces.cases import supercell as case
from pysces.cases.supercell import supercell, supercell_dry_mass, zonal_wind
from pysces.constants import E3SM
from pysces.vertical.coordinate_files import named_coordinate
from pysces.vertical.dcmip_levels import dcmip2016_supercell

PLANET = E3SM.replace(radius=53133.0, omega=0.0)
LEVELS = dcmip2016_supercell(10)


def column(lon, lat, **options):
    place = SimpleNamespace(lon=np.full((1, 1, 1, 1), lon), lat=np.full((1, 1, 1, 1), lat))
    return supercell(place, LEVELS, PLANET, **options)


def test_slabs_of_elements_make_the_same_air(monkeypatch):
    place = SimpleNamespace(lon=np.linspace(0.0, 0.2, 5).reshape(5, 1, 1, 1), lat=np.full((5, 1, 1, 1), 0.1))
    whole = supercell(place, LEVELS, PLANET)
    monkeypatch.setattr(case, "SLAB", 2)
    for name, values in vars(supercell(place, LEVELS, PLANET)).items():
        assert np.array_equal(values, getattr(whole, name)), name


def test_levels_are_those_of_the_record():
    """hyai of theta_l_initial_state/dcmip2016_test3; the bubble is in the ninth."""
    found = LEVELS.hyai[[0, 4, 9]] + LEVELS.hybi[[0, 4, 9]]
    expected = [0.0578528345801, 0.2022502673098, 0.8012091081735]
    np.testing.assert_allclose(found, expected, rtol=1e-12)  # the digits given here


@pytest.mark.parametrize(
    ("lon", "lat", "ps", "u", "q", "vtheta_dp"),
    [
        (0.0, 0.0, 100000.0, 2.434593477028404, 0.006812118131850493, 5564331.462230242),  # in the bubble
        (np.pi / 4, 0.6154797086703873, 99956.89669413444, 1.999232426183657, 0.0068054597220097044, 5558778.669785095),
    ],
)
def test_a_column_is_hommes(lon, lat, ps, u, q, vtheta_dp):
    """Level 8, to round-off: the height of a pressure is what it changes most, by 4e-11 m."""
    found, level = column(lon, lat), 8
    p = LEVELS.p_mid(found.ps)[0, 0, 0, level]
    theta_v = found.virtual_temperature[0, 0, 0, level] * (p / PLANET.p0) ** -PLANET.kappa
    assert found.ps.item() == pytest.approx(ps, rel=1e-13)
    assert found.wind[0, 0, 0, 0, level] == pytest.approx(u, abs=1e-12)
    assert found.q_moist[0, 0, 0, level] == pytest.approx(q, rel=1e-12)
    assert theta_v * found.dp[0, 0, 0, level] == pytest.approx(vtheta_dp, rel=1e-13)


def test_humidity_rings_below_zero_at_the_tropopause_as_hommes_does():
    assert column(0.0, 0.0).q_moist[0, 0, 0, 2] == pytest.approx(-9.6832478547922e-07, abs=1e-15)


def test_the_bubble_is_3_kelvin_at_its_centre_and_ten_kilometres_wide():
    """Level 9 is 916 m high: 1.5 km from the middle, 3 cos^2(pi / 2 * 584 / 1500)."""
    warmer = column(0.0, 0.0).virtual_temperature - column(0.0, 0.0, perturbed=False).virtual_temperature
    assert 1.5 < warmer[0, 0, 0, 9] < 3.0 and abs(warmer[0, 0, 0, :8]).max() < 1e-9
    outside = [column(0.0, 1.01e4 / PLANET.radius, perturbed=on).temperature for on in (True, False)]
    assert np.array_equal(*outside)


def test_the_two_hemispheres_are_mirror_images():
    north, south = column(0.3, 0.2), column(0.3, -0.2)
    for name in ("wind", "temperature", "q_moist", "ps"):
        assert np.array_equal(getattr(north, name), getattr(south, name)), name


def test_the_wind_turns_smoothly_into_its_constant_part():
    z = np.array([0.0, 4000.0, 4000.0 + 1e-6, 6000.0 - 1e-6, 6000.0, 2e4])
    np.testing.assert_allclose(zonal_wind(z), [-15.0, 9.0, 9.0, 15.0, 15.0, 15.0], atol=1e-7)


def test_on_dry_mass_it_is_the_same_air():
    place = SimpleNamespace(lon=np.zeros((1, 1, 1, 1)), lat=np.zeros((1, 1, 1, 1)))
    moist, dry = (air(place, LEVELS, PLANET) for air in (supercell, supercell_dry_mass))
    np.testing.assert_allclose(dry.dp_dry * (1.0 + dry.q_dry), moist.dp, rtol=1e-14)
    np.testing.assert_allclose(LEVELS.ps(dry.dp_dry * (1.0 + dry.q_dry)), moist.ps, rtol=1e-14)
    assert dry.q_dry.max() > 0.01 and np.array_equal(dry.temperature, moist.temperature)


def test_levels_above_the_air_are_refused():
    place = SimpleNamespace(lon=np.zeros((1, 1, 1, 1)), lat=np.zeros((1, 1, 1, 1)))
    with pytest.raises(ValueError, match=r"ends at 50 km, .* Pa, and the levels go up to .* Pa; choose levels"):
        supercell(place, named_coordinate("e3sm_l72"), PLANET)
    high = supercell(place, named_coordinate("cam_l30"), PLANET)
    assert high.temperature.min() > 180.0  # the air above 25 km too
