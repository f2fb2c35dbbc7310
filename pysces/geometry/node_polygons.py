"""The parts into which elements are cut, one a node, and how the parts of one node become one polygon.

Numbers of a lattice point in its element are i * 5 + j; the middle one has a double, 25. Parts run counterclockwise.
"""

from __future__ import annotations

import numpy as np

from .grid import NPTS

SIDE = NPTS + 1
MIDDLE, DOUBLE = 2 * SIDE + 2, SIDE * SIDE
INNER = np.array([*(i * SIDE + j for i in range(1, NPTS) for j in range(1, NPTS)), DOUBLE])
SPLITS = ((1.0, 1.0), (-1.0, 1.0))  # from the middle point to its double, in reference coordinates
# At the middle point, parts have: the point or its double, or both in this order.
_AT_MIDDLE = (
    {(1, 1): (MIDDLE,), (2, 1): (DOUBLE, MIDDLE), (2, 2): (DOUBLE,), (1, 2): (MIDDLE, DOUBLE)},
    {(1, 1): (MIDDLE, DOUBLE), (2, 1): (MIDDLE,), (2, 2): (DOUBLE, MIDDLE), (1, 2): (DOUBLE,)},
)
_EDGES = np.array([[0, 1], [1, 2], [3, 2], [0, 3]])  # first and last corner of S, E, N, W
_EDGE_POINTS = np.array(
    [[k * SIDE for k in (1, 2, 3)], [4 * SIDE + k for k in (1, 2, 3)], [k * SIDE + 4 for k in (1, 2, 3)], [1, 2, 3]]
)


def parts(split: int) -> np.ndarray:
    """(np^2, 5) corners of every part, the first repeated behind the last of a quadrilateral."""
    found = [_part(i, j, split) for i in range(NPTS) for j in range(NPTS)]
    return np.array([[*part, part[0]][:5] for part in found])


def _part(i: int, j: int, split: int) -> list[int]:
    corners = [i * SIDE + j, (i + 1) * SIDE + j, (i + 1) * SIDE + j + 1, i * SIDE + j + 1]
    return [k for c in corners for k in (_AT_MIDDLE[split][i, j] if c == MIDDLE else (c,))]


def _chain(part: list[int]) -> list[int]:
    """A part's corners as far as they bound its node's cell: from a side of the element to a side; all of an inner."""
    on_side = [k != DOUBLE and (k // SIDE in (0, NPTS) or k % SIDE in (0, NPTS)) for k in part]
    if not any(on_side):
        return part
    first = next(k for k in range(len(part)) if on_side[k] and not on_side[(k + 1) % len(part)])
    turned = part[first:] + part[:first]
    return turned[: 2 + on_side.count(False)]


def dual_points(vertices: np.ndarray, lattice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points of all lattices, those of shared sides once.

    Parameters
    ----------
    vertices : (elem, 4) corners of the elements.   lattice : (elem, 26, 3).

    Returns
    -------
    points (3, n); (elem, 26) their numbers, -1 at the elements' own corners, which bound no cell.
    """
    ends = vertices[:, _EDGES]
    back = ends[..., 0] > ends[..., 1]
    _, edge = np.unique(np.sort(ends, axis=-1).reshape(-1, 2), axis=0, return_inverse=True)
    number = np.full(lattice.shape[:2], -1)
    along = np.where(back[..., None], np.arange(3)[::-1], np.arange(3))
    number[:, _EDGE_POINTS] = edge.reshape(-1, 4, 1) * 3 + along
    number[:, INNER] = 3 * (edge.max() + 1) + np.arange(len(vertices) * len(INNER)).reshape(-1, len(INNER))
    points = np.empty((number.max() + 1, 3))
    points[number[number >= 0]] = lattice[number >= 0]
    return points.T, number


def node_polygons(number: np.ndarray, split: np.ndarray, node: np.ndarray) -> np.ndarray:
    """(node, n) points around every distinct node, counterclockwise; -1 behind the last.

    Parameters
    ----------
    number : (elem, 26) points of each element.   split : (elem,) which way its middle is split.
    node : (elem, i, j) number of the distinct node.
    """
    local = np.array([_padded_chains(0), _padded_chains(1)])[split]  # (elem, np^2, 6): last corner, then the chain
    ids = np.where(local < 0, -1, np.take_along_axis(number[:, None], np.maximum(local, 0), axis=-1)).reshape(-1, 6)
    return _walked(ids[:, 1:], _next_part(ids[:, 1], ids[:, 0], node.reshape(-1)), node.reshape(-1))


def _padded_chains(split: int) -> np.ndarray:
    """(np^2, 6): where the next part of the node begins, then the chain without it; an inner part is its own next."""
    rows = []
    for i in range(NPTS):
        for j in range(NPTS):
            chain = _chain(_part(i, j, split))
            inner = {i, j} <= {1, 2}
            row = [chain[0], *chain] if inner else [chain[-1], *chain[:-1]]
            rows.append(row + [-1] * (6 - len(row)))
    return np.array(rows)


def _next_part(begin: np.ndarray, end: np.ndarray, node: np.ndarray) -> np.ndarray:
    """The part of the same node that begins where each part ends."""
    span = begin.max() + 1
    key, wanted = node * span + begin, node * span + end
    order = np.argsort(key)
    return order[np.searchsorted(key[order], wanted)]


def _walked(chains: np.ndarray, after: np.ndarray, node: np.ndarray) -> np.ndarray:
    _, first = np.unique(node, return_index=True)
    part, rows = first, []
    for _ in range(np.bincount(node).max()):
        rows.append(np.where((part < 0)[:, None], -1, chains[part]))
        following = np.where(part < 0, -1, after[part])
        part = np.where(following == first, -1, following)
    wide = np.concatenate(rows, axis=1)
    order = np.argsort(wide < 0, axis=1, kind="stable")
    wide = np.take_along_axis(wide, order, axis=1)
    return wide[:, : (wide >= 0).sum(axis=1).max()]
