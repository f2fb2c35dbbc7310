"""Planted defects: how small an error each check is known to catch.

A defect changes what the port is given (a coefficient, the derivative matrix, a metric term, the order of levels, the
table of neighbours) or one point of what it returns. Graded defects go up a ladder until the check notices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .registry import Kernel

GRADED = ("coefficient", "bad_point")
STRUCTURAL = ("transposed_derivative", "dropped_metric_term", "level_shift", "wrong_neighbour")
LADDER = {64: tuple(10.0**n for n in range(-15, -7)), 32: tuple(10.0**n for n in range(-8, -2))}


@dataclass(frozen=True)
class Defect:
    """kind and, where it is graded, relative size; 1 for a defect that is there or not."""

    kind: str
    size: float = 1.0


def all_defects(precision: int) -> list[Defect]:
    """Every defect, graded ones from the smallest up."""
    graded = [Defect(kind, size) for kind in GRADED for size in LADDER[precision]]
    return graded + [Defect(kind) for kind in STRUCTURAL]


def sentinel(kernel: Kernel, precision: int) -> Defect:
    """The gross defect that every check must notice, or it proves nothing."""
    return Defect("coefficient" if kernel.coefficient else "bad_point", LADDER[precision][-1])


def plant(defect: Defect, kernel: Kernel, inputs: Mapping, grid, settings: Mapping):
    """(inputs, grid, settings) with the defect; None where the kernel has nothing of that kind."""
    return _PLANTERS[defect.kind](defect.size, kernel, dict(inputs), grid, dict(settings))


def spoil(defect: Defect, outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs with one bad point where that is the defect: the largest value of the first field."""
    outputs = {name: np.array(value) for name, value in outputs.items()}
    if defect.kind == "bad_point":
        field = next(iter(outputs.values()))
        field.flat[np.argmax(np.abs(field))] *= 1.0 + defect.size
    return outputs


def _coefficient(size, kernel, inputs, grid, settings):
    where, _, name = (kernel.coefficient or "").partition(".")
    if where == "grid" and grid is not None:
        return inputs, grid.replace(**{name: getattr(grid, name) * (1.0 + size)}), settings
    if where == "x" and name in inputs:
        return {**inputs, name: inputs[name] * (1.0 + size)}, grid, settings
    if where == "settings" and name in settings:
        return inputs, grid, {**settings, name: settings[name] * (1.0 + size)}
    return None


def _bad_point(size, kernel, inputs, grid, settings):
    return inputs, grid, settings


def _transposed(size, kernel, inputs, grid, settings):
    return grid and (inputs, grid.replace(derivative_matrix=grid.derivative_matrix.T.copy()), settings)


def _dropped_metric(size, kernel, inputs, grid, settings):
    if grid is None:
        return None
    terms = ("contra_to_sphere", "sphere_to_contra", "metric_inverse")
    return inputs, grid.replace(**{name: _diagonal(getattr(grid, name)) for name in terms}), settings


def _diagonal(matrix: np.ndarray) -> np.ndarray:
    eye = np.eye(matrix.shape[0]).reshape(*matrix.shape[:2], *[1] * (matrix.ndim - 2))
    return matrix * eye


def _level_shift(size, kernel, inputs, grid, settings):
    columns = [n for n, a in inputs.items() if a.dtype.kind == "f" and a.ndim > 1 and a.shape[-1] > 1]
    if not columns:
        return None
    return {**inputs, columns[0]: np.roll(inputs[columns[0]], 1, axis=-1)}, grid, settings


def _wrong_neighbour(size, kernel, inputs, grid, settings):
    if grid is None:
        return None
    table = grid.assembly.edge_copy.copy()
    table[0, 0], table[0, 1] = table[0, 1], table[0, 0]
    return inputs, grid.replace(assembly=grid.assembly.replace(edge_copy=table)), settings


_PLANTERS = {
    "coefficient": _coefficient,
    "bad_point": _bad_point,
    "transposed_derivative": _transposed,
    "dropped_metric_term": _dropped_metric,
    "level_shift": _level_shift,
    "wrong_neighbour": _wrong_neighbour,
}
