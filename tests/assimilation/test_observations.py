"""Points are found in their elements on any mesh, and fields there are those of the elements' basis."""

import numpy as np
import pytest

jnp = pytest.importorskip("jax.numpy")

from pysces.assimilation.location import located
from pysces.assimilation.observations import observation, points_at, points_at_columns, thickness
from pysces.geometry.columns import columns_of, unit_vectors
from pysces.geometry.grid import cubed_sphere_grid, unstructured_grid
from pysces.mesh.made import refined_mesh, stretched_mesh
from pysces.mesh.refine import cap

RNG = np.random.default_rng(0)
SCATTERED = RNG.standard_normal((200, 3))
SCATTERED = SCATTERED / np.linalg.norm(SCATTERED, axis=1, keepdims=True)


@pytest.mark.parametrize("cubed_sphere_map", [0, 2])
def test_interpolated_place_is_the_place(cubed_sphere_map):
    """The basis at a point gives the point back; at ne4 the map that the nodes span is the mesh's to 2e-4."""
    grid = cubed_sphere_grid(4, cubed_sphere_map=cubed_sphere_map)
    element, weights = located(grid, SCATTERED)
    nodes = unit_vectors(grid.lat[..., 0], grid.lon[..., 0])
    found = np.einsum("pij,pijc->pc", weights, nodes[element])
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert np.abs(found - SCATTERED).max() < 1e-12
    assert np.allclose(weights.sum(axis=(1, 2)), 1.0, atol=1e-13)
    assert np.abs(weights).max() < 1.7, "inside the element"


def test_points_are_found_on_refined_and_stretched_meshes():
    for points, vertices in (refined_mesh(4, [cap(-45.0, 106.0, 30.0)]), stretched_mesh(3, 2.0, 10.0, 20.0)):
        grid = unstructured_grid(points, vertices)
        element, weights = located(grid, SCATTERED)
        found = np.einsum("pij,pijc->pc", weights, unit_vectors(grid.lat[..., 0], grid.lon[..., 0])[element])
        assert np.abs(found / np.linalg.norm(found, axis=1, keepdims=True) - SCATTERED).max() < 1e-12


def test_nodes_poles_and_edges_are_points_too(water):
    """At a node the weights are the node's alone, whichever element was found."""
    grid = water.host.grid
    lat, lon = (columns_of(grid).gathered(x[..., 0]) for x in (grid.lat, grid.lon))
    number = np.arange(len(lat))
    field = columns_of(grid).spread(np.sin(3.0 * number))[..., None]
    by_place, by_number = points_at(water, np.degrees(lat), np.degrees(lon)), points_at_columns(water, number)
    assert np.abs(by_place(jnp.asarray(field))[:, 0] - np.sin(3.0 * number)).max() < 1e-9
    assert np.abs(by_number(jnp.asarray(field))[:, 0] - np.sin(3.0 * number)).max() == 0.0


def test_interpolation_converges_with_the_fourth_power_of_the_spacing():
    """A cubic basis: three times as many elements, 3^4 times less error, to a factor of 1.5."""
    errors = []
    for ne in (3, 9):
        grid = cubed_sphere_grid(ne)
        element, weights = located(grid, SCATTERED)
        field = np.sin(2.0 * grid.lon[..., 0]) * np.cos(grid.lat[..., 0]) ** 2
        x, y, _ = SCATTERED.T
        found = np.einsum("pij,pij->p", weights, field[element])
        errors.append(np.sqrt(np.mean((found - 2.0 * x * y) ** 2)))
    assert errors[0] / errors[1] > 81.0 / 1.5


def test_an_observation_of_ones_own_sees_what_it_says(water):
    """The user's function may be any linear or nonlinear quantity of the state."""

    def energy(state, dycore):
        return state.dynamics.phi + 0.5 * (state.dynamics.wind**2).sum(axis=0)

    kind = observation(points_at_columns(water, [7]), energy, 1.0)
    dynamics, columns = water.state.dynamics, columns_of(water.host.grid)
    expected = np.asarray(dynamics.phi[..., 0] + 0.5 * (dynamics.wind[..., 0] ** 2).sum(axis=0))
    assert kind(water.state, water.dycore)[0, 0] == pytest.approx(columns.gathered(expected)[7], rel=1e-14)


def test_an_error_of_zero_is_refused(water):
    with pytest.raises(ValueError, match="above 0"):
        observation(points_at_columns(water, [7]), thickness, 0.0)
