"""Searches for the parameters that fit best.

Gauss-Newton with Levenberg's and Marquardt's damping is optimistix's, L-BFGS with a zoom line search is optax's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import equinox
import jax
import jax.numpy as jnp
import numpy as np
import optax
import optimistix

from ..arrays.backend import Array
from ..arrays.placing import beside
from .parameters import Parameter, values
from .problem import Asked, Problem, cost, residuals, residuals_and_jacobian

MOST_STEPS = 15
TOLERANCE = 1e-8  # of the coordinates: steps smaller than this end a search


@dataclass(frozen=True)
class Fit:
    """Where a search ended.

    z : coordinates (parameter,).   costs : before the first step and after every one.
    converged : whether it ended by itself.
    jacobian : (residual, parameter) there, where the search knows it.
    """

    problem: Problem
    z: np.ndarray
    costs: tuple[float, ...]
    converged: bool
    jacobian: np.ndarray | None = None

    @property
    def values(self) -> dict[str, float]:
        """{name: value} of the parameters."""
        return values(self.problem.parameters, self.z)

    @property
    def steps(self) -> int:
        """How many were taken."""
        return len(self.costs) - 1


def gauss_newton(
    problem: Problem, most_steps: int = MOST_STEPS, tolerance: float = TOLERANCE, say: Callable[[str], None] = print
) -> Fit:
    """Damped Gauss-Newton: each step takes one tangent-linear run for each parameter.

    tolerance : ends the search where steps in the coordinates, and what they gain, are smaller.
    """
    solver: Any = optimistix.LevenbergMarquardt(rtol=tolerance, atol=tolerance)
    function, asked = _with_known_jacobian(problem.parameters), problem.asked
    z, costs, ended = beside(problem.dycore, problem.first_guess), list[float](), False
    start = solver.init(function, z, asked, {}, jax.eval_shape(function, z, asked)[0], None, frozenset())
    arrays, rest = equinox.partition(start, equinox.is_array_like)
    state = equinox.combine(beside(problem.dycore, arrays), rest)
    while len(costs) <= most_steps and not ended:  # optimistix' first step only looks at where it stands
        z, state, ended = _step(solver, function, asked, z, state)
        costs.append(float(state.f_info.as_min()))
        _say_step(say, len(costs) - 1, costs[-1], problem, z)
    return Fit(problem, np.asarray(z), tuple(costs), bool(ended), np.asarray(state.f_info.jac.as_matrix()))


@equinox.filter_jit
def _step(solver: Any, function: Callable, asked: Asked, z: Array, state: Any) -> tuple[Array, Any, Array]:
    """A step of a solver of optimistix; and whether the search has ended, or would hardly move."""
    z, state, _ = solver.step(function, z, asked, {}, state, frozenset())
    at_rest = jnp.max(jnp.abs(state.y_eval - z)) <= solver.atol + solver.rtol * jnp.max(jnp.abs(z))
    return z, state, at_rest | solver.terminate(function, z, asked, {}, state, frozenset())[0]


@cache
def _with_known_jacobian(parameters: tuple[Parameter, ...]) -> Callable:
    """The residuals as optimistix takes them, linearised by their Jacobian, so that no step of a run is stored."""

    @jax.custom_jvp
    def with_jacobian(z: Array, asked: Asked) -> Array:
        return residuals(z, asked, parameters)

    @with_jacobian.defjvp
    def _(at: tuple, along: tuple) -> tuple[Array, Array]:
        found, slopes = residuals_and_jacobian(at[0], at[1], parameters)
        return found, slopes @ along[0]

    return lambda z, asked: (with_jacobian(z, asked), None)


def lbfgs(
    problem: Problem, most_steps: int = MOST_STEPS, tolerance: float = TOLERANCE, say: Callable[[str], None] = print
) -> Fit:
    """L-BFGS: each step takes one adjoint run, and more where the line search wants them; for many parameters."""
    z, ended = beside(problem.dycore, problem.first_guess), False
    value, gradient = problem.cost_and_gradient(z)
    state, costs = beside(problem.dycore, optax.lbfgs().init(z)), [float(value)]
    _say_step(say, 0, costs[0], problem, z)
    while len(costs) <= most_steps and not ended:
        before = z
        z, state, value, gradient = _lbfgs_step(z, state, (value, gradient), problem.asked, problem.parameters)
        costs.append(float(value))
        _say_step(say, len(costs) - 1, costs[-1], problem, z)
        ended = bool(jnp.max(jnp.abs(z - before)) <= tolerance * (1.0 + jnp.max(jnp.abs(z))))
    return Fit(problem, np.asarray(z), tuple(costs), ended)


@partial(jax.jit, static_argnums=4)
def _lbfgs_step(
    z: Array, state: Any, found: tuple[Array, Array], asked: Asked, parameters: tuple[Parameter, ...]
) -> tuple[Array, Any, Array, Array]:
    """A step from a place whose cost and gradient are known; and those of the next, known from its line search."""

    def of(z: Array) -> Array:
        return cost(z, asked, parameters)

    step, state = optax.lbfgs().update(found[1], state, z, value=found[0], grad=found[1], value_fn=of)
    return optax.apply_updates(z, step), state, *(optax.tree.get(state, name) for name in ("value", "grad"))


def _say_step(say: Callable[[str], None], step: int, cost: float, problem: Problem, z: Array) -> None:
    found = ", ".join(f"{name} {value:.6g}" for name, value in values(problem.parameters, z).items())
    say(f"step {step:2d}: cost {cost:.4e}  {found}")
