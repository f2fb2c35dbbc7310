"""A function's operations on one element, as a plain list."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.backend import Array, require_jax

ELEM = -4  # the axis of elements of every field, (..., elem, i, j, lev)
CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "checkpoint", "remat2")
BODIES = ("jaxpr", "call_jaxpr", "fun_jaxpr")


class NotElementLocal(Exception):
    """Why a function cannot be a loop over elements."""


@dataclass(frozen=True)
class Operation:
    """One primitive: its operands and results are variables of the program or arrays that are known."""

    name: str
    params: dict[str, Any]
    operands: tuple[Any, ...]
    results: tuple[Any, ...]


@dataclass(frozen=True)
class Variable:
    """One array of the program, of one element."""

    number: int
    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True)
class Argument:
    """A leaf that the function reads. place : among all leaves.   per_element : whether it has an axis of elements."""

    place: int
    variable: Variable
    per_element: bool


@dataclass(frozen=True)
class Program:
    """What a function does to one element; structure is that of its result."""

    arguments: tuple[Argument, ...]
    operations: tuple[Operation, ...]
    results: tuple[Any, ...]
    structure: Any


def elements_of(leaves: list[Array]) -> int:
    """How many elements the fields among the leaves have."""
    return max((x.shape[ELEM] for x in leaves if np.ndim(x) >= -ELEM), default=0)


def traced(function: Callable, args: tuple) -> Program:
    """The operations of ``function(*args)`` on one element.

    Raises
    ------
    NotElementLocal where the function reads what has an axis of elements somewhere else than fields do.
    """
    jax = require_jax()
    leaves, structure = jax.tree.flatten(args)
    nelem = elements_of(leaves)
    of_one = [_of_one_element(x, nelem) for x in leaves]
    closed, shapes = jax.make_jaxpr(lambda *x: function(*structure.unflatten(x)), return_shape=True)(*of_one)
    walk = _Walk()
    variables = [walk.new(v.aval) for v in closed.jaxpr.invars]
    results = walk.run(closed.jaxpr, closed.consts, variables)
    operations = _needed(walk.operations, results)
    read = {id(v) for o in operations for v in o.operands} | {id(v) for v in results}
    arguments = []
    for place, (variable, leaf) in enumerate(zip(variables, leaves)):
        if id(variable) in read:
            per_element = np.ndim(leaf) >= -ELEM and leaf.shape[ELEM] == nelem
            if not per_element and nelem > 1 and nelem in np.shape(leaf)[:-1]:
                raise NotElementLocal(f"an argument of shape {np.shape(leaf)}")
            arguments.append(Argument(place, variable, per_element))
    return Program(tuple(arguments), tuple(operations), tuple(results), jax.tree.structure(shapes))


def _of_one_element(x: Array, nelem: int) -> Any:
    shape = list(np.shape(x))
    if len(shape) >= -ELEM and shape[ELEM] == nelem:
        shape[ELEM] = 1
    return require_jax().ShapeDtypeStruct(tuple(shape), x.dtype)


def _needed(operations: list[Operation], results: list) -> list[Operation]:
    """Without what no result depends on."""
    wanted, kept = {id(v) for v in results}, []
    for operation in reversed(operations):
        if any(id(r) in wanted for r in operation.results):
            kept.append(operation)
            wanted.update(id(v) for v in operation.operands)
    return kept[::-1]


class _Walk:
    """Goes through a jaxpr and the jaxprs that it calls."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.count = 0

    def new(self, aval: Any) -> Variable:
        self.count += 1
        return Variable(self.count, tuple(aval.shape), np.dtype(aval.dtype))

    def run(self, jaxpr: Any, consts: Any, args: list) -> list:
        """The values of its results, given those of its arguments."""
        known = dict(zip(jaxpr.constvars, (np.asarray(c) for c in consts))) | dict(zip(jaxpr.invars, args))
        value = lambda v: np.asarray(v.val, v.aval.dtype) if hasattr(v, "val") else known[v]  # noqa: E731
        for equation in jaxpr.eqns:
            known.update(zip(equation.outvars, self._results(equation, [value(v) for v in equation.invars])))
        return [value(v) for v in jaxpr.outvars]

    def _results(self, equation: Any, operands: list) -> list:
        name, params = equation.primitive.name, equation.params
        if name in CALLS:
            body = next(params[key] for key in BODIES if key in params)
            return self.run(getattr(body, "jaxpr", body), getattr(body, "consts", ()), operands)
        if name == "scan":
            return self._unrolled(params, operands)
        if name in ("optimization_barrier", "stop_gradient", "copy", "copy_p"):
            return operands
        results = [self.new(v.aval) for v in equation.outvars]
        self.operations.append(Operation(name, params, tuple(operands), tuple(results)))
        return results


    def _unrolled(self, params: dict, operands: list) -> list:
        """A scan, turn by turn; levels are few."""
        constants, carry = params["num_consts"], params["num_carry"]
        fixed, state, rows = operands[:constants], operands[constants : constants + carry], operands[constants + carry :]
        body, length = params["jaxpr"], params["length"]
        seen: list[list] = [[] for _ in range(len(body.jaxpr.outvars) - carry)]
        for turn in range(length - 1, -1, -1) if params["reverse"] else range(length):
            results = self.run(body.jaxpr, body.consts, [*fixed, *state, *(self._row(r, turn) for r in rows)])
            state = results[:carry]
            for column, result in zip(seen, results[carry:]):
                column.append(result)
        if params["reverse"]:
            seen = [column[::-1] for column in seen]
        return [*state, *(self._stacked(column) for column in seen)]

    def _row(self, operand: Any, turn: int) -> Any:
        if isinstance(operand, np.ndarray):
            return operand[turn]
        shape = operand.shape[1:]
        part, row = self._made((1, *shape), operand.dtype), self._made(shape, operand.dtype)
        starts = (turn, *(0 for _ in shape))
        self.operations.append(Operation("slice", {"start_indices": starts, "strides": None}, (operand,), (part,)))
        self.operations.append(Operation("reshape", {}, (part,), (row,)))
        return row

    def _stacked(self, rows: list) -> Variable:
        whole = self._made((len(rows), *rows[0].shape), rows[0].dtype)
        self.operations.append(Operation("stack", {"axis": 0}, tuple(rows), (whole,)))
        return whole

    def _made(self, shape: tuple[int, ...], dtype: np.dtype) -> Variable:
        self.count += 1
        return Variable(self.count, shape, dtype)


def elements_in(shape: tuple[int, ...]) -> int:
    """Numbers in an array of a shape."""
    return math.prod(shape)


def arguments_of(program: Program, leaves: list) -> Iterator[Array]:
    """The leaves that the program reads, in its order."""
    return (leaves[argument.place] for argument in program.arguments)
