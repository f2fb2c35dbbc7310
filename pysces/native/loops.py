"""A program as C: one loop nest for every array that is stored, everything else inside the nests that read it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .batches import Nest, Statement
from .primitives import COSTLY, Look, constant, look_of, looked_at, needed_kind, pattern_of
from .trace import ELEM, Program
from .views import Expression, Number, Step, Value, View, contiguous, is_scattered, row_major, size_of, spread, views_of
from .walk import NotElementLocal, Operation, Variable

LONGEST = 60  # operations and operands of one expression; more are stored on the way
WRITERS: dict[str, Callable[[Loops, Operation], None]] = {}  # by primitive: what writes it (joins, sums, blocks)


def writes(*names: str) -> Callable:
    """Says which primitives a function writes."""

    def known(function: Callable) -> Callable:
        WRITERS.update(dict.fromkeys(names, function))
        return function

    return known


def count_uses(uses: Counter, operations: Sequence[Operation], results: Sequence[Any]) -> None:
    """How often each variable is read; what is read once need not be stored."""
    for variable in [v for o in operations for v in o.operands] + list(results):
        uses[id(variable)] += 1
    for block in (block for o in operations for block in o.blocks):
        count_uses(uses, block.operations, block.results)


@dataclass
class Loops:
    """The body of a kernel while it is written."""

    program: Program
    uses: Counter = field(default_factory=Counter)
    values: dict[int, Value] = field(default_factory=dict)
    kept: list = field(default_factory=list)  # constants whose identity is a key of values
    statements: list[Statement] = field(default_factory=list)
    buffers: dict[str, tuple[str, int]] = field(default_factory=dict)  # kind and length
    tables: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)

    def write(self) -> None:
        """Every operation of the program, then its results."""
        program = self.program
        count_uses(self.uses, program.operations, program.results)
        for number, argument in enumerate(program.arguments):
            self.values[id(argument.variable)] = _argument_view(number, argument.variable, argument.per_element)
        for operation in program.operations:
            self.do(operation)
        for number, result in enumerate(program.results):
            self.store(self.value(result), _result_view(number, result))

    def value(self, operand: Variable | np.ndarray) -> Value:
        """What is known of an operand, a variable or a constant array of any shape [any unit]."""
        if id(operand) in self.values:
            return self.values[id(operand)]
        assert isinstance(operand, np.ndarray)
        if operand.ndim == 0:
            return constant(operand, self._real)
        kind = needed_kind(operand.dtype, self._real)
        name = f"table{len(self.tables)}"
        self.tables[name] = (kind, operand)
        self.values[id(operand)] = contiguous(name, kind, operand.shape)
        self.kept.append(operand)
        return self.values[id(operand)]

    @property
    def _real(self) -> str:
        """The C type of the program's reals."""
        kinds = {a.variable.dtype.name for a in self.program.arguments}
        return "float" if "float64" not in kinds and "float32" in kinds else "double"

    def buffer(self, kind: str, shape: tuple[int, ...]) -> View:
        """A new array of this element."""
        name = f"b{len(self.buffers)}_"
        self.buffers[name] = (kind, math.prod(shape))
        return contiguous(name, kind, shape)

    def stored(self, value: Value) -> View:
        """The value in memory."""
        return value if isinstance(value, View) else self._copied(value)

    def store(self, value: Value, target: View) -> None:
        """A loop nest that writes a value."""
        nest = self.walk(value, target)
        self.statements.append(Statement(nest.text(), _bases(value, target), nest))

    def walk(self, value: Value, target: View) -> Nest:
        """The loop nest that writes a value."""
        axes = _merged([*(v for v in views_of(value) if v.shape == target.shape), target])
        views = {id(view): _along(view, axes) for view in [*views_of(value), target] if view.shape == target.shape}
        text = lambda indices: _text(value, views, indices)  # noqa: E731
        read = [views.get(id(view), view) for view in views_of(value)]
        return Nest(views[id(target)].shape, text, (*read, views[id(target)]))

    def do(self, operation: Operation) -> None:
        """One operation, by what does its kind; NotElementLocal is raised where nothing does."""
        name, result = operation.name, operation.results[0]
        pattern, look = pattern_of(name, operation.params), look_of(name, operation.params, result.shape)
        if pattern is not None:
            self._elementwise(name, pattern, [self.value(v) for v in operation.operands], result)
        elif look is not None:
            self._looked(self.value(operation.operands[0]), look, result)
        elif name == "convert_element_type":
            self._converted(operation.operands[0], result)
        elif name in WRITERS:
            WRITERS[name](self, operation)
        else:
            raise NotElementLocal(f"the operation {name}")

    def read(self, operation: Operation, place: int = 0) -> View:
        """An operand in memory."""
        return self.stored(self.value(operation.operands[place]))

    def made(self, result: Variable, like: str = "double") -> View:
        """A new array for a result, known as it."""
        view = self.buffer(needed_kind(result.dtype, like), result.shape)
        self.values[id(result)] = view
        return view

    def say(self, text: str, *values: Value) -> None:
        """A statement, and what it reads and writes."""
        self.statements.append(Statement(text, _bases(*values)))

    def _elementwise(self, name: str, pattern: str, operands: list[Value], result: Variable) -> None:
        if name == "not" and result.dtype != bool:
            raise NotElementLocal("the bits of integers turned")
        if name == "select_n" and len(operands) > 3:
            raise NotElementLocal("a choice among more than two arrays")
        kind = needed_kind(result.dtype, operands[0].kind)
        operands = [self._operand(o, result.shape) for o in operands]
        value = Expression(pattern, kind, result.shape, tuple(operands))
        again = self.uses[id(result)] > 1 or name in COSTLY
        self.values[id(result)] = self.stored(value) if again else value

    def _operand(self, value: Value, shape: tuple[int, ...]) -> Value:
        """As wide as the result: jax leaves axes of length one to the operation."""
        if size_of(value) >= LONGEST or (isinstance(value, Expression) and value.shape not in ((), shape)):
            value = self.stored(value)
        if isinstance(value, View) and value.shape not in ((), shape):
            return spread(value, shape, tuple(range(len(shape))))
        return value

    def _converted(self, source: Variable | np.ndarray, result: Variable) -> None:
        operand = self.value(source)
        kind, asked = needed_kind(result.dtype, operand.kind), result.dtype == bool and source.dtype != bool
        same = kind == operand.kind and not asked
        pattern = "({0} != 0)" if asked else f"(({kind}){{0}})"
        value = operand if same else Expression(pattern, kind, result.shape, (operand,))
        self.values[id(result)] = self.stored(value) if self.uses[id(result)] > 1 and not same else value

    def _looked(self, operand: Value, look: Look, result: Variable) -> None:
        larger = math.prod(result.shape) > math.prod(operand.shape)
        if isinstance(operand, Expression) and (larger or self.uses[id(result)] > 1):
            operand = self.stored(operand)
        value = looked_at(operand, look, result.shape)
        if value is None:
            value = looked_at(self._copied(operand), look, result.shape)
        elif isinstance(value, View) and is_scattered(value) and self.uses[id(result)] > 1:
            value = self._copied(value)
        assert value is not None
        self.values[id(result)] = value

    def _copied(self, value: Value) -> View:
        target = self.buffer(value.kind, value.shape)
        self.store(value, target)
        return target


def _bases(*values: Value) -> frozenset[str]:
    return frozenset(view.base for value in values for view in views_of(value))


def _argument_view(number: int, variable: Variable, per_element: bool) -> View:
    if variable.dtype == bool:
        raise NotElementLocal("an argument of truth values")
    kind = needed_kind(variable.dtype)
    strides = _of_mesh(variable.shape) if per_element else row_major(variable.shape)
    return View(f"in{number}", kind, variable.shape, strides)


def _result_view(number: int, result: Variable) -> View:
    if result.dtype == bool:
        raise NotElementLocal("a result of truth values")
    kind = needed_kind(result.dtype)
    return View(f"out{number}", kind, result.shape, _of_mesh(result.shape))


def _of_mesh(shape: tuple[int, ...]) -> tuple[Step, ...]:
    """Strides in a field of all elements; its pointer is moved to the element."""
    strides = row_major(shape)
    before = len(shape) + ELEM
    return tuple(Step(0, s.fixed) for s in strides[:before]) + strides[before:]


def _merged(views: list[View]) -> list[list[int]]:
    """Axes that every view runs through as if they were one, the outermost first."""
    groups: list[list[int]] = []
    for axis, size in enumerate(views[0].shape):
        if size == 1:
            continue
        if groups and all(v.strides[groups[-1][-1]] == v.strides[axis] * size for v in views):
            groups[-1].append(axis)
        else:
            groups.append([axis])
    return groups


def _along(view: View, axes: list[list[int]]) -> View:
    """The view with merged axes."""
    shape = tuple(math.prod(view.shape[a] for a in axis) for axis in axes)
    return View(view.base, view.kind, shape, tuple(view.strides[axis[-1]] for axis in axes), view.offset)


def _text(value: Value, views: dict[int, View], indices: list[str]) -> str:
    """C of a value whose views have merged axes."""
    if isinstance(value, Expression):
        return value.pattern.format(*(_text(o, views, indices) for o in value.operands))
    if isinstance(value, Number):
        return value.value
    return views[id(value)].text(indices) if id(value) in views else value.text([])
