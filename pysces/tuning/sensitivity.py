"""How strongly observations depend on parameters, and how that grows with the length of a window.

Where weather is chaotic a small change doubles every few days, and with it the derivative of the state by anything.
Past ten days a gradient tells of the last bit of the weather, not of the climate that parameters are tuned for.

Equations: Lea, Allen & Haine (2000), Tellus 52A, 523-532, for why long windows fail
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.pytree import tree_leaves
from .parameters import Parameter, with_parameters
from .problem import Problem, Window, observed


def sensitivity(problem: Problem, calls: int, every: int) -> np.ndarray:
    """(time, parameter) size of the derivative of what is observed by each coordinate: a root of a sum of squares.

    In deviations [1].   calls, every : of the run that is looked at, which may be longer than the problem's window.
    """
    window = problem.window.replace(data=None, calls=calls, every=every)
    return np.asarray(_sensitivity(problem.first_guess, problem.dycore, window, problem.parameters))


@partial(jax.jit, static_argnums=3)
def _sensitivity(z: Array, dycore: object, window: Window, parameters: tuple[Parameter, ...]) -> Array:
    def seen(x: Array) -> list:
        run = with_parameters(dycore, parameters, x)
        leaves = tree_leaves(observed(run, window.state, window.observe, window.calls, window.every))
        return [leaf / deviation for leaf, deviation in zip(leaves, tree_leaves(window.deviation), strict=True)]

    def squares(direction: Array) -> Array:
        tangents = jax.jvp(seen, (z,), (direction,))[1]
        return sum(jnp.sum(t.reshape(t.shape[0], -1) ** 2, axis=1) for t in tangents)

    return jnp.sqrt(jax.vmap(squares, out_axes=-1)(jnp.eye(len(parameters), dtype=z.dtype)))
