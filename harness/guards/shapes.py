"""What foreign data must look like: JSON of results, lines of a ledger, TOML of a mapping.

A shape is ``str``, ``bool`` or ``int``; a Number; a tuple of the words allowed; Maybe(shape), where null will do;
Each(shape), a list; Keys(shape), an object with keys of any name; or a dict of keys and shapes, of which those with a
``?`` may be missing. Keys that a dict does not name are passed over: a later version may have them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import BadInput, brief

LARGEST = 2**53  # a whole number that every reader of JSON keeps


@dataclass(frozen=True)
class Number:
    """A finite number, from ``least`` up; ``above`` : larger than that."""

    least: float = -math.inf
    above: float = -math.inf


@dataclass(frozen=True)
class Maybe:
    """Null, or what has the shape."""

    shape: Any


@dataclass(frozen=True)
class Each:
    """A list of at least ``fewest`` items, each of the shape."""

    shape: Any
    fewest: int = 0


@dataclass(frozen=True)
class Keys:
    """An object with keys of any name, whose values have the shape."""

    shape: Any


NUMBER, POSITIVE, NONNEGATIVE = Number(), Number(above=0.0), Number(least=0.0)
NAMES = {str: "text", bool: "true or false", int: "a whole number"}


def check(value: object, shape: Any, place: str) -> None:
    """BadInput that names the first place where the value has another shape."""
    for wrong in _wrong(value, shape, place):
        raise BadInput(wrong)


def _wrong(value: object, shape: Any, place: str) -> Iterator[str]:
    if isinstance(shape, Maybe):
        if value is not None:
            yield from _wrong(value, shape.shape, place)
    elif isinstance(shape, (dict, Keys)):
        yield from _object(value, shape, place)
    elif isinstance(shape, Each):
        yield from _list(value, shape, place)
    elif not _fits(value, shape):
        yield f"{place} is {brief(repr(value), 40)}, not {_said(shape)}."


def _object(value: object, shape: dict | Keys, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is {brief(repr(value), 40)}, not an object with keys."
    elif isinstance(shape, Keys):
        for key, one in value.items():
            yield from _wrong(one, shape.shape, f"{place}.{brief(key, 40)}")
    else:
        for key, one in shape.items():
            name = key.removesuffix("?")
            if name in value:
                yield from _wrong(value[name], one, f"{place}.{name}")
            elif name == key:
                yield f"{place} has no {name!r}."


def _list(value: object, shape: Each, place: str) -> Iterator[str]:
    if not isinstance(value, list) or len(value) < shape.fewest:
        yield f"{place} is {brief(repr(value), 40)}, not a list of {shape.fewest or 'any number of'} items or more."
        return
    for n, one in enumerate(value):
        yield from _wrong(one, shape.shape, f"{place}[{n}]")


def _fits(value: object, shape: Any) -> bool:
    if isinstance(shape, tuple):
        return isinstance(value, str) and value in shape
    if isinstance(shape, Number):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        small = abs(value) <= LARGEST if isinstance(value, int) else math.isfinite(value)
        return small and value >= shape.least and value > shape.above
    if shape is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
    return isinstance(value, shape)


def _said(shape: Any) -> str:
    if isinstance(shape, tuple):
        return "one of " + ", ".join(shape)
    if isinstance(shape, Number):
        return "a number" + (f" above {shape.above:g}" if shape.above > -math.inf else "")
    return NAMES[shape]
