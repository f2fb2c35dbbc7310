"""Linear theory of the growing waves of DCMIP2012 2-1: against steady theory, and against its own equations."""

import numpy as np
import pytest

from tests.daily import turn

mountain_wave = pytest.importorskip("pysces_harness.whole_runs.mountain_wave")
mountain_theory = pytest.importorskip("pysces_harness.whole_runs.mountain_theory")
mountain_growth = pytest.importorskip("pysces_harness.whole_runs.mountain_growth")
FORMS = pytest.mark.parametrize("hydrostatic", [False, True])


@pytest.mark.parametrize("hydrostatic", [False, pytest.param(True, marks=turn(4, 7))])
def test_waves_grow_into_those_of_steady_theory(hydrostatic, monkeypatch):
    """w of waves that climb fast, after 80 minutes; in layers of 1 km, under a lid so high that little comes back.

    Correlations were 0.996 to 0.999 when written, sizes 0.92 to 0.96.
    """
    for name, value in (("LID", 60e3), ("TOP", 30e3), ("FRICTION", 300.0)):
        monkeypatch.setattr(mountain_growth, name, value)
    ((_, _, w),) = mountain_growth.Growth(60, 0.0, hydrostatic, waves=7, degrees=9).grown(4.0 / 3.0, 1)
    steady = mountain_wave.steady_w(mountain_theory.risen(hydrostatic, 9, 7, 1e3))
    for s in (5, 6, 7):
        found, wanted = (np.fft.rfft(field, axis=0)[s] for field in (w, steady))
        size = np.linalg.norm(found) / np.linalg.norm(wanted)
        assert np.vdot(found, wanted).real / np.linalg.norm(found) / np.linalg.norm(wanted) > 0.99
        assert 0.9 < size < 1.05


@FORMS
def test_what_moves_without_a_mountain_keeps_its_energy(hydrostatic):
    """Neither turning nor pressure nor buoyancy makes any, without viscosity and friction; nor do they spread air."""
    growth, random = mountain_growth.Growth(9, 0.0, hydrostatic, waves=3, degrees=5), np.random.default_rng(18)
    growth.rubbed = growth.passing
    stream, w, buoyancy = (random.normal(size=(5, 3, n, 2)) @ [1.0, 1j] for n in (9, 10, 9))
    for field in (stream, w, buoyancy):
        field *= np.arange(1, 6)[:, None, None] >= np.arange(1, 4)[None, :, None]  # no degree below s
    w[..., [0, -1]] = 0.0
    air = (stream * 1e4, w @ growth.spread.T / growth.k2, w, buoyancy * 1e-2)
    weights = (growth.k2, growth.k2, 0.0 if hydrostatic else 1.0, 1.0 / mountain_wave.stability())
    rates = growth.rates(air)
    parts = [(weight * (a.conj() * r).real).sum() for weight, a, r in zip(weights, air, rates)]
    assert abs(sum(parts)) < 1e-11 * sum(abs(part) for part in parts)
    spread = growth.k2 * rates[1]
    np.testing.assert_allclose(rates[2] @ growth.spread.T, spread, atol=1e-11 * abs(spread).max())
    for rate, ahead, back in zip(rates, growth._stepped(air, 0.1), growth._stepped(air, -0.1)):
        np.testing.assert_allclose((ahead - back) / 0.2, rate, atol=1e-4 * abs(rate).max())
    missed = [growth._stepped(growth._stepped(air, h), h)[3] - growth._stepped(air, 2.0 * h)[3] for h in (1.0, 2.0)]
    assert 28.0 < np.linalg.norm(missed[1]) / np.linalg.norm(missed[0]) < 36.0  # 2^5: fourth order


def test_air_at_the_ground_follows_the_mountain():
    """At the start and after a while: w = 20 m/s times its slope; and theory lies on the run's longitudes."""
    growth = mountain_growth.Growth(9, 1e8, waves=6, degrees=8)
    air = growth._stepped(growth.start(), 20.0)
    wanted = 1j * growth.s[..., 0] * mountain_wave.WIND / mountain_wave.RADIUS * growth.ground
    np.testing.assert_allclose(air[2][..., 0], wanted, rtol=1e-14)
    ((_, risen, _),) = growth.grown(0.1, 1)
    turned = np.roll(risen, -int(0.375 * mountain_wave.NLON), axis=0)  # from 180 to 45 degrees east
    found = mountain_growth.alike(0.5 * turned, risen)
    assert found["correlation"] == pytest.approx(1.0, abs=1e-12) and found["size"] == pytest.approx(2.0, rel=1e-12)


def test_turning_couples_degrees_as_legendre_functions_say():
    """The sine of latitude times the Laplacian, and the cosine times the slope, of degree 6 of wavenumber 3."""
    growth, mu, eps = mountain_growth.Growth(4, 0.0, waves=4, degrees=8), np.linspace(-0.9, 0.9, 7), 1e-5
    one = np.zeros((8, 4, 1))
    one[5, 2] = 1.0
    below, at, above = (mountain_theory.legendre(3, 8, mu + step) for step in (-eps, 0.0, eps))
    wanted = -42.0 * mu * at[3] + (1.0 - mu**2) * (above[3] - below[3]) / (2.0 * eps)
    np.testing.assert_allclose(growth._turned(one)[2:, 2, 0] @ at, wanted, atol=1e-7)
