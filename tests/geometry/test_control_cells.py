"""Cells round the nodes: their areas are the masses, they tile the sphere, each lies round its own node."""

import numpy as np
import pytest
from parallel.refined import refined_corners

from pysces.constants import E3SM
from pysces.geometry.control_cells import control_cells
from pysces.geometry.grid import sphere_grid
from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.mesh.made import refined_mesh, stretched_mesh
from pysces.mesh.quadrilaterals import elements_from_corners
from pysces.mesh.quality import triangle_areas
from pysces.mesh.refine import cap

MESHES = {
    "ne2": lambda: cubed_sphere_elements(2),
    "ne5": lambda: cubed_sphere_elements(5),
    "stretched": lambda: elements_from_corners(*stretched_mesh(4, 2.5, 45.0, 106.0)),
    "refined": lambda: elements_from_corners(*refined_mesh(4, [cap(45.0, 106.0, 40.0)])),
    "of eight at a vertex": lambda: elements_from_corners(*refined_corners()),
}


@pytest.fixture(params=MESHES)
def mesh(request):
    elements = MESHES[request.param]()
    grid = sphere_grid(elements, E3SM, 2, 0.0, 0.0)
    return grid, control_cells(elements, grid)


def test_areas_are_the_masses_of_the_nodes(mesh):
    grid, cells = mesh
    assert cells.masses.sum() == pytest.approx(4 * np.pi, rel=1e-14)
    np.testing.assert_allclose(cells.areas, cells.masses, rtol=1e-12)
    mass = np.zeros(len(cells.masses))
    np.add.at(mass, grid.global_id.ravel(), grid.mass_matrix.ravel())
    np.testing.assert_allclose(cells.masses, mass, rtol=1e-14)


def test_cells_tile_the_sphere(mesh):
    """Every side is a side of another cell, the other way round; Euler's sum is 2."""
    _, cells = mesh
    count = (cells.polygons >= 0).sum(axis=1)
    slot = np.arange(cells.polygons.shape[1])
    following = np.take_along_axis(cells.polygons, (slot + 1) % count[:, None], axis=1)
    sides = np.stack([cells.polygons, following], axis=-1)[slot < count[:, None]]
    forth, back = ({tuple(side) for side in both.tolist()} for both in (sides, sides[:, ::-1]))
    assert len(forth) == len(sides) and forth == back
    assert cells.points.shape[1] - len(sides) // 2 + len(cells.masses) == 2
    assert set(cells.polygons[cells.polygons >= 0].tolist()) == set(range(cells.points.shape[1]))


def test_every_cell_lies_round_its_own_node(mesh):
    """Seen from the node its corners follow one another counterclockwise; an unsplit middle does so to round-off."""
    grid, cells = mesh
    node = cells.centres.T[:, None]
    fan = triangle_areas(node, cells.corners, np.roll(cells.corners, -1, axis=1))
    assert (fan > -1e-6 * cells.masses[:, None]).all()
    lat, lon = (np.zeros(len(cells.masses)) for _ in range(2))
    lat[grid.global_id], lon[grid.global_id] = grid.lat[..., 0], grid.lon[..., 0]
    np.testing.assert_allclose(cells.centres[2], np.sin(lat), atol=1e-15)
    np.testing.assert_allclose(cells.centres[1], np.cos(lat) * np.sin(lon), atol=1e-15)


def test_cells_are_convex_polygons_of_few_corners(mesh):
    """Up to five, or as many as elements meet; a middle that need not be split bends by a trace."""
    grid, cells = mesh
    count = (cells.polygons >= 0).sum(axis=1)
    assert count.max() <= max(5, len(grid.assembly.copies) + 1) and count.min() >= 3
    for n in range(3, count.max() + 1):
        own = cells.corners[count == n][:, :n]
        after, before = (np.roll(own, shift, axis=1) - own for shift in (-1, 1))
        turn = (own * np.cross(after, before)).sum(axis=-1)
        assert (turn > -1e-4 * cells.masses[count == n, None]).all()


def test_the_gnomonic_map_is_off_by_what_its_elements_are():
    elements = cubed_sphere_elements(4)
    grid = sphere_grid(elements, E3SM, 0, 0.0, 0.0)
    cells = control_cells(elements, grid)
    misfit = np.abs(cells.areas / cells.masses - 1)
    assert 1e-8 < misfit.max() < 1e-3 and cells.areas.sum() == pytest.approx(4 * np.pi, rel=1e-13)
