"""Assembly over MPI ranks, on numpy: neighbours only, one message per neighbour for all fields of a state.

Elements with foreign neighbours come first on every rank. While messages travel, the sums of all other elements are
formed. Node sums add in the same order as on one rank, so results are bitwise the same on any number of ranks.

HOMME: bndry_mod:bndry_exchangeV, edge_mod
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpi4py import MPI

from ..arrays.backend import Array
from ..arrays.pytree import Tree, pytree, static, tree_leaves, tree_map
from .assembly import (
    LocalAssembly,
    Meshed,
    connectivity_of,
    gather_sum,
    node_rows,
    sum_over_elements,
    sum_over_nodes,
)
from .balance import default_curve
from .decomposition import Decomposition, Exchange, decompose

# Requests, room for what arrives by field, and buffers both ways by rank.
Posted = tuple[list, dict[int, list[np.ndarray]], dict[int, np.ndarray], dict[int, np.ndarray]]


@dataclass(frozen=True)
class Halo:
    """One rank's side of an exchange: what goes to and how much comes from each neighbour, by rank.

    What travels is items of fields (..., item, lev) in any unit [U] and any precision.
    """

    comm: Any
    send: dict[int, np.ndarray]
    receive: dict[int, int]

    def start(self, fields: list[np.ndarray]) -> Posted:
        """Post the messages of fields (..., item, lev), in bytes; returns what finish needs."""
        incoming = {q: [_room(f, n) for f in fields] for q, n in self.receive.items()}
        outgoing = {q: _bytes([f.take(items, axis=-2) for f in fields]) for q, items in self.send.items()}
        arriving = {q: np.empty(sum(part.nbytes for part in parts), np.uint8) for q, parts in incoming.items()}
        requests = [self.comm.Irecv(buffer, source=q) for q, buffer in arriving.items()]
        requests += [self.comm.Isend(buffer, dest=q) for q, buffer in outgoing.items()]
        return requests, incoming, arriving, outgoing

    @staticmethod
    def finish(posted: Posted) -> list[list[np.ndarray]]:
        """Wait; per field, the items received from each neighbour in rank order."""
        requests, incoming, arriving, _ = posted
        MPI.Request.Waitall(requests)
        for q, parts in incoming.items():
            ends = np.cumsum([part.nbytes for part in parts])[:-1]
            for part, piece in zip(parts, np.split(arriving[q], ends)):
                part.reshape(-1).view(np.uint8)[:] = piece
        return [list(parts) for parts in zip(*(incoming[q] for q in sorted(incoming)))]


def _room(field: np.ndarray, items: int) -> np.ndarray:
    """Where that many items of a field (..., item, lev) will stand."""
    return np.empty((*field.shape[:-2], items, field.shape[-1]), field.dtype)


def _bytes(parts: list[np.ndarray]) -> np.ndarray:
    """Contiguous arrays of whatever precision, one after another."""
    return np.concatenate([part.reshape(-1).view(np.uint8) for part in parts])


@pytree
class MpiAssembly(Tree):
    """The assembly of one rank; everything in it is structure, nothing is differentiated.

    Shapes and units as LocalAssembly's: x (..., elem, i, j, lev) and q (..., elem, 1, 1, lev) in any unit [U].
    """

    copies: np.ndarray = static()
    neighbours: np.ndarray = static()
    rim: int = static()
    nodes: Halo = static()
    around: Halo = static()
    order: np.ndarray = static()
    comm: Any = static()

    def assemble(self, tree: Any) -> Any:
        """Every leaf (..., elem, i, j, lev) with each node replaced by the sum over its copies."""
        if not self.rim:  # no neighbours: every sum is an inner one
            return tree_map(lambda f: gather_sum(self.copies, f, node_rows(f)), tree)
        fields = tree_leaves(tree)
        posted = self.nodes.start([node_rows(f) for f in fields])
        inner, rim = slice(self.rim, None), slice(0, self.rim)
        done = [gather_sum(self.copies[:, inner], f[..., inner, :, :, :], node_rows(f)) for f in fields]
        results = []
        for field, interior, halo in zip(fields, done, self.nodes.finish(posted)):
            rows = np.concatenate([node_rows(field), *halo], axis=-2)
            outer = gather_sum(self.copies[:, rim], field[..., rim, :, :, :], rows)
            results.append(np.concatenate([outer, interior], axis=-4))
        ready = iter(results)
        return tree_map(lambda _: next(ready), tree)

    def neighbour_min(self, q: Array) -> Array:
        """Least of q (..., elem, 1, 1, lev) over each element and its neighbours."""
        return np.minimum(q, self._around(q).min(axis=-4))

    def neighbour_max(self, q: Array) -> Array:
        """Greatest of q (..., elem, 1, 1, lev) over each element and its neighbours."""
        return np.maximum(q, self._around(q).max(axis=-4))

    def _around(self, q: Array) -> Array:
        items = q[..., 0, 0, :]
        received = self.around.finish(self.around.start([items]))
        known = np.concatenate([items, *(part for halo in received for part in halo)], axis=-2)
        return known.take(self.neighbours, axis=-2)[..., None, None, :]

    def sum(self, x: Array) -> Array:
        """Global sum over (elem, i, j) -> (..., lev), in the order of global element numbers."""
        gathered = np.concatenate(self.comm.allgather(sum_over_nodes(x)), axis=-2)
        return sum_over_elements(gathered.take(self.order, axis=-2))

    def min(self, x: Array) -> Array:
        """Global minimum over (elem, i, j) -> (..., lev)."""
        return np.min(self.comm.allgather(x.min(axis=(-4, -3, -2))), axis=0)

    def max(self, x: Array) -> Array:
        """Global maximum over (elem, i, j) -> (..., lev)."""
        return np.max(self.comm.allgather(x.max(axis=(-4, -3, -2))), axis=0)


@dataclass(frozen=True)
class Distribution:
    """How a mesh lies on the ranks; ``put`` takes this rank's share of a pytree, ``get`` puts shares together."""

    decomposition: Decomposition
    comm: Any

    @property
    def elements(self) -> np.ndarray:
        """(n,) global numbers [1] of this rank's elements."""
        d, rank = self.decomposition, self.comm.rank
        return d.elements[rank][d.real[rank]]

    @property
    def order(self) -> np.ndarray:
        """(elem,) place [1] of each global element when the ranks' elements are put one after another."""
        d = self.decomposition
        return np.argsort(d.elements[d.real])

    def put(self, tree: Any) -> Any:
        """This rank's elements of every (..., elem, i, j, lev); the rest is kept."""
        if isinstance(tree, LocalAssembly):
            return self._assembly(tree.copies[0, 0].size)
        if hasattr(tree, "_children"):
            return tree.map_children(self.put)
        return tree_map(self._share, tree)

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes."""
        return self.comm.rank == 0

    def get(self, tree: Any) -> Any:
        """The pytree with all elements in global order, on every rank."""
        return tree_map(lambda x: self._whole(x, self.comm.allgather), tree)

    def collect(self, tree: Any) -> Any:
        """The pytree with all elements in global order on the rank that writes; None on the others."""
        whole = tree_map(lambda x: self._whole(x, self.comm.gather), tree)
        return whole if self.first else None

    def _whole(self, x: Array, gather: Callable) -> Array | None:
        if np.ndim(x) < 4 or x.shape[-4] != len(self.elements):
            return x
        parts = gather(x)
        return None if parts is None else np.concatenate(parts, axis=-4).take(self.order, axis=-4)

    def any(self, flag: bool) -> bool:
        """Whether the flag is set on any rank."""
        return self.comm.allreduce(bool(flag), MPI.LOR)

    def broadcast(self, value: Any) -> Any:
        """The value that the rank that writes has, on every rank."""
        return self.comm.bcast(value)

    def _share(self, x: Array) -> Array:
        sharded = np.ndim(x) >= 4 and x.shape[-4] == len(self.decomposition.position)
        return x.take(self.elements, axis=-4) if sharded else x

    def _assembly(self, nodes: int) -> MpiAssembly:
        d, rank, own = self.decomposition, self.comm.rank, len(self.elements)
        padded = d.elements.shape[1]
        address = _compact(d.nodes, rank, padded * nodes, own * nodes)
        return MpiAssembly(
            copies=address(d.copies[rank][:, :own]) + 1,
            neighbours=_compact(d.around, rank, padded, own)(d.neighbours[rank][:own]),
            rim=int(d.rim[rank]),
            nodes=self._halo(d.nodes),
            around=self._halo(d.around),
            order=self.order,
            comm=self.comm,
        )

    def _halo(self, exchange: Exchange) -> Halo:
        rank, count = self.comm.rank, exchange.count
        send = {q: exchange.send[rank, q, : count[rank, q]] for q in np.flatnonzero(count[rank]).tolist()}
        receive = {q: int(count[q, rank]) for q in np.flatnonzero(count[:, rank]).tolist()}
        return Halo(self.comm, send, receive)


def _compact(exchange: Exchange, rank: int, padded: int, own: int) -> Callable[[np.ndarray], np.ndarray]:
    """The map from addresses with equal slots per sender to addresses without gaps."""
    start = np.concatenate([[0], np.cumsum(exchange.count[:, rank])])

    def address(table: np.ndarray) -> np.ndarray:
        sender, slot = np.divmod(table - padded, exchange.width)
        return np.where(table < padded, table, own + start[sender.clip(min=0)] + slot)

    return address


def distribute(grid: Meshed, comm: Any = None, curve: np.ndarray | None = None) -> Distribution:
    """A way to lay the elements of a grid over MPI ranks.

    Parameters
    ----------
    grid : Grid in global element order, the same on every rank.
    comm : mpi4py communicator, MPI.COMM_WORLD by default; at most one rank per element.
    curve : (elem,) element numbers [1] in the order in which elements are dealt out; by default balance.default_curve.
    """
    comm = MPI.COMM_WORLD if comm is None else comm
    curve = default_curve(grid, comm.size) if curve is None else curve
    return Distribution(decompose(connectivity_of(grid.assembly, grid.global_id), curve, comm.size), comm)


def world() -> tuple[int, int]:
    """This process's rank, and the number of ranks that MPI knows."""
    return MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size


def meeting_point() -> str:
    """host:port, free on rank 0, where processes that MPI started find one another; the same on every rank."""
    address = None
    if MPI.COMM_WORLD.rank == 0:
        with socket.socket() as s:
            s.bind(("", 0))
            address = f"{socket.gethostname()}:{s.getsockname()[1]}"
    return MPI.COMM_WORLD.bcast(address)


def all_ended(seconds: float) -> bool:
    """Whether every rank calls this within that time: then all end for one reason, and may end by themselves."""
    met, deadline = MPI.COMM_WORLD.Ibarrier(), time.monotonic() + seconds
    while not met.Test():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def abort(status: int) -> None:
    """End every rank now."""
    MPI.COMM_WORLD.Abort(status)
