"""Assembly: sums over the copies of shared nodes, extremes over neighbouring elements, reproducible global reductions.

The only object that knows about parallelism. Here: everything in one process on one device. The sum at an edge node is
own + other, at a vertex own + first edge + second edge + corners, as HOMME adds them; it does not depend on how
elements are distributed, so every decomposition gives the same bits.

Equations: direct stiffness summation, Dennis et al. (2012), doi:10.1177/1094342011428142
HOMME: edge_mod, bndry_mod, global_norms_mod, repro_sum_mod (the order of global sums is our own)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from ..arrays.backend import Array, namespace, take_rows
from ..arrays.compiler import stored
from ..arrays.derivatives import differentiated_as, symmetric_linear
from ..arrays.pytree import Tree, pytree, tree_map
from ..native.call import Postponed, is_native
from ..native.gather import gather_min, gather_sum_times, joined_in_kernel
from ..native.trace import in_kernel
from .connectivity import Connectivity


@pytree
class LocalAssembly(Tree):
    """All elements in one place.

    copies : (copy, elem, i, j) the other copies of each node in the order in which they are added, nodes counted from 1
        in the order of node_rows; 0: no more.
    neighbours : (elem, n) elements around each element, padded with itself.
    Fields x and field are (..., elem, i, j, lev) in any unit [U], and so are their sums and extremes; q has one number
    an element, (..., elem, 1, 1, lev); factor is (elem, i, j, 1), with a unit of its own.
    """

    copies: Array
    neighbours: Array

    def assemble(self, tree: Any) -> Any:
        """Every leaf (..., elem, i, j, lev) with each node replaced by the sum over its copies."""
        return tree_map(lambda field: symmetric_linear(lambda x: stored(_sum_of_copies, self.copies, x), field), tree)

    def native_sum_times(self, field: Array, factor: Array) -> Array:
        """What assemble_times makes of one leaf, in C."""
        return gather_sum_times(self.copies, field, node_rows(field), factor)

    def neighbour_min(self, q: Array) -> Array:
        """Least of q (..., elem, 1, 1, lev) over each element and the elements it shares an edge or a corner with."""
        return namespace(q).minimum(q, self._around(q).min(axis=-4))

    def native_neighbour_min(self, q: Array) -> Array:
        """neighbour_min in C."""
        return gather_min(self.neighbours, q, q)

    def neighbour_max(self, q: Array) -> Array:
        """Greatest of q over each element and its neighbours, as neighbour_min."""
        return namespace(q).maximum(q, self._around(q).max(axis=-4))

    def _around(self, q: Array) -> Array:
        return namespace(q).take(q, self.neighbours, axis=-4)

    def sum(self, x: Array) -> Array:
        """Global sum over (elem, i, j) of x (..., elem, i, j, lev) -> (..., lev); always the same bits."""
        return sum_over_elements(sum_over_nodes(x))

    def min(self, x: Array) -> Array:
        """Global minimum over (elem, i, j) -> (..., lev)."""
        return x.min(axis=(-4, -3, -2))

    def max(self, x: Array) -> Array:
        """Global maximum over (elem, i, j) -> (..., lev)."""
        return x.max(axis=(-4, -3, -2))


def assemble_times(assembly: Any, tree: Any, factor: Array) -> Any:
    """Every leaf (..., elem, i, j, lev) [U], each node the sum over its copies times factor (elem, i, j, 1)."""
    native = _in_c(assembly, "native_sum_times", tree)
    if native is None:
        return tree_map(lambda field: field * factor, assembly.assemble(tree))
    return tree_map(lambda field: differentiated_as(_sum_times, native, assembly, field, factor), tree)


def assemble_times_later(assembly: Any, tree: Any, factor: Array) -> Any:
    """assemble_times, or where C is chosen and all elements are here what the kernel that reads it begins with.

    tree : leaves (..., elem, i, j, lev) [U].   factor : (elem, i, j, 1), with a unit of its own.
    """
    if isinstance(assembly, LocalAssembly) and is_native(tree):
        return Postponed((assembly, tree, factor), _joined, _with_rows)
    return assemble_times(assembly, tree, factor)


def _with_rows(assembly: LocalAssembly, tree: Any, factor: Array) -> tuple:
    """And the rows that copies are found in, and where."""
    places = namespace(factor).moveaxis(assembly.copies, 0, 1).reshape(len(factor), len(assembly.copies), -1, 1)
    return assembly, tree, factor, tree_map(node_rows, tree), places


def _joined(assembly: LocalAssembly, tree: Any, factor: Array, rows: Any, places: Array) -> Any:
    if not in_kernel():
        return tree_map(lambda field: field * factor, assembly.assemble(tree))
    return tree_map(lambda field, found: joined_in_kernel(places, field, found, factor), tree, rows)


def least_around(assembly: Any, q: Array) -> Array:
    """Least of q (..., elem, 1, 1, lev) [U] over each element and its neighbours."""
    native = _in_c(assembly, "native_neighbour_min", q)
    return assembly.neighbour_min(q) if native is None else differentiated_as(_neighbour_min, native, assembly, q)


def _in_c(assembly: Any, name: str, tree: Any) -> Callable | None:
    """The assembly's method in C, where it has one and C is chosen for what is made of the tree."""
    return getattr(type(assembly), name, None) if is_native(tree) else None


def _sum_times(assembly: Any, field: Array, factor: Array) -> Array:
    return assembly.assemble(field) * factor


def _neighbour_min(assembly: Any, q: Array) -> Array:
    return assembly.neighbour_min(q)


class Meshed(Protocol):
    """What cutting a mesh into parts reads of a Grid, which lies above this room."""

    @property
    def assembly(self) -> LocalAssembly:
        """Of all elements."""

    @property
    def global_id(self) -> Array:
        """(elem, i, j) number [1] of the distinct point at each node."""

    @property
    def ne(self) -> int:
        """Elements along a cube edge; 0 on every mesh but the cubed sphere."""

    @property
    def centres(self) -> np.ndarray:
        """(3, elem) where elements are: unit vectors [1], or on a plane x, y and 0 [m]."""

    @property
    def nelem(self) -> int:
        """How many elements."""

    @property
    def npts(self) -> int:
        """Nodes along an element edge."""


def local_assembly(connectivity: Connectivity) -> LocalAssembly:
    """The assembly of one process that holds every element."""
    return LocalAssembly((connectivity.copies + 1).astype(np.int32), connectivity.neighbours)


def connectivity_of(assembly: LocalAssembly, global_id: Array) -> Connectivity:
    """The connectivity that an assembly was made from, for cutting its mesh into parts.

    global_id : (elem, i, j) number [1] of the distinct point at each node.
    """
    copies, neighbours = np.asarray(assembly.copies) - 1, np.asarray(assembly.neighbours)
    return Connectivity(copies.shape[-1], copies, neighbours, np.asarray(global_id))


def node_rows(field: Array) -> Array:
    """A field (..., elem, i, j, lev) [U] as (..., elem * i * j, lev): what the tables' addresses point into."""
    *lead, nelem, n, _, nlev = field.shape
    return field.reshape(*lead, nelem * n * n, nlev)


def gather_sum(copies: Array, field: Array, rows: Array) -> Array:
    """The gather itself: each node of field plus its copies found in rows (own nodes, then any halo).

    copies : as in LocalAssembly.   field : (..., elem, i, j, lev).   rows : (..., row, lev); all [U].

    Linear in the whole field and its own transpose. Called through ``stored``, so that
    no product outside becomes part of a fused multiplication and addition here, on some numbers of devices.
    """
    xp = namespace(field)
    none = xp.full_like(rows[..., :1, :], -0.0)  # which changes no bit of what it is added to
    known = xp.concatenate([none, rows], axis=-2)
    total = field
    for addresses in copies:
        total = total + take_rows(known, addresses.ravel()).reshape(field.shape)
    return total


def _sum_of_copies(copies: Array, field: Array) -> Array:
    """Of all elements in one place. Its rows are made in here: outside, XLA computes the field once more for them."""
    return gather_sum(copies, field, node_rows(field))


def sum_over_nodes(x: Array) -> Array:
    """x (..., elem, i, j, lev) [U] -> (..., elem, lev): the nodes of an element, j outermost, i fastest."""
    npts = x.shape[-2]
    total = x[..., 0, 0, :]
    for node in range(1, npts * npts):
        total = total + x[..., node % npts, node // npts, :]
    return total


def sum_over_elements(x: Array) -> Array:
    """x (..., elem, lev) [U] -> (..., lev): elements in pairs, then pairs of pairs, so the order is always the same."""
    xp = namespace(x)
    while x.shape[-2] > 1:
        even = x.shape[-2] // 2 * 2
        pairs = x[..., 0:even:2, :] + x[..., 1:even:2, :]
        x = xp.concatenate([pairs, x[..., even:, :]], axis=-2) if even < x.shape[-2] else pairs
    return x[..., 0, :]
