"""Which nodes of which elements are one point: from quadrilaterals and vertex ids to the table that DSS gathers by.

Works for any conforming quadrilateral mesh (sphere, plane, refined) and any number of elements at a vertex. The copies
of a vertex are listed as HOMME adds them: first edge neighbour, second edge neighbour, then the corner neighbours.

HOMME: edge_mod (edgeVpack, edgeVunpack), bndry_mod, gridgraph_mod
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Local edges S, E, N, W as (first corner, second corner), corners counted SW, SE, NE, NW.
_EDGES = np.array([[0, 1], [1, 2], [3, 2], [0, 3]])
_SOUTH, _EAST, _NORTH, _WEST = range(4)
# The two edges that meet at each corner SW, SE, NE, NW, in the order in which HOMME unpacks them.
_EDGES_AT_CORNER = np.array([[_SOUTH, _WEST], [_EAST, _SOUTH], [_NORTH, _EAST], [_NORTH, _WEST]])


@dataclass(frozen=True)
class Connectivity:
    """Copies of boundary nodes. A node is addressed by elem * np^2 + i * np + j; -1 marks "no such copy".

    npts : nodes along an element edge.
    copies : (copy, elem, i, j) the other copies of every node, in the order in which they are added.
    neighbours : (elem, n) elements sharing an edge or a corner; padded with the element itself.
    global_id : (elem, i, j) a number per distinct point, from 0, in the order of HOMME's columns.
    """

    npts: int
    copies: np.ndarray
    neighbours: np.ndarray
    global_id: np.ndarray


def connect(vertices: np.ndarray, npts: int) -> Connectivity:
    """The connectivity of quadrilaterals.

    Parameters
    ----------
    vertices : (elem, 4) ids [1] of the corners SW, SE, NE, NW.
    npts : nodes along an element edge.

    Raises
    ------
    ValueError if an edge does not belong to exactly two elements.
    """
    partner, reversed_edge = _edge_partners(vertices)
    edge_nodes = _edge_positions(npts)
    corner_nodes = np.array([0, (npts - 1) * npts, npts * npts - 1, npts - 1])
    edge_copy = _edge_copies(partner, reversed_edge, edge_nodes, npts)
    owner, corner = _corner_copies(vertices, partner)
    copies = np.full((owner.shape[-1], len(vertices), npts * npts), -1)
    copies[0][:, edge_nodes.ravel()] = edge_copy.reshape(len(vertices), -1)
    copies[..., corner_nodes] = np.moveaxis(np.where(owner < 0, -1, owner * npts * npts + corner_nodes[corner]), -1, 0)
    return Connectivity(
        npts=npts,
        copies=copies.reshape(*copies.shape[:-1], npts, npts),
        neighbours=_neighbours(owner),
        global_id=_global_ids(vertices, edge_copy, edge_nodes, corner_nodes, npts),
    )


def _edge_positions(npts: int) -> np.ndarray:
    """(4, np - 2): positions of the inner nodes of each edge, from its first to its second corner."""
    inner = np.arange(1, npts - 1)
    last = npts - 1
    return np.stack([inner * npts, last * npts + inner, inner * npts + last, inner])


def _edge_partners(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(elem, 4) address elem * 4 + edge of the same edge seen from the other side, and whether it runs back."""
    ends = vertices[:, _EDGES].reshape(-1, 2)
    key = np.sort(ends, axis=1)
    _, index, counts = np.unique(key, axis=0, return_inverse=True, return_counts=True)
    if np.any(counts != 2):
        worst = key[np.argmax(counts[index.ravel()] != 2)]
        raise ValueError(
            f"Every edge must belong to 2 elements, but the edge between vertices {worst[0]} and {worst[1]} belongs to "
            f"{counts[index.ravel()][np.argmax(counts[index.ravel()] != 2)]}; the mesh must be conforming and closed."
        )
    order = np.argsort(index.ravel(), kind="stable").reshape(-1, 2)
    partner = np.empty(len(ends), dtype=np.int64)
    partner[order[:, 0]], partner[order[:, 1]] = order[:, 1], order[:, 0]
    runs_back = ends[:, 0] != ends[partner][:, 0]
    return partner.reshape(-1, 4), runs_back.reshape(-1, 4)


def _edge_copies(partner: np.ndarray, reversed_edge: np.ndarray, edge_nodes: np.ndarray, npts: int) -> np.ndarray:
    """(elem, 4, np - 2) node address of the other copy of every inner edge node."""
    there = edge_nodes[partner % 4]
    there = np.where(reversed_edge[..., None], there[..., ::-1], there)
    return (partner // 4)[..., None] * npts * npts + there


def _corner_copies(vertices: np.ndarray, partner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(elem, 4, valence - 1) element and corner of the other copies of every vertex, edge neighbours first; -1 pads.

    Corner neighbours follow clockwise around the vertex, from the edge that starts at the corner to the one that ends
    there (HOMME: mesh_mod:find_corner_neighbors).
    """
    around = _turn_around(vertices, partner)
    valence = np.bincount(vertices.ravel())[vertices]
    place = np.broadcast_to(np.arange(1, around.shape[-1] + 1), around.shape)
    last = place == valence[..., None] - 1
    starts_first = (_EDGES_AT_CORNER[:, 0] == np.arange(4))[:, None]  # whether HOMME unpacks that edge first
    key = np.where(place == 1, np.where(starts_first, 0, 1), np.where(last, np.where(starts_first, 1, 0), place))
    order = np.argsort(key, axis=-1, kind="stable")
    ranked = np.where(place < valence[..., None], np.take_along_axis(around, order, axis=-1), -1)
    return np.where(ranked < 0, -1, ranked // 4), np.where(ranked < 0, 0, ranked % 4)


def _turn_around(vertices: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """(elem, 4, largest valence - 1) corners elem * 4 + corner met on the way around a vertex, and what follows.

    The way leads over the edge that starts at a corner, over the next element's, and so on.
    """
    flat = vertices.ravel()
    element, edge = np.divmod(partner, 4)
    at_end = (edge + 1) % 4
    same = np.take_along_axis(vertices[element.ravel()], at_end.reshape(-1, 1), axis=1).ravel() == flat
    following = element * 4 + np.where(same.reshape(edge.shape), at_end, edge)
    met = [following.ravel()]
    for _ in range(int(np.bincount(flat).max()) - 2):
        met.append(following.ravel()[met[-1]])
    return np.stack(met, axis=-1).reshape(*vertices.shape, -1)


def _neighbours(owner: np.ndarray) -> np.ndarray:
    """(elem, n) distinct neighbouring elements, padded with the element itself."""
    nelem = len(owner)
    own = np.arange(nelem)[:, None]
    sides = np.sort(np.where(owner.reshape(nelem, -1) < 0, own, owner.reshape(nelem, -1)), axis=1)
    repeated = np.concatenate([np.zeros((nelem, 1), bool), sides[:, 1:] == sides[:, :-1]], axis=1)
    sides = np.where(repeated, own, sides)
    distinct = np.sort(np.where(sides == own, nelem, sides), axis=1)
    width = int((distinct < nelem).sum(axis=1).max())
    return np.where(distinct[:, :width] == nelem, own, distinct[:, :width])


def _global_ids(
    vertices: np.ndarray, edge_copy: np.ndarray, edge_nodes: np.ndarray, corner_nodes: np.ndarray, npts: int
) -> np.ndarray:
    """(elem, i, j) one number per distinct point, without gaps: by its first element, then j, then i.

    So HOMME numbers its columns (dof_mod).
    """
    nelem = len(vertices)
    address = np.arange(nelem * npts * npts).reshape(nelem, npts * npts)
    lowest = np.minimum(address[:, edge_nodes], edge_copy)
    representative = address.copy()
    representative[:, edge_nodes.ravel()] = lowest.reshape(nelem, -1)
    first_at_vertex = np.full(vertices.max() + 1, address.max())
    np.minimum.at(first_at_vertex, vertices, address[:, corner_nodes])
    representative[:, corner_nodes] = first_at_vertex[vertices]
    element, i, j = representative // npts**2, representative // npts % npts, representative % npts
    _, ids = np.unique((element * npts + j) * npts + i, return_inverse=True)
    return ids.reshape(nelem, npts, npts)
