"""The terminator chemistry at chosen points, computed from the published formulas by hand in 40 digits.

Lauritzen et al. (2015), doi:10.5194/gmd-8-1299-2015: the sun stands over 20 N, 300 E.
"""

import numpy as np
import pytest

from pysces.physics.terminator import Terminator
from tests import records

TOTAL = 4.0e-6


def place(lat, lon):
    """(elem, i, j, 1) of a point given in degrees."""
    return (np.radians(x) * np.ones((1, 1, 1, 1)) for x in (lat, lon))


@pytest.mark.parametrize(
    "lat, lon, k1",
    [
        (20.0, 300.0, 1.0),
        (0.0, 300.0, 0.9396926207859084),  # cos 20
        (20.0, 30.0, 0.1169777784405108),  # sin 20 squared
        (70.0, 210.0, 0.3213938048432696),  # sin 70 sin 20
        (90.0, 77.0, 0.3420201433256687),  # sin 20
        (-60.0, 350.0, 0.0058132540515031805),
        (0.0, 120.0, 0.0),
        (-90.0, 0.0, 0.0),
    ],
)
def test_sunlight_splits_chlorine_at_the_rate_of_the_paper(lat, lon, k1):
    """k1 = max(0, sin(lat) sin(20) + cos(lat) cos(20) cos(lon - 300)) s-1: without Cl, dCl/dt = 2 k1 Cl2 = k1 4e-6."""
    found = Terminator().chlorine_source(np.zeros((1, 1, 1, 1)), *place(lat, lon), 1e-9)
    assert found.item() == pytest.approx(k1 * TOTAL, rel=1e-8, abs=1e-20)


@pytest.mark.parametrize(
    "lat, lon, cl, cl2",
    [
        (20.0, 300.0, 3.99996800051199e-06, 1.5999744005119887e-11),
        (90.0, 0.0, 3.999906442635839e-06, 4.677868208073738e-11),
        (0.0, 300.0, 3.999965946891095e-06, 1.702655445235599e-11),
        (0.0, 120.0, 0.0, 2.0e-6),
    ],
)
def test_chlorine_in_balance_is_that_of_the_paper(lat, lon, cl, cl2):
    """Cl = D - r, D**2 = r**2 + 2 r 4e-6, r = k1 / (4 k2): a difference of numbers 60000 times larger."""
    found = [x.item() for x in Terminator().steady_state(*place(lat, lon))]
    assert found[0] == pytest.approx(cl, rel=4e-15, abs=1e-22)
    assert found[1] == pytest.approx(cl2, rel=1e-10)  # half of what Cl leaves of 4e-6


def test_chlorine_recombines_at_night():
    """dCl/dt = -2 k2 Cl**2, k2 = 1 s-1: 4e-6 becomes 4e-6 / (1 + 8e-6 * 600) in ten minutes."""
    cl = np.full((1, 1, 1, 1), TOTAL)
    found = cl + 600.0 * Terminator().chlorine_source(cl, *place(0.0, 120.0), 600.0)
    assert found.item() == pytest.approx(3.980891719745223e-06, rel=1e-14)


def test_balance_holds_in_single_precision():
    """As D - r it would be off by 4 per mille in the sun."""
    lat, lon = (x.astype(np.float32) for x in place(20.0, 300.0))
    cl, _ = Terminator().steady_state(lat, lon)
    assert cl.dtype == np.float32 and cl.item() == pytest.approx(3.99996800051199e-06, rel=1e-6)


def test_hommes_own_chlorine_is_in_this_balance():
    """HOMME takes the difference D - r: 2e-17 of round-off, of 4e-6."""
    record = records.case("theta_l_initial_state", "dcmip2016_test1")
    homme = record.outputs["Qdp"][3:5] / record.outputs["dp3d"]
    found = Terminator().steady_state(record.grid.lat, record.grid.lon)
    for ours, theirs in zip(found, homme):
        assert np.abs(ours - theirs).max() < 4e-17
