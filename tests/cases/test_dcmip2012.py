"""HOMME's own starts of DCMIP2012 2-1, 2-2, 3-1 and 4, at points of its ne2 mesh with ten levels: their records."""

from typing import NamedTuple

import numpy as np
import pytest

from pysces.cases import dcmip2012_vortices as vortices
from pysces.cases.catalogue import find_case, tracer_contents
from pysces.cases.initial_fields import great_circle, virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.vertical.coordinate import even_pressure
from pysces.vertical.dcmip_levels import dcmip2012

ROUND_OFF = 2e-15  # of a number; powers and exponentials differ by an ulp from Fortran's


class Start(NamedTuple):
    """One node of a record: the case and its levels, where the node is, and HOMME's state there."""

    case: str
    options: dict
    levels: str
    lat: float
    lon: float
    phis: float
    ps: float
    u: float  # this and the next two of level 4
    dp: float
    vtheta_dp: float


STARTS = [
    Start(
        "schaer_waves",
        {},
        "2_1",
        0.0,
        0.7853981633974483,
        2451.54,
        97192.8369923336,
        20.0,
        5090.929810747212,
        2618704.9686834533,
    ),
    Start(
        "schaer_waves",
        {},
        "2_1",
        0.5693304355339868,
        0.225232855518328,
        0.3547284590890805,
        99932.1094233327,
        16.845242097215042,
        5239.4261215392935,
        2677757.618699091,
    ),
    Start(
        "schaer_waves",
        {},
        "2_1",
        0.9631399609362052,
        5.9474505794416315,
        0.01907476171466655,
        99843.53316281179,
        11.418898670186357,
        5234.624391064345,
        2675855.6765503883,
    ),
    Start(
        "schaer_waves",
        {"sheared": True},
        "2_2",
        0.0,
        0.7853981633974483,
        2451.54,
        97192.8369923336,
        60.95192075005499,
        5090.929810747212,
        2618704.9686834533,
    ),
    Start(
        "schaer_waves",
        {"sheared": True},
        "2_2",
        0.5693304355339868,
        0.225232855518328,
        0.3547284590890805,
        99932.10819963171,
        51.046218588670456,
        5239.426055202305,
        2669822.358310826,
    ),
    Start(
        "schaer_waves",
        {"sheared": True},
        "2_2",
        0.9631399609362052,
        5.9474505794416315,
        0.01907476171466655,
        99843.53300972197,
        34.593984768017904,
        5234.624382765326,
        2657463.3027603226,
    ),
    Start(
        "gravity_wave",
        {},
        "3",
        0.18923256085490328,
        5.702178167614893,
        0.0,
        99991.78109139392,
        19.642977672599194,
        6677.645142747604,
        2118457.554215205,
    ),
    Start(
        "gravity_wave",
        {},
        "3",
        0.5693304355339868,
        0.225232855518328,
        0.0,
        99932.51667352542,
        16.845242097215042,
        6672.195275900638,
        2116801.5584697854,
    ),
    Start(
        "gravity_wave",
        {},
        "3",
        0.9631399609362052,
        5.9474505794416315,
        0.0,
        99843.53126923459,
        11.418898670186357,
        6664.012311785735,
        2114296.3772925492,
    ),
]


def at_a_point(lat, lon):
    """A grid of which every node is one point: cases read nothing else of it."""
    grid = cubed_sphere_grid(2, E3SM)
    return grid.replace(lat=np.full((1, 1, 1, 1), lat), lon=np.full((1, 1, 1, 1), lon))


@pytest.mark.parametrize("start", STARTS)
def test_a_start_is_hommes(start):
    grid, coordinate = at_a_point(start.lat, start.lon), dcmip2012(10, start.levels)
    fields = find_case(start.case).fields(grid, coordinate, E3SM, **start.options)
    found = virtual_potential_temperature_mass(fields, coordinate, E3SM)[..., 4]
    np.testing.assert_allclose(fields.phis.item(), start.phis, rtol=ROUND_OFF, atol=1e-12)
    np.testing.assert_allclose(fields.ps.item(), start.ps, rtol=ROUND_OFF)
    np.testing.assert_allclose(fields.wind[0, ..., 4].item(), start.u, rtol=ROUND_OFF)
    np.testing.assert_allclose(fields.dp[..., 4].item(), start.dp, rtol=ROUND_OFF, atol=ROUND_OFF * E3SM.p0)
    np.testing.assert_allclose(found.item(), start.vtheta_dp, rtol=ROUND_OFF * E3SM.p0 / start.dp)


@pytest.mark.parametrize("test", ["2_0", "2_1", "3", "4"])
def test_levels_are_as_many_as_asked_and_reach_the_ground(test):
    levels = dcmip2012(7, test)
    assert levels.nlev == 7 and levels.hybi[0] == 0.0 and levels.hyai[-1] == 0.0
    with pytest.raises(ValueError, match="test must be one of 1_1"):
        dcmip2012(7, "5")


@pytest.mark.parametrize("name", ["baroclinic_wave", "tropical_cyclone", "jablonowski_williamson"])
@pytest.mark.parametrize("number", [1, 3, 6, 10])
def test_tracers_are_as_many_as_asked_and_hommes(name, number):
    grid, coordinate = cubed_sphere_grid(2, E3SM), even_pressure(4, 0.02)
    fields = find_case(name).fields(grid, coordinate, E3SM)
    found = tracer_contents(name, fields, grid, coordinate, number)
    assert len(found) == number and all(np.shape(q) == fields.dp.shape for q in found)
    if name == "jablonowski_williamson" and number == 6:
        np.testing.assert_array_equal(found[0], fields.temperature / 400.0)
        np.testing.assert_array_equal(found[2], 1.0)
        assert found[1].min() == 0.0 and found[1].max() > 0.1  # cyclones only
    if number == 10:
        assert found[9].max() == pytest.approx(1.0, abs=1e-15)


def test_a_case_without_contents_says_so():
    grid = cubed_sphere_grid(2, E3SM)
    with pytest.raises(ValueError, match="case 'solid_body_rotation' has no contents for tracers; baroclinic_wave"):
        tracer_contents("solid_body_rotation", None, grid, None, 2)


def test_potential_vorticity_is_that_of_the_fields():
    """By differences of the wind and of theta; the size of HOMME's tracer is that of a planet turned smaller."""
    lon, lat, eta, h = np.array(0.5), np.array(0.7), np.array([0.1, 0.3, 0.7]), 1e-5
    planet, jet = vortices.PLANET, vortices.jet

    def wind(lat, lon, eta):
        angle = great_circle(lon, lat, jet.CENTER_LON, jet.CENTER_LAT)
        gust = vortices.GUST * np.exp(-((jet.INVERSE_RADIUS * angle) ** 2))
        return jet.U_JET * jet.jet_power(eta) * np.sin(2.0 * lat) ** 2 + gust

    def theta(lat, eta):
        return jet.temperature(eta, lat, planet) * eta**-planet.kappa

    spin = -(wind(lat + h, lon, eta) * np.cos(lat + h) - wind(lat - h, lon, eta) * np.cos(lat - h)) / (2 * h)
    spin = spin / (planet.radius * np.cos(lat)) + 2.0 * planet.omega * np.sin(lat)
    shear = (wind(lat, lon, eta + h) - wind(lat, lon, eta - h)) / (2 * h)
    along_eta = (theta(lat, eta + h) - theta(lat, eta - h)) / (2 * h)
    along_lat = (theta(lat + h, eta) - theta(lat - h, eta)) / (2 * h)
    expected = planet.gravity / planet.p0 * (-shear * along_lat / planet.radius - spin * along_eta)
    np.testing.assert_allclose(vortices.potential_vorticity(lon, lat, eta), expected, rtol=1e-7)
    small = cubed_sphere_grid(2, planet.replace(radius=planet.radius / 10.0))
    coordinate = even_pressure(4, 0.02)
    for grid, earths in ((cubed_sphere_grid(2, planet), 1.0), (small, 10.0)):
        fields = find_case("jablonowski_williamson_vapor").fields(grid, coordinate, E3SM, moist=True)
        q, _, vorticity, one = tracer_contents("jablonowski_williamson_vapor", fields, grid, coordinate, 4)
        found = vortices.potential_vorticity(grid.lon, grid.lat, coordinate.etam)
        np.testing.assert_allclose(vorticity, earths * abs(found), rtol=1e-14)
        assert q is fields.q_moist and np.all(one == 1.0)
