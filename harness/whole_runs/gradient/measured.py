"""One run differentiated by all that it has: costs of changed runs, forward and reverse mode, from two programs.

Configurations whose runs have one structure share their programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .parameters import SHARE, changed, leaves, parameters, rough

SIZES = 10.0 ** -np.arange(1.0, 4.6, 0.5)
CALLS = 2
QUICK = {"xla_backend_optimization_level": 0}  # programs run for seconds and take minutes to optimise


@dataclass(frozen=True)
class Measured:
    """Of one parameter.   value : of the cost.   taylor : costs at SIZES.   slope, by_forward : in either mode."""

    value: float
    slope: float
    by_forward: float
    taylor: np.ndarray


def measured(run: Any, state: Any) -> Iterator[tuple[str, Measured]]:
    """Every parameter of a run from a state."""
    names = parameters(run)
    forward, reverse = _programs(names)
    place = (run.dycore, state, rough(state.dynamics, run.dycore.grid, SHARE), *_scales(run.state))
    zero = jnp.zeros(len(names))
    value, gradient = reverse(zero, *place)
    for k, name in enumerate(names):
        h = zero.at[k].set(1.0)
        by_forward = float(forward(zero, h, *place)[1])
        taylor = np.array([float(forward(e * h, h, *place)[0]) for e in SIZES])
        yield name, Measured(float(value), float(gradient[k]), by_forward, taylor)


@cache
def _programs(names: tuple[str, ...]) -> tuple[Any, Any]:
    """(cost and derivative along a direction, cost and gradient) of sizes and a place."""

    def cost(sizes: Any, dycore: Any, state: Any, direction: Any, means: list, scales: list) -> Any:
        dycore, state = changed(names, sizes, dycore, state, direction)
        end = dycore.run(state, CALLS, checkpoint=False)
        fields = [(x - mean) / scale for x, mean, scale in zip(leaves(end), means, scales)]
        return sum(jnp.mean((x + 0.3 * jnp.roll(x, 1, axis=-2) + 0.1) ** 2) for x in fields)

    def forward(sizes: Any, h: Any, *place: Any) -> Any:
        return jax.jvp(lambda x: cost(x, *place), (sizes,), (h,))

    reverse = jax.value_and_grad(cost)
    return jax.jit(forward, compiler_options=QUICK), jax.jit(reverse, compiler_options=QUICK)


def _scales(state: Any) -> tuple[list, list]:
    """Means over the globe and spreads of each field, so that all count."""
    means = [x.mean(axis=(-4, -3, -2), keepdims=True) for x in leaves(state)]
    return means, [jnp.std(x) + 1e-3 * jnp.abs(x).max() + 1e-30 for x in leaves(state)]
