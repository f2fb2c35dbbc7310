"""Meshes: areas, node counts, connectivity, refusal of what cannot be built."""

import dataclasses

import numpy as np
import pytest

from pysces.constants import CAM, E3SM
from pysces.geometry.grid import cubed_sphere_grid, plane_grid, sphere_grid
from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.topology.connectivity import connect


@pytest.mark.parametrize("cubed_sphere_map", [0, 2])
@pytest.mark.parametrize("ne", [1, 2, 3, 5])
def test_area_is_exact_and_distinct_nodes_are_counted_once(ne, cubed_sphere_map):
    grid = cubed_sphere_grid(ne, cubed_sphere_map=cubed_sphere_map)
    assert grid.mass_matrix.sum() == pytest.approx(4 * np.pi, rel=2e-14)  # acos of nearly equal points, ne=1..5
    assert grid.global_id.max() + 1 == 6 * ne**2 * 9 + 2


@pytest.mark.parametrize("cubed_sphere_map", [0, 2])
def test_copies_of_a_node_are_at_one_place(cubed_sphere_map):
    grid = cubed_sphere_grid(3, cubed_sphere_map=cubed_sphere_map)
    place = np.stack([np.cos(grid.lat) * np.cos(grid.lon), np.cos(grid.lat) * np.sin(grid.lon), np.sin(grid.lat)])
    first = np.unique(grid.global_id, return_index=True)[1]
    same = place.reshape(3, -1)[:, first][:, grid.global_id.ravel()]
    assert np.abs(place.reshape(3, -1) - same).max() < 2e-15  # a few ulp of longitude and latitude


def test_connectivity_addresses_other_copies_of_the_same_node():
    grid = cubed_sphere_grid(3)
    ids, copies = grid.global_id, connect(cubed_sphere_elements(3).vertices, 4).copies
    assert np.all((ids.ravel()[copies] == ids) | (copies < 0))
    many = np.bincount(ids.ravel())[ids]
    assert np.array_equal((copies >= 0).sum(axis=0), many - 1)
    assert (many == 3).sum() == 24, "exactly the three elements at each of the 8 cube vertices lack a corner neighbour"


def test_every_element_has_eight_neighbours_except_at_cube_vertices():
    neighbours = connect(cubed_sphere_elements(4).vertices, 4).neighbours
    count = np.array([len(set(row) - {e}) for e, row in enumerate(neighbours)])
    assert sorted(np.unique(count, return_counts=True)[1]) == [24, 72] and set(count) == {7, 8}


def test_thirty_elements_an_edge_take_seconds():
    import time

    start = time.perf_counter()
    grid = cubed_sphere_grid(30, hypervis_scaling=3.0)
    assert time.perf_counter() - start < 20 and grid.global_id.max() + 1 == 48602


def test_plane_has_the_area_asked_for_and_wraps_around():
    grid = plane_grid(4, 3, 400e3, 300e3)
    assert grid.mass_matrix.sum() == pytest.approx(400e3 * 300e3, rel=1e-15)
    assert grid.global_id.max() + 1 == 12 * 9


def test_refined_mesh_with_five_elements_at_a_vertex_is_connected():
    # a cube face's centre vertex split into a pentagonal arrangement needs no geometry: only vertex ids count
    quads = np.array([[0, 1, 6, 5], [0, 2, 7, 1], [0, 3, 8, 2], [0, 4, 9, 3], [0, 5, 10, 4]])
    rim = np.array([[11, 6, 1, 7], [11, 7, 2, 8], [11, 8, 3, 9], [11, 9, 4, 10], [11, 10, 5, 6]])
    table = connect(np.concatenate([quads, rim]), 4)
    assert len(table.copies) == 4
    assert table.global_id.max() + 1 == 12 + 20 * 2 + 10 * 4  # vertices + edges * inner + elements * inner


@pytest.mark.parametrize("ne", [0, -2, 2.5])
def test_impossible_ne_is_refused(ne):
    with pytest.raises(ValueError, match="needs ne >= 1"):
        cubed_sphere_grid(ne)


def test_unknown_map_is_refused():
    with pytest.raises(ValueError, match=r"must be 0 \(gnomonic\) or 2"):
        cubed_sphere_grid(2, cubed_sphere_map=1)


def test_small_plane_is_refused():
    with pytest.raises(ValueError, match="at least 3 elements"):
        plane_grid(2, 3, 1.0, 1.0)


def test_open_mesh_is_refused():
    elements = cubed_sphere_elements(2)
    with pytest.raises(ValueError, match="Every edge must belong to 2 elements"):
        connect(elements.vertices[1:], 4)


def test_element_turned_inside_out_is_refused():
    elements = cubed_sphere_elements(2)
    corners = elements.corners.copy()
    corners[:, 3] = corners[:, 3, ::-1]
    with pytest.raises(ValueError, match="The map of element 3 has determinant"):
        sphere_grid(dataclasses.replace(elements, corners=corners), E3SM, 2, 0.0, 0.0)


def test_radius_enters_only_as_a_factor():
    small, large = cubed_sphere_grid(2, E3SM), cubed_sphere_grid(2, CAM)
    assert np.array_equal(small.contra_to_sphere, large.contra_to_sphere) and small.radius != large.radius
