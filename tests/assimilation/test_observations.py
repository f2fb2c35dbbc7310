"""What is observed at points, and at nodes, where it is the node's alone."""

import numpy as np
import pytest

jnp = pytest.importorskip("jax.numpy")

from pysces.assimilation.observations import observation, points_at, points_at_columns, thickness
from pysces.geometry.columns import columns_of


def test_nodes_poles_and_edges_are_points_too(water):
    """At a node the weights are the node's alone, whichever element was found."""
    grid = water.host.grid
    lat, lon = (columns_of(grid).gathered(x[..., 0]) for x in (grid.lat, grid.lon))
    number = np.arange(len(lat))
    field = columns_of(grid).spread(np.sin(3.0 * number))[..., None]
    by_place, by_number = points_at(water, np.degrees(lat), np.degrees(lon)), points_at_columns(water, number)
    assert np.abs(by_place(jnp.asarray(field))[:, 0] - np.sin(3.0 * number)).max() < 1e-12
    assert np.abs(by_number(jnp.asarray(field))[:, 0] - np.sin(3.0 * number)).max() == 0.0


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


def test_a_field_without_levels_is_refused_with_the_shape_that_is_expected(water):
    kind = observation(points_at_columns(water, [7]), lambda state, dycore: state.dynamics.phi.sum(axis=-1), 1.0)
    with pytest.raises(ValueError, match=r"returned shape \(24, 4, 4\), expected \(\.\.\., 24, 4, 4, lev\)"):
        kind(water.state, water.dycore)
