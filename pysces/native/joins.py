"""Arrays put together, taken apart and counted in C."""

from __future__ import annotations

import numpy as np

from .loops import Loops, writes
from .views import View, spread, taken
from .walk import Operation


@writes("split")
def split(loops: Loops, operation: Operation) -> None:
    """Parts of one array."""
    whole, axis, start = loops.read(operation), operation.params["axis"], 0
    for result in operation.results:
        starts = tuple(start if a == axis else 0 for a in range(len(whole.shape)))
        loops.values[id(result)] = taken(whole, starts, result.shape, (1,) * len(starts))
        start += result.shape[axis]


@writes("concatenate")
def concatenated(loops: Loops, operation: Operation) -> None:
    """Arrays one after the other."""
    operands = [loops.value(v) for v in operation.operands]
    whole, axis, start = loops.made(operation.results[0], operands[0].kind), operation.params["dimension"], 0
    for operand in operands:
        starts = tuple(start if a == axis else 0 for a in range(len(whole.shape)))
        loops.store(operand, taken(whole, starts, operand.shape, (1,) * len(starts)))
        start += operand.shape[axis]


@writes("stack")
def stacked(loops: Loops, operation: Operation) -> None:
    """Arrays of one shape along an axis of their own."""
    operands = [loops.value(v) for v in operation.operands]
    whole, axis = loops.made(operation.results[0], operands[0].kind), operation.params["axis"]
    strides = whole.strides[:axis] + whole.strides[axis + 1 :]
    for n, operand in enumerate(operands):
        loops.store(operand, View(whole.base, whole.kind, operand.shape, strides, whole.strides[axis] * n))


@writes("iota")
def counted(loops: Loops, operation: Operation) -> None:
    """0, 1, ... along one axis."""
    result, axis = operation.results[0], operation.params["dimension"]
    shape = tuple(n if a == axis else 1 for a, n in enumerate(result.shape))
    numbers = loops.value(np.arange(result.shape[axis], dtype=result.dtype).reshape(shape))
    assert isinstance(numbers, View)
    loops.values[id(result)] = spread(numbers, result.shape, tuple(range(len(shape))))
