"""Held & Suarez' forcing at chosen points, computed from the published formulas by hand.

Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2, with kappa = 2/7.
"""

import numpy as np
import pytest

from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.suite import Air

DAY = 86400.0


def at(lat, sigma, p=1.0e5, temperature=300.0):
    """One point of air at a latitude [degree] under ps = p / sigma, with a wind of (1, -2) m/s."""
    point = np.ones((1, 1, 1, 1))
    p_i = np.concatenate([0.0 * point, p / sigma * point], axis=-1)
    wind, place = np.stack([point, -2.0 * point]), np.radians(lat) * point
    return Air(
        wind, temperature * point, point[None], p * point, p * point, p * point, p_i, p_i, place, place, np.float64(1.0)
    )


@pytest.mark.parametrize("sigma, expected", [(0.6, 0.0), (0.7, 0.0), (0.85, 0.5 / DAY), (1.0, 1.0 / DAY)])
def test_friction_grows_from_sigma_b_to_the_ground(sigma, expected):
    """k_v = k_f max(0, (sigma - 0.7) / 0.3), k_f = 1 / day."""
    found = HeldSuarez()(at(30.0, sigma), 0.0).wind.ravel()
    np.testing.assert_allclose(found, [-expected, 2.0 * expected], rtol=1e-14, atol=1e-20)


@pytest.mark.parametrize(
    "lat, sigma, expected",
    [
        (0.0, 1.0, 2.8935185185185192e-6),  # 1/4 day
        (45.0, 0.85, 6.148726851851854e-7),
        (30.0, 0.95, 1.510054976851852e-6),
        (60.0, 0.5, 2.8935185185185185e-7),  # 1/40 day
    ],
)
def test_temperature_relaxes_at_the_rate_of_the_paper(lat, sigma, expected):
    """k_T = k_a + (k_s - k_a) max(0, (sigma - 0.7) / 0.3) cos(lat)**4, k_a = 1/40, k_s = 1/4 of a day."""
    suite = HeldSuarez()
    rates = [suite(at(lat, sigma, temperature=T), 0.0).temperature.item() for T in (280.0, 281.0)]
    assert rates[0] - rates[1] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    "lat, p, expected",
    [
        (0.0, 1.0e5, 315.0),
        (90.0, 1.0e5, 255.0),
        (45.0, 8.5e4, 272.8445864591874),
        (30.0, 5.0e4, 250.36520534576889),
        (-60.0, 7.0e4, 244.645918971998),
        (0.0, 2.0e4, 209.04803633678034),
        (80.0, 1.0e4, 200.0),
    ],
)
def test_equilibrium_is_that_of_the_paper(lat, p, expected):
    """max(200, (315 - 60 sin(lat)**2 - 10 ln(p / p0) cos(lat)**2) (p / p0)**kappa)."""
    air = at(lat, 1.0, p)
    found = HeldSuarez().equilibrium_temperature(air.lat, air.p)
    assert found.item() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("sigma_i", [None, np.array([0.0, 0.85, 1.0])])
def test_friction_acts_on_vertical_velocity_at_upper_interfaces(sigma_i):
    """HOMME: held_suarez_mod:hs_v_forcing, whose rates are those of the interface above each layer."""
    some = at(30.0, 0.85)
    assert HeldSuarez(sigma_i=sigma_i)(some, 0.0).w_i is None
    p_i = np.array([0.0, 8.5e4, 1.0e5]).reshape(1, 1, 1, 3)
    rising = some.replace(p_i=p_i, p=p_i[..., 1:] - 1.0e4, w_i=np.array([2.0, 2.0, 1.0]).reshape(1, 1, 1, 3))
    found = HeldSuarez(sigma_i=sigma_i)(rising, 0.0).w_i
    np.testing.assert_allclose(found.ravel(), [0.0, -1.0 / DAY], rtol=1e-14)
