"""Integrals over the sphere: masses that are weights, and norms that are norms."""

import numpy as np

from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.integrals import error_norms, mass, surface_pressure
from pysces.vertical.coordinate import even_pressure

COORDINATE = even_pressure(6, 0.05)
GRID = cubed_sphere_grid(3)


def test_mass_of_air_is_its_weight():
    dp = np.broadcast_to(COORDINATE.dp_ref(1e5), (54, 4, 4, 6))
    np.testing.assert_allclose(mass(dp, GRID, E3SM.gravity), (1e5 - COORDINATE.ptop) / E3SM.gravity, rtol=1e-14)
    np.testing.assert_allclose(mass(np.stack([dp, 2 * dp]), GRID, 1.0), 0.95e5 * np.array([1, 2]), rtol=1e-14)


def test_norms():
    reference = 1.0 + np.cos(GRID.lat) * np.ones(3)
    zero = error_norms(reference, reference, GRID)
    assert zero.l1 == zero.l2 == zero.linf == 0.0
    tenth = error_norms(1.1 * reference, reference, GRID)
    for norm in (tenth.l1, tenth.l2, tenth.linf):
        np.testing.assert_allclose(norm, 0.1, rtol=1e-12)
    one_bad = reference.copy()
    one_bad[3, 1, 2, 0] += 1.0
    bad = error_norms(one_bad, reference, GRID)
    assert bad.linf == 1.0 / reference.max() and bad.l1 < bad.l2 < bad.linf


def test_surface_pressure_is_the_weight_of_the_column():
    dp = np.array(np.broadcast_to(COORDINATE.dp_ref(1e5), (54, 4, 4, 6)))
    dp[20, 2, 1, 5] -= 321.0
    np.testing.assert_allclose(surface_pressure(dp, COORDINATE.ptop).min(), 1e5 - 321.0, rtol=1e-14)
