"""A program as C: one loop nest for every array that is stored, everything else inside the nests that read it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from .primitives import COSTLY, SUMS, constant, kind_of, look_of, looked_at, pattern_of
from .trace import ELEM, NotElementLocal, Operation, Program, Variable
from .views import Expression, Number, Step, Value, View, contiguous, row_major, size_of, spread, taken, views_of

LONGEST = 60  # operations and operands of one expression; more are stored on the way


@dataclass
class Loops:
    """The body of a kernel while it is written."""

    program: Program
    uses: Counter = field(default_factory=Counter)
    values: dict[int, Value] = field(default_factory=dict)
    kept: list = field(default_factory=list)  # constants whose identity is a key of values
    statements: list[tuple[str, set[str]]] = field(default_factory=list)  # C, and the buffers in it
    buffers: dict[str, tuple[str, int]] = field(default_factory=dict)  # kind and length
    tables: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)

    def write(self) -> None:
        """Every operation of the program, then its results."""
        program = self.program
        for variable in [v for o in program.operations for v in o.operands] + list(program.results):
            self.uses[id(variable)] += 1
        for number, argument in enumerate(program.arguments):
            self.values[id(argument.variable)] = _argument_view(number, argument.variable, argument.per_element)
        for operation in program.operations:
            self._write(operation)
        for number, result in enumerate(program.results):
            self.store(self.value(result), _result_view(number, result))

    def value(self, operand: Variable | np.ndarray) -> Value:
        """What is known of an operand."""
        if id(operand) in self.values:
            return self.values[id(operand)]
        assert isinstance(operand, np.ndarray)
        if operand.ndim == 0:
            return constant(operand, self._real)
        kind = kind_of(operand.dtype, self._real)
        if kind is None:
            raise NotElementLocal(f"a constant of type {operand.dtype}")
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
        if isinstance(value, View):
            return value
        target = self.buffer(value.kind, value.shape)
        self.store(value, target)
        return target

    def store(self, value: Value, target: View) -> None:
        """A loop nest that writes a value."""
        axes = _merged([*(v for v in views_of(value) if v.shape == target.shape), target])
        views = {id(view): _along(view, axes) for view in [*views_of(value), target] if view.shape == target.shape}
        indices = [f"i{n}" for n in range(len(axes))]
        sizes = [math.prod(target.shape[a] for a in axis) for axis in axes]
        text = _text(value, views, indices)
        self._nest(sizes, f"{views[id(target)].text(indices)} = {text};", {v.base for v in views_of(value)} | {target.base})

    def _nest(self, sizes: list[int], body: str, bases: set[str]) -> None:
        lines = []
        for n, size in enumerate(sizes):
            pragma = "_Pragma(\"omp simd\") " if n == len(sizes) - 1 else ""
            lines.append(f"{pragma}for (int i{n} = 0; i{n} < {size}; ++i{n})")
        self.statements.append((" ".join([*lines, body]), bases))

    def _write(self, operation: Operation) -> None:
        name, params, results = operation.name, operation.params, operation.results
        operands = [self.value(v) for v in operation.operands]
        pattern = pattern_of(name, params)
        if pattern is not None:
            self._elementwise(name, pattern, operands, results[0])
        elif name == "convert_element_type":
            self._converted(operands[0], results[0])
        elif (look := look_of(name, params, results[0].shape)) is not None:
            self._looked(operands[0], look, results[0])
        elif name == "split":
            self._split(self.stored(operands[0]), params, results)
        elif name in ("concatenate", "stack"):
            self._joined(name, operands, params, results[0])
        elif name in ("cumsum", "dot_general"):
            self._running_sum(operation, results[0])
        elif name in SUMS:
            self._reduced(SUMS[name], operands[0], params["axes"], results[0])
        elif name == "gather":
            self._gathered(self.stored(operands[0]), self.stored(operands[1]), params, results[0])
        elif name == "iota":
            self._counted(params, results[0])
        else:
            raise NotElementLocal(f"the operation {name}")

    def _elementwise(self, name: str, pattern: str, operands: list[Value], result: Variable) -> None:
        kind = kind_of(result.dtype, operands[0].kind)
        if kind is None:
            raise NotElementLocal(f"an array of type {result.dtype}")
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

    def _converted(self, operand: Value, result: Variable) -> None:
        kind = kind_of(result.dtype, operand.kind)
        if kind is None:
            raise NotElementLocal(f"an array of type {result.dtype}")
        same = kind == operand.kind
        value = operand if same else Expression(f"(({kind}){{0}})", kind, result.shape, (operand,))
        self.values[id(result)] = self.stored(value) if self.uses[id(result)] > 1 and not same else value

    def _looked(self, operand: Value, look, result: Variable) -> None:
        larger = math.prod(result.shape) > math.prod(operand.shape)
        if isinstance(operand, Expression) and (larger or self.uses[id(result)] > 1):
            operand = self.stored(operand)
        value = looked_at(operand, look, result.shape)
        if value is None:
            copied = self.buffer(operand.kind, operand.shape)
            self.store(operand, copied)
            value = looked_at(copied, look, result.shape)
        assert value is not None
        self.values[id(result)] = value

    def _split(self, operand: View, params: dict, results: tuple) -> None:
        start, axis = 0, params["axis"]
        for size, result in zip(params["sizes"], results):
            starts = tuple(start if a == axis else 0 for a in range(len(operand.shape)))
            self.values[id(result)] = taken(operand, starts, result.shape, (1,) * len(starts))
            start += size

    def _joined(self, name: str, operands: list[Value], params: dict, result: Variable) -> None:
        axis = params["axis"] if name == "stack" else params["dimension"]
        whole = self.buffer(operands[0].kind, result.shape)
        start = 0
        for operand in operands:
            size = 1 if name == "stack" else operand.shape[axis]
            shape = tuple(size if a == axis else n for a, n in enumerate(result.shape))
            part = taken(whole, tuple(start if a == axis else 0 for a in range(len(shape))), shape, (1,) * len(shape))
            if name == "stack":
                part = View(part.base, part.kind, operand.shape, part.strides[:axis] + part.strides[axis + 1 :], part.offset)
            self.store(operand, part)
            start += size
        self.values[id(result)] = whole

    def _running_sum(self, operation: Operation, result: Variable) -> None:
        """Sums from one end of the last axis; of a product with a triangle of ones, as cumulative_sum makes them."""
        shape = result.shape
        if operation.name == "cumsum":
            backwards, right = operation.params["reverse"], operation.params["axis"] == len(shape) - 1
        else:
            backwards, right = _triangle(operation, len(shape))
        if not right:
            raise NotElementLocal(f"the operation {operation.name}")
        source, target = self.stored(self.value(operation.operands[0])), self.buffer(kind_of(result.dtype) or "", shape)
        indices = [f"i{n}" for n in range(len(shape) - 1)]
        last = f"({shape[-1] - 1} - k)" if backwards else "k"
        body = (
            f"{{ {target.kind} total = 0; for (int k = 0; k < {shape[-1]}; ++k) {{ total += "
            f"{source.text([*indices, last])}; {target.text([*indices, last])} = total; }} }}"
        )
        loops = " ".join(f"for (int i{n} = 0; i{n} < {size}; ++i{n})" for n, size in enumerate(shape[:-1]))
        self.statements.append((f"{loops} {body}", {source.base, target.base}))
        self.values[id(result)] = target

    def _gathered(self, source: View, places: View, params: dict, result: Variable) -> None:
        """Each number from a place along one axis, as take_along_axis has it; not a number where there is no such place."""
        how, sizes = params["dimension_numbers"], params["slice_sizes"]
        along = how.start_index_map
        whole = all(size == source.shape[a] for a, size in enumerate(sizes) if a not in (*along, *how.operand_batching_dims))
        if len(along) != 1 or how.collapsed_slice_dims != along or places.shape[-1] != 1 or not whole:
            raise NotElementLocal("this form of gather")
        at = [f"i{n}" for n in range(len(result.shape))]
        outer = [at[n] for n in range(len(at)) if n not in how.offset_dims]
        inner = iter([at[n] for n in how.offset_dims])
        batch = {a: outer[b] for a, b in zip(how.operand_batching_dims, how.start_indices_batching_dims)}
        indices = [batch.get(a) or ("place" if a in along else next(inner)) for a in range(len(source.shape))]
        target = self.buffer(kind_of(result.dtype) or "", result.shape)
        count = source.shape[along[0]]
        body = (
            f"{{ int64_t place = {places.text([*outer, '0'])}; {target.text(at)} = "
            f"place < 0 || place >= {count} ? NAN : {source.text(indices)}; }}"
        )
        loops = " ".join(f"for (int {i} = 0; {i} < {size}; ++{i})" for i, size in zip(at, result.shape))
        self.statements.append((f"{loops} {body}", {source.base, places.base, target.base}))
        self.values[id(result)] = target

    def _counted(self, params: dict, result: Variable) -> None:
        shape = tuple(n if a == params["dimension"] else 1 for a, n in enumerate(result.shape))
        numbers = np.arange(result.shape[params["dimension"]], dtype=result.dtype).reshape(shape)
        value = self.value(numbers)
        assert isinstance(value, View)
        self.values[id(result)] = spread(value, result.shape, tuple(range(len(shape))))

    def _reduced(self, pattern: str, source: Value, axes: tuple[int, ...], result: Variable) -> None:
        """Term by term in the order of the axes, from the first term on."""
        if len(source.shape) >= -ELEM and len(source.shape) + ELEM in axes and source.shape[ELEM] == 1:
            raise NotElementLocal("a sum over elements")
        target = self.buffer(kind_of(result.dtype, source.kind) or "", result.shape)
        left = [a for a in range(len(source.shape)) if a not in axes]
        at = {a: f"i{n}" for n, a in enumerate([*axes, *left])}
        number = source.text([at[a] for a in range(len(source.shape))])
        first = source.text([at[a] if a in left else "0" for a in range(len(source.shape))])
        goal = target.text([at[a] for a in left])
        over = lambda some: " ".join(f"for (int {at[a]} = 0; {at[a]} < {source.shape[a]}; ++{at[a]})" for a in some)  # noqa: E731
        inner = f'{over(left[:-1])} _Pragma("omp simd") {over(left[-1:])}' if left else ""
        bases = {v.base for v in views_of(source)} | {target.base}
        self.statements.append((f"{inner} {goal} = {first};", bases))
        begun = " | ".join(at[a] for a in axes)
        self.statements.append((f"{over(axes)} if ({begun}) {inner} {goal} = {pattern.format(goal, number)};", bases))
        self.values[id(result)] = target


def _triangle(operation: Operation, rank: int) -> tuple[bool, bool]:
    """Whether a product is a running sum from below, and whether it is a running sum at all."""
    matrix, dimensions = operation.operands[1], operation.params["dimension_numbers"]
    if not isinstance(matrix, np.ndarray) or dimensions != (((rank - 1,), (0,)), ((), ())):
        return False, False
    upper = np.tri(len(matrix)).T
    backwards = np.array_equal(matrix, upper.T)
    return backwards, backwards or np.array_equal(matrix, upper)


def _argument_view(number: int, variable: Variable, per_element: bool) -> View:
    kind = kind_of(variable.dtype)
    if kind is None or variable.dtype == bool:
        raise NotElementLocal(f"an argument of type {variable.dtype}")
    strides = _of_mesh(variable.shape) if per_element else row_major(variable.shape)
    return View(f"in{number}", kind, variable.shape, strides)


def _result_view(number: int, result: Variable) -> View:
    kind = kind_of(result.dtype)
    if len(result.shape) < -ELEM or kind is None or result.dtype == bool:
        raise NotElementLocal(f"a result of shape {result.shape} and type {result.dtype}")
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
