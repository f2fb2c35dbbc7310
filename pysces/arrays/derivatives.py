"""How a function is differentiated, where its own derivative is not the one to take; nothing of this acts on NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .backend import Array, is_jax, require_jax


def with_derivative_of(twin: Callable, function: Callable, x: Array) -> Array:
    """``function(x)``, differentiated as ``twin(x)``: two forms of one linear map whose transposes differ in speed.

    x : of any shape [any unit], as far as both forms take it.
    """
    if not is_jax(x):
        return function(x)
    jax = require_jax()
    wrapped = jax.custom_jvp(function)
    wrapped.defjvp(lambda primals, tangents: (wrapped(*primals), twin(*tangents)))
    return wrapped(x)


def differentiated_as(twin: Callable, function: Callable, *args: Any) -> Any:
    """``function(*args)``, differentiated as ``twin(*args)``, another function with results of the same structure."""
    from .pytree import tree_leaves

    if not any(is_jax(x) for x in tree_leaves(args)):
        return function(*args)
    jax = require_jax()
    wrapped = jax.custom_jvp(function)
    wrapped.defjvp(lambda at, along: (wrapped(*at), _change(twin, at, along)), symbolic_zeros=True)
    return wrapped(*args)


def _change(function: Callable, at: Any, along: Any) -> Any:
    """The derivative of function along a direction; where that is known to be zero nothing is computed with it."""
    jax = require_jax()
    leaves, structure = jax.tree.flatten(at)
    steps = structure.flatten_up_to(along)
    moving = [n for n, step in enumerate(steps) if type(step) is not jax.custom_derivatives.SymbolicZero]

    def of_moving(values: list) -> Any:
        changed = dict(zip(moving, values))
        return function(*structure.unflatten([changed.get(n, leaf) for n, leaf in enumerate(leaves)]))

    return jax.jvp(of_moving, ([leaves[n] for n in moving],), ([steps[n] for n in moving],))[1]


def unstacked(x: Array) -> tuple[Array, ...]:
    """The entries (...) of x (n, ...) [U], whose transpose stacks them again; of an index jax makes zeros around."""
    if not is_jax(x):
        return tuple(x)
    return tuple(part[0] for part in require_jax().lax.split(x, (1,) * x.shape[0]))


def stop_gradient(x: Array) -> Array:
    """x, of any shape [any unit], without its derivative; the identity on numpy."""
    return require_jax().lax.stop_gradient(x) if is_jax(x) else x


def symmetric_linear(function: Callable, x: Array) -> Array:
    """``function(x)`` for a function linear in x that is its own transpose: reverse mode runs the function itself.

    jax's public way to state a transpose that forward mode and vmap keep is a linear solve; here the "solution" is
    given in closed form, so the matrix (first argument) is never applied.

    x : of any shape [any unit]; the result has its shape.
    """
    if not is_jax(x):
        return function(x)
    return require_jax().lax.custom_linear_solve(lambda y: y, x, lambda _, b: function(b), symmetric=True)


def linear_map(function: Callable, transpose: Callable, x: Array, weights: Array) -> Array:
    """``function(x, weights)``, linear in x and in weights, whose transpose in x is ``transpose(y, weights)``.

    x : of any shape [any unit], which function must keep. Weights that have a derivative get it from jax, x as is said
    here.
    """
    if not is_jax(x):
        return function(x, weights)
    jax = require_jax()
    mapped = jax.custom_jvp(function)

    def rule(primals: tuple, tangents: tuple) -> tuple:
        x, weights = primals
        change, change_of_weights = (None if type(t) is jax.custom_derivatives.SymbolicZero else t for t in tangents)
        parts = [] if change is None else [_with_transpose(function, transpose, change, weights)]
        parts += [] if change_of_weights is None else [function(x, change_of_weights)]
        return mapped(x, weights), sum(parts[1:], parts[0]) if parts else 0.0 * x

    mapped.defjvp(rule, symbolic_zeros=True)
    return mapped(x, weights)


def _with_transpose(function: Callable, transpose: Callable, x: Array, weights: Array) -> Array:
    """As symmetric_linear, of a function that is not its own transpose."""
    return require_jax().lax.custom_linear_solve(
        lambda y: y, x, lambda _, b: function(b, weights), lambda _, b: transpose(b, weights)
    )


def checkpoint(function: Callable, like: Array) -> Callable:
    """function whose inner values are recomputed in reverse mode instead of stored; itself on numpy.

    like : an array of the library that function computes with, of any shape [any unit]; its numbers are not read.
    """
    return require_jax().checkpoint(function) if is_jax(like) else function


def root(solve: Callable, residual: Callable, divide: Callable, parameters: Any) -> Array:
    """``x = solve(parameters)`` with residual(x, parameters) = 0, differentiated as what the residual makes of x.

    By the theorem on implicit functions dx = -(d residual / dx)^-1 (d residual / d parameters): the way in which solve
    finds x is never differentiated, in no mode and to no order.

    divide : (x, parameters, rhs) -> (d residual / dx)^-1 rhs, linear in rhs; reverse mode takes its transpose.
    parameters : a pytree of arrays, of everything that is differentiated.
    The result, of any shape [any unit], is what solve finds.
    """
    from .pytree import tree_leaves

    if not any(is_jax(leaf) for leaf in tree_leaves(parameters)):
        return solve(parameters)
    jax = require_jax()
    solved = jax.custom_jvp(solve)

    def rule(primals: tuple, tangents: tuple) -> tuple:
        x = solved(*primals)
        change = jax.jvp(lambda p: residual(x, p), primals, tangents)[1]
        return x, -divide(x, *primals, change)

    solved.defjvp(rule)
    return solved(parameters)
