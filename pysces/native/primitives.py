"""jax's primitives in C, and as other looks at what lies in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .views import Number, Value, View, reshaped, reversed_along, seen, spread, taken, turned
from .walk import NotElementLocal

KINDS = {"float64": "double", "float32": "float", "int64": "int64_t", "int32": "int32_t", "uint32": "uint32_t"}
MASK = {8: "int64_t", 4: "int32_t"}  # as wide as the numbers it is of, so that loops stay vectors

# Not a number wins in jax's max and min, as in NumPy's.
PATTERNS = {
    "add": "({0} + {1})",
    "add_any": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0} * {1})",
    "div": "({0} / {1})",
    "neg": "(-{0})",
    "max": "larger({0}, {1})",
    "min": "smaller({0}, {1})",
    "abs": "magnitude({0})",
    "sign": "sign_of({0})",
    "sqrt": "sqrt({0})",
    "exp": "exp({0})",
    "log": "log({0})",
    "pow": "pow({0}, {1})",
    "sin": "sin({0})",
    "cos": "cos({0})",
    "tanh": "tanh({0})",
    "floor": "floor({0})",
    "eq": "({0} == {1})",
    "ne": "({0} != {1})",
    "lt": "({0} < {1})",
    "le": "({0} <= {1})",
    "gt": "({0} > {1})",
    "ge": "({0} >= {1})",
    "and": "({0} & {1})",
    "or": "({0} | {1})",
    "not": "(!{0})",  # of truth values
    "select_n": "either({0}, {1}, {2})",
}
COSTLY = ("exp", "log", "pow", "sqrt", "sin", "cos", "tanh")  # computed once, whoever reads them


def kind_of(dtype: Any, like: str = "double") -> str | None:
    """The C type of a dtype; of a truth value one as wide as what it is of. None where there is none."""
    if np.dtype(dtype) == bool:
        return MASK[4 if like in ("float", "int32_t") else 8]
    return KINDS.get(np.dtype(dtype).name)


def needed_kind(dtype: Any, like: str = "double") -> str:
    """As kind_of.

    Raises
    ------
    NotElementLocal where there is none.
    """
    kind = kind_of(dtype, like)
    if kind is None:
        raise NotElementLocal(f"an array of type {dtype}")
    return kind


def constant(value: np.ndarray, like: str) -> Number:
    """A value, a number [any unit], in C to the last bit; its type is that of kind_of."""
    kind, number = kind_of(value.dtype, like), value.item()
    if isinstance(number, float):
        text = {"inf": "INFINITY", "-inf": "-INFINITY", "nan": "NAN"}.get(repr(number), number.hex())
        return Number(kind or "", f"(({kind})({text}))")
    return Number(kind or "", f"(({kind}){int(number)})")


def pattern_of(name: str, params: dict) -> str | None:
    """The C of an operation element by element; None where it is not one."""
    if name == "integer_pow":
        return _power(params["y"])
    if name == "square":
        return _power(2)
    return PATTERNS.get(name)


def _power(n: int) -> str | None:
    """As XLA does it: squares of squares."""
    products = {1: "{0}", 2: "squared({0})", 3: "cubed({0})", 4: "squared(squared({0}))"}
    if n < 0 and -n in products:
        return f"(1 / {products[-n]})"
    return products.get(n)


Look = Callable[[View], View | None]


def look_of(name: str, params: dict, shape: tuple[int, ...]) -> Look | None:
    """How a result lies in its operand where nothing is computed; None where something is."""
    if name == "slice":
        every = params["strides"] or (1,) * len(shape)
        return lambda view: taken(view, params["start_indices"], shape, every)
    if name == "transpose":
        return lambda view: turned(view, params["permutation"])
    if name == "rev":
        return lambda view: reversed_along(view, params["dimensions"])
    if name == "broadcast_in_dim":
        return lambda view: spread(view, shape, params["broadcast_dimensions"])
    if name in ("reshape", "squeeze", "expand_dims"):
        return lambda view: reshaped(view, shape)
    return None


def looked_at(value: Value, look: Look, shape: tuple[int, ...]) -> Value | None:
    """The value, or an expression's operands, looked at in that way; None where strides cannot say it."""
    impossible = False

    def change(view: View) -> View:
        nonlocal impossible
        found = look(view)
        impossible = impossible or found is None
        return view if found is None else found

    result = seen(value, change, shape)
    return None if impossible else result
