"""Parameters: where they sit in a dycore, their bounds, and the coordinate that a search moves in.

A search is free to take any step in its coordinate z; the value follows by the parameter's transform, so that it never
leaves its bounds:  log: x = lower + exp(z)    logit: x = lower + (upper - lower) / (1 + exp(-z))    none: x = z

Our own design; the transforms are the usual ones of bounded parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..arrays.backend import Array, namespace

TRANSFORMS = ("log", "logit", "none")


@dataclass(frozen=True)
class Parameter:
    """One number to be estimated.

    first_guess : where a search starts; with prior_deviation also what was known before. Parameters that differ in it
        alone are equal, because one program serves them.
    places : dotted names below the dycore that take its value, such as "dissipation.nu".
    transform : "log" keeps it above lower, "logit" between lower and upper, "none" leaves it free.
        Refused: no places, another transform, bounds that it does not have or that first_guess does not lie between.
    prior_deviation : of what was known before, in the coordinate (of log: relative); infinite for nothing.
    """

    name: str
    first_guess: float = field(compare=False)
    places: tuple[str, ...]
    transform: str = "log"
    lower: float = 0.0
    upper: float = math.inf
    prior_deviation: float = math.inf
    units: str = "1"

    def __post_init__(self) -> None:
        if isinstance(self.places, str) or not self.places:
            raise ValueError(
                f"{self.name}: places is a tuple of dotted names, found {self.places!r}; give one or more."
            )
        if self.transform not in TRANSFORMS:
            raise ValueError(f"{self.name}: transform must be one of {TRANSFORMS}, found {self.transform!r}.")
        if self.transform != "none" and not self.lower < self.first_guess < self.upper:
            raise ValueError(
                f"{self.name}: first guess {self.first_guess:g} does not lie inside its bounds {self.lower:g} and "
                f"{self.upper:g}; change one of them."
            )
        if self.transform == "log" and self.upper < math.inf:
            raise ValueError(f"{self.name}: log has no upper bound, found {self.upper:g}; use logit.")
        if self.transform == "logit" and not math.isfinite(self.upper - self.lower):
            raise ValueError(f"{self.name}: logit needs two bounds, found {self.lower:g} and {self.upper:g}.")
        if not self.prior_deviation > 0.0:
            raise ValueError(f"{self.name}: prior_deviation must be positive, found {self.prior_deviation:g}.")

    def value(self, z: Array) -> Array:
        """The value in its units, a number as the coordinate z [1] is."""
        xp = namespace(z)
        if self.transform == "log":
            return self.lower + xp.exp(z)
        if self.transform == "logit":
            return self.lower + (self.upper - self.lower) / (1.0 + xp.exp(-z))
        return z

    def coordinate(self, value: float) -> float:
        """Where the search is when the parameter has this value."""
        if self.transform == "log":
            return math.log(value - self.lower)
        if self.transform == "logit":
            return math.log((value - self.lower) / (self.upper - value))
        return value

    def slope(self, z: float) -> float:
        """Derivative of the value by the coordinate."""
        if self.transform == "log":
            return math.exp(z)
        if self.transform == "logit":
            return (self.upper - self.lower) / (2.0 + math.exp(z) + math.exp(-z))
        return 1.0


def first_guesses(parameters: Sequence[Parameter]) -> list[float]:
    """The coordinates (parameter,) where a search starts."""
    return [p.coordinate(p.first_guess) for p in parameters]


def values(parameters: Sequence[Parameter], z: Array) -> dict[str, float]:
    """{name: value} at coordinates z (parameter,) [1], on the host."""
    return {p.name: float(p.value(x)) for p, x in zip(parameters, z, strict=True)}


def with_parameters(dycore: Any, parameters: Sequence[Parameter], z: Array) -> Any:
    """The dycore with the values at coordinates z (parameter,) [1] in their places."""
    for parameter, x in zip(parameters, z, strict=True):
        for place in parameter.places:
            dycore = with_number(dycore, place, parameter.value(x))
    return dycore


def with_number(tree: Any, place: str, value: Any) -> Any:
    """A copy of a tree with one number changed, by its dotted name; members of a tuple are numbered from 0.

    Raises
    ------
    ValueError where there is no such number, or the name is of a choice or of an array.
    """
    return _with_number(tree, place, value, place)


def _with_number(tree: Any, below: str, value: Any, place: str) -> Any:
    """The same, of the part of a place that lies below this tree."""
    name, _, rest = below.partition(".")
    inner = _child(tree, name, place)
    changed = _with_number(inner, rest, value, place) if rest else _number(inner, place, value)
    if isinstance(tree, tuple):
        return tuple(changed if str(n) == name else member for n, member in enumerate(tree))
    return tree.replace(**{name: changed})


def _child(tree: Any, name: str, place: str) -> Any:
    known = [str(n) for n in range(len(tree))] if isinstance(tree, tuple) else getattr(type(tree), "_children", ())
    if name not in known:
        there = ", ".join(known) or "nothing that can be changed"
        raise ValueError(f"There is no {name!r} of {place!r} in {type(tree).__name__}; it has {there}.")
    return tree[int(name)] if isinstance(tree, tuple) else getattr(tree, name)


def _number(inner: Any, place: str, value: Any) -> Any:
    if hasattr(inner, "_children") or isinstance(inner, tuple) or getattr(inner, "shape", ()) != ():
        kind = f"an array {inner.shape}" if hasattr(inner, "shape") else f"a {type(inner).__name__}"
        raise ValueError(f"{place!r} is {kind}, not one number; name a number.")
    return value
