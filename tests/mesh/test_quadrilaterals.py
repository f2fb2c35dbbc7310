"""Refined meshes: a cubed sphere given as points and corners is the cubed sphere; bad meshes are refused."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from refined import refined_corners, refined_grid

from pysces.geometry.grid import cubed_sphere_grid, unstructured_grid
from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.mesh.quadrilaterals import elements_from_corners
from pysces.operators.dss import dss
from pysces.operators.strong import gradient_sphere
from pysces.operators.weak import divergence_sphere_wk


def test_a_cubed_sphere_from_its_corners_is_the_cubed_sphere():
    whole = cubed_sphere_elements(3)
    points = np.zeros((3, whole.vertices.max() + 1))
    points[:, whole.vertices] = 7.0 * whole.corners
    elements = elements_from_corners(points, whole.vertices)
    np.testing.assert_array_equal(elements.face, whole.face)
    np.testing.assert_allclose(elements.equiangular, whole.equiangular, atol=1e-15)
    ours, theirs = unstructured_grid(points, whole.vertices), cubed_sphere_grid(3)
    np.testing.assert_array_equal(ours.global_id, theirs.global_id)
    np.testing.assert_allclose(ours.jacobian, theirs.jacobian, atol=1e-14)


def test_a_refined_mesh_covers_the_sphere_whatever_meets_at_its_vertices():
    grid = refined_grid()
    meeting = np.bincount(np.bincount(refined_corners()[1].ravel()))
    assert grid.nelem == 44 and set(np.flatnonzero(meeting)) == {3, 4, 5, 6, 8}
    assert grid.mass_matrix.sum() == pytest.approx(4 * np.pi, rel=1e-14)
    rng = np.random.default_rng(0)
    smooth = dss(rng.standard_normal((grid.nelem, 4, 4, 1)), grid)
    by_point = [smooth.ravel()[grid.global_id.ravel() == k] for k in (0, *np.flatnonzero(meeting))]
    assert all(np.ptp(copies) < 1e-14 for copies in by_point)


def test_a_divergence_integrates_to_nothing_on_a_refined_mesh():
    grid = refined_grid()
    slope = gradient_sphere(np.sin(grid.lat) * np.cos(grid.lon), grid)
    flux = divergence_sphere_wk(slope, grid)
    assert abs(flux.sum()) < 1e-13 * np.abs(flux).sum()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda v: v[:, ::-1], "Element 0 does not turn left"),
        (lambda v: v[:-1], "Every edge must belong to 2 elements"),
    ],
)
def test_meshes_that_cannot_work_are_refused(spoil, sentence):
    points, vertices = refined_corners()
    with pytest.raises(ValueError, match=sentence):
        unstructured_grid(points, spoil(vertices))
