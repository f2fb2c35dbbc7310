"""Elements of any mesh are dealt out in compact parts of equal size."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from refined import refined_grid

from pysces.geometry.grid import cubed_sphere_grid, plane_grid
from pysces.topology.balance import bisected, default_curve, edge_cut, sphere_curve
from pysces.topology.partition import cubed_sphere_curve, partition


@pytest.mark.parametrize("ne", [2, 4, 8])
def test_the_curve_over_centres_is_the_cubed_spheres(ne):
    np.testing.assert_array_equal(sphere_curve(cubed_sphere_grid(ne).centres), cubed_sphere_curve(ne))


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 16])
def test_every_way_deals_out_every_element_once(parts):
    grid = refined_grid()
    for curve in (sphere_curve(grid.centres), bisected(grid.centres, parts), default_curve(grid, parts)):
        np.testing.assert_array_equal(np.sort(curve), np.arange(grid.nelem))


def test_a_cut_counts_the_edges_between_parts():
    """Halves of a cube of 24 elements, face by face: three faces around a corner touch the others along 12 edges."""
    grid = cubed_sphere_grid(2)
    faces = lambda *order: np.concatenate([np.arange(4) + 4 * f for f in order])  # noqa: E731
    assert edge_cut(grid.assembly, faces(0, 1, 5, 2, 3, 4), 2) == 12
    assert edge_cut(grid.assembly, faces(0, 1, 2, 3, 4, 5), 2) == 16
    assert edge_cut(grid.assembly, faces(0, 1, 2, 3, 4, 5), 1) == 0


def test_shuffled_elements_are_dealt_out_nearly_as_well_as_a_cubed_sphere():
    grid = cubed_sphere_grid(8)
    shuffled = np.random.default_rng(0).permutation(grid.nelem)
    for parts in (2, 6, 16):
        ours = bisected(grid.centres[:, shuffled], parts)
        cuts = [edge_cut(grid.assembly, curve, parts) for curve in (shuffled[ours], cubed_sphere_curve(8), shuffled)]
        assert cuts[0] < 1.2 * cuts[1] < 0.5 * cuts[2]


def test_boxes_of_a_plane_are_rectangles():
    grid = plane_grid(8, 4, 8.0, 4.0)
    curve = bisected(grid.centres, 4)
    for piece in partition(grid.nelem, 4):
        assert np.ptp(grid.centres[:, curve[piece]], axis=1).tolist() == [1.0, 3.0, 0.0]
