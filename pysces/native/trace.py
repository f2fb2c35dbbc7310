"""A function's operations on one element, as a plain list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.backend import Array, require_jax
from ..arrays.compiler import by_xla
from .mark import MARK
from .walk import NotElementLocal, Operation, Variable, Walk, needed

ELEM = -4  # the axis of elements of every field, (..., elem, i, j, lev)


@dataclass(frozen=True)
class Argument:
    """A leaf that the function reads. place : among all leaves.   per_element : whether it has an axis of elements."""

    place: int
    variable: Variable
    per_element: bool


@dataclass(frozen=True)
class Program:
    """What a function does to one element.

    results : what it computes.   passed : of each leaf of its result the place of the leaf that it is given back as, or
    None where it is the next of results.   structure : of its result.
    """

    arguments: tuple[Argument, ...]
    operations: tuple[Operation, ...]
    results: tuple[Any, ...]
    passed: tuple[int | None, ...]
    structure: Any

    def whole(self, computed: list[Array], leaves: list[Array]) -> Any:
        """The function's result, from what was computed and the leaves that it was given, of any shape [any unit]."""
        following = iter(computed)
        return self.structure.unflatten([next(following) if n is None else leaves[n] for n in self.passed])


_inside: ContextVar[bool] = ContextVar("inside", default=False)


def in_kernel() -> bool:
    """Whether what is done now, in this thread, becomes C."""
    return _inside.get()


@contextmanager
def _kernel() -> Iterator[None]:
    before = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(before)


def elements_of(leaves: list[Array]) -> int:
    """How many elements the fields (..., elem, i, j, lev) [any unit] among the leaves have; 0 without one."""
    return max((x.shape[ELEM] for x in leaves if np.ndim(x) >= -ELEM), default=0)


def traced(function: Callable, args: tuple) -> Program:
    """The operations of ``function(*args)`` on one element.

    Raises
    ------
    NotElementLocal where elements meet in more than a condition, or where the function reads what has an axis of
        elements somewhere else than fields do.
    """
    jax = require_jax()
    leaves, structure = jax.tree.flatten(args)
    nelem = elements_of(leaves)
    call = lambda *x: function(*structure.unflatten(x))  # noqa: E731
    with by_xla(), _kernel():  # what it calls is part of it
        try:
            closed, shapes = jax.make_jaxpr(call, return_shape=True)(*(_marked(x, nelem) for x in leaves))
        except (TypeError, ValueError) as error:  # of shapes that do not fit
            raise NotElementLocal("no other number of elements than this") from error
    for result in jax.tree.leaves(shapes):
        if len(result.shape) < -ELEM or result.shape[ELEM] != MARK:
            raise NotElementLocal("a result without the axis of elements")
    walk = Walk()
    variables = [walk.new(v.aval) for v in closed.jaxpr.invars]
    results = walk.run(closed.jaxpr, closed.consts, variables)
    if walk.met & {id(r) for r in results}:
        raise NotElementLocal("a result in which elements meet")
    places = {id(v): n for n, v in enumerate(variables)}
    passed = tuple(places.get(id(r)) for r in results)
    results = [r for r, place in zip(results, passed) if place is None]
    operations = needed(walk.operations, results)
    read = {id(v) for o in operations for v in o.reads} | {id(v) for v in results}
    arguments = []
    for place, (variable, leaf) in enumerate(zip(variables, leaves)):
        if id(variable) in read:
            per_element = np.ndim(leaf) >= -ELEM and leaf.shape[ELEM] == nelem
            if not per_element and nelem > 1 and nelem in np.shape(leaf)[:-1]:
                raise NotElementLocal(f"an argument of shape {np.shape(leaf)}")
            arguments.append(Argument(place, variable, per_element))
    return Program(tuple(arguments), tuple(operations), tuple(results), passed, jax.tree.structure(shapes))


def _marked(x: Array, nelem: int) -> Any:
    """The shape of x with MARK elements."""
    shape = list(np.shape(x))
    if len(shape) >= -ELEM and shape[ELEM] == nelem:
        shape[ELEM] = MARK
    return require_jax().ShapeDtypeStruct(tuple(shape), x.dtype)


def arguments_of(program: Program, leaves: list) -> Iterator[Array]:
    """The leaves, of any shape [any unit], that the program reads, in its order."""
    return (leaves[argument.place] for argument in program.arguments)
