"""A jaxpr and the jaxprs that it calls as one list of operations; loops along levels are written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .mark import MARK

CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "checkpoint", "remat2")
BODIES = ("jaxpr", "call_jaxpr", "fun_jaxpr")
NOTHING = ("optimization_barrier", "stop_gradient", "copy", "copy_p")
REDUCTIONS = ("reduce_sum", "reduce_max", "reduce_min", "reduce_or", "reduce_and", "reduce_prod", "argmax", "argmin")


class NotElementLocal(Exception):
    """Why a function cannot be a loop over elements."""


@dataclass(frozen=True)
class Variable:
    """One array of the program, of one element."""

    number: int
    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True)
class Block:
    """Operations that are done under a condition or again and again, on variables of their own and from outside."""

    arguments: tuple[Variable, ...]
    operations: tuple[Operation, ...]
    results: tuple[Any, ...]

    @property
    def outside(self) -> list[Any]:
        """What it reads and does not make."""
        made = {id(v) for o in self.operations for v in o.results} | {id(v) for v in self.arguments}
        read = [v for o in self.operations for v in o.reads] + list(self.results)
        return [v for v in read if id(v) not in made]


@dataclass(frozen=True)
class Operation:
    """One primitive: its operands and results are variables of the program or arrays that are known."""

    name: str
    params: dict[str, Any]
    operands: tuple[Any, ...]
    results: tuple[Any, ...]
    blocks: tuple[Block, ...] = ()

    @property
    def reads(self) -> list[Any]:
        """Everything that it depends on."""
        return [*self.operands, *(v for block in self.blocks for v in block.outside)]


def of_one(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one element's share of an array of MARK elements."""
    return tuple(size // MARK if size and size % MARK == 0 else size for size in shape)


def _elements_meet(equation: Any) -> bool:
    """Whether a reduction runs over elements."""
    if equation.primitive.name not in REDUCTIONS:
        return False
    shape = equation.invars[0].aval.shape
    return any(shape[axis] and shape[axis] % MARK == 0 for axis in equation.params["axes"])


def needed(operations: list[Operation], results: list | tuple) -> list[Operation]:
    """Without what no result depends on."""
    wanted, kept = {id(v) for v in results}, []
    for operation in reversed(operations):
        if any(id(r) in wanted for r in operation.results):
            kept.append(operation)
            wanted.update(id(v) for v in operation.reads)
    return kept[::-1]


class Walk:
    """Goes through a jaxpr; met are variables in which elements have met, which only conditions may read."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.met: set[int] = set()
        self.kept: list = []  # what ids are of
        self.count = 0

    def new(self, aval: Any) -> Variable:
        """A variable like an abstract value."""
        return self._made(of_one(aval.shape), np.dtype(aval.dtype))

    def _made(self, shape: tuple[int, ...], dtype: np.dtype) -> Variable:
        self.count += 1
        self.kept.append(Variable(self.count, shape, dtype))
        return self.kept[-1]

    def run(self, jaxpr: Any, consts: Any, args: list) -> list:
        """The values of its results, given those of its arguments."""
        known = dict(zip(jaxpr.constvars, (self._known(c) for c in consts))) | dict(zip(jaxpr.invars, args))
        value = lambda v: self._known(v.val, v.aval.dtype) if hasattr(v, "val") else known[v]  # noqa: E731
        for equation in jaxpr.eqns:
            operands = [value(v) for v in equation.invars]
            known.update(zip(equation.outvars, self._results(equation, operands)))
        return [value(v) for v in jaxpr.outvars]

    def _known(self, value: Any, dtype: Any = None) -> np.ndarray:
        self.kept.append(np.asarray(value, dtype))
        return self.kept[-1]

    def _results(self, equation: Any, operands: list) -> list:
        name, params = equation.primitive.name, equation.params
        if name in CALLS:
            body = next(params[key] for key in BODIES if key in params)
            return self.run(getattr(body, "jaxpr", body), getattr(body, "consts", ()), operands)
        if name == "scan":
            return self._unrolled(params, operands)
        if name == "while":
            return self._repeated(params, operands)
        if name == "cond":
            return self._chosen(params, operands)
        if name in NOTHING:
            return operands
        results = [self.new(v.aval) for v in equation.outvars]
        self.operations.append(Operation(name, params, tuple(operands), tuple(results)))
        if _elements_meet(equation) or any(id(v) in self.met for v in operands):
            self.met.update(id(r) for r in results)
        return results

    def _unrolled(self, params: dict, operands: list) -> list:
        """A scan, turn by turn; levels are few."""
        constants, carry = params["num_consts"], params["num_carry"]
        fixed, state, rows = (
            operands[:constants],
            operands[constants : constants + carry],
            operands[constants + carry :],
        )
        body, length = params["jaxpr"], params["length"]
        seen: list[list] = [[] for _ in range(len(body.jaxpr.outvars) - carry)]
        for turn in range(length - 1, -1, -1) if params["reverse"] else range(length):
            args = [*fixed, *state, *(self._row(r, turn) for r in rows)]
            results = self.run(body.jaxpr, body.consts, args)
            state = results[:carry]
            for column, result in zip(seen, results[carry:]):
                column.append(result)
        if params["reverse"]:
            seen = [column[::-1] for column in seen]
        return [*state, *(self._stacked(column) for column in seen)]

    def _row(self, operand: Any, turn: int) -> Any:
        if isinstance(operand, np.ndarray):
            return self._known(operand[turn])
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

    def _block(self, jaxpr: Any, consts: Any, args: list, own: list[Variable]) -> Block:
        outer, self.operations = self.operations, []
        results = self.run(jaxpr, consts, args)
        inner, self.operations = self.operations, outer
        return Block(tuple(own), tuple(needed(inner, results)), tuple(results))

    def _repeated(self, params: dict, operands: list) -> list:
        """A while loop, each element as long as its own condition holds."""
        asked, done = params["cond_nconsts"], params["body_nconsts"]
        start = operands[asked + done :]
        own = [self._made(v.shape, v.dtype) for v in start]
        condition, body = params["cond_jaxpr"], params["body_jaxpr"]
        ask = self._block(condition.jaxpr, condition.consts, [*operands[:asked], *own], own)
        turn = self._block(body.jaxpr, body.consts, [*operands[asked : asked + done], *own], own)
        results = [self._made(v.shape, v.dtype) for v in start]
        self.operations.append(Operation("while", {}, tuple(start), tuple(results), (ask, turn)))
        if self.met & {id(v) for v in (*start, *turn.results)}:
            self.met.update(id(r) for r in results)
        return results

    def _chosen(self, params: dict, operands: list) -> list:
        """A branch, each element its own."""
        which, *args = operands
        blocks = [self._block(branch.jaxpr, branch.consts, args, []) for branch in params["branches"]]
        results = [self.new(aval) for aval in params["branches"][0].out_avals]
        self.operations.append(Operation("cond", {}, (which,), tuple(results), tuple(blocks)))
        if self.met & {id(v) for block in blocks for v in block.results}:
            self.met.update(id(r) for r in results)
        return results
