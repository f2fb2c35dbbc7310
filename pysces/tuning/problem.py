"""A least-squares problem: what a run with some parameters departs from what was observed.

    J(z) = 1/2 sum ((observed(run(z)) - data) / deviation)^2  +  1/2 sum ((z - z_prior) / prior_deviation)^2

Runs are differentiated forwards for the few columns of the Jacobian, and backwards (the adjoint) for a gradient.

Equations: Tarantola (2005), Inverse Problem Theory, section 3.2
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..arrays.backend import Array, fits
from ..arrays.pytree import Tree, pytree, static, tree_leaves
from .parameters import Parameter, first_guesses, with_number, with_parameters


@pytree
class Window(Tree):
    """A stretch of time: the state it starts from, and what was observed after every so many calls.

    observe : (dycore, state) -> any tree of arrays.   data : such a tree with a leading axis of calls / every.
    deviation : of the errors of the observations, a tree like data whose leaves broadcast; infinite where none is.
    """

    state: Any
    data: Any
    deviation: Any
    observe: Callable = static()
    calls: int = static()
    every: int = static()

    def departures(self, dycore: Any) -> Array:
        """(observation,) of a run of the dycore, in deviations [1]."""
        seen = observed(dycore, self.state, self.observe, self.calls, self.every)
        _check_shapes(seen, self.data, self.deviation)
        leaves = zip(*(tree_leaves(tree) for tree in (seen, self.data, self.deviation)), strict=True)
        return jnp.concatenate([jnp.ravel((found - data) / deviation) for found, data, deviation in leaves])


def _check_shapes(seen: Any, data: Any, deviation: Any) -> None:
    found, given, wide = (str(jax.tree.structure(tree)) for tree in (seen, data, deviation))
    if not found == given == wide:
        raise ValueError(
            f"A run is observed as {found}, data are {given}, deviations {wide}; give the same tree of each."
        )
    for x, y, d in zip(*(tree_leaves(tree) for tree in (seen, data, deviation))):
        if jnp.shape(y) != x.shape or not fits(jnp.shape(d), x.shape):
            raise ValueError(
                f"A run is observed in shape {x.shape}, found data of {jnp.shape(y)} and deviations of {jnp.shape(d)}; "
                "give data of the same shape, and deviations that broadcast to it."
            )


@partial(jax.jit, static_argnums=(2, 3, 4))
def observed(dycore: Any, state: Any, observe: Callable, calls: int, every: int) -> Any:
    """What (dycore, state) -> tree sees of a run after every so many calls, with a leading axis of calls / every."""
    return dycore.run(state, calls, partial(observe, dycore), every)[1]


@dataclass(frozen=True)
class Problem:
    """Parameters, the dycore they belong to, and a window of observations.

    z : (parameter,) coordinates [1]; residuals, in deviations, and the cost have no unit either.
    Refused: no parameter, places that the dycore lacks, first guesses that it cannot run with, data that are NaN,
    deviations that are not above 0.
    """

    parameters: tuple[Parameter, ...]
    dycore: Any
    window: Window

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        if not self.parameters:
            raise ValueError("A problem needs a parameter or more, found none; give some.")
        for parameter in self.parameters:
            for place in parameter.places:
                with_number(self.dycore, place, parameter.first_guess)
        if any(bool(jnp.isnan(y).any()) for y in tree_leaves(self.window.data)):
            raise ValueError("Some of the data are NaN; put any number there, and an infinite deviation.")
        if not all(bool((jnp.asarray(d) > 0.0).all()) for d in tree_leaves(self.window.deviation)):
            raise ValueError(
                "Deviations must be above 0, and are not all; make them infinite where nothing was observed."
            )

    @property
    def first_guess(self) -> Array:
        """(parameter,) coordinates."""
        return jnp.asarray(first_guesses(self.parameters))

    @property
    def asked(self) -> Asked:
        """What a search asks of it."""
        return Asked(self.dycore, self.window, self.first_guess)

    def residuals_and_jacobian(self, z: Array) -> tuple[Array, Array]:
        """(residual,), those of priors last, and (residual, parameter): one tangent-linear run for each parameter."""
        return _residuals_and_jacobian(z, self.asked, self.parameters)

    def cost(self, z: Array) -> Array:
        """Half the sum of the squares, a number."""
        return _cost(z, self.asked, self.parameters)

    def cost_and_gradient(self, z: Array) -> tuple[Array, Array]:
        """The cost and its gradient (parameter,) by one adjoint run."""
        return _cost_and_gradient(z, self.asked, self.parameters)

    def hessian(self, z: Array) -> Array:
        """(parameter, parameter) second derivatives of the cost: the adjoint, differentiated forwards."""
        return _hessian(z, self.asked, self.parameters)


@pytree
class Asked(Tree):
    """The arrays of a problem, beside its parameters, of which programs are made.

    before : (parameter,) coordinates that priors draw to.
    """

    dycore: Any
    window: Window
    before: Any


def residuals(z: Array, asked: Asked, parameters: tuple[Parameter, ...]) -> Array:
    """(residual,) [1] of a run with the parameters at coordinates z, as Problem.residuals_and_jacobian."""
    departures = asked.window.departures(with_parameters(asked.dycore, parameters, z))
    known = [n for n, p in enumerate(parameters) if math.isfinite(p.prior_deviation)]
    spread = jnp.asarray([p.prior_deviation for p in parameters])
    return jnp.concatenate([departures, ((z - asked.before) / spread)[jnp.asarray(known, int)]])


def cost(z: Array, asked: Asked, parameters: tuple[Parameter, ...]) -> Array:
    """Half the sum of their squares at z, a number [1]."""
    return 0.5 * jnp.sum(residuals(z, asked, parameters) ** 2)


def residuals_and_jacobian(z: Array, asked: Asked, parameters: tuple[Parameter, ...]) -> tuple[Array, Array]:
    """The residuals at z and their derivatives (residual, parameter) [1], from one run with all tangents beside it."""

    def along(direction: Array) -> tuple[Array, Array]:
        return jax.jvp(lambda x: residuals(x, asked, parameters), (z,), (direction,))

    return jax.vmap(along, out_axes=(None, -1))(jnp.eye(len(parameters), dtype=z.dtype))


_residuals_and_jacobian, _cost, _cost_and_gradient, _hessian = (
    jax.jit(function, static_argnums=2)
    for function in (residuals_and_jacobian, cost, jax.value_and_grad(cost), jax.jacfwd(jax.grad(cost)))
)
