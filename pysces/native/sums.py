"""Sums, extremes and places along axes in C."""

from __future__ import annotations

import numpy as np

from .loops import Loops, writes
from .views import Value, View, views_of
from .walk import NotElementLocal, Operation, of_one

SUMS = {"reduce_sum": "{0} + {1}", "reduce_max": "larger({0}, {1})", "reduce_min": "smaller({0}, {1})",
        "reduce_or": "{0} | {1}", "reduce_and": "{0} & {1}"}  # fmt: skip
TRUTHS = {"reduce_or": ("|", "0"), "reduce_and": ("&", "~0")}  # in C, and what changes nothing


@writes("cumsum", "dot_general")
def running_sum(loops: Loops, operation: Operation) -> None:
    """From one end of the last axis; of a product with a triangle of ones, as cumulative_sum makes them.

    Raises
    ------
    NotElementLocal along any other axis, and of any other product.
    """
    shape = operation.results[0].shape
    if operation.name == "cumsum":
        backwards, right = operation.params["reverse"], operation.params["axis"] == len(shape) - 1
    else:
        backwards, right = _triangle(operation, len(shape))
    if not right:
        raise NotElementLocal(f"the operation {operation.name}")
    source, target = loops.read(operation), loops.made(operation.results[0])
    indices = [f"i{n}" for n in range(len(shape) - 1)]
    at = [*indices, f"({shape[-1] - 1} - k)" if backwards else "k"]
    turn = f"total += {source.text(at)}; {target.text(at)} = total;"
    body = f"{{ {target.kind} total = 0; {_over({'k': shape[-1]})} {{ {turn} }} }}"
    loops.say(f"{_over(dict(zip(indices, shape)))} {body}", source, target)


def _triangle(operation: Operation, rank: int) -> tuple[bool, bool]:
    """Whether a product is a running sum from below, and whether it is a running sum at all."""
    matrix, dimensions = operation.operands[1], operation.params["dimension_numbers"]
    if not isinstance(matrix, np.ndarray) or dimensions != (((rank - 1,), (0,)), ((), ())):
        return False, False
    lower = np.tri(len(matrix))
    backwards = np.array_equal(matrix, lower)
    return backwards, backwards or np.array_equal(matrix, lower.T)


@writes(*SUMS)
def reduced(loops: Loops, operation: Operation) -> None:
    """Term by term in the order of the axes, from the first term on."""
    source, axes = loops.value(operation.operands[0]), operation.params["axes"]
    target, rank = loops.made(operation.results[0], source.kind), range(len(source.shape))
    left = [a for a in rank if a not in axes]
    if not left and operation.name in TRUTHS and any(view.shape == source.shape for view in views_of(source)):
        return _of_all(loops, source, target, *TRUTHS[operation.name])
    at = {a: f"i{n}" for n, a in enumerate([*axes, *left])}
    over = lambda some: _over({at[a]: source.shape[a] for a in some})  # noqa: E731
    inner = f'{over(left[:-1])} _Pragma("omp simd") {over(left[-1:])}' if left else ""
    goal, term = target.text([at[a] for a in left]), source.text([at[a] for a in rank])
    loops.say(f"{inner} {goal} = {source.text([at[a] if a in left else '0' for a in rank])};", source, target)
    begun = " | ".join(at[a] for a in axes)
    added = SUMS[operation.name].format(goal, term)
    loops.say(f"{over(axes)} if ({begun}) {inner} {goal} = {added};", source, target)


def _of_all(loops: Loops, source: Value, target: View, sign: str, none: str) -> None:
    """All truth values of an array in one, in any order."""
    along = next(view for view in views_of(source) if view.shape == source.shape)
    turns, kept = loops.walk(source, along).reduced(sign, "whole"), f"{target.text([])} = whole;"
    loops.say(f"{{ {target.kind} whole = {none}; {turns} {kept} }}", source, target)


@writes("argmax")
def place_of_largest(loops: Loops, operation: Operation) -> None:
    """Along one axis, the first of several; the first that is not a number, where one is."""
    (axis,) = operation.params["axes"]
    source, target = loops.read(operation), loops.made(operation.results[0])
    at = [f"i{n}" for n in range(len(source.shape))]
    number = lambda place: source.text([place if a == axis else i for a, i in enumerate(at)])  # noqa: E731
    others = {i: source.shape[a] for a, i in enumerate(at) if a != axis}
    further = f"!({number('k')} <= {number('best')}) && {number('best')} == {number('best')}"
    search = f"{_over({'k': source.shape[axis]})} if ({further}) best = k;"
    loops.say(f"{_over(others)} {{ int best = 0; {search} {target.text([*others])} = best; }}", source, target)


@writes("gather")
def gathered(loops: Loops, operation: Operation) -> None:
    """Each number from a place along one axis, as take_along_axis has it; where there is none, not a number.

    Raises
    ------
    NotElementLocal of what gathers in another way.
    """
    source, places, params = loops.read(operation), loops.read(operation, 1), operation.params
    how = params["dimension_numbers"]
    along, batched = how.start_index_map, how.operand_batching_dims
    kept = [(size, source.shape[a]) for a, size in enumerate(params["slice_sizes"]) if a not in (*along, *batched)]
    whole = all(of_one((size,)) == (there,) for size, there in kept)
    if len(along) != 1 or how.collapsed_slice_dims != along or places.shape[-1] != 1 or not whole:
        raise NotElementLocal("this form of gather")
    target = loops.made(operation.results[0])
    at = [f"i{n}" for n in range(len(target.shape))]
    outer = [i for n, i in enumerate(at) if n not in how.offset_dims]
    inner = iter([at[n] for n in how.offset_dims])
    batch = {a: outer[b] for a, b in zip(batched, how.start_indices_batching_dims)}
    indices = [batch.get(a) or ("place" if a in along else next(inner)) for a in range(len(source.shape))]
    found = f"place < 0 || place >= {source.shape[along[0]]} ? NAN : {source.text(indices)}"
    body = f"{{ int64_t place = {places.text([*outer, '0'])}; {target.text(at)} = {found}; }}"
    loops.say(f"{_over(dict(zip(at, target.shape)))} {body}", source, places, target)


@writes("sum_of_copies")
def joined(loops: Loops, operation: Operation) -> None:
    """Each node plus its copies among the rows of all elements, times a factor; the order is gather.py's."""
    places, field, rows, factor = (loops.read(operation, n) for n in range(4))
    target = loops.made(operation.results[0], field.kind)
    *lead, _, npts, _, nlev = field.shape
    outer = {f"i{n}": size for n, size in enumerate(lead)} | {"i": npts, "j": npts}
    levels = f'_Pragma("omp simd") {_over({"k": nlev})}'
    at = [*list(outer)[:-2], "0", "i", "j", "k"]
    place = places.text(["0", "c", f"i * {npts} + j", "0"])
    goal, other = target.text(at), rows.text([*at[: len(lead)], f"({place} - 1)", "k"])
    copies = f"for (int c = 0; c < {places.shape[1]} && {place}; ++c) {levels} {goal} += {other};"
    start, end = f"{levels} {goal} = {field.text(at)};", f"{levels} {goal} *= {factor.text(['0', 'i', 'j', '0'])};"
    loops.say(f"{_over(outer)} {{ {start} {copies} {end} }}", places, field, rows, factor, target)


def _over(sizes: dict[str, int]) -> str:
    """Loops over some indices, the first outermost."""
    return " ".join(f"for (int {i} = 0; {i} < {size}; ++{i})" for i, size in sizes.items())
