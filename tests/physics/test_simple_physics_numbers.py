"""Condensation and Reed & Jablonowski's physics at chosen points, computed from the published formulas by hand.

Reed & Jablonowski (2012), doi:10.1029/2011MS000099. Gas constants of HOMME: R 287.04, R_v 461.5, c_p 1005, L 2.501e6.
"""

import numpy as np
import pytest

from pysces.constants import E3SM
from pysces.physics.large_scale_condensation import LargeScaleCondensation, precipitation, saturation_humidity
from pysces.physics.reed_jablonowski import ReedJablonowski
from pysces.physics.suite import Air


def column(*values):
    """(elem, i, j, lev) of one column."""
    return np.array(values, dtype=float).reshape(1, 1, 1, -1)


def moist_air(temperature, q, p_i, wind=12.0, dt=600.0, lowest=120.0):
    """One column between interfaces p_i over the sea at height zero; its lowest layer is `lowest` m deep."""
    p_i, temperature, q = column(*p_i), column(*temperature), column(*q)
    dp, p = np.diff(p_i), 0.5 * (p_i[..., 1:] + p_i[..., :-1])
    heights = lowest * np.arange(p_i.shape[-1])[::-1].reshape(1, 1, 1, -1)
    flat = column(0.0)
    v = np.stack([np.full_like(p, wind), np.zeros_like(p)])
    return Air(v, temperature, q[None], dp, dp * (1 - q), p, p_i, E3SM.gravity * heights, flat, flat, np.float64(dt))


@pytest.mark.parametrize(
    "temperature, p, expected",
    [
        (300.0, 1.0e5, 0.02241333807142161),
        (273.16, 5.0e4, 0.007597759098591551),
        (210.0, 1.5e4, 6.489015167040454e-5),
    ],
)
def test_saturation_is_clausius_and_clapeyrons(temperature, p, expected):
    """q_s = R / R_v * 610.78 Pa / p * exp(-L / R_v (1 / T - 1 / 273.16)): e_s is 3603.6 Pa at 300 K."""
    assert saturation_humidity(np.float64(temperature), p, E3SM) == pytest.approx(expected, rel=1e-14)


def test_a_supersaturated_layer_is_adjusted_as_published():
    """16 g/kg at 290 K and 900 hPa, where q_s is 13.358: (q - q_s) / (1 + L**2 q_s / (c_p R_v T**2)) = 0.8409 g/kg
    condense, which warms by 2.0926 K; the rain of 50 hPa in 600 s is 7.146e-7 m/s."""
    air = moist_air([290.0], [0.016], [8.75e4, 9.25e4])
    change = LargeScaleCondensation()(air, 0.0)
    assert -air.dt * change.tracers.item() == pytest.approx(0.0008408693490606281, rel=1e-12)
    assert air.dt * change.temperature.item() == pytest.approx(2.092551484577742, rel=1e-12)
    rain = precipitation(-change.tracers[0], air.dp, E3SM.gravity)
    assert rain.item() == pytest.approx(7.145757947560752e-7, rel=1e-12)


def test_drag_coefficients_are_those_of_the_paper():
    """C_d = 7e-4 + 6.5e-5 |v| below 20 m/s, 2e-3 from there on."""
    found = ReedJablonowski()._drag(np.array([0.0, 12.0, 19.0, 20.0, 25.0, 35.0]))
    np.testing.assert_allclose(found, [7e-4, 1.48e-3, 1.935e-3, 2e-3, 2e-3, 2e-3], rtol=1e-14)


def test_the_sea_acts_on_the_lowest_layer_as_published():
    """12 m/s, middle at 60 m, 600 s, 298 K and 15 g/kg over a sea of 302.15 K under 1015 hPa, without mixing:
    u / (1 + 1.48e-3 * 120); x = (x + 0.132 x_sea) / 1.132 with q_sea = 25.111 g/kg."""
    air = moist_air([290.0, 298.0], [0.005, 0.015], [9.8e4, 1.0e5, 1.015e5])
    change = ReedJablonowski(boundary_layer_top=2e5, fading=1e-3)(air, 0.0)
    after = {n: (getattr(air, n) + air.dt * getattr(change, n))[..., -1] for n in ("wind", "temperature", "tracers")}
    assert after["wind"][0].item() == pytest.approx(10.190217391304348, rel=1e-13)
    assert after["temperature"].item() == pytest.approx(298.48392226148405, rel=1e-14)
    assert after["tracers"].item() == pytest.approx(0.01617902447420608, rel=1e-13)


def test_mixing_fades_above_850_hpa_as_published():
    """exp(-((850 hPa - p) / 100 hPa)**2): 1 at and below 850 hPa, then exp(-1/4), exp(-1), exp(-4)."""
    air = moist_air([280.0] * 6, [1e-3] * 6, [5.5e4, 6.5e4, 7.5e4, 8.0e4, 8.5e4, 9.5e4, 1.0e5])
    found = ReedJablonowski()._fading(air).ravel()
    expected = [0.01831563888873418, 0.36787944117144233, 0.7788007830714049, 1.0, 1.0]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_two_layers_are_mixed_as_published():
    """Backward Euler between 925 and 975 hPa: a difference d becomes d / (1 + 2 c / dp), c = dt g**2 rho**2 K / 50 hPa,
    rho = 950 hPa / (R 288 K); K is 1.48e-3 * 720 m2/s for wind, 1.1e-3 * 720 for vapor and potential temperature.
    Before, the sea leaves 10.1902 m/s and 8.56199 g/kg in the lower layer, and its temperature as it is.
    """
    air = moist_air([285.0, 291.0], [5e-3, 8e-3], [9.0e4, 9.5e4, 1.0e5])
    change = ReedJablonowski(sea_surface_temperature=291.0)(air, 0.0)
    wind = (air.wind + air.dt * change.wind)[0].ravel()
    vapor = (air.tracers + air.dt * change.tracers).ravel()
    temperature = (air.temperature + air.dt * change.temperature).ravel()
    np.testing.assert_allclose(wind, [11.994160234870385, 10.196057156433962], rtol=1e-13)
    np.testing.assert_allclose(vapor, [0.005008556830462809, 0.008553433757079528], rtol=1e-13)
    np.testing.assert_allclose(temperature, [285.0039813788974, 290.9959583060655], rtol=1e-14)
