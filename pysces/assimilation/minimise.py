"""Incremental 4D-Var: outer loops linearise the model, inner ones minimise a quadratic cost by conjugate gradients.

    (I + G^T G) dv = -grad J(v)      G: tangent linear of departures at v

G holds B^1/2 and R^-1/2, so that the identity is the Hessian of the background term: the first inner loop is
preconditioned by B alone, the others by what the loops before them found of the Hessian, too. Conjugate gradients are
written out, because what is wanted of them is the cost after each iteration, from the sum of G dv itself.

Equations: Courtier, Thepaut & Hollingsworth (1994), doi:10.1002/qj.49712051912; preconditioner: Tshimanga, Gratton,
Weaver & Sartenaer (2008), doi:10.1002/qj.228
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..arrays.backend import Array
from ..arrays.pytree import Tree, pytree, tree_leaves, tree_map
from ..dycore.dycore import ModelState
from .cost import Cost, Linearisation, inner, linearise, norm, of_departures
from .window import Window


@dataclass(frozen=True)
class Iteration:
    """One inner iteration, or with number 0 their start: the quadratic cost, and the norm of its gradient."""

    outer: int
    inner: int
    cost: float
    gradient: float

    def __str__(self) -> str:
        where = f"outer {self.outer}, inner {self.inner:2d}"
        return f"{where}: J = {self.cost:.6e}, |grad J| = {self.gradient:.3e}"


@dataclass(frozen=True)
class Analysis:
    """Where a minimisation ended.

    state : at the start of the window.   control : its control vector.   first, last : the cost of the background and
        of the analysis.   gradients : norms of the gradient there.   iterations : all inner ones, in order.
    count : of observations.
    """

    state: ModelState
    control: Any
    first: Cost
    last: Cost
    gradients: tuple[float, float]
    iterations: tuple[Iteration, ...]
    count: int

    @property
    def chi_squared(self) -> float:
        """2 J / N at the end."""
        return self.last.chi_squared(self.count)


def minimise(
    window: Window,
    outer: int = 2,
    inner: int = 20,
    reduction: float = 1e-3,
    control: Any = None,
    say: Callable[[str], None] = lambda line: None,
) -> Analysis:
    """The analysis of a window; with one time in it this is 3D-Var.

    Parameters
    ----------
    outer : how often the model is linearised.   inner : most iterations of conjugate gradients each time.
    reduction : of the gradient's norm, from that of the start to the end of the last outer loop; each of them makes the
        same part of it. 0 makes all iterations.
    control : where to start; the background.   say : takes a line for each iteration.
    """
    iterations: list[Iteration] = []

    def record(iteration: Iteration) -> None:
        iterations.append(iteration)
        say(str(iteration))

    at = linearise(window, window.covariance.zeros() if control is None else control)
    first, steepest = at.cost, norm(at.gradient())
    known: tuple[Known, ...] = ()
    for n in range(1, outer + 1):
        goal = steepest * reduction ** (n / outer)
        control, found = _inner_loop(n, at, (inner, goal), known, record)
        at, known = linearise(window, control), (*known, *found)
    gradients = steepest, norm(at.gradient())
    state = _state(window, at.control)
    return Analysis(state, at.control, first, at.cost, gradients, tuple(iterations), window.count)


def _inner_loop(
    outer: int,
    at: Linearisation,
    limits: tuple[int, float],
    known: tuple[Known, ...],
    record: Callable[[Iteration], None],
) -> tuple[Any, list[Known]]:
    """The control vector on the way to the minimum of the quadratic cost, and what was found of the Hessian."""
    most, goal = limits
    control, departures, steps = at.control, at.departures, []
    residual = tree_map(lambda g: -g, at.gradient())
    direction = _preconditioned(known, residual)
    square = inner(residual, direction)
    record(Iteration(outer, 0, of_departures(control, departures).total, norm(residual)))
    for n in range(1, most + 1):
        if norm(residual) <= goal:
            break
        image = at.image(direction)
        product = tree_map(lambda p, g: p + g, direction, at.adjoint(image))
        curvature = inner(direction, product)
        steps.append((direction, product, curvature))
        moved = (control, departures, residual), (direction, image, product)
        control, departures, residual = _moved(square / curvature, *moved)
        towards = _preconditioned(known, residual)
        before, square = square, inner(residual, towards)
        direction = _next(square / before, towards, direction)
        record(Iteration(outer, n, of_departures(control, departures).total, norm(residual)))
    return control, [_stacked(steps)] if steps else []


@pytree
class Known(Tree):
    """What conjugate gradients found of a Hessian: products with conjugate directions, each (direction, ...)."""

    directions: Any
    products: Any
    curvatures: Array


def _stacked(steps: list[tuple]) -> Known:
    directions, products, curvatures = zip(*steps)
    stack = partial(tree_map, lambda *parts: jnp.stack(parts))
    return Known(stack(*directions), stack(*products), jnp.asarray(curvatures))


@jax.jit
def _preconditioned(known: tuple[Known, ...], residual: Any) -> Any:
    """The residual times an approximate inverse of the Hessian, exact along what is known of it; positive whatever."""
    if not known:
        return residual
    *earlier, last = known
    along = _dots(last.directions, residual) / last.curvatures
    left = tree_map(lambda r, q: r - q, residual, _combined(along, last.products))
    left = _preconditioned(tuple(earlier), left)
    weights = along - _dots(last.products, left) / last.curvatures
    return tree_map(lambda x, d: x + d, left, _combined(weights, last.directions))


def _dots(stack: Any, tree: Any) -> Array:
    """(direction,) sums of products of each tree in a stack with a tree."""
    pairs = zip(tree_leaves(stack), tree_leaves(tree))
    return sum(s.reshape(len(s), -1) @ x.ravel() for s, x in pairs)


def _combined(weights: Array, stack: Any) -> Any:
    return tree_map(lambda s: jnp.tensordot(weights, s, axes=1), stack)


@jax.jit
def _moved(length: Array, at: tuple, along: tuple) -> tuple:
    """Control, departures and residual after a step along the direction, its image and its product."""
    (control, departures, residual), (direction, image, product) = at, along
    ahead = partial(tree_map, lambda x, d: x + length * d)
    return ahead(control, direction), ahead(departures, image), tree_map(lambda r, q: r - length * q, residual, product)


@jax.jit
def _next(ratio: Array, towards: Any, direction: Any) -> Any:
    return tree_map(lambda z, p: z + ratio * p, towards, direction)


_state = jax.jit(lambda window, control: window.state(control))
