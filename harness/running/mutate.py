"""Planted defects: how small an error each check is known to catch.

A defect changes what the port is given (a coefficient, the derivative matrix, a metric term, the order of levels, the
table of neighbours), what parts of a mesh send one another, or what the port returns: one point of each field; its
weakest level and its weakest tracer, whole; where a limiter was at work, its bounds and its mass. Graded defects go up
a ladder until the check notices. *Named* ones are in every number that a kernel is given by name: settings,
coefficients of levels, counts of loops, and the constants and thresholds of pysces' modules.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid

from ..registry import Case, Kernel

STRUCTURAL = ("transposed_derivative", "dropped_metric_term", "level_shift", "wrong_neighbour")
LIMITED = ("breaks_bounds", "breaks_mass")
BETWEEN_PARTS = ("wrong_neighbour", "wrong_message")  # in a decomposition, beside the sentinel
LADDER = {64: tuple(10.0**n for n in range(-15, -7)), 32: tuple(10.0**n for n in range(-8, -2))}
GROSS = tuple(10.0**n for n in range(-8, 0, 2))  # on top of the ladder of outputs
WHOLE = tuple(10.0**n for n in range(-12, -4, 2))  # of coefficients in whole runs, each of which takes a run
NAMED = tuple(10.0**n for n in range(-14, 0, 2))
ROOMS = ("thermodynamics", "vertical", "transport", "operators", "stepping", "models", "physics")  # with constants

Planted = tuple[dict[str, Array], Grid | None, dict[str, Any]] | None


@dataclass(frozen=True)
class Defect:
    """kind, relative size (1 for a defect that is there or not), and the coefficient or output that it is in."""

    kind: str
    size: float = 1.0
    place: str = ""


def input_defects(kernel: Kernel, precision: int, sampled: bool = True) -> list[Defect]:
    """Every defect in what the port is given, from the smallest up; of runs without an ensemble, few."""
    sizes = WHOLE if not sampled else LADDER[precision] if kernel.graded else LADDER[precision][1::2]
    graded = [Defect("coefficient", size, place) for place in kernel.coefficients for size in sizes]
    return graded + [Defect(kind) for kind in STRUCTURAL if kernel.graded and sampled]


def named_defects(case: Case) -> list[Defect]:
    """In every number of a case that has a name, from the largest down; a count of loops is off by one."""
    numbers = [f"settings.{name}" for name, value in case.settings.items() if type(value) is float and value != 0.0]
    numbers += [f"settings.{name}[{n}]" for name, value in case.settings.items() for n in _real_ones(value)]
    numbers += [f"x.{name}" for name, a in case.inputs.items() if a.dtype.kind == "f" and a.ndim == 1]
    numbers += [f"constants.{name}" for name in constants()]
    counts = [name for name, value in case.settings.items() if type(value) is int and value > 0]
    graded = [Defect("named", size, place) for place in numbers for size in reversed(NAMED)]
    return graded + [Defect("named", 1.0, f"settings.{name}") for name in counts]


def _real_ones(value: Any) -> list[int]:
    """Where in a list of real numbers one stands that can be off by a factor."""
    listed = isinstance(value, (list, tuple)) and all(type(n) is float for n in value)
    return [n for n, one in enumerate(value) if one != 0.0] if listed else []


def constants() -> dict[str, float]:
    """{MODULE:NAME: value} of the real numbers that pysces' modules keep as constants."""
    return {
        f"{module.__name__}:{name}": value
        for module in _modules()
        for name, value in vars(module).items()
        if name.isupper() and type(value) is float and _home(name, value) is module
    }


def _modules() -> list[ModuleType]:
    homes = tuple(f"pysces.{room}." for room in ROOMS)
    return [module for name, module in sorted(sys.modules.items()) if name.startswith(homes)]


def _home(name: str, value: float) -> ModuleType:
    """The first module that has the constant; others import it from there."""
    return next(module for module in _modules() if vars(module).get(name) is value)


@contextmanager
def constant_off(defect: Defect) -> Iterator[None]:
    """While it lasts, the constant that a defect names is off, in every module that has it."""
    where, _, found = defect.place.partition(".")
    name = found.rpartition(":")[2]
    value = constants().get(found) if where == "constants" else None
    holders = [module for module in _modules() if value is not None and vars(module).get(name) is value]
    for module in holders:
        setattr(module, name, value * (1.0 + defect.size) if value is not None else None)
    try:
        yield
    finally:
        for module in holders:
            setattr(module, name, value)


def output_defects(kernel: Kernel, output: str, precision: int, counted: bool = False) -> list[list[Defect]]:
    """The ladder of each kind of defect in one output; counted: its first axis counts tracers, species or days."""
    kinds = ("bad_point", "bad_level", *(("bad_tracer",) if counted else ()))
    kinds += LIMITED if output == kernel.limited else ()
    sizes = sorted({*LADDER[precision], *GROSS})
    return [[Defect(kind, size, output) for size in sizes] for kind in kinds]


def between_parts() -> list[Defect]:
    """What can go wrong when a mesh is cut into parts."""
    return [Defect(kind) for kind in BETWEEN_PARTS]


def exchange(defect: Defect) -> Callable | None:
    """The change of a Decomposition that is the defect: the first part sends two items in the wrong order."""
    if defect.kind != "wrong_message":
        return None
    return lambda d: replace(d, nodes=_swapped(d.nodes), around=_swapped(d.around))


def _swapped(messages: Any) -> Any:
    send, receiver = messages.send.copy(), int(np.argmax(messages.count[0]))
    send[0, receiver, :2] = send[0, receiver, 1::-1]
    return replace(messages, send=send)


def sentinel(kernel: Kernel, precision: int, planted: bool = True) -> Defect:
    """The gross defect that every check must notice, or it proves nothing; planted: in what the port is given."""
    first = next(iter(kernel.coefficients), "") if planted else ""
    return Defect("coefficient" if first else "bad_point" if planted else "bad_level", LADDER[precision][-1], first)


def plant(defect: Defect, kernel: Kernel, inputs: Mapping, grid: Grid | None, settings: Mapping) -> Planted:
    """(inputs, grid, settings) with the defect; None where the kernel has nothing of that kind."""
    return _PLANTERS[defect.kind](defect, kernel, dict(inputs), grid, dict(settings))


def spoil(defect: Defect, outputs: Mapping[str, np.ndarray], separate: Collection[str] = ()) -> dict[str, np.ndarray]:
    """The outputs with the defect in one of them (the first, if it names none); as they are if it is in the inputs.

    separate : outputs whose first axis counts tracers, species or days.
    """
    outputs = {name: np.array(value) for name, value in outputs.items()}
    name = defect.place if defect.kind in _SPOILERS and defect.place else next(iter(outputs))
    if defect.kind in _SPOILERS:
        items = outputs[name].shape[0] if name in separate and outputs[name].ndim > 1 else 1
        field = outputs[name].reshape(items, *outputs[name].shape[1:]) if items > 1 else outputs[name][None]
        spoilt = _SPOILERS[defect.kind](field, 1.0 + defect.size).astype(field.dtype)
        outputs[name] = spoilt.reshape(outputs[name].shape)
    return outputs


def _bad_point(field: np.ndarray, factor: float) -> np.ndarray:
    """The largest value is off."""
    return np.where(np.arange(field.size).reshape(field.shape) == np.argmax(np.abs(field)), field * factor, field)


def _bad_level(field: np.ndarray, factor: float) -> np.ndarray:
    """(item, ..., lev): one level, of those that hold an ulp of their item or more the weakest, is off."""
    scale = np.abs(field).reshape(field.shape[0], -1, field.shape[-1]).max(axis=1)
    least = np.finfo(field.dtype).eps * scale.max(axis=1, keepdims=True)
    held = np.where((scale >= least) & (scale > 0), scale / np.where(least > 0, least, 1.0), np.inf)
    item, level = np.unravel_index(np.argmin(held), held.shape)
    spoilt = field.copy()
    spoilt[item, ..., level] *= factor
    return spoilt


def _bad_largest_level(field: np.ndarray, factor: float) -> np.ndarray:
    """(item, ..., lev): the level that holds the largest value is off."""
    item, *_, level = np.unravel_index(np.argmax(np.abs(field)), field.shape)
    spoilt = field.copy()
    spoilt[item, ..., level] *= factor
    return spoilt


def _bad_item(field: np.ndarray, factor: float) -> np.ndarray:
    """(item, ...): of those that are not zero, the weakest is off."""
    scale = np.abs(field).reshape(field.shape[0], -1).max(axis=1)
    spoilt = field.copy()
    spoilt[np.argmin(np.where(scale > 0, scale, np.inf))] *= factor
    return spoilt


def _breaks_bounds(field: np.ndarray, factor: float) -> np.ndarray:
    """The largest node of every element (..., elem, i, j, lev) and level overshoots."""
    return np.where(field == field.max(axis=(-3, -2), keepdims=True), field * factor, field)


def _breaks_mass(field: np.ndarray, factor: float) -> np.ndarray:
    """Every element has more than it was given."""
    return field * factor


_SPOILERS = {
    "bad_point": _bad_point,
    "bad_level": _bad_level,
    "bad_largest_level": _bad_largest_level,
    "bad_tracer": _bad_item,
    "breaks_bounds": _breaks_bounds,
    "breaks_mass": _breaks_mass,
}


def _coefficient(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    size, (where, _, name) = defect.size, defect.place.partition(".")
    if where == "grid" and grid is not None:
        return inputs, grid.replace(**{name: getattr(grid, name) * (1.0 + size)}), settings
    if where == "x" and name in inputs:
        return {**inputs, name: inputs[name] * (1.0 + size)}, grid, settings
    if where == "settings" and (key := name.partition("[")[0]) in settings:
        return inputs, grid, {**settings, key: _off(settings[key], size, name[len(key) :])}
    return (inputs, grid, settings) if where == "constants" else None


def _off(value: Any, size: float, which: str = "") -> Any:
    """A number off by a factor, a count by one, one number of a list ([2]), or every one."""
    if isinstance(value, (list, tuple)):
        return [_off(one, size) if which in ("", f"[{n}]") else one for n, one in enumerate(value)]
    return value + 1 if type(value) is int else value * (1.0 + size)


def _as_it_is(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    return inputs, grid, settings


def _transposed(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    if grid is None:
        return None
    return inputs, grid.replace(derivative_matrix=grid.derivative_matrix.T.copy()), settings


def _dropped_metric(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    if grid is None:
        return None
    terms = ("contra_to_sphere", "sphere_to_contra", "metric_inverse")
    return inputs, grid.replace(**{name: _diagonal(getattr(grid, name)) for name in terms}), settings


def _diagonal(matrix: np.ndarray) -> np.ndarray:
    eye = np.eye(matrix.shape[0]).reshape(*matrix.shape[:2], *[1] * (matrix.ndim - 2))
    return matrix * eye


def _level_shift(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    columns = [n for n, a in inputs.items() if a.dtype.kind == "f" and a.ndim > 1 and a.shape[-1] > 1]
    if not columns:
        return None
    return {**inputs, columns[0]: np.roll(inputs[columns[0]], 1, axis=-1)}, grid, settings


def _wrong_neighbour(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    if grid is None:
        return None
    copies = grid.assembly.copies.copy()
    copies[0, 0, 1:3, 0] = copies[0, 0, [2, 1], 0]
    return inputs, grid.replace(assembly=grid.assembly.replace(copies=copies)), settings


_PLANTERS = {
    "coefficient": _coefficient,
    "named": _coefficient,
    "bad_point": _as_it_is,
    "bad_level": _as_it_is,
    "bad_tracer": _as_it_is,
    "transposed_derivative": _transposed,
    "dropped_metric_term": _dropped_metric,
    "level_shift": _level_shift,
    "wrong_neighbour": _wrong_neighbour,
    "wrong_message": _as_it_is,
}
