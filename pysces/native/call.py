"""An element-local function called as its loop over elements, where that was chosen."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from ..arrays.backend import Array, is_jax, require_jax
from ..arrays.compiler import kernels, on_cpu, stored
from ..arrays.derivatives import differentiated_as
from ..arrays.pytree import Tree, pytree, static, tree_leaves
from .library import target
from .source import c_source
from .trace import ELEM, Program, arguments_of, elements_of, traced
from .walk import NotElementLocal


def element_local(function: Callable, *args: Any, on: Any = None, kept: bool = True) -> Any:
    """``function(*args)``, each element's result of that element's arguments alone.

    Fields are (..., elem, i, j, lev), arguments and results. Where native kernels are chosen it is C, differentiated as
    the function itself. A condition on all elements (of cond, repeat_while) is then one on each, so an element's result
    must not depend on which branch the others make it take.

    on : the grid of the elements, where none of args is one.
    kept : elsewhere it is as ``stored``, whose conditions on the function hold here too; False: as a plain call.
    """
    if not is_native(args):
        return stored(function, *args) if kept else function(*args)
    mesh, args = _mesh_of((*args, on)), _readied(args)
    return differentiated_as(function, lambda *a: _called(function, a, mesh), *args)


@pytree
class Postponed(Tree):
    """A function, which may be part of an element-local one, and its arguments, any pytrees.

    ready : makes the arguments of what is kept of them, when a kernel asks for them; None where they are kept whole.
    It is no state: whoever counts with it is refused.
    """

    args: tuple
    function: Callable = static()
    ready: Callable | None = static(default=None)

    def map(self, function: Callable, *others: Any) -> Any:
        """
        Raises
        ------
        TypeError always, and so do +, -, * and /.
        """
        raise TypeError("What is postponed has no numbers yet; take made of it inside a kernel, now of it elsewhere.")

    __add__ = __sub__ = __mul__ = __rmul__ = __truediv__ = lambda self, other: self.map(made, other)


def postponed(function: Callable, *args: Any) -> Any:
    """``function(*args)``; where native kernels are chosen what makes it, for the kernel that begins by reading it."""
    return Postponed(args, function) if is_native(args) else function(*args)


def now(what: Any, on: Any) -> Any:
    """The result that ``postponed`` speaks of, for whoever is no kernel; on: as of element_local."""
    return element_local(made, what, on=on, kept=False)


def made(what: Any) -> Any:
    """Inside an element-local function: the result that ``postponed`` speaks of, or what is no such thing as it is."""
    return what.function(*_arguments(what)) if isinstance(what, Postponed) else what


def is_native(tree: Any) -> bool:
    """Whether C is chosen for what is made of a tree: jax arrays on a CPU."""
    return kernels() != "xla" and any(is_jax(x) for x in tree_leaves(tree)) and on_cpu()


def _readied(what: Any) -> Any:
    """With the arguments of everything postponed, also of what it is postponed with."""
    if type(what) is tuple:
        return tuple(map(_readied, what))
    if not isinstance(what, Postponed):
        return what
    return Postponed(_readied(_arguments(what)), what.function)


def _arguments(what: Postponed) -> tuple:
    return what.args if what.ready is None else what.ready(*what.args)


def _called(function: Callable, args: tuple, mesh: Any) -> Any:
    jax = require_jax()
    leaves = jax.tree.leaves(args)
    try:
        program = traced(function, args)
        if not program.results:
            return program.whole([], leaves)
        name = target(c_source(program))
    except NotElementLocal as reason:
        _left_to_xla(getattr(function, "__qualname__", repr(function)), str(reason))
        return stored(function, *args)
    call = partial(_in_c, name, program)
    if mesh is not None:
        split = jax.sharding.PartitionSpec
        spec = lambda rank: split(*[None] * (rank + ELEM), *mesh.axis_names)  # noqa: E731
        ins = [spec(len(a.variable.shape)) if a.per_element else split() for a in program.arguments]
        outs = [spec(len(r.shape)) for r in program.results]
        call = jax.shard_map(call, mesh=mesh, in_specs=(*ins,), out_specs=outs, check_vma=False)
    return program.whole(call(*arguments_of(program, leaves)), leaves)


def _in_c(name: str, program: Program, *leaves: Array) -> list[Array]:
    """The kernel on the elements that are here."""
    jax = require_jax()
    nelem = elements_of([leaf for leaf, a in zip(leaves, program.arguments) if a.per_element])
    shapes = [jax.ShapeDtypeStruct((*r.shape[:ELEM], nelem, *r.shape[ELEM + 1 :]), r.dtype) for r in program.results]
    return jax.ffi.ffi_call(name, shapes, vmap_method="sequential")(*leaves)


def _mesh_of(args: tuple) -> Any:
    """The devices that elements are spread over; None where they are on one."""
    grids = [arg for arg in args if hasattr(arg, "assembly")]
    return next((mesh for grid in grids if (mesh := getattr(grid.assembly, "mesh", None)) is not None), None)


REFUSED: dict[str, str] = {}  # functions that XLA compiled after all, and why


def _left_to_xla(name: str, reason: str) -> None:
    if name not in REFUSED:
        warnings.warn(
            f"kernels = 'native': {name} has {reason}, which is not done in C; XLA compiles it.", stacklevel=3
        )
    REFUSED[name] = reason
