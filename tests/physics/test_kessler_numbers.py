"""Kessler's scheme at chosen points. The numbers were computed from the published formulas by hand, not by pysces.

Klemp & Wilhelmson (1978), doi:10.1175/1520-0469(1978)035<1070:TSOTDC>2.0.CO;2, and the DCMIP2016 document. In its rate
of evaporation rho is in g cm-3 and p in hPa.
"""

import numpy as np
import pytest

from pysces.physics.kessler import DryLayers, WarmRain, fall_speed, kessler, saturation_mixing_ratio

EVERLASTING = 1e12  # kg m-2: a layer so deep that no rain leaves it


def column(*values):
    """Layers of one column."""
    return np.array(values, dtype=float)


def after(temperature, p, rho, dt, vapor, cloud=0.0, rain=0.0):
    """The state of one everlasting layer after dt."""
    layers = DryLayers(column(p), column(rho), column(EVERLASTING))
    state = WarmRain(column(temperature), column(vapor), column(cloud), column(rain))
    return kessler(state, layers, dt)[0]


@pytest.mark.parametrize(
    "temperature, p, expected",
    [(273.0, 1.0e5, 3.8e-3), (293.0, 9.0e4, 0.016188974983580618), (230.0, 3.0e4, 2.755702402793937e-4)],
)
def test_saturation_is_tetens(temperature, p, expected):
    """q_vs = 3.8 hPa / p * exp(17.27 (T - 273) / (T - 36))."""
    assert saturation_mixing_ratio(np.float64(temperature), p) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    "rho, rain, expected",
    [(1.2, 1e-3, 5.659593575614731), (0.9, 5e-3, 7.826227679022822), (0.5, 1e-5, 4.151739083555565)],
)
def test_rain_falls_as_published(rho, rain, expected):
    """V = 36.34 (1e-3 rho q_r)**0.1364 sqrt(rho_s / rho) m/s over ground at 1.2 kg m-3; the document prints 0.1346."""
    layers = DryLayers(column(8e4, 1e5), column(rho, 1.2), column(1e3, 1e3))
    assert fall_speed(column(rain, 0.0), layers)[0] == pytest.approx(expected, rel=1e-14)


def test_vapor_above_saturation_condenses_as_published():
    """(q_v - q_vs) / (1 + q_vs 17.27 * 237.3 L / (c_p (T - 36)**2)); L = 2.5e6, c_p = 1003: 285 K, 850 hPa, 13 g/kg."""
    found = after(285.0, 8.5e4, 1.0, 60.0, vapor=0.013)
    assert found.cloud[0] == pytest.approx(0.0010115234232990278, rel=1e-12)
    assert found.temperature[0] == pytest.approx(287.5212448237762, rel=1e-15)
    assert found.vapor[0] == pytest.approx(0.011988476576700971, rel=1e-14)


def test_cloud_turns_to_rain_as_published():
    """1e-3 s-1 (q_c - 1e-3) of 3 g/kg in 60 s, in saturated air without rain: 1.2e-4; below 1 g/kg nothing."""
    saturated = 0.016188974983580618  # 293 K, 900 hPa
    found = after(293.0, 9e4, 1.0, 60.0, vapor=saturated, cloud=3e-3)
    assert found.rain[0] == pytest.approx(1.2e-4, rel=1e-12)
    assert after(293.0, 9e4, 1.0, 60.0, vapor=saturated, cloud=9.9e-4).rain[0] == 0.0


def test_rain_collects_cloud_as_published():
    """2.2 q_c q_r**0.875, implicit in q_c: of 2 g/kg, with 1e-6 s-1 of autoconversion, 1 g/kg of rain takes 1.087e-4
    in 10 s: q_c - (q_c - 10 * 1e-6) / (1 + 10 * 2.2 * 1e-3**0.875)."""
    found = after(293.0, 9e4, 1.0, 10.0, vapor=0.016188974983580618, cloud=2e-3, rain=1e-3)
    assert found.rain[0] - 1e-3 == pytest.approx(1.0867105028256508e-4, rel=1e-11)


@pytest.mark.parametrize(
    "rho, rain, vapor, temperature, p, expected",
    [(1.1, 2e-3, 0.006, 290.0, 9e4, 7.370361143094882e-6), (0.8, 1e-4, 0.001, 270.0, 6e4, 8.234361146788518e-7)],
)
def test_rain_evaporates_as_published(rho, rain, vapor, temperature, p, expected):
    """(1 - q_v / q_vs) (1.6 + 124.9 (rho q_r)**0.2046) (rho q_r)**0.525 / (2.55e6 / (p q_vs) + 5.4e5) / rho [s-1]."""
    found = after(temperature, p, rho, 1.0, vapor=vapor, rain=rain)
    assert found.vapor[0] - vapor == pytest.approx(expected, rel=1e-10)  # of 6e-3: 1e-18 of round-off
    assert rain - found.rain[0] == pytest.approx(expected, rel=1e-10)


def test_rain_that_crosses_no_layer_reaches_the_ground_at_its_speed():
    """One substep: rho q_r V = 1.2 * 1e-3 * 5.6596 kg m-2 s-1 leave the lowest layer of 1000 kg m-2, 6.7915e-6 m/s."""
    layers = DryLayers(column(1e5), column(1.2), column(1e3))
    state = WarmRain(column(293.0), column(saturation_mixing_ratio(293.0, 1e5)), column(0.0), column(1e-3))
    found, rain = kessler(state, layers, 100.0)
    assert rain[0] == pytest.approx(1.2 * 1e-3 * 5.659593575614731 / 1000.0, rel=1e-14)
    assert found.rain[0] == pytest.approx(1e-3 - 100.0 * 1.2e-3 * 5.659593575614731 / 1e3, rel=1e-13)


def test_no_layer_loses_more_rain_than_it_has():
    """A trace of rain asks for few substeps; fed by 20 g/kg of cloud it outruns them. What a layer then gave too much
    was taken from its vapor: 5 g/kg, out of air at 90 % humidity, which can only gain vapor.
    """
    layers = DryLayers(column(9e4, 1e5), column(1.1, 1.2), column(400.0, 1e4))
    vapor = 0.9 * saturation_mixing_ratio(column(290.0, 290.0), layers.p)
    state = WarmRain(column(290.0, 290.0), vapor, column(2e-2, 0.0), column(1e-6, 0.0))
    found, rain = kessler(state, layers, 600.0)
    assert np.all(found.vapor >= vapor) and np.all(found.rain >= 0.0) and np.all(found.cloud >= 0.0)
    water = [((s.vapor + s.cloud + s.rain) * layers.mass).sum() for s in (state, found)]
    assert water[0] - water[1] == pytest.approx(1000.0 * rain[0] * 600.0, abs=1e-14 * water[0])
