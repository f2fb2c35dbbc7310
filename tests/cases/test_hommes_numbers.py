"""Numbers of HOMME's own initial states at points of a mesh, for cases that leave most of the globe empty.

From the records theta_l_initial_state/dcmip2016_test2 and dcmip2012_test1_3 of HOMME (ne2, ten levels). Other cases:
the golden records of that kernel in test_data.
"""

import numpy as np
import pytest

from pysces.cases import tropical_cyclone as tc
from pysces.cases.initial_fields import great_circle
from pysces.cases.transport import dcmip2012_deformation as deformation
from pysces.cases.transport import dcmip2012_orography as orography
from pysces.cases.transport.prescribed_transport import DCMIP
from tests import records

PLANET = DCMIP.replace(omega=7.29212e-5)  # HOMME's routine does not take the model's constants
NEAR, FAR, EQUATOR = (0.20953339532130255, np.pi), (0.20997250616816915, 2.926831882005924), (0.0, np.pi)
LAT, LON = np.array([NEAR] * 5 + [FAR] * 2 + [EQUATOR]).T
PS = np.array([100948.0693953747] * 5 + [101499.97253533306] * 2 + [101499.55676371357])
# Pressure, eastward and northward wind, temperature, specific humidity.
AIR = np.array(
    [
        (98023.84323078266, -19.780779348850142, 0.0, 300.8133904663682, 0.01921960315266283),
        (81395.72054940171, -18.62054414268213, 0.0, 291.8904594085106, 0.010579456348947108),
        (57428.40142657953, -14.248167886275946, 0.0, 273.46243941209696, 0.002976508264560525),
        (31837.419089531773, -6.001968931441326, 0.0, 241.93406699237042, 0.0002548817028771149),
        (20457.541906435516, -2.191800987854776, 0.0, 220.59478983037073, 3.448274132280229e-05),
        (98558.00119359855, -0.0015760850471255965, -0.010768829196166604, 300.6562033990048, 0.0192190100444513),
        (70380.03946877709, -0.001201711020818318, -0.008210864477107258, 282.81524560417205, 0.0062681532988922775),
        (98557.59879016, 0.15788574331914162, 0.0, 300.65632144465275, 0.01921901082533825),
    ]
)


def test_the_cyclone_is_hommes_at_hommes_own_heights():
    """HOMME stops its search for the height of a pressure some cm off; vapor tells the height where it stopped."""
    p, u, v, temperature, q = AIR.T
    r = PLANET.radius * great_circle(LON, LAT, tc.CENTER_LON, tc.CENTER_LAT)
    np.testing.assert_allclose(tc.pressure(0.0 * r, r, PLANET), PS, rtol=1e-14)
    thinner = np.log(tc.Q_SURFACE / q)  # = z / 3 km + (z / 8 km)**2
    z = tc.Q_SCALE_2**2 / 2 * (np.sqrt(tc.Q_SCALE**-2 + 4.0 * thinner / tc.Q_SCALE_2**2) - 1.0 / tc.Q_SCALE)
    np.testing.assert_allclose(tc.humidity(z), q, rtol=1e-13)
    np.testing.assert_allclose(tc._height(p, r, PLANET), z, atol=0.05)  # 3 cm at 12 km, measured
    wind = tc._components(tc.tangential_wind(z, r, PLANET), LON, LAT)
    np.testing.assert_allclose(wind, [u, v], atol=2e-11)  # differences of 20 m/s and f r / 2
    virtual = tc._virtual_temperature(z, r, PLANET)
    np.testing.assert_allclose(virtual / (1.0 + tc.VIRTUAL * q), temperature, rtol=1e-13)


@pytest.mark.parametrize(
    "lat, lon, p, low, middle",
    [
        (0.0, np.pi / 2, 71223.66956992439, 0.951763007819934, 0.0),
        (0.0, np.pi / 2, 54189.26156325221, 0.0, 0.260458827101093),
        (-0.1892325608549032, 0.9897891872302029, 71223.66956992439, 0.11529130077206476, 0.0),
        (-0.1892325608549032, 0.9897891872302029, 54189.26156325221, 0.0, 0.03155054013165902),
    ],
)
def test_clouds_over_mountains_are_hommes(lat, lon, p, low, middle):
    found = orography.tracers(np.full((1, 1, 1, 1), lon), np.full((1, 1, 1, 1), lat), np.full((1, 1, 1, 1), p))
    np.testing.assert_allclose(found.ravel(), [low, middle, 0.0, low + middle], atol=1e-14)


@pytest.mark.parametrize(
    "lat, lon, phis, ps, wind",
    [
        (0.0, 1.5 * np.pi, 19612.32, 79629.51536255106, (33.43783213366995, 19.305341383491857)),
        (0.0, 4.136524212308544, 16121.783423162113, 82924.0654244142, (33.43783213366995, 16.191808700411983)),
        (0.0, 5.497787143782138, 14709.24, 84295.72581089906, (33.43783213366995, 13.65093780538838)),
    ],
)
def test_mountains_and_the_wind_over_them_are_hommes(lat, lon, phis, ps, wind):
    lon, lat = (np.full((1, 1, 1, 1), x) for x in (lon, lat))
    height = orography.surface_height(lon, lat)
    assert DCMIP.gravity * height.item() == pytest.approx(phis, rel=1e-14)
    assert orography.surface_pressure(height).item() == pytest.approx(ps, rel=1e-14)
    np.testing.assert_allclose(orography.flow(DCMIP.radius).wind(0.0, lon, lat, None).ravel(), wind, rtol=1e-14)


def test_the_deforming_wind_is_hommes_but_for_a_literal_of_single_precision(monkeypatch):
    """0.2 of the top's pressure, over which vertical motion dies off: 1.5e-8 more in HOMME, 6e-9 of its wind."""
    initial_states = pytest.importorskip("pysces_harness.kernels.initial_states")
    record = records.case("theta_l_initial_state", "dcmip2012_test1_1")

    def error():
        found = initial_states.KERNELS[0].port(record.x, record.grid, record.settings)["v"]
        wind = record.outputs["v"]
        return np.abs(found - wind).max() / np.abs(wind).max()

    assert error() < 1e-13
    monkeypatch.setattr(initial_states, "LID_OF_HOMME", deformation.LID)
    assert 1e-9 < error() < 1e-8
