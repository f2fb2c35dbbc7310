"""Incremental 4D-Var: outer loops linearise the model, inner ones minimise a quadratic cost by conjugate residuals.

    (I + G^T G) dv = -grad J(v)      G: tangent linear of departures at v

G holds B^1/2 and R^-1/2, so that the identity is the Hessian of the background term, and B the preconditioner. Of all
steps in the same Krylov space as conjugate gradients take, conjugate residuals take those that leave the smallest
gradient; J falls in each, too. They are written out, because what is wanted of them is the cost after each iteration,
from the sum of G dv itself.

Equations: Courtier, Thepaut & Hollingsworth (1994), doi:10.1002/qj.49712051912; conjugate residuals against conjugate
gradients: Fong & Saunders (2012), doi:10.24200/squjs.vol17iss1pp44-62
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax

from ..arrays.backend import Array
from ..arrays.pytree import Tree, pytree, tree_map
from ..dycore.dycore import ModelState
from .cost import Cost, Linearisation, dot, linearise, norm, of_departures
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
    outer : how often the model is linearised.   inner : most iterations of conjugate residuals each time.
    reduction : of the gradient's norm, from that of the start to the end of the last outer loop; each of them makes the
        same part of it. 0 makes all iterations.
    control : where to start; the background.   say : takes a line for each iteration.

    Raises
    ------
    ValueError for less than one loop of either kind.
    """
    if outer < 1 or inner < 1:
        raise ValueError(f"A minimisation needs one loop of each kind or more, found outer={outer}, inner={inner}.")
    iterations: list[Iteration] = []

    def record(iteration: Iteration) -> None:
        iterations.append(iteration)
        say(str(iteration))

    at = linearise(window, window.covariance.zeros() if control is None else control)
    first, steepest = at.cost, norm(at.gradient)
    for n in range(1, outer + 1):
        goal = steepest * reduction ** (n / outer)
        at = linearise(window, _inner_loop(n, at, inner, goal, record))
    gradients = steepest, norm(at.gradient)
    state = _state(window, at.control)
    return Analysis(state, at.control, first, at.cost, gradients, tuple(iterations), window.count)


def _inner_loop(outer: int, at: Linearisation, most: int, goal: float, record: Callable[[Iteration], None]) -> Any:
    """The control vector on the way to the minimum of the quadratic cost."""
    now = _Point(at.control, at.departures, tree_map(lambda g: -g, at.gradient))
    along = None
    record(Iteration(outer, 0, now.cost, now.slope))
    for n in range(1, most + 1):
        if now.slope <= goal:
            break
        image = at.image(now.residual)
        along = _direction(now.residual, image, at.adjoint(image), along)
        now = _moved(now, along)
        record(Iteration(outer, n, now.cost, now.slope))
    return now.control


@pytree
class _Point(Tree):
    """Where an inner loop is: residual is minus the gradient of the quadratic cost."""

    control: Any
    departures: tuple[Array, ...]
    residual: Any

    @property
    def cost(self) -> float:
        """J of the quadratic cost."""
        return of_departures(self.control, self.departures).total

    @property
    def slope(self) -> float:
        """The norm of its gradient."""
        return norm(self.residual)


@pytree
class _Along(Tree):
    """A direction p, G p and (I + G^T G) p, and r . (I + G^T G) r of the residual r that it was made of."""

    direction: Any
    image: tuple[Array, ...]
    product: Any
    curvature: Array


@jax.jit
def _direction(residual: Any, image: Any, pulled: Any, before: _Along | None) -> _Along:
    """The next direction, whose product is orthogonal to those of all before."""
    product = tree_map(lambda r, g: r + g, residual, pulled)
    curvature = dot(residual, residual) + dot(image, image)
    if before is None:
        return _Along(residual, image, product, curvature)
    ratio = curvature / before.curvature
    onward = partial(tree_map, lambda new, old: new + ratio * old)
    return _Along(
        onward(residual, before.direction), onward(image, before.image), onward(product, before.product), curvature
    )


@jax.jit
def _moved(now: _Point, along: _Along) -> _Point:
    """After the step along a direction that leaves the smallest residual."""
    length = along.curvature / dot(along.product, along.product)
    ahead = partial(tree_map, lambda x, d: x + length * d)
    residual = tree_map(lambda r, q: r - length * q, now.residual, along.product)
    return _Point(ahead(now.control, along.direction), ahead(now.departures, along.image), residual)


_state = jax.jit(lambda window, control: window.state(control))
