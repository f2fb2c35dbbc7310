"""What a step sends over a cut of the cubed sphere: counted from the partition itself, for any ne and number of ranks.

The counts are those of pysces/topology/decomposition.py (tests hold both to each other), whose tables of one row per
rank are not made here: ne1024 on 100,000 ranks takes minutes and a few gigabytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pysces.topology.partition import cubed_sphere_curve, partition, vertex_keys

NPTS = 4
_EDGES = ((0, 1), (1, 2), (3, 2), (0, 3))  # corners SW, SE, NE, NW


@dataclass(frozen=True)
class Topology:
    """Who touches whom on a cubed sphere.

    across : (elem, 4) the element beyond each edge.
    around : (elem, 4, 3) the other elements at each corner, -1 at the cube's corners where only two are left.
    curve : (elem,) elements in the order in which they are dealt out.
    """

    ne: int
    across: np.ndarray
    around: np.ndarray
    curve: np.ndarray


def topology(ne: int) -> Topology:
    """Neighbours of all elements, from integer coordinates on the cube."""
    at_vertex = _elements_at_vertices(ne)
    own = np.arange(6 * ne * ne, dtype=np.int32)[:, None]
    around = np.empty((len(own), 4, 3), dtype=np.int32)
    for corner in range(4):
        others = at_vertex[:, corner]
        around[:, corner] = others[others != own].reshape(-1, 3)
    return Topology(ne, _across(around), around, cubed_sphere_curve(ne))


def _elements_at_vertices(ne: int) -> np.ndarray:
    """(elem, 4, 4) the elements that share each corner of an element, itself included; -1 pads."""
    key = vertex_keys(ne, np.arange(6 * ne * ne))
    order = np.argsort(key, axis=None, kind="stable").astype(np.int32)
    sorted_key = key.ravel()[order]
    first = np.flatnonzero(np.r_[True, sorted_key[1:] != sorted_key[:-1]])
    valence = np.diff(np.r_[first, len(order)])
    members = np.full((len(first), 4), -1, dtype=np.int32)
    for slot in range(4):
        has = valence > slot
        members[has, slot] = order[first[has] + slot] // 4
    vertex = np.empty(key.size, dtype=np.int32)
    vertex[order] = np.repeat(np.arange(len(first), dtype=np.int32), valence)
    return members[vertex].reshape(*key.shape, 4)


def _across(around: np.ndarray) -> np.ndarray:
    """(elem, 4) the one element that is at both ends of each edge."""
    across = np.empty(around.shape[:2], dtype=np.int32)
    for edge, (first, second) in enumerate(_EDGES):
        for k in range(3):
            here = around[:, first, k]
            both = (here[:, None] == around[:, second]).any(axis=1) & (here >= 0)
            across[both, edge] = here[both]
    return across


@dataclass(frozen=True)
class Volume:
    """What one exchange moves, per rank; items are nodes of one level, or elements of one level (limiter bounds).

    elements : on the fullest rank.   rim : the largest share of a rank's elements with a foreign neighbour.
    widest : nodes of the longest message.
    """

    ne: int
    ranks: int
    elements: int
    rim: float
    neighbours_mean: float
    neighbours_max: int
    nodes_mean: float
    nodes_max: int
    items_mean: float
    items_max: int
    widest: int


def volume(t: Topology, ranks: int) -> Volume:
    """The exchange of a mesh cut into that many pieces of its curve."""
    owner = np.empty(len(t.curve), dtype=np.int64)
    pieces = partition(len(t.curve), ranks)
    for rank, piece in enumerate(pieces):
        owner[t.curve[piece]] = rank
    (corner_from, corner_to), element_from = _foreign(owner, t.around)
    edge = owner[t.across] != owner[:, None]
    edge_from, edge_to = np.broadcast_to(owner[:, None], edge.shape)[edge], owner[t.across][edge]
    keys = np.concatenate([edge_from * ranks + edge_to, corner_from * ranks + corner_to])
    pairs, which = np.unique(keys, return_inverse=True)
    sent = np.bincount(which, np.repeat([NPTS - 2, 1], [len(edge_from), len(corner_from)]))
    neighbours = np.bincount(pairs // ranks, minlength=ranks)
    nodes = np.bincount(corner_from, minlength=ranks) + (NPTS - 2) * np.bincount(edge_from, minlength=ranks)
    items = np.bincount(element_from, minlength=ranks)
    size = np.array([piece.stop - piece.start for piece in pieces])
    on_rim = (owner[t.around] != owner[:, None, None]) & (t.around >= 0)
    rim = np.bincount(owner[on_rim.any(axis=(1, 2))], minlength=ranks) / size
    return Volume(
        ne=t.ne,
        ranks=ranks,
        elements=int(size.max()),
        rim=float(rim.max()),
        neighbours_mean=float(neighbours.mean()),
        neighbours_max=int(neighbours.max()),
        nodes_mean=float(nodes.mean()),
        nodes_max=int(nodes.max()),
        items_mean=float(items.mean()),
        items_max=int(items.max()),
        widest=int(sent.max(initial=0)),
    )


def _foreign(owner: np.ndarray, around: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """(senders, receivers) of corner nodes, and senders of elements; each goes to a rank once."""
    nodes, elements = [], []
    for corner in range(4):
        there = np.where(around[:, corner] < 0, owner[:, None], owner[around[:, corner]])
        nodes.append(_distinct(there, owner))
        elements.append(there)
    return tuple(np.concatenate(side) for side in zip(*nodes)), _distinct(np.concatenate(elements, axis=1), owner)[0]


def _distinct(there: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sender, receiver) of an item once for each foreign rank in its row."""
    there = np.sort(there, axis=1)
    new = np.concatenate([np.ones((len(there), 1), bool), there[:, 1:] != there[:, :-1]], axis=1)
    wanted = new & (there != owner[:, None])
    return np.repeat(owner, wanted.sum(axis=1)), there[wanted]
