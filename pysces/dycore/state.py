"""Everything that marches in time."""

from __future__ import annotations

from typing import Generic, Protocol, Self, TypeVar

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree


class State(Protocol):
    """Prognostic fields as a pytree with the arithmetic that ``@pytree`` gives."""

    def __add__(self, other: Self, /) -> Self: ...

    def __sub__(self, other: Self, /) -> Self: ...

    def __mul__(self, factor: Array, /) -> Self: ...

    def __truediv__(self, divisor: Array, /) -> Self: ...


S = TypeVar("S", bound=State)


@pytree
class ModelState(Tree, Generic[S]):
    """The prognostic fields of the equations, the tracers that they carry, and the time."""

    dynamics: S = field("", "prognostic fields of the equations")
    tracer_mass: Array | None = field(
        "Pa", "tracer mixing ratio times dp (tracer, elem, i, j, lev), or None", homme="Qdp", cam="Qdp", default=None
    )
    time: Array = field("s", "model time since the start", default=0.0)
