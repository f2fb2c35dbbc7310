"""Loop nests over a batch, such as tracers, done one member after another, so that a member's numbers stay in cache."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from .views import View

LARGE = 2000  # numbers of an element's array that is worth it


@dataclass(frozen=True)
class Nest:
    """Loops over sizes, whose turns may be done in any order.

    value : C of what a turn writes, by its indices.   views : what it reads, and last what it writes.
    """

    sizes: tuple[int, ...]
    value: Callable[[list[str]], str]
    views: tuple[View, ...]

    @property
    def indices(self) -> list[str]:
        """Of its loops."""
        return [f"i{n}" for n in range(len(self.sizes))]

    def text(self) -> str:
        """In C."""
        return f"{looped(dict(zip(self.indices, self.sizes)))} {self.turn(self.indices)}"

    def reduced(self, sign: str, into: str) -> str:
        """C that makes one number of all values, in any order, in a variable."""
        loops = looped(dict(zip(self.indices, self.sizes)), f" reduction({sign}:{into})")
        return f"{loops} {into} {sign}= {self.value(self.indices)};"

    def turn(self, indices: list[str]) -> str:
        """C of a turn."""
        return f"{self.views[-1].text(indices)} = {self.value(indices)};"

    @property
    def written(self) -> str:
        """The array that it writes."""
        return self.views[-1].base


@dataclass(frozen=True)
class Statement:
    """C, and the arrays in it."""

    text: str
    bases: frozenset[str]
    nest: Nest | None = None


def looped(sizes: dict[str, int], sums: str = "") -> str:
    """Loops over indices, the first outermost, the last of which may be done side by side."""
    loops = [f"for (int {i} = 0; {i} < {size}; ++{i})" for i, size in sizes.items()]
    return " ".join([*loops[:-1], *([f'_Pragma("omp simd{sums}")', loops[-1]] if loops else [])])


def by_member(statements: list[Statement], own: set[str]) -> list[Statement]:
    """The statements, with neighbours that go through the same batch in one loop over it.

    own : arrays of the element, which alone are written and read.
    """
    batch = _batch(statements)
    done: list[Statement] = []
    group: list[Statement] = []
    for statement in statements:
        if batch and _fits(statement, group, batch, own):
            group.append(statement)
        elif group and statement.nest is not None and _is_apart(statement, group):
            done.append(statement)  # before the group, of which it knows nothing
        else:
            done += _together(group, batch)
            group = [statement] if batch and _fits(statement, [], batch, own) else []
            done += [] if group else [statement]
    return done + _together(group, batch)


@dataclass(frozen=True)
class Batch:
    """How many members it has, and of how many numbers of a member loops are merged with that over members."""

    size: int
    members: frozenset[int]


def _batch(statements: list[Statement]) -> Batch | None:
    """That which most large arrays have first."""
    nests = [s.nest for s in statements if s.nest is not None and len(s.nest.sizes) > 1]
    found = Counter(nest.sizes[0] for nest in nests if math.prod(nest.sizes) >= LARGE)
    if not found:
        return None
    size = found.most_common(1)[0][0]
    return Batch(size, frozenset(math.prod(nest.sizes[1:]) for nest in nests if nest.sizes[0] == size))


def _axis(nest: Nest, batch: Batch) -> tuple[int, int] | None:
    """Which of its loops goes through the batch, and how many turns of it are of one member; None if none does."""
    for axis, length in enumerate(nest.sizes):
        if length == batch.size:
            return axis, 1
        if length % batch.size == 0 and length // batch.size in batch.members:
            return axis, length // batch.size
    return None


def _fits(statement: Statement, group: list[Statement], batch: Batch, own: set[str]) -> bool:
    """Whether no member meets another in the arrays that the nests write and read."""
    nests = [s.nest for s in [*group, statement] if s.nest is not None]
    if statement.nest is None or _axis(statement.nest, batch) is None:
        return False
    written = {nest.written for nest in nests} & own
    steps: dict[str, set[int | None]] = {base: set() for base in written}
    for nest in nests:
        for view in nest.views:
            if view.base in written:
                steps[view.base].add(_step(view, nest, batch))
    return all(len(found) == 1 and None not in found for found in steps.values())


def _step(view: View, nest: Nest, batch: Batch) -> int | None:
    """How far one member is from the next, if a view keeps each to a place of its own; else None."""
    axis, turns = _axis(nest, batch) or (0, 1)
    if any(stride.times for stride in (*view.strides, view.offset)) or view.shape != nest.sizes:
        return None
    step = view.strides[axis].fixed * turns
    terms = [(stride.fixed, n) for a, (stride, n) in enumerate(zip(view.strides, nest.sizes)) if a != axis]
    terms.append((view.strides[axis].fixed, turns))
    if step <= 0 or any(stride < 0 for stride, _ in terms):
        return None
    inner = view.offset.fixed % (batch.size * step) + sum(s * (n - 1) for s, n in terms if s % (batch.size * step))
    return step if inner < step else None


def _is_apart(statement: Statement, group: list[Statement]) -> bool:
    """Whether it neither reads nor writes what the group writes, nor writes what the group reads."""
    assert statement.nest is not None
    written = {s.nest.written for s in group if s.nest is not None}
    return not written & statement.bases and all(statement.nest.written not in s.bases for s in group)


def _together(group: list[Statement], batch: Batch | None) -> list[Statement]:
    if batch is None or len(group) < 2:
        return group
    lines = [_of_member(s.nest, batch) for s in group if s.nest is not None]
    text = f"for (int n = 0; n < {batch.size}; ++n) {{ {' '.join(lines)} }}"
    return [Statement(text, frozenset().union(*(s.bases for s in group)))]


def _of_member(nest: Nest, batch: Batch) -> str:
    axis, turns = _axis(nest, batch) or (0, 1)
    indices = nest.indices
    sizes = dict(zip(indices, nest.sizes)) | {indices[axis]: turns}
    if turns == 1:
        del sizes[indices[axis]]
    at = [("n" if turns == 1 else f"(n * {turns} + {i})") if k == axis else i for k, i in enumerate(indices)]
    return f"{looped(sizes)} {nest.turn(at)}"
