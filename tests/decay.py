"""A decay whose answer is exact, which takes the place of a dycore: all that a problem asks of one is to run."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")
pytest.importorskip("optax")
pytest.importorskip("optimistix")

from pysces.arrays.backend import Backend
from pysces.arrays.pytree import Tree, pytree
from pysces.tuning.parameters import Parameter
from pysces.tuning.problem import Problem, Window, observed

TRUE = {"rate": 2.0, "size": 1.5}
TIMES, ERROR = 20, 0.01


@pytree
class Decay(Tree):
    """size exp(-rate t), which takes the place of a dycore: all that a problem asks of one is to run and to be seen."""

    rate: float
    size: float

    def run(self, state, calls, observe, every):
        times = state + 0.1 * every * (1.0 + jax.numpy.arange(calls // every))
        return times[-1], jax.vmap(observe)(times)


def seen(decay, time):
    return {"y": decay.size * jax.numpy.exp(-decay.rate * time)}


def problem(prior=np.inf):
    Backend("jax")
    truth = Decay(**TRUE)
    parameters = (
        Parameter("rate", 1.0, ("rate",), prior_deviation=prior),
        Parameter("size", 1.0, ("size",), "logit", 0.5, 4.0),
    )
    data = observed(truth, 0.0, seen, TIMES, 1)
    return Problem(parameters, truth, Window(0.0, data, {"y": ERROR}, seen, TIMES, 1))
