"""The cost of a control vector, its gradient and its Hessian, from the model linearised about it.

    J(v) = J_b + J_o,   J_b = |v|^2 / 2,   J_o = sum of departures(v)^2 / 2
    grad J = v + G^T departures(v),   Hessian I + G^T G      G: tangent linear of departures at v

With right statistics 2 J at the minimum has the mean N and the variance 2 N of N observations.

Equations: Courtier, Thepaut & Hollingsworth (1994), doi:10.1002/qj.49712051912
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, tree_leaves, tree_map
from .window import Window


@pytree
class Cost(Tree):
    """The cost by its parts."""

    background: Array = field("1", "J_b")
    observations: Array = field("1", "J_o of each kind of observation (kind,)")

    @property
    def total(self) -> float:
        """J"""
        return float(self.background + self.observations.sum())

    def chi_squared(self, count: int) -> float:
        """2 J over the number of observations: 1 where errors are as large as was supposed."""
        return 2.0 * self.total / count


@dataclass(frozen=True)
class Linearisation:
    """The cost round a control vector; departures are its own, tangent maps a change of it to a change of them.

    departures : of each kind (time, ..., point, lev), in standard deviations [1].
    """

    control: Any
    departures: tuple[Array, ...]
    tangent: Callable

    @property
    def cost(self) -> Cost:
        """J at the control vector."""
        return of_departures(self.control, self.departures)

    @cached_property
    def gradient(self) -> Any:
        """grad J there, by the adjoint model."""
        return tree_map(lambda v, g: v + g, self.control, self.adjoint(self.departures))

    def image(self, direction: Any) -> tuple[Array, ...]:
        """G of a direction, by the tangent linear model."""
        return _image(self.tangent, direction)

    def adjoint(self, departures: tuple[Array, ...]) -> Any:
        """G^T of what multiplies departures."""
        return _adjoint(self.tangent, self.control, departures)


def linearise(window: Window, control: Any) -> Linearisation:
    """The cost of a window round a control vector."""
    return Linearisation(control, *_linearised(window, control))


def inner(one: Any, other: Any) -> float:
    """The sum of products of two trees."""
    return float(dot(one, other))


def norm(tree: Any) -> float:
    """The root of the sum of squares."""
    return inner(tree, tree) ** 0.5


@jax.jit
def dot(one: Any, other: Any) -> Array:
    """The sum of products of two trees, a number [1], within jax."""
    return sum(jnp.vdot(a, b) for a, b in zip(tree_leaves(one), tree_leaves(other)))


@jax.jit
def of_departures(control: Any, departures: tuple[Array, ...]) -> Cost:
    """The cost from departures (time, ..., point, lev) in standard deviations [1]."""
    return Cost(0.5 * dot(control, control), jnp.stack([0.5 * jnp.vdot(d, d) for d in departures]))


@jax.jit
def _linearised(window: Window, control: Any) -> tuple[tuple[Array, ...], Callable]:
    return jax.linearize(window.departures, control)


@jax.jit
def _image(tangent: Callable, direction: Any) -> tuple[Array, ...]:
    return tangent(direction)


@jax.jit
def _adjoint(tangent: Callable, like: Any, departures: tuple[Array, ...]) -> Any:
    return jax.linear_transpose(tangent, like)(departures)[0]


@dataclass(frozen=True)
class TaylorTest:
    """The gradient g beside differences of J along a direction h.

    slope : of log |J(v + s h) - J - s g.h| over log s: 2 where g is the gradient.
    misfit : least of |(J(v + s h) - J(v - s h)) / (2 s g.h) - 1|.
    """

    slope: float
    misfit: float


def taylor_test(window: Window, control: Any, direction: Any, steps: Sequence[float]) -> TaylorTest:
    """How J changes along a direction, for steps s, and what its gradient says of that."""
    at, s = linearise(window, control), np.asarray(steps)
    first = s * inner(at.gradient, direction)

    def ends(sign: float) -> np.ndarray:
        places = [tree_map(lambda v, h, s=s: v + sign * s * h, control, direction) for s in steps]
        # Linearised for a cost alone: that program is there, and to compile another takes longer.
        return np.array([linearise(window, place).cost.total for place in places])

    ahead, behind = ends(1.0), ends(-1.0)
    left = np.abs(ahead - at.cost.total - first)
    slope = np.polyfit(np.log(s), np.log(left), 1)[0]
    return TaylorTest(float(slope), float(np.abs((ahead - behind) / (2.0 * first) - 1.0).min()))


def adjoint_misfit(window: Window, control: Any, direction: Any) -> float:
    """|<G h, G h> - <h, G^T G h>| over the first: round-off, where the adjoint is that of the tangent linear model."""
    at = linearise(window, control)
    image = at.image(direction)
    return abs(1.0 - inner(direction, at.adjoint(image)) / inner(image, image))
