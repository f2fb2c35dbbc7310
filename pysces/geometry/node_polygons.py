"""How the parts into which elements are cut become polygons, one a distinct node, without the sides of elements.

The walk from part to part is our own design; the parts are those of node_lattice.
"""

from __future__ import annotations

import numpy as np

from .grid import NPTS
from .node_lattice import DOUBLE, EDGES, INNER, ON_SIDE, SIDE, part


def node_polygons(vertices: np.ndarray, split: np.ndarray, node: np.ndarray) -> np.ndarray:
    """(node, n) numbers elem * 10 + k [1] of the lattice points round every node, counterclockwise; -1 behind the last.

    Parameters
    ----------
    vertices : (elem, 4) corners of the elements.   split : (elem,) which way the middle of the lattice is split.
    node : (elem, i, j) number of the distinct node.
    """
    number, local = _numbers(vertices), np.array([_table(0), _table(1)])[split]  # (elem, np^2, 7)
    ids = np.where(local < 0, -1, np.take_along_axis(number[:, None], np.maximum(local, 0), axis=-1))
    end, begin, chains = ids[..., 0].ravel(), ids[..., 1].ravel(), ids[..., 2:].reshape(-1, 5)
    return _walked(chains, _next_part(begin, end, node.ravel()), node.ravel())


def _numbers(vertices: np.ndarray) -> np.ndarray:
    """(elem, 26) numbers of the points of all lattices, the inner ones first; those of shared sides are equal."""
    ends = vertices[:, EDGES]
    back = ends[..., 0] > ends[..., 1]
    _, edge = np.unique(np.sort(ends, axis=-1).reshape(-1, 2), axis=0, return_inverse=True)
    inner = np.arange(len(vertices) * len(INNER)).reshape(-1, len(INNER))
    number = np.full((len(vertices), DOUBLE + 1), -1)
    number[:, INNER] = inner
    number[:, ON_SIDE] = inner.size + edge.reshape(-1, 4, 1) * 3 + np.where(back[..., None], [2, 1, 0], [0, 1, 2])
    return number


def _table(split: int) -> np.ndarray:
    """(np^2, 7): where the next part of the node begins, where this one does, and its inner points in between.

    A part that touches no side is its own next.
    """
    rows = []
    for i in range(NPTS):
        for j in range(NPTS):
            begin, inner, end = _chain(part(i, j, split))
            row = [end, begin, *inner]
            rows.append(row + [-1] * (7 - len(row)))
    return np.array(rows)


def _chain(corners: list[int]) -> tuple[int, list[int], int]:
    """A part's points from a side of the element, through its inside, to a side."""
    on_side = [k != DOUBLE and (k // SIDE in (0, NPTS) or k % SIDE in (0, NPTS)) for k in corners]
    if not any(on_side):
        return corners[0], corners, corners[0]
    first = next(k for k in range(len(corners)) if on_side[k] and not on_side[(k + 1) % len(corners)])
    turned = corners[first:] + corners[:first]
    inner = turned[1 : 1 + on_side.count(False)]
    return turned[0], inner, turned[1 + len(inner)]


def _next_part(begin: np.ndarray, end: np.ndarray, node: np.ndarray) -> np.ndarray:
    """The part of the same node that begins where each part ends."""
    span = max(begin.max(), end.max()) + 1
    key, wanted = node * span + begin, node * span + end
    order = np.argsort(key)
    return order[np.searchsorted(key[order], wanted)]


def _walked(chains: np.ndarray, after: np.ndarray, node: np.ndarray) -> np.ndarray:
    """The chains of every node's parts, one behind another."""
    _, first = np.unique(node, return_index=True)
    here, rows = first, []
    for _ in range(np.bincount(node).max()):
        rows.append(np.where((here < 0)[:, None], -1, chains[here]))
        following = np.where(here < 0, -1, after[here])
        here = np.where(following == first, -1, following)
    wide = np.concatenate(rows, axis=1)
    order = np.argsort(wide < 0, axis=1, kind="stable")
    wide = np.take_along_axis(wide, order, axis=1)
    return wide[:, : (wide >= 0).sum(axis=1).max()]
