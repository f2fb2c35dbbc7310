"""The distinct nodes of a grid as columns, in the order in which HOMME and CAM-SE number them in files.

HOMME: dof_mod (UniquePoints: elements in order, i before j; a shared node belongs to its first element)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .grid import Grid

_CELL, _CELLS = 2e-6, 1 << 20  # side on the unit sphere, and number along an axis, of the cells that are looked into


@dataclass(frozen=True)
class Columns:
    """Which column each node is, and which node stands for each column.

    number : (elem, i, j) from 0.   node : (column,) flat address of the first node of each in (elem, i, j).
    """

    number: np.ndarray
    node: np.ndarray

    @property
    def count(self) -> int:
        """How many columns there are."""
        return self.node.size

    def gathered(self, field: np.ndarray) -> np.ndarray:
        """A field (elem, i, j, ...) [any unit] as (column, ...): the first of copies, which may differ by round-off."""
        field = np.asarray(field)
        return field.reshape(self.number.size, *field.shape[3:]).take(self.node, axis=0, mode="clip")

    def spread(self, values: np.ndarray) -> np.ndarray:
        """The values (column, ...) [any unit] on all nodes (elem, i, j, ...): copies are equal bit for bit."""
        return values[self.number]

    def summed(self, field: np.ndarray) -> np.ndarray:
        """(column,) sums of a field (elem, i, j) [any unit] over the copies of each node."""
        return np.bincount(self.number.ravel(), np.asarray(field, np.float64).ravel(), self.count)


def columns_of(grid: Grid) -> Columns:
    """The columns of a grid."""
    ids = np.asarray(grid.global_id)
    nelem, n = ids.shape[0], ids.shape[1]
    _, first, which = np.unique(ids.transpose(0, 2, 1), return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.argsort(order)[which.reshape(nelem, n, n)].transpose(0, 2, 1)
    elem, j, i = np.unravel_index(first[order], (nelem, n, n))
    return Columns(number, (elem * n + i) * n + j)


def unit_vectors(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """(..., 3) points of the unit sphere at latitudes lat (...) and longitudes lon (...) [radian]."""
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def partners(wanted: np.ndarray, places: np.ndarray, within: float) -> np.ndarray:
    """(n,) which of the places (m, 3) [1] lies at each wanted point (n, 3) [1], -1 where none does; in n log m.

    within : largest distance along an axis, at most 1e-6 on the unit sphere; what lies nearer together is one place.
    """
    keys = _keys(places)
    order = np.argsort(keys, kind="stable")
    found = np.full(len(wanted), -1)
    for corner in np.ndindex(2, 2, 2):
        key = _keys(wanted + within * (2.0 * np.array(corner) - 1.0))
        at = order[np.minimum(np.searchsorted(keys, key, sorter=order), len(order) - 1)]
        found = np.where((found < 0) & (keys[at] == key) & _near(wanted, places[at], within), at, found)
    return found


def _near(one: np.ndarray, other: np.ndarray, within: float) -> np.ndarray:
    return np.abs(one - other).max(axis=-1) <= within


def _keys(points: np.ndarray) -> np.ndarray:
    """One number for each cell of the lattice."""
    cell = np.floor(points / _CELL).astype(np.int64) + _CELLS // 2
    return (cell[:, 0] * _CELLS + cell[:, 1]) * _CELLS + cell[:, 2]
