"""Who owns which element, and what must be exchanged: the connectivity of a mesh cut into parts.

Every part addresses its own items (nodes, or elements) first and, behind them, a halo of items received from other
parts: slot ``own + sender * width + k`` holds the k-th item from that sender. Parts have equal size: a short part
repeats its last element, which then does exactly what the original does.

HOMME: schedule_mod, metagraph_mod
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .connectivity import Connectivity
from .partition import partition


@dataclass(frozen=True)
class Exchange:
    """send[p, q] : (width,) own items of part p that part q reads, the last repeated; count[p, q] are real."""

    send: np.ndarray
    count: np.ndarray

    @property
    def width(self) -> int:
        """Slots of a message, the longest one's items."""
        return self.send.shape[-1]


@dataclass(frozen=True)
class Decomposition:
    """Per part (first axis): the elements it holds and the tables of Connectivity in its own addresses.

    elements : (parts, n) global element numbers, those with a neighbour in another part first.
    real : (parts, n) false for repeated elements.   rim : (parts,) how many elements have a foreign neighbour.
    position : (elem,) where a global element is found in elements.ravel().
    """

    elements: np.ndarray
    real: np.ndarray
    rim: np.ndarray
    position: np.ndarray
    copies: np.ndarray
    neighbours: np.ndarray
    nodes: Exchange
    around: Exchange

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.elements)


def decompose(connectivity: Connectivity, curve: np.ndarray, parts: int) -> Decomposition:
    """Cut a mesh into contiguous pieces of a curve.

    Parameters
    ----------
    curve : (elem,) element numbers [1] in the order in which they are dealt out.
    parts : number of pieces, at most one per element; more raise ValueError.
    """
    pieces = [curve[piece] for piece in partition(len(curve), parts)]
    owner = np.empty(len(curve), dtype=np.int64)
    for part, piece in enumerate(pieces):
        owner[piece] = part
    on_rim = (owner[connectivity.neighbours] != owner[:, None]).any(axis=1)
    elements, real = _deal(pieces, on_rim)
    local = _places(elements, real)
    npts2 = connectivity.npts**2
    node_owner = np.repeat(owner, npts2)
    node_local = (local[:, None] * npts2 + np.arange(npts2)).ravel()
    width = elements.shape[1]
    copies_wanted = np.moveaxis(connectivity.copies[:, elements], 1, 0)
    copies, nodes = _localise(copies_wanted.reshape(parts, -1), node_owner, node_local, width * npts2)
    around_wanted = connectivity.neighbours[elements].reshape(parts, -1)
    neighbours, around = _localise(around_wanted, owner, local, width)
    return Decomposition(
        elements=elements,
        real=real,
        rim=np.array([on_rim[piece].sum() for piece in pieces]),
        position=owner * width + local,
        copies=copies.reshape(copies_wanted.shape),
        neighbours=neighbours.reshape(*elements.shape, -1),
        nodes=nodes,
        around=around,
    )


def _deal(pieces: list[np.ndarray], on_rim: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Elements per part, rim first, then by number, padded with the last one; and which of them are real."""
    pieces = [piece[np.lexsort((piece, ~on_rim[piece]))] for piece in pieces]
    width = max(len(p) for p in pieces)
    elements = np.stack([np.concatenate([p, np.repeat(p[-1], width - len(p))]) for p in pieces])
    real = np.stack([np.arange(width) < len(p) for p in pieces])
    return elements, real


def _places(elements: np.ndarray, real: np.ndarray) -> np.ndarray:
    """(elem,) place of each element in the part that owns it."""
    part, place = np.nonzero(real)
    local = np.empty(len(part), dtype=np.int64)
    local[elements[part, place]] = place
    return local


def _localise(wanted: np.ndarray, owner: np.ndarray, local: np.ndarray, own: int) -> tuple[np.ndarray, Exchange]:
    """Global item numbers (parts, n), -1 for none, as addresses within each part, and the exchange that fills halos."""
    parts = len(wanted)
    requests = [_foreign(row, owner, part) for part, row in enumerate(wanted)]  # per receiver: items by sender
    count = np.array([[len(requests[q].get(p, ())) for q in range(parts)] for p in range(parts)])
    width = max(int(count.max()), 1)
    send = np.zeros((parts, parts, width), dtype=np.int64)
    addresses = np.where(wanted < 0, -1, local[wanted])
    for receiver, by_sender in enumerate(requests):
        for sender, items in by_sender.items():
            send[sender, receiver] = np.pad(local[items], (0, width - len(items)), mode="edge")
            from_sender = (wanted[receiver] >= 0) & (owner[wanted[receiver]] == sender)
            slot = np.searchsorted(items, wanted[receiver][from_sender])
            addresses[receiver, from_sender] = own + sender * width + slot
    return addresses, Exchange(send, count)


def _foreign(row: np.ndarray, owner: np.ndarray, part: int) -> dict[int, np.ndarray]:
    """Distinct items of a row that other parts own, sorted, by owner."""
    items = np.unique(row[row >= 0])
    items = items[owner[items] != part]
    return {int(p): items[owner[items] == p] for p in np.unique(owner[items])}
