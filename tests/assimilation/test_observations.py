"""What is observed at points, and at nodes, where it is the node's alone."""

import numpy as np
import pytest

jnp = pytest.importorskip("jax.numpy")

from pysces.assimilation.observations import (
    observation,
    points_at,
    points_at_columns,
    temperature,
    thickness,
    wind,
)
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


@pytest.mark.parametrize(
    ("lat", "lon", "said"),
    [
        ([10.0, 95.0], [0.0, 0.0], "Point 1 is at latitude 95"),
        ([np.nan], [0.0], "latitude nan"),
        ([0.0], [np.inf], "longitude inf"),
        ([1.0, 2.0, 3.0], [0.0, 1.0], r"shapes \(3,\) and \(2,\)"),
        ([], [], "a latitude and a longitude"),
    ],
)
def test_points_that_are_no_places_are_refused(water, lat, lon, said):
    """A latitude of 95 degrees would be one of 85 on the other side."""
    with pytest.raises(ValueError, match=said):
        points_at(water, lat, lon)


@pytest.mark.parametrize("numbers", [[218], [-1], [1.5], []])
def test_columns_that_the_grid_has_not_are_refused(water, numbers):
    with pytest.raises(ValueError, match="Columns have the numbers 0 to 217"):
        points_at_columns(water, numbers)


@pytest.mark.parametrize(
    ("quantity", "levels", "said"),
    [
        (wind, [1], "wind has levels 0 to 0, found .1."),
        (wind, -2, "found .-2."),
        (temperature, None, "no temperature to observe; choose among wind, thickness"),
    ],
)
def test_what_this_model_has_not_is_refused(water, quantity, levels, said):
    """jax would take the nearest level."""
    with pytest.raises(ValueError, match=said):
        observation(points_at_columns(water, [7]), quantity, 1.0, levels)(water.state, water.dycore)


def test_a_name_is_no_quantity(water):
    with pytest.raises(ValueError, match="found 'wind'"):
        observation(points_at_columns(water, [7]), "wind", 1.0)


def test_a_field_without_levels_is_refused_with_the_shape_that_is_expected(water):
    kind = observation(points_at_columns(water, [7]), lambda state, dycore: state.dynamics.phi.sum(axis=-1), 1.0)
    with pytest.raises(ValueError, match=r"returned shape \(24, 4, 4\), expected \(\.\.\., 24, 4, 4, lev\)"):
        kind(water.state, water.dycore)
