"""Values between nodes: exact for what elements can hold, of order 4 for what they cannot; winds at the poles."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.constants import E3SM
from pysces.geometry.gll_interpolation import east_and_north, reference_coordinates, regular_points, scattered_points
from pysces.geometry.grid import sphere_grid
from pysces.geometry.vector_interpolation import interpolated_vector
from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.mesh.made import refined_mesh, stretched_mesh
from pysces.mesh.quadrilaterals import elements_from_corners
from pysces.mesh.refine import cap
from pysces.vertical.coordinate_files import coordinate_from_table

LEVELS = coordinate_from_table({"family": "even_pressure", "nlev": 2, "eta_top": 0.1})
MESHES = {
    "gnomonic": (cubed_sphere_elements(3), 0),
    "element-local": (cubed_sphere_elements(2), 2),
    "refined": (elements_from_corners(*refined_mesh(2, [cap(45, 106, 50)], 1)), 2),
    "stretched": (elements_from_corners(*stretched_mesh(3, 2.0, 10.0, 20.0)), 2),
}


def rows(regular):
    """Where each point's nodes stand among all nodes."""
    return regular.elem[:, None] * 16 + np.arange(16)


def flat(field):
    return field.reshape(-1, field.shape[-1])


@pytest.mark.parametrize("name", MESHES)
def test_nodes_are_found_where_they_are_in_the_reference_square(name):
    elements, number = MESHES[name]
    grid = sphere_grid(elements, E3SM, number, 0.0, 0.0)
    lat, lon = (np.asarray(x).ravel() for x in (grid.lat, grid.lon))
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    a, b = reference_coordinates(elements, number, np.repeat(np.arange(grid.nelem), 16), points)
    nodes = np.tile(np.asarray(grid.gll_nodes), (grid.nelem, 4, 1))
    np.testing.assert_allclose(a.reshape(nodes.shape), nodes.transpose(0, 2, 1), atol=2e-14)
    np.testing.assert_allclose(b.reshape(nodes.shape), nodes, atol=2e-14)


@pytest.mark.parametrize("name", MESHES)
def test_polynomials_of_degree_3_in_each_element_are_exact(name):
    elements, number = MESHES[name]
    grid = sphere_grid(elements, E3SM, number, 0.0, 0.0)
    regular = regular_points(elements, number, 19, 36)
    phi, lam = (x.ravel() for x in np.meshgrid(np.radians(regular.lat), np.radians(regular.lon), indexing="ij"))
    points = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    a, b = reference_coordinates(elements, number, regular.elem, points)
    powers = np.random.default_rng(0).normal(size=(grid.nelem, 4, 4))
    basis = np.vander(np.asarray(grid.gll_nodes), 4)
    field = np.einsum("ekl,ik,jl->eij", powers, basis, basis)[..., None]
    exact = np.einsum("pkl,pk,pl->p", powers[regular.elem], np.vander(a, 4), np.vander(b, 4))
    np.testing.assert_allclose(
        regular.of_nodes(flat(field), rows(regular))[:, 0], exact, atol=1e-13 * np.abs(exact).max()
    )


@pytest.mark.parametrize("name", MESHES)
def test_scattered_points_have_the_bits_of_a_regular_grid_s(name):
    """Poles, edges and corners are among them."""
    elements, number = MESHES[name]
    regular = regular_points(elements, number, 19, 36)
    phi, lam = (x.ravel() for x in np.meshgrid(np.radians(regular.lat), np.radians(regular.lon), indexing="ij"))
    points = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    elem, weights = scattered_points(elements, number, points)
    np.testing.assert_array_equal(elem, regular.elem)
    np.testing.assert_array_equal(weights, regular.weights)


def test_a_point_in_no_element_is_refused():
    elements, number = MESHES["element-local"]
    corners, equiangular = elements.corners[:, :9], elements.equiangular[:, :9]
    part = replace(elements, corners=corners, equiangular=equiangular, face=elements.face[:9])
    with pytest.raises(ValueError, match="1 points lie in no element"):
        scattered_points(part, number, np.array([[0.0], [0.0], [-1.0]]))


def wave(grid):
    """The balanced wave, which a field of any place can be sampled of."""
    return baroclinic_wave_umjs14(grid, LEVELS, E3SM, perturbation="none")


def errors(ne):
    """Root mean squares over the sphere of what regridding to 4 degrees gets wrong: temperature, solid rotation."""
    elements = cubed_sphere_elements(ne)
    grid, regular = sphere_grid(elements, E3SM, 2, 0.0, 0.0), regular_points(elements, 2, 46, 90)
    phi, lam = np.meshgrid(np.radians(regular.lat), np.radians(regular.lon), indexing="ij")
    there = SimpleNamespace(lat=phi.reshape(-1, 1, 1, 1), lon=lam.reshape(-1, 1, 1, 1))
    found = regular.of_nodes(flat(wave(grid).temperature), rows(regular))
    wrong = [found - wave(there).temperature[:, 0, 0]]
    tilt = 0.7  # a solid rotation about an axis that is none of the grid's
    lat, lon = (np.asarray(x).ravel()[:, None] for x in (grid.lat, grid.lon))
    u, v = rotation(lat, lon, tilt)
    axes = east_and_north(lat[:, 0], lon[:, 0])
    pair = interpolated_vector(u, v, rows(regular), axes, regular)
    exact = rotation(phi.reshape(-1, 1), lam.reshape(-1, 1), tilt)
    wrong += [one - other for one, other in zip(pair, exact)]
    weight = np.cos(phi).reshape(-1, 1)
    return np.array([np.sqrt((weight * e**2).sum() / weight.sum() / e.shape[1]) for e in wrong])


def rotation(lat, lon, tilt):
    """Eastward and northward wind of a solid rotation."""
    u = np.cos(lat) * np.cos(tilt) + np.sin(lat) * np.cos(lon) * np.sin(tilt)
    return u, -np.sin(lon) * np.sin(tilt)


def test_regridding_converges_with_order_4():
    coarse, fine = errors(8), errors(16)
    orders = np.log2(coarse / fine)
    assert (orders > 3.8).all(), orders
