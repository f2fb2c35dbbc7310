"""Numbers of HOMME's own initial states at points of a mesh, for cases that leave most of the globe empty.

From the record theta_l_initial_state/dcmip2012_test1_3 of HOMME (ne2, ten levels). All cases as they are: the golden
records of that kernel in test_data.
"""

import numpy as np
import pytest

from pysces.cases import tropical_cyclone as tc
from pysces.cases.transport import dcmip2012_deformation as deformation
from pysces.cases.transport import dcmip2012_orography as orography
from pysces.cases.transport.prescribed_transport import DCMIP
from tests import records


def test_heights_of_the_cyclone_end_at_hommes_pressures():
    """Within 1000 km of the centre; farther out HOMME takes the surface's anomaly for that of all heights."""
    p, r = np.array([9e4, 5e4, 2e4]), np.array([2e5, 2e5, 2e5])
    z = tc._height_as_homme(p, tc.pressure(0.0 * r, r, tc.PLANET), r)
    np.testing.assert_allclose(tc.pressure(z, r, tc.PLANET), p, rtol=1e-13)
    far = r + tc.SEARCHED
    z = tc._height_as_homme(p, tc.pressure(0.0 * far, far, tc.PLANET), far)
    apart = tc.pressure(z, far, tc.PLANET) / p - 1.0
    assert abs(apart[0]) < 1e-7 and 1e-7 < abs(apart[2]) < 1e-5


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
