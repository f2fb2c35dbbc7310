"""Schmidt's transform: a published-size mesh, angles kept, the focus where asked for, HOMME's own file's points."""

from pathlib import Path

import numpy as np
import pytest

from pysces.mesh.made import stretched_mesh, uniform_mesh
from pysces.mesh.quality import mesh_quality
from pysces.mesh.stretch import stretched

GOLDEN = Path(__file__).parents[2] / "test_data" / "homme" / "mesh" / "ne4_schmidt2.g"


def _place(lat, lon):
    phi, lam = np.radians(lat), np.radians(lon)
    return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def test_points_are_those_of_the_mesh_that_homme_read():
    netCDF4 = pytest.importorskip("netCDF4")
    if not GOLDEN.exists():
        pytest.skip(f"no {GOLDEN.name}")
    with netCDF4.Dataset(GOLDEN) as data:
        theirs = np.asarray(data["coord"][:])
    ours, _ = stretched_mesh(4, 2.0, 45.0, 106.0)
    apart = np.sqrt(((theirs[:, :, None] - ours[:, None, :]) ** 2).sum(axis=0))
    assert theirs.shape == ours.shape == (3, 98)
    assert apart.min(axis=0).max() < 1e-15 and apart.min(axis=1).max() < 1e-15


def test_a_mesh_from_ne60_to_ne15_has_the_sides_and_angles_of_the_catalogue():
    """spec: edges 1.19 to 6.0 degrees, corner angles 60.9 to 121.8, aspect at most 1.44."""
    quality = mesh_quality(*stretched_mesh(30, 2.0, 45.0, 106.0))
    sides = np.degrees(quality.sides)
    np.testing.assert_allclose([sides.min(), sides.max()], [1.19, 6.0], atol=0.005)
    np.testing.assert_allclose([quality.angles.min(), quality.angles.max()], [60.9, 121.8], atol=0.06)
    assert quality.aspects.max() == pytest.approx(1.44, abs=0.005)


def test_the_focus_is_as_much_finer_as_the_antipode_is_coarser():
    step, factor, focus = 1e-4, 3.0, _place(-20.0, 250.0)
    for pole, expected in ((1.0, 1 / factor), (-1.0, factor)):
        near = np.array([[0.0, np.sin(step)], [0.0, 0.0], [pole, pole * np.cos(step)]])
        drawn = stretched(near, factor, -20.0, 250.0)
        np.testing.assert_allclose(drawn[:, 0], pole * focus, atol=1e-15)
        assert np.arccos(drawn[:, 0] @ drawn[:, 1]) / step == pytest.approx(expected, rel=1e-6)


def test_small_angles_are_kept_everywhere():
    rng, step = np.random.default_rng(0), 1e-5
    at = rng.standard_normal((3, 20))
    at /= np.linalg.norm(at, axis=0)
    first = np.cross(at.T, [0.0, 0.0, 1.0]).T
    first /= np.linalg.norm(first, axis=0)
    second = np.cross(at.T, first.T).T
    drawn = [stretched(np.cos(step) * at + np.sin(step) * way, 2.5, 10.0, 20.0) for way in (first, second)]
    here = stretched(at, 2.5, 10.0, 20.0)
    one, other = (x - here for x in drawn)
    lengths = np.linalg.norm(one, axis=0) / np.linalg.norm(other, axis=0)
    np.testing.assert_allclose(lengths, 1.0, atol=10 * step)
    np.testing.assert_allclose((one * other).sum(axis=0) / step**2, 0.0, atol=100 * step)


def test_a_factor_of_one_only_turns_the_sphere():
    points, _ = uniform_mesh(3)
    turned = stretched(points, 1.0, 45.0, 106.0)
    np.testing.assert_allclose(turned.T @ turned, points.T @ points, atol=4e-16 * 4)
    assert np.abs(turned - points).max() > 0.5


@pytest.mark.parametrize(("factor", "lat", "lon"), [(0.5, 0, 0), (np.nan, 0, 0), (2, 91, 0), (2, 0, np.inf)])
def test_what_is_no_stretching_is_refused(factor, lat, lon):
    with pytest.raises(ValueError, match=r"found .*; (turn|give)"):
        stretched_mesh(2, factor, lat, lon)
