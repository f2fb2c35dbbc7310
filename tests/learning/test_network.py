"""A network knows no longitude, changes nothing before it is trained, and is the same suite on both backends."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.learning.evaluation import correlation, tendencies
from pysces.learning.network import ACTIVATIONS, ColumnNetwork, untrained
from pysces.learning.rollout import size


def drawn(network, seed=0):
    """A network none of whose layers is zero."""
    rng = np.random.default_rng(seed)
    return network.replace(layers=tuple(layer.map(lambda x: rng.normal(size=np.shape(x))) for layer in network.layers))


def answer(made, network, backend="numpy", turned=0.0):
    dycore, state = made.kept.run.dycore, made.kept.run.state
    dycore = dycore.replace(grid=dycore.grid.replace(lon=dycore.grid.lon + turned))
    dycore, state, network = (Backend(backend).asarray(tree) for tree in (dycore, state, network))
    return tendencies(dycore, network, state)


def test_an_untrained_network_answers_nothing(made):
    found = answer(made, made.network)
    assert not np.any(found.wind) and not np.any(found.temperature)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_both_backends_answer_alike_and_in_the_scale_of_the_weather(made, activation):
    network = drawn(untrained(made.network.scales, (8, 8), activation))
    one, other = (answer(made, network, backend) for backend in ("numpy", "jax"))
    per_deviation = (network.scales.mean_temperature / network.scales.temperature).max()  # here of 0.1 K, in 300 K
    bound = 16 * np.finfo(float).eps * per_deviation * np.abs(one.temperature).max()
    np.testing.assert_allclose(np.asarray(other.temperature), one.temperature, rtol=0, atol=bound)
    assert one.wind.shape == (2, *one.temperature.shape)


def test_longitude_is_not_seen(made):
    network = drawn(made.network)
    np.testing.assert_array_equal(answer(made, network).wind, answer(made, network, turned=1.0).wind)


def test_numbers_to_train_are_those_of_the_layers(made):
    inputs = 3 * 10 + 3
    assert size(made.network) == (inputs + 1) * 8 + (8 + 1) * 30


def test_an_unknown_activation_is_refused(made):
    with pytest.raises(ValueError, match="activation must be one of"):
        ColumnNetwork((), made.network.scales, "relu")


def test_correlation_leaves_out_bands_without_a_node():
    field = np.array([[1.0, 2.0], [3.0, 5.0], [np.nan, np.nan]])
    assert correlation(field, 3.0 * field - 1.0, np.ones(3)) == pytest.approx(1.0)
    assert correlation(field, -field, np.ones(3)) == pytest.approx(-1.0)
