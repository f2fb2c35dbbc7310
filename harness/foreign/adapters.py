"""From pysces' order of axes, nodes and elements to somebody else's, and back.

* ``axes("i j component lev elem")``: an order of axes by names; ``order(a)`` goes there, ``order.back(a)`` returns.
* ``left_handed``: elements whose i and j are exchanged; ``matched(lat, lon)``: elements in another order, turned or
  mirrored, found by the positions of their nodes. ``seen(port, left_handed)`` is a port that gets everything so.
* ``Columns(grid)``: each distinct node once (``ncol``), for fields that are continuous.

Components of winds stay eastward and northward; only what has components along i and j changes with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pysces.arrays.fields import metadata
from pysces.geometry.grid import Grid

from ..errors import BadInput
from ..registry import Fields, Port, Settings
from ..sides.adapters import AxisOrder, flat, matrix, scalar, tracers, vector

__all__ = [
    "Columns",
    "Nodes",
    "axes",
    "flat",
    "left_handed",
    "matched",
    "matrix",
    "scalar",
    "seen",
    "tracers",
    "vector",
]

PYSCES = ("row", "component", "tracer", "elem", "i", "j", "lev")  # as far as a field has them
NEAR = 1e-6  # radian: a node's own position, not its neighbour's
CONTINUOUS = 1e-9  # of a field's largest value: the copies of a shared node may differ by so much


def axes(order: str) -> AxisOrder:
    """The order of axes that the names say, such as "elem lev i j" or "component i j elem lev".

    Names: component, row (of a matrix; its columns are component), tracer, elem, i, j, lev. Without lev a field has one
    level here and none there.
    """
    theirs = tuple(order.split())
    ours = [name for name in PYSCES if name in theirs]
    if len(set(theirs)) < len(theirs) or len(ours) < len(theirs) or not {"elem", "i", "j"} <= set(theirs):
        raise BadInput(f"axes({order!r}): name elem, i and j once each, and of {', '.join(PYSCES)} what else there is.")
    return AxisOrder(tuple(ours.index(name) for name in theirs), flat="lev" not in theirs)


@dataclass(frozen=True)
class Nodes:
    """Another order of elements, and of the nodes in them.

    source : (elem, i, j) of theirs, the number elem * np * np + i * np + j of the same node here.
    """

    source: np.ndarray

    def given(self, a: np.ndarray) -> np.ndarray:
        """A field (..., elem, i, j, lev) in their order; what is no such field stays as it is."""
        return self._taken(a, self.source.ravel())

    def back(self, a: np.ndarray) -> np.ndarray:
        """A field in pysces' order."""
        return self._taken(a, np.argsort(self.source.ravel()))

    def _taken(self, a: np.ndarray, order: np.ndarray) -> np.ndarray:
        a = np.asarray(a)
        if a.shape[-4:-1] != self.source.shape:
            return a
        return a.reshape(*a.shape[:-4], -1, a.shape[-1])[..., order, :].reshape(a.shape)

    @property
    def turn(self) -> np.ndarray:
        """(2, 2, elem, 1, 1, 1): components along their i and j, from those along ours; 0, 1 or -1."""
        place = np.stack(np.unravel_index(self.source, self.source.shape))[1:]
        along = [place[:, :, 1, 0] - place[:, :, 0, 0], place[:, :, 0, 1] - place[:, :, 0, 0]]
        return np.stack(along)[..., None, None, None].astype(float)

    def grid(self, grid: Grid) -> Grid:
        """The grid with every field, and what has components along i and j, in their order; the jacobian stays > 0."""
        named = {name: getattr(grid, name) for name in vars(grid)}
        moved = {n: self.given(a) for n, a in named.items() if _is_field(grid, n, a)}
        moved |= {n: a[self._elements] for n, a in named.items() if n in ("norm_inverse", "dx_short", "dx_long")}
        moved["global_id"] = self.given(grid.global_id[..., None])[..., 0]
        turn = self.turn
        into = lambda a: np.einsum("kl...,lm...->km...", turn, a)  # noqa: E731
        out = lambda a: np.einsum("ml...,kl...->mk...", a, turn)  # noqa: E731
        moved["sphere_to_contra"] = into(moved["sphere_to_contra"])
        moved["contra_to_sphere"] = out(moved["contra_to_sphere"])
        moved["metric_inverse"] = out(into(moved["metric_inverse"]))
        return grid.replace(**moved, assembly=Assembly(self, grid.assembly))

    @property
    def _elements(self) -> np.ndarray:
        return self.source[:, 0, 0] // self.source[0].size


def _is_field(grid: Grid, name: str, a: Any) -> bool:
    return a is not None and "elem, i, j, 1" in metadata(grid, name).get("shape", "")


@dataclass(frozen=True)
class Assembly:
    """Sums over shared nodes of fields in another order: there and back."""

    nodes: Nodes
    ours: Any

    def assemble(self, field: np.ndarray) -> np.ndarray:
        """Each node replaced by the sum over its copies."""
        return self.nodes.given(self.ours.assemble(self.nodes.back(field)))

    def sum(self, field: np.ndarray) -> np.ndarray:
        """The sum over all nodes."""
        return self.ours.sum(self.nodes.back(field))


def left_handed(grid: Grid) -> Nodes:
    """Elements with i and j exchanged."""
    numbers = np.arange(grid.lat[..., 0].size).reshape(grid.lat.shape[:-1])
    return Nodes(numbers.swapaxes(1, 2))


def matched(lat: np.ndarray, lon: np.ndarray) -> Callable[[Grid], Nodes]:
    """Elements and nodes found by their positions, (elem, i, j) in radians; BadInput where they are not the grid's."""

    def nodes(grid: Grid) -> Nodes:
        theirs, ours = directions(lat, lon), directions(grid.lat[..., 0], grid.lon[..., 0])
        if theirs.shape != ours.shape:
            raise BadInput(f"Positions are {theirs.shape[:-1]}, the grid's nodes {ours.shape[:-1]} (elem, i, j).")
        elements = np.array([_nearest(one, ours.mean((1, 2))) for one in theirs.mean((1, 2))])
        per = ours[0, ..., 0].size
        inside = [_nearest(them.reshape(per, 3), ours[e].reshape(per, 3)) for e, them in zip(elements, theirs)]
        source = elements[:, None] * per + np.array(inside)
        off = np.linalg.norm(ours.reshape(-1, 3)[source] - theirs.reshape((*source.shape, 3)), axis=-1).max()
        if off > NEAR or len(np.unique(source)) < source.size:
            raise BadInput(f"Positions are not those of the grid's nodes: the farthest is {off:.1e} radian away.")
        return Nodes(source.reshape(ours.shape[:3]))

    return nodes


def directions(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """(..., 3): unit vectors of positions in radians."""
    lat, lon = np.asarray(lat, float), np.asarray(lon, float)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def _nearest(points: np.ndarray, among: np.ndarray) -> np.ndarray:
    return np.argmax(points @ among.T, axis=-1)


def seen(port: Port, order: Callable[[Grid], Nodes]) -> Port:
    """A port that gets fields and grid in another order, and whose outputs come back in pysces'."""

    def wrapped(x: Fields, grid: Grid, settings: Settings) -> dict[str, Any]:
        nodes = order(grid)
        outputs = port({name: nodes.given(a) for name, a in x.items()}, nodes.grid(grid), settings)
        return {n: nodes.back(a) for n, a in outputs.items()} if isinstance(outputs, Mapping) else outputs

    return wrapped


class Columns:
    """Fields (..., ncol, lev) on distinct nodes, each once, and the same on the nodes of all elements.

    lat, lon : (ncol,) positions in radians where their order is somebody else's; without them, by global_id.
    """

    def __init__(self, grid: Grid, lat: np.ndarray | None = None, lon: np.ndarray | None = None) -> None:
        _, self.first, self.column = np.unique(grid.global_id, return_index=True, return_inverse=True)
        self.column = self.column.reshape(grid.global_id.shape)
        if lat is None or lon is None:
            return
        ours = directions(grid.lat[..., 0], grid.lon[..., 0]).reshape(-1, 3)[self.first]
        theirs = directions(lat, lon)
        place = _nearest(ours, theirs)
        off = np.linalg.norm(theirs[place] - ours, axis=-1).max()
        if off > NEAR or len(theirs) != len(ours):
            raise BadInput(
                f"The {len(theirs)} columns are not the {len(ours)} nodes of the grid ({off:.1e} radian off)."
            )
        self.first, self.column = self.first[np.argsort(place)], place[self.column]

    def given(self, a: np.ndarray) -> np.ndarray:
        """(..., elem, i, j, lev) -> (..., ncol, lev); BadInput where the copies of a node are not the same."""
        a = np.asarray(a)
        columns = a.reshape(*a.shape[:-4], -1, a.shape[-1])[..., self.first, :]
        off = np.abs(self.back(columns) - a).max()
        if off > CONTINUOUS * np.abs(a).max():
            raise BadInput(
                f"The field is not continuous (copies of a node differ by {off:.1e}); columns hold one of them."
            )
        return columns

    def back(self, a: np.ndarray) -> np.ndarray:
        """(..., ncol, lev) -> (..., elem, i, j, lev)."""
        return np.asarray(a)[..., self.column, :]
