"""One run differentiated by all that it has: costs of changed runs, forward and reverse mode, from three programs.

Configurations whose runs have one structure share their programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...running.quick import quick
from .parameters import SHARE, changed, leaves, parameters, rough
from .remainders import LARGEST, SIZES, Measured, is_second_order, judged_sizes

CALLS = 2
MEMBERS = 8  # of a state that is off by an ulp, as harness/running/spread.py has them for Fortran
POINTS = 32  # of a derivative along the way of a change
EPS = float(np.finfo(np.float64).eps)


def measured(run: Any, state: Any, between_kinks: bool = False) -> Iterator[tuple[str, Measured]]:
    """Every parameter of a run from a state.

    between_kinks : where the remainder is not of second order, the derivative is integrated along the way too.
    """
    names = parameters(run)
    cost, forward, reverse = _programs(names)
    place = (run.dycore, state, rough(state.dynamics, run.dycore.grid, SHARE), *_scales(run.state))
    zero = jnp.zeros(len(names))
    gradient = reverse(zero, *place)[1]

    @cache
    def members() -> list[tuple[tuple, Any]]:
        """Places that are an ulp away, and their gradients."""
        return [(there, reverse(zero, *there)[1]) for there in _ulps_away(place)]

    for k, name in enumerate(names):
        h = zero.at[k].set(1.0)

        def slope(size: float, h: Any = h) -> float:
            """The derivative after a change of this size."""
            return float(forward(size * h, h, *place)[1])

        value, *taylor = (float(cost(e * h, *place)) for e in (0.0, *SIZES))  # what has no effect leaves every bit
        found = Measured(value, float(gradient[k]), slope(0.0), np.array(taylor))
        if not found.modes_agree and found.modes_apart <= LARGEST:  # no round-off excuses more
            parted = [float(forward(zero, h, *there)[1]) - float(of[k]) for there, of in members()]
            found = found.with_noise(float(np.std(parted, ddof=1)))
        if between_kinks and not is_second_order(found):
            found = found.with_integrals(_integrals(slope, judged_sizes(found)))
        yield name, found


def _ulps_away(place: tuple) -> Iterator[tuple]:
    """Places with every number of the state's fields off by an ulp at random.

    Over them the slope itself moves in both modes alike, and what it is off by in one of them stays: neither is in the
    standard deviation of the difference of both, which is round-off alone.
    """
    dycore, state, *rest = place
    for seed in range(MEMBERS):
        rng = np.random.default_rng(seed)
        moved = lambda x, rng=rng: x * (1.0 + EPS * rng.choice([-1.0, 1.0], x.shape)) if jnp.ndim(x) else x  # noqa: E731
        yield dycore, jax.tree.map(moved, state), *rest


def _integrals(slope: Any, wanted: np.ndarray) -> np.ndarray:
    """Of the derivative from 0 to those of SIZES that are wanted; nan of the others."""
    return np.array([_integral(slope, e) if use else np.nan for e, use in zip(SIZES, wanted)])


def _integral(slope: Any, size: float) -> float:
    """Of the derivative from 0 to the size, by midpoints."""
    middles = size * (np.arange(POINTS) + 0.5) / POINTS
    return size * float(np.mean([slope(e) for e in middles]))


@cache
def _programs(names: tuple[str, ...]) -> tuple[Any, Any, Any]:
    """(cost, cost and derivative along a direction, cost and gradient) of sizes and a place."""

    def cost(sizes: Any, dycore: Any, state: Any, direction: Any, means: list, scales: list) -> Any:
        dycore, state = changed(names, sizes, dycore, state, direction)
        end = dycore.run(state, CALLS, checkpoint=False)
        fields = [(x - mean) / scale for x, mean, scale in zip(leaves(end), means, scales)]
        return sum(jnp.mean((x + 0.3 * jnp.roll(x, 1, axis=-2) + _apart(x)) ** 2) for x in fields)

    def forward(sizes: Any, h: Any, *place: Any) -> Any:
        return jax.jvp(lambda x: cost(x, *place), (sizes,), (h,))

    reverse = jax.value_and_grad(cost)
    return quick(cost), quick(forward), quick(reverse)


def _apart(x: Any) -> Any:
    """What a field is from its wanted value, uneven along levels.

    An even one sums thickness that moves from layer to layer to nothing: a millionth was left of it, and 1e-8 of
    that millionth was round-off of the state (theta-l at rest, by hyai).
    """
    return jnp.linspace(0.1, 0.2, x.shape[-1])


def _scales(state: Any) -> tuple[list, list]:
    """Means over the globe and spreads of each field, so that all count; a field of zeros counts in its unit."""
    means = [x.mean(axis=(-4, -3, -2), keepdims=True) for x in leaves(state)]
    return means, [jnp.std(x) + 1e-3 * jnp.abs(x).max() + 1.0 * (x == 0.0).all() for x in leaves(state)]
