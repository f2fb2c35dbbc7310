"""Where the numbers of an array lie, and arithmetic that is not done yet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Step:
    """A distance in memory, counted in numbers: fixed + times * nelem, where nelem is known when the kernel runs."""

    fixed: int = 0
    times: int = 0

    def __add__(self, other: Step) -> Step:
        return Step(self.fixed + other.fixed, self.times + other.times)

    def __mul__(self, factor: int) -> Step:
        return Step(self.fixed * factor, self.times * factor)

    def text(self) -> str:
        """In C."""
        parts = [str(self.fixed)] if self.fixed or not self.times else []
        return " + ".join([*parts, f"{self.times} * nelem"] if self.times else parts)


@dataclass(frozen=True)
class View:
    """Some numbers of a C array, in some order.

    base : name of the pointer.   kind : C type.   strides : for each axis of shape; 0 where it is broadcast.
    """

    base: str
    kind: str
    shape: tuple[int, ...]
    strides: tuple[Step, ...]
    offset: Step = Step()

    def text(self, indices: list[str]) -> str:
        """The number at some indices, in C."""
        terms = [self.offset.text()] if self.offset != Step() else []
        for index, stride, size in zip(indices, self.strides, self.shape):
            if size > 1 and stride != Step():
                terms.append(index if stride == Step(1) else f"{index} * ({stride.text()})")
        return f"{self.base}[{' + '.join(terms) or '0'}]"


@dataclass(frozen=True)
class Number:
    """A constant."""

    kind: str
    value: str
    shape: tuple[int, ...] = ()

    def text(self, indices: list[str]) -> str:
        """It, in C."""
        return self.value


@dataclass(frozen=True)
class Expression:
    """An operation, element by element, that is done where its result is stored.

    pattern : C with a place {0}, {1} ... for each operand.
    """

    pattern: str
    kind: str
    shape: tuple[int, ...]
    operands: tuple[Value, ...]

    def text(self, indices: list[str]) -> str:
        """Its value at some indices, in C."""
        return self.pattern.format(*(operand.text(indices) for operand in self.operands))


Value = View | Number | Expression


def contiguous(base: str, kind: str, shape: tuple[int, ...]) -> View:
    """All of a C array, the last axis fastest."""
    return View(base, kind, shape, row_major(shape))


def row_major(shape: tuple[int, ...]) -> tuple[Step, ...]:
    """Strides of an array that lies there in order."""
    return tuple(Step(math.prod(shape[axis + 1 :])) for axis in range(len(shape)))


def views_of(value: Value) -> list[View]:
    """Every view that an expression reads."""
    if isinstance(value, Expression):
        return [view for operand in value.operands for view in views_of(operand)]
    return [value] if isinstance(value, View) else []


def size_of(value: Value) -> int:
    """Operations and operands in an expression."""
    return 1 + sum(size_of(operand) for operand in value.operands) if isinstance(value, Expression) else 1


def seen(value: Value, change: Callable[[View], View], shape: tuple[int, ...]) -> Value:
    """The value looked at otherwise: change does it to a view of the value's shape, shape is what comes out."""
    if isinstance(value, Expression):
        operands = tuple(seen(o, change, shape) if o.shape == value.shape else o for o in value.operands)
        return replace(value, shape=shape, operands=operands)
    return replace(value, shape=shape) if isinstance(value, Number) else change(value)


def taken(view: View, starts: tuple[int, ...], shape: tuple[int, ...], every: tuple[int, ...]) -> View:
    """A slice."""
    offset = view.offset
    for start, stride in zip(starts, view.strides):
        offset = offset + stride * start
    return replace(view, shape=shape, offset=offset, strides=tuple(s * e for s, e in zip(view.strides, every)))


def turned(view: View, axes: tuple[int, ...]) -> View:
    """A transpose."""
    return replace(view, shape=tuple(view.shape[a] for a in axes), strides=tuple(view.strides[a] for a in axes))


def is_scattered(view: View) -> bool:
    """Whether neighbours along the last axis lie apart in memory."""
    axes = [axis for axis, size in enumerate(view.shape) if size > 1]
    return bool(axes) and view.strides[axes[-1]] not in (Step(), Step(1), Step(-1))


def reversed_along(view: View, axes: tuple[int, ...]) -> View:
    """With some axes the other way round."""
    offset, strides = view.offset, list(view.strides)
    for axis in axes:
        offset = offset + strides[axis] * (view.shape[axis] - 1)
        strides[axis] = strides[axis] * -1
    return replace(view, offset=offset, strides=tuple(strides))


def spread(view: View, shape: tuple[int, ...], axes: tuple[int, ...]) -> View:
    """Broadcast: axis n of the view becomes axes[n] of the shape."""
    strides = [Step()] * len(shape)
    for axis, stride, size in zip(axes, view.strides, view.shape):
        strides[axis] = stride if size == shape[axis] else Step()
    return replace(view, shape=shape, strides=tuple(strides))


def reshaped(view: View, shape: tuple[int, ...]) -> View | None:
    """In another shape; None where no strides can say that."""
    old = [(size, stride) for size, stride in zip(view.shape, view.strides) if size > 1]
    if [size for size, _ in old] == [size for size in shape if size > 1]:  # only axes of length one come or go
        left = iter(old)
        return replace(view, shape=shape, strides=tuple(next(left)[1] if size > 1 else Step() for size in shape))
    in_order = all(a[1] == b[1] * b[0] for a, b in itertools.pairwise(old))
    if not in_order:
        return None
    innermost = old[-1][1] if old else Step(1)
    return replace(view, shape=shape, strides=tuple(innermost * math.prod(shape[n + 1 :]) for n in range(len(shape))))
