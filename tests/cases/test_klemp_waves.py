"""HOMME's own starts of mtest1 to 3: what mtests:mtest_state of E3SM gives on the fourth of ten levels."""

from types import SimpleNamespace

import numpy as np
import pytest

from pysces.cases.klemp_waves import klemp_waves
from pysces.physics.rayleigh_sponge import KLEMP_RIDGE, schaer_sponge
from pysces.vertical.dcmip_levels import dcmip2012

LEVEL = 3
ROUND_OFF = 4e-15  # of a number: exponentials of exponents up to 15 differ by that many ulps from Fortran's
LAT = [0.0, 0.5693304355339868, 0.9631399609362052, 0.02]
LON = [0.7853981633974483, 0.225232855518328, 5.9474505794416315, 0.8]
ROUND = [2451.54, 8.3124117413762039e-14, 1.791485235132972e-42, 1282.0511181550380]  # phis [m2 s-2]
RIDGE = [2451.54, 4.5065213332830422e-06, 0.0, 1984.6721447108116]
STARTS = {  # levels, options, phis, ps, u, T
    "mtest1": (
        ("klemp_ridge", {"ridge": True}, RIDGE),
        [97192.8369923336, 99932.521135131363, 99843.555282345071, 97721.195193719803],
        [20.0, 16.845242097215042, 11.418898670186357, 19.996000133331556],
        [300.0, 300.0, 300.0, 300.0],
    ),
    "mtest2": (
        ("klemp", {}, ROUND),
        [97192.8369923336, 99932.521140361889, 99843.555282345071, 98521.913948734247],
        [20.0, 16.845242097215042, 11.418898670186357, 19.996000133331556],
        [300.0, 300.0, 300.0, 300.0],
    ),
    "mtest3": (
        ("klemp", {"sheared": True}, ROUND),
        [97192.8369923336, 99932.521140361889, 99843.555282345071, 98521.913948734247],
        [65.655482884386687, 55.064701811278198, 37.324881905438758, 65.511204360531863],
        [300.0, 299.11229961711518, 297.94503428887623, 299.99877644504909],
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_it_starts_as_homme_does(name):
    (levels, options, phis), ps, u, temperature = STARTS[name]
    nodes = SimpleNamespace(lat=np.reshape(LAT, (1, 1, 4, 1)), lon=np.reshape(LON, (1, 1, 4, 1)))
    found = klemp_waves(nodes, dcmip2012(10, levels), **options)
    np.testing.assert_allclose(found.phis.ravel(), phis, rtol=1e-12, atol=1e-40)  # far away: exponents up to 100
    np.testing.assert_allclose(found.ps.ravel(), ps, rtol=ROUND_OFF)
    np.testing.assert_allclose(found.wind[0, ..., LEVEL].ravel(), u, rtol=ROUND_OFF)
    np.testing.assert_allclose(found.temperature[..., LEVEL].ravel(), temperature, rtol=ROUND_OFF)


def test_the_sponge_of_the_ridge_lies_lower_and_is_weaker():
    top, bottom, time = KLEMP_RIDGE
    z = top * (1.0 - (np.arange(8) + 0.5) / 8)
    expected = np.where(z >= bottom, np.sin(0.5 * np.pi * (z - bottom) / (top - bottom)) ** 2, 0.0) / time
    found = schaer_sponge(dcmip2012(8, "klemp_ridge"), KLEMP_RIDGE)
    np.testing.assert_allclose(found.damping, expected, rtol=1e-12, atol=1e-17)
    assert found.w_damping[0] == 1.0 / 75.0
