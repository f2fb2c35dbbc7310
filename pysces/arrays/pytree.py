"""Frozen dataclasses that are pytrees: states, grids and parameters with ``+``, ``-``, ``*`` and ``map``.

``@pytree`` works with numpy alone. Every class is registered with jax as soon as somebody imports jax, never before.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from .fields import documented, field
from .on_import import when_imported


def static(**kwargs: Any) -> Any:
    """A dataclass field that is part of the structure (hashable, compared when compiling), not an array."""
    return dataclasses.field(metadata={"static": True, **kwargs.pop("metadata", {})}, **kwargs)


T = TypeVar("T")


class Tree:
    """What every pytree can do; a @pytree class without ``(Tree)`` can too, but no type checker knows."""

    _children: ClassVar[tuple[str, ...]]
    _static: ClassVar[tuple[str, ...]]

    def __add__(self, other: Self) -> Self:
        return tree_map(lambda a, b: a + b, self, other)

    def __sub__(self, other: Self) -> Self:
        return tree_map(lambda a, b: a - b, self, other)

    def __mul__(self, factor: Any) -> Self:
        return tree_map(lambda a: a * factor, self)

    def __rmul__(self, factor: Any) -> Self:
        return tree_map(lambda a: a * factor, self)

    def __truediv__(self, divisor: Any) -> Self:
        return tree_map(lambda a: a / divisor, self)

    def map(self, function: Callable, *others: Any) -> Self:
        """function applied to every array of this object and the matching arrays of others."""
        return tree_map(function, self, *others)

    def map_children(self, function: Callable) -> Self:
        """A copy with function applied to every child, whatever that is."""
        children = [function(getattr(self, name)) for name in self._children]
        return _build(type(self), children, [getattr(self, name) for name in self._static])

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        made: Any = self  # a dataclass, since @pytree
        return dataclasses.replace(made, **changes)

    def __repr__(self) -> str:
        """Short: name and shape of every array, never their values."""
        made: Any = self
        parts = [f"{f.name}={_brief(getattr(self, f.name))}" for f in dataclasses.fields(made)]
        return f"{type(self).__name__}({', '.join(parts)})"


_METHODS = {name: method for name, method in vars(Tree).items() if callable(method)}


@dataclass_transform(eq_default=False, frozen_default=True, field_specifiers=(field, static, dataclasses.field))
def pytree(cls: type[T]) -> type[T]:
    """Class decorator: a frozen dataclass whose fields are children, except those declared ``static()``.

    Its docstring gets a table of the fields that were declared with ``fields.field``.
    """
    made: Any = dataclasses.dataclass(frozen=True, eq=False, repr=False)(cls)
    fields = dataclasses.fields(made)
    made._children = tuple(f.name for f in fields if not f.metadata.get("static"))
    made._static = tuple(f.name for f in fields if f.metadata.get("static"))
    for name in _METHODS.keys() - vars(made).keys() if not issubclass(made, Tree) else ():
        setattr(made, name, _METHODS[name])
    when_imported("jax", lambda: _register_with_jax(made))
    return documented(made)


def _flatten(x: Any) -> tuple[list, tuple]:
    """Children and structure of one node; a leaf has no structure."""
    if getattr(type(x), "_children", None) is not None:
        return [getattr(x, n) for n in x._children], (type(x), tuple(getattr(x, n) for n in x._static))
    if isinstance(x, (tuple, list)):
        return list(x), (type(x), None)
    if isinstance(x, dict):
        keys = tuple(sorted(x))
        return [x[k] for k in keys], (dict, keys)
    if x is None:
        return [], (type(None), None)
    return [], ()


def _unflatten(structure: tuple, children: list) -> Any:
    kind, extra = structure
    if kind is type(None):
        return None
    if kind is dict:
        return dict(zip(extra, children))
    if hasattr(kind, "_children"):
        return _build(kind, children, extra)
    return kind(*children) if hasattr(kind, "_fields") else kind(children)


def _build(cls: Any, children: Iterable, extra: Iterable) -> Any:
    """An instance without running __post_init__: jax passes tracers and placeholders through here."""
    x: Any = object.__new__(cls)
    for name, value in zip(cls._children, children):
        object.__setattr__(x, name, value)
    for name, value in zip(cls._static, extra):
        object.__setattr__(x, name, value)
    return x


def tree_map(function: Callable, tree: Any, *rest: Any) -> Any:
    """function applied leaf by leaf; trees of several structures raise ValueError."""
    children, structure = _flatten(tree)
    if not structure:
        return function(tree, *rest)
    others = [_flatten(r)[0] for r in rest]
    if any(len(o) != len(children) for o in others):
        raise ValueError(
            f"Expected trees of one structure, got {type(tree).__name__} and {[type(r).__name__ for r in rest]}."
        )
    return _unflatten(structure, [tree_map(function, *group) for group in zip(children, *others)])


def tree_leaves(tree: Any) -> list:
    """The leaves, depth first, in field order."""
    children, structure = _flatten(tree)
    if not structure:
        return [tree]
    return [leaf for child in children for leaf in tree_leaves(child)]


def _brief(x: Any) -> str:
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        return repr(x)
    kind = f"{x.dtype.kind}{8 * x.dtype.itemsize}"
    if x.shape:
        return f"{kind}[{','.join(str(n) for n in x.shape)}]"
    return kind if _is_tracer(x) else f"{kind}({x})"


def _is_tracer(x: Any) -> bool:
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.core.Tracer)


def _register_with_jax(cls: Any) -> None:
    """Tell jax how to take an instance apart and put it together, without running __post_init__ on tracers."""
    from jax import tree_util

    keys = [tree_util.GetAttrKey(name) for name in cls._children]

    def flatten(x: Any) -> tuple[list, tuple]:
        return [getattr(x, n) for n in cls._children], tuple(getattr(x, n) for n in cls._static)

    def flatten_with_keys(x: Any) -> tuple[list, tuple]:
        children, structure = flatten(x)
        return list(zip(keys, children)), structure

    tree_util.register_pytree_with_keys(
        cls, flatten_with_keys, lambda extra, children: _build(cls, children, extra), flatten
    )
