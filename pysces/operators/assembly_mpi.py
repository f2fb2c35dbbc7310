"""Assembly over MPI ranks, on numpy: neighbours only, one message per neighbour for all fields of a state.

Elements with foreign neighbours come first on every rank. While messages travel, the sums of all other elements are
formed. Node sums add in the same order as on one rank, so results are bitwise the same on any number of ranks.

HOMME: bndry_mod:bndry_exchangeV, edge_mod
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from mpi4py import MPI

from ..arrays import Array
from ..geometry.decomposition import Decomposition, Exchange, decompose
from ..pytree import pytree, static, tree_leaves, tree_map
from .assembly import (
    LocalAssembly,
    connectivity_of,
    default_curve,
    gather_sum,
    node_rows,
    sum_over_elements,
    sum_over_nodes,
)


@dataclass(frozen=True)
class Halo:
    """One rank's side of an exchange: what goes to and how much comes from each neighbour, by rank."""

    comm: Any
    send: dict[int, np.ndarray]
    receive: dict[int, int]

    def start(self, fields: list[np.ndarray]):
        """Post the messages of fields (..., item, lev); returns what finish needs."""
        shapes = [{q: (*f.shape[:-2], n, f.shape[-1]) for q, n in self.receive.items()} for f in fields]
        incoming = {q: np.empty(sum(int(np.prod(s[q])) for s in shapes)) for q in self.receive}
        outgoing = {
            q: np.concatenate([f.take(items, axis=-2).ravel() for f in fields]) for q, items in self.send.items()
        }
        requests = [self.comm.Irecv(buffer, source=q) for q, buffer in incoming.items()]
        requests += [self.comm.Isend(buffer, dest=q) for q, buffer in outgoing.items()]
        return requests, incoming, outgoing, shapes

    @staticmethod
    def finish(posted) -> list[list[np.ndarray]]:
        """Wait; per field, the items received from each neighbour in rank order."""
        requests, incoming, _, shapes = posted
        MPI.Request.Waitall(requests)
        offsets = dict.fromkeys(incoming, 0)
        received = []
        for shape in shapes:
            parts = []
            for q in sorted(incoming):
                size = int(np.prod(shape[q]))
                parts.append(incoming[q][offsets[q] : offsets[q] + size].reshape(shape[q]))
                offsets[q] += size
            received.append(parts)
        return received


@dataclass(frozen=True)
class _Table:
    edge_copy: np.ndarray
    corner_copies: np.ndarray
    corner_valid: np.ndarray

    def part(self, which: slice) -> _Table:
        return _Table(self.edge_copy[which], self.corner_copies[which], self.corner_valid[which])


@pytree
class MpiAssembly:
    """The assembly of one rank; everything in it is structure, nothing is differentiated."""

    table: _Table = static()
    neighbours: np.ndarray = static()
    rim: int = static()
    nodes: Halo = static()
    around: Halo = static()
    order: np.ndarray = static()
    comm: Any = static()

    def assemble(self, tree):
        """Every leaf (..., elem, i, j, lev) with each node replaced by the sum over its copies."""
        fields = tree_leaves(tree)
        posted = self.nodes.start([node_rows(f) for f in fields])
        inner, rim = slice(self.rim, None), slice(0, self.rim)
        done = [gather_sum(self.table.part(inner), f[..., inner, :, :, :], node_rows(f)) for f in fields]
        results = []
        for field, interior, halo in zip(fields, done, self.nodes.finish(posted)):
            rows = np.concatenate([node_rows(field), *halo], axis=-2)
            outer = gather_sum(self.table.part(rim), field[..., rim, :, :, :], rows)
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
        (halo,) = self.around.finish(self.around.start([items]))
        known = np.concatenate([items, *halo], axis=-2)
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
        d, rank = self.decomposition, self.comm.rank
        return d.elements[rank][d.real[rank]]

    @property
    def order(self) -> np.ndarray:
        """(elem,) where each global element stands when the ranks' elements are put one after another."""
        d = self.decomposition
        return np.argsort(d.elements[d.real])

    def put(self, tree):
        """This rank's elements of every (..., elem, i, j, lev); the rest is kept."""
        if isinstance(tree, LocalAssembly):
            return self._assembly(tree.npts)
        if hasattr(tree, "_children"):
            return tree.map_children(self.put)
        return tree_map(self._share, tree)

    def get(self, tree):
        """The pytree with all elements in global order, on every rank."""
        own = len(self.elements)

        def whole(x):
            if np.ndim(x) < 4 or x.shape[-4] != own:
                return x
            return np.concatenate(self.comm.allgather(x), axis=-4).take(self.order, axis=-4)

        return tree_map(whole, tree)

    def _share(self, x):
        sharded = np.ndim(x) >= 4 and x.shape[-4] == len(self.decomposition.position)
        return x.take(self.elements, axis=-4) if sharded else x

    def _assembly(self, npts: int) -> MpiAssembly:
        d, rank, own = self.decomposition, self.comm.rank, len(self.elements)
        padded = d.elements.shape[1]
        address = _compact(d.nodes, rank, padded * npts**2, own * npts**2)
        copies = address(d.corner_copies[rank][:own])
        return MpiAssembly(
            table=_Table(address(d.edge_copy[rank][:own]), copies.clip(min=0), (copies >= 0)[..., None]),
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


def _compact(exchange: Exchange, rank: int, padded: int, own: int):
    """The map from addresses with equal slots per sender to addresses without gaps."""
    start = np.concatenate([[0], np.cumsum(exchange.count[:, rank])])

    def address(table: np.ndarray) -> np.ndarray:
        sender, slot = np.divmod(table - padded, exchange.width)
        return np.where(table < padded, table, own + start[sender.clip(min=0)] + slot)

    return address


def distribute(grid, comm=None, curve: np.ndarray | None = None) -> Distribution:
    """A way to lay the elements of a grid over MPI ranks.

    Parameters
    ----------
    grid : Grid in global element order, the same on every rank.
    comm : mpi4py communicator, MPI.COMM_WORLD by default; at most one rank per element.
    curve : (elem,) order in which elements are dealt out; a space-filling curve by default on a cubed sphere.
    """
    comm = MPI.COMM_WORLD if comm is None else comm
    curve = default_curve(grid.nelem) if curve is None else curve
    return Distribution(decompose(connectivity_of(grid.assembly, grid.global_id), curve, comm.size), comm)
