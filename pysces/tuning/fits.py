"""Searches for the parameters that fit best.

Gauss-Newton with Levenberg's and Marquardt's damping is optimistix's, L-BFGS with a zoom line search is optax's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import equinox
import jax
import jax.numpy as jnp
import numpy as np
import optax
import optimistix

from ..arrays.backend import Array
from .parameters import Parameter, values
from .problem import Problem, Window, cost, residuals, residuals_and_jacobian

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
    asked = (_with_known_jacobian(problem.parameters), (problem.dycore, problem.window))
    z, costs, ended = problem.first_guess, list[float](), False
    state = solver.init(asked[0], z, asked[1], {}, jax.eval_shape(asked[0], z, asked[1])[0], None, frozenset())
    while len(costs) <= most_steps and not ended:  # optimistix' first step only looks at where it stands
        z, state, ended = _step(solver, *asked, z, state)
        costs.append(float(state.f_info.as_min()))
        _say_step(say, len(costs) - 1, costs[-1], problem, z)
    return Fit(problem, np.asarray(z), tuple(costs), bool(ended), np.asarray(state.f_info.jac.as_matrix()))


@equinox.filter_jit
def _step(solver: Any, function: Callable, given: tuple, z: Array, state: Any) -> tuple[Array, Any, Array]:
    """A step of a solver of optimistix; and whether the search has ended, or would hardly move."""
    z, state, _ = solver.step(function, z, given, {}, state, frozenset())
    at_rest = jnp.max(jnp.abs(state.y_eval - z)) <= solver.atol + solver.rtol * jnp.max(jnp.abs(z))
    return z, state, at_rest | solver.terminate(function, z, given, {}, state, frozenset())[0]


def _with_known_jacobian(parameters: tuple[Parameter, ...]) -> Callable:
    """The residuals as optimistix takes them, linearised by their Jacobian, so that no step of a run is stored."""

    @jax.custom_jvp
    def with_jacobian(z: Array, dycore: Any, window: Window) -> Array:
        return residuals(z, dycore, window, parameters)

    @with_jacobian.defjvp
    def _(at: tuple, along: tuple) -> tuple[Array, Array]:
        z, dycore, window = at
        found, slopes = residuals_and_jacobian(z, dycore, window, parameters)
        return found, slopes @ along[0]

    return lambda z, given: (with_jacobian(z, *given), None)


def lbfgs(
    problem: Problem, most_steps: int = MOST_STEPS, tolerance: float = TOLERANCE, say: Callable[[str], None] = print
) -> Fit:
    """L-BFGS: each step takes one adjoint run, and more where the line search wants them; for many parameters."""
    z, costs, ended = problem.first_guess, [float(problem.cost(problem.first_guess))], False
    state = optax.lbfgs().init(z)
    _say_step(say, 0, costs[0], problem, z)
    while len(costs) <= most_steps and not ended:
        before = z
        z, state = _lbfgs_step(z, state, problem.dycore, problem.window, problem.parameters)
        costs.append(float(optax.tree.get(state, "value")))
        _say_step(say, len(costs) - 1, costs[-1], problem, z)
        ended = bool(jnp.max(jnp.abs(z - before)) <= tolerance * (1.0 + jnp.max(jnp.abs(z))))
    return Fit(problem, np.asarray(z), tuple(costs), ended)


@partial(jax.jit, static_argnums=4)
def _lbfgs_step(
    z: Array, state: Any, dycore: Any, window: Window, parameters: tuple[Parameter, ...]
) -> tuple[Array, Any]:
    def of(z: Array) -> Array:
        return cost(z, dycore, window, parameters)

    value, gradient = optax.value_and_grad_from_state(of)(z, state=state)
    step, state = optax.lbfgs().update(gradient, state, z, value=value, grad=gradient, value_fn=of)
    return optax.apply_updates(z, step), state


def _say_step(say: Callable[[str], None], step: int, cost: float, problem: Problem, z: Array) -> None:
    found = ", ".join(f"{name} {value:.6g}" for name, value in values(problem.parameters, z).items())
    say(f"step {step:2d}: cost {cost:.4e}  {found}")
