"""Planted defects: how small an error each check is known to catch.

A defect changes what the port is given (a coefficient, the derivative matrix, a metric term, the order of levels, the
table of neighbours), what parts of a mesh send one another, or what the port returns: one point of each field; where a
limiter was at work, its bounds and its mass. Graded defects go up a ladder until the check notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid

from ..registry import Kernel

STRUCTURAL = ("transposed_derivative", "dropped_metric_term", "level_shift", "wrong_neighbour")
LIMITED = ("breaks_bounds", "breaks_mass")
BETWEEN_PARTS = ("wrong_neighbour", "wrong_message")  # in a decomposition, beside the sentinel
LADDER = {64: tuple(10.0**n for n in range(-15, -7)), 32: tuple(10.0**n for n in range(-8, -2))}
GROSS = tuple(10.0**n for n in range(-8, 0, 2))  # on top of the ladder of outputs
WHOLE = tuple(10.0**n for n in range(-12, -4, 2))  # of coefficients in whole runs, each of which takes a run


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


def output_defects(kernel: Kernel, output: str, precision: int) -> list[list[Defect]]:
    """The ladder of each kind of defect in one output."""
    kinds = ("bad_point", *(LIMITED if output == kernel.limited else ()))
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


def sentinel(kernel: Kernel, precision: int) -> Defect:
    """The gross defect that every check must notice, or it proves nothing."""
    first = next(iter(kernel.coefficients), "")
    return Defect("coefficient" if first else "bad_point", LADDER[precision][-1], first)


def plant(defect: Defect, kernel: Kernel, inputs: Mapping, grid: Grid | None, settings: Mapping) -> Planted:
    """(inputs, grid, settings) with the defect; None where the kernel has nothing of that kind."""
    return _PLANTERS[defect.kind](defect, kernel, dict(inputs), grid, dict(settings))


def spoil(defect: Defect, outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs with the defect in one of them (the first, if it names none); as they are if it is in the inputs."""
    outputs = {name: np.array(value) for name, value in outputs.items()}
    name = defect.place if defect.kind != "coefficient" and defect.place else next(iter(outputs))
    if defect.kind in _SPOILERS:
        outputs[name] = _SPOILERS[defect.kind](outputs[name], 1.0 + defect.size).astype(outputs[name].dtype)
    return outputs


def _bad_point(field: np.ndarray, factor: float) -> np.ndarray:
    """The largest value is off."""
    return np.where(np.arange(field.size).reshape(field.shape) == np.argmax(np.abs(field)), field * factor, field)


def _breaks_bounds(field: np.ndarray, factor: float) -> np.ndarray:
    """The largest node of every element (..., elem, i, j, lev) and level overshoots."""
    return np.where(field == field.max(axis=(-3, -2), keepdims=True), field * factor, field)


def _breaks_mass(field: np.ndarray, factor: float) -> np.ndarray:
    """Every element has more than it was given."""
    return field * factor


_SPOILERS = {"bad_point": _bad_point, "breaks_bounds": _breaks_bounds, "breaks_mass": _breaks_mass}


def _coefficient(
    defect: Defect, kernel: Kernel, inputs: dict[str, Array], grid: Grid | None, settings: dict[str, Any]
) -> Planted:
    size, (where, _, name) = defect.size, defect.place.partition(".")
    if where == "grid" and grid is not None:
        return inputs, grid.replace(**{name: getattr(grid, name) * (1.0 + size)}), settings
    if where == "x" and name in inputs:
        return {**inputs, name: inputs[name] * (1.0 + size)}, grid, settings
    if where == "settings" and name in settings:
        return inputs, grid, {**settings, name: settings[name] * (1.0 + size)}
    return None


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
    table = grid.assembly.edge_copy.copy()
    table[0, 0], table[0, 1] = table[0, 1], table[0, 0]
    return inputs, grid.replace(assembly=grid.assembly.replace(edge_copy=table)), settings


_PLANTERS = {
    "coefficient": _coefficient,
    "bad_point": _as_it_is,
    "transposed_derivative": _transposed,
    "dropped_metric_term": _dropped_metric,
    "level_shift": _level_shift,
    "wrong_neighbour": _wrong_neighbour,
    "wrong_message": _as_it_is,
}
