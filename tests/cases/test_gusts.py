"""The gusts that start the waves: where they are, how strong, and how wide, as the papers say."""

from types import SimpleNamespace

import numpy as np
import pytest

from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.cases.jablonowski_williamson import jablonowski_williamson
from pysces.vertical.coordinate import even_pressure

CENTER = np.radians([20.0, 40.0])  # degrees east and north, of both waves
DISTANCES = np.array([0.0, 0.05, 0.0999, 0.1001, 0.2])  # on the unit sphere, to the north
PLACES = SimpleNamespace(
    lon=np.full((len(DISTANCES), 1, 1, 1), CENTER[0]), lat=(CENTER[1] + DISTANCES).reshape(-1, 1, 1, 1)
)
LEVELS = even_pressure(20, 0.01)


def gust(case, **without):
    """(distance,) eastward wind of the lowest level that the perturbation adds."""
    winds = [case(PLACES, LEVELS, **options).wind for options in ({}, without)]
    assert np.array_equal(winds[0][1], winds[1][1])
    return (winds[0] - winds[1])[0, :, 0, 0, -1]


def test_jablonowski_and_williamsons_gust_falls_to_1_over_e_at_a_tenth_of_the_radius():
    """1 m/s exp(-(r / R)^2) with R = a / 10, on all levels (spec/cases.md 3.3)."""
    np.testing.assert_allclose(
        gust(jablonowski_williamson, perturbation=0.0), np.exp(-((10.0 * DISTANCES) ** 2)), atol=1e-13
    )


def test_ullrichs_gust_ends_at_a_tenth_of_the_radius():
    """1 m/s exp(-(r / R)^2) inside R = a / 10, nothing outside; the taper takes 1e-3 off at the lowest level."""
    expected = np.where(DISTANCES < 0.1, np.exp(-((10.0 * DISTANCES) ** 2)), 0.0)
    found = gust(baroclinic_wave_umjs14, perturbation="none")
    assert found == pytest.approx(expected, rel=5e-3, abs=1e-13)
    assert found[2] > 0.36 and found[3] == 0.0
