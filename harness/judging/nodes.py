"""Where a point lies: element, node, level, latitude and longitude, and whether it is shared and by how many."""

from __future__ import annotations

from typing import Any

import numpy as np

from pysces.geometry.grid import Grid

CLASSES = ("interior", "edge", "vertex", "cube corner")


def place(index: tuple[int, ...] | None, axes: tuple[str, ...], grid: Grid | None) -> dict | None:
    """The point of a field with named axes, all counted from 0; None entries where the field has no such axis.

    A point of a plane has no latitude, longitude and class of node either.
    """
    if index is None:
        return None
    at = dict(zip(axes, index))
    elem, i, j = at.get("elem"), at.get("i"), at.get("j")
    where: dict[str, Any] = {"elem": elem, "i": i, "j": j, "lev": at.get("lev", at.get("ilev", 0))}
    where |= {"lat": None, "lon": None, "node_class": None}
    if grid is None or grid.on_plane:
        return where
    if elem is not None and i is not None and j is not None:
        where["lat"] = float(np.degrees(grid.lat[elem, i, j, 0]))
        where["lon"] = float(np.degrees(grid.lon[elem, i, j, 0]))
        where["node_class"] = node_class(grid, elem, i, j)
    return where


def node_class(grid: Grid, elem: int, i: int, j: int) -> str:
    """interior, edge, vertex or cube corner (a vertex of three elements); the order of DSS matters at vertices only."""
    return CLASSES[node_classes(grid)[elem, i, j]]


def node_classes(grid: Grid) -> np.ndarray:
    """Positions in CLASSES of all nodes, (elem, i, j)."""
    end = np.isin(np.arange(grid.npts), (0, grid.npts - 1)).astype(int)
    copies = grid.assembly.assemble(np.ones_like(grid.lat))[..., 0]
    ends = end[:, None] + end[None, :]
    return np.where((ends == 2) & (copies == 3), CLASSES.index("cube corner"), ends)


def live_axes(ndim: int) -> tuple[str, ...]:
    """Names of the axes of a generated field: (..., elem, i, j, lev)."""
    named = ("elem", "i", "j", "lev")
    return (
        tuple(f"axis{n}" for n in range(ndim - 4)) + named[-ndim:]
        if ndim >= 4
        else tuple(f"axis{n}" for n in range(ndim))
    )
