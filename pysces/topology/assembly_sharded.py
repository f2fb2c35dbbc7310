"""Assembly over several JAX devices: elements sharded over a device mesh, only shared nodes exchanged.

Works in one process with several devices (GPUs, or host devices of a CPU) and, after ``jax.distributed.initialize``,
over several processes. Everything element-local is partitioned by XLA from the arrays' shardings; the exchange is
written out here. Node sums add in the same order as on one device, so results are bitwise the same on any number of
devices. HOMME: edge_mod, bndry_mod, for the sums; the exchange is our own design
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.multihost_utils import process_allgather
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from ..arrays.backend import Array
from ..arrays.compiler import once, stored
from ..arrays.derivatives import symmetric_linear
from ..arrays.pytree import Tree, pytree, static, tree_map
from ..native.gather import gather_min, gather_sum_times
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
from .decomposition import Decomposition, decompose

AXIS = "elem"
_PAGE = 1 << 14  # messages between processes are rounded up to this size: one compiled program carries them all


@pytree
class ShardedAssembly(Tree):
    """Tables as in LocalAssembly with a leading device axis; send_* are what each device sends to each other one.

    Fields as LocalAssembly's: x and field (..., elem, i, j, lev), q (..., elem, 1, 1, lev) in any unit [U], factor
    (elem, i, j, 1) with a unit of its own; elements lie in the order of the devices.
    """

    copies: Array
    neighbours: Array
    send_nodes: Array
    send_elements: Array
    position: Array
    mesh: Mesh = static()

    def assemble(self, tree: Any) -> Any:
        """Every leaf (..., elem, i, j, lev) with each node replaced by the sum over its copies."""
        return tree_map(lambda field: symmetric_linear(self._assemble, field), tree)

    def _assemble(self, field: Array) -> Array:
        def on_device(copies: Array, send: Array, x: Array) -> Array:
            x = once(x)  # or XLA computes it for its rows and for itself
            return stored(gather_sum, copies[0], x, _with_halo(node_rows(x), send[0], axis=-2))

        return self._map(on_device, self.copies, self.send_nodes, field)

    def native_sum_times(self, field: Array, factor: Array) -> Array:
        """What assemble_times makes of one leaf, in C."""

        def on_device(copies: Array, send: Array, x: Array, factor: Array) -> Array:
            return gather_sum_times(copies[0], x, _with_halo(node_rows(x), send[0], axis=-2), factor)

        return self._map(on_device, self.copies, self.send_nodes, field, factor)

    def neighbour_min(self, q: Array) -> Array:
        """Least of q (..., elem, 1, 1, lev) over each element and its neighbours."""
        return jnp.minimum(q, self._around(q).min(axis=-4))

    def native_neighbour_min(self, q: Array) -> Array:
        """neighbour_min in C."""

        def on_device(neighbours: Array, send: Array, x: Array) -> Array:
            return gather_min(neighbours[0], x, _with_halo(x, send[0], axis=-4))

        return self._map(on_device, self.neighbours, self.send_elements, q)

    def neighbour_max(self, q: Array) -> Array:
        """Greatest of q (..., elem, 1, 1, lev) over each element and its neighbours."""
        return jnp.maximum(q, self._around(q).max(axis=-4))

    def _around(self, q: Array) -> Array:
        def on_device(neighbours: Array, send: Array, x: Array) -> Array:
            return jnp.take(_with_halo(x, send[0], axis=-4), neighbours[0], axis=-4)

        return self._map(on_device, self.neighbours, self.send_elements, q, extra_axes=1)

    def _map(self, function: Callable, table: Array, send: Array, *fields: Array, extra_axes: int = 0) -> Array:
        """function on every device's share of the table and of fields, whose axis -4 is sharded."""
        specs = [_spec(field.ndim) for field in fields]
        out = PartitionSpec(*specs[0], *[None] * extra_axes)
        by_device = PartitionSpec(AXIS)
        mapped = jax.shard_map(
            function,
            mesh=self.mesh,
            in_specs=(by_device, by_device, *specs),
            out_specs=out,
            check_vma=False,
        )
        return mapped(table, send, *fields)

    def sum(self, x: Array) -> Array:
        """Global sum over (elem, i, j) -> (..., lev), in the order of global element numbers."""
        return sum_over_elements(jnp.take(sum_over_nodes(x), self.position, axis=-2))

    def min(self, x: Array) -> Array:
        """Global minimum over (elem, i, j) -> (..., lev)."""
        return x.min(axis=(-4, -3, -2))

    def max(self, x: Array) -> Array:
        """Global maximum over (elem, i, j) -> (..., lev)."""
        return x.max(axis=(-4, -3, -2))


def _spec(ndim: int) -> PartitionSpec:
    return PartitionSpec(*[None] * (ndim - 4), AXIS, None, None, None)


def _with_halo(items: Array, send: Array, axis: int) -> Array:
    """Own items followed by those received: send (parts, width) lists what goes to each device; one has them all."""
    if len(send) == 1:
        return items
    outgoing = jnp.take(items, send.ravel(), axis=axis)
    received = jax.lax.all_to_all(outgoing, AXIS, items.ndim + axis, items.ndim + axis, tiled=True)
    return jnp.concatenate([items, received], axis=axis)


@dataclass(frozen=True)
class Sharding:
    """How one mesh of elements lies on a device mesh; ``put`` and ``get`` move pytrees there and back."""

    decomposition: Decomposition
    mesh: Mesh

    @property
    def nelem(self) -> int:
        """Elements of the whole mesh."""
        return len(self.decomposition.position)

    def put(self, tree: Any) -> Any:
        """A pytree in global element order, on the devices: (..., elem, i, j, lev) sharded, the rest replicated.

        So are the few arrays of a Grid that have one number per element or node; only set-up reads them.

        Raises
        ------
        ValueError for floats of 64 bits while jax keeps 32.
        """
        if isinstance(tree, LocalAssembly):
            # On one device the very program of a run that is not sharded: XLA would fuse an exchange with nobody, and
            # contract other products into sums.
            return self._assembly() if self.mesh.size > 1 else tree_map(self._put_leaf, tree)
        if hasattr(tree, "_children"):
            return tree.map_children(self.put)
        return tree_map(self._put_leaf, tree)

    def get(self, tree: Any) -> Any:
        """The pytree back in global element order as numpy arrays."""
        width = self.decomposition.elements.size

        def back(x: Array) -> np.ndarray:
            value = np.asarray(x if x.is_fully_addressable else _replicated(x, self.mesh))
            return (
                value.take(self.decomposition.position, axis=-4)
                if value.ndim >= 4 and value.shape[-4] == width
                else value
            )

        return tree_map(back, tree)

    def addresses(self, elements: np.ndarray) -> np.ndarray:
        """(n,) places [1] along the sharded axis of elements (n,), global numbers [1]."""
        return self.decomposition.position[elements]

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return jax.process_index() == 0

    def collect(self, tree: Any) -> Any:
        """As get, on the process that writes; None on the others."""
        whole = self.get(tree)
        return whole if self.first else None

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return bool(np.any(self._from_all(np.array([flag]))))

    def broadcast(self, value: Any) -> Any:
        """The value that the process that writes has, in every process."""
        if jax.process_count() == 1:
            return value
        text = np.frombuffer(pickle.dumps(value), np.uint8) if self.first else np.empty(0, np.uint8)
        size = int(self._from_all(np.array([text.size]))[0, 0])
        room = np.zeros(-(-size // _PAGE) * _PAGE, np.uint8)
        room[: text.size] = text
        return pickle.loads(self._from_all(room)[0, :size].tobytes())

    @staticmethod
    def _from_all(value: np.ndarray) -> np.ndarray:
        """(process, ...) the arrays, of one shape, of all processes."""
        return np.reshape(process_allgather(value, tiled=False), (jax.process_count(), *value.shape))

    def _put_leaf(self, x: Array) -> Array:
        value = np.asarray(x)
        if value.dtype.kind == "f" and jax.dtypes.canonicalize_dtype(value.dtype) != value.dtype:
            raise ValueError("jax would halve these 64 bits; make Backend('jax') first, or cast them to 32 yourself.")
        if value.ndim >= 4 and value.shape[-4] == self.nelem:
            return self._place(value.take(self.decomposition.elements.ravel(), axis=-4), _spec(value.ndim))
        return self._place(value, PartitionSpec())

    def _place(self, value: np.ndarray, spec: PartitionSpec) -> Array:
        return jax.make_array_from_callback(value.shape, NamedSharding(self.mesh, spec), lambda index: value[index])

    def _assembly(self) -> ShardedAssembly:
        d = self.decomposition
        by_device = PartitionSpec(AXIS)
        place = lambda value: self._place(value, by_device)  # noqa: E731
        return ShardedAssembly(
            copies=place((d.copies + 1).astype(np.int32)),
            neighbours=place(d.neighbours),
            send_nodes=place(d.nodes.send),
            send_elements=place(d.around.send),
            position=self._place(d.position, PartitionSpec()),
            mesh=self.mesh,
        )


def _replicated(x: Array, mesh: Mesh) -> Array:
    return jax.jit(lambda y: y, out_shardings=NamedSharding(mesh, PartitionSpec()))(x)


def shard_elements(
    grid: Meshed, devices: Sequence[jax.Device] | None = None, curve: np.ndarray | None = None
) -> Sharding:
    """A way to lay the elements of a grid over devices.

    Parameters
    ----------
    grid : Grid in global element order, on numpy.
    devices : jax devices, all of them by default.
    curve : (elem,) element numbers [1] in the order in which elements are dealt out; by default balance.default_curve.
    """
    devices = jax.devices() if devices is None else devices
    curve = default_curve(grid, len(devices)) if curve is None else curve
    mesh = Mesh(np.array(devices), (AXIS,), axis_types=(AxisType.Auto,))
    return Sharding(decompose(connectivity_of(grid.assembly, grid.global_id), curve, len(devices)), mesh)


def join_processes(address: str, processes: int, process: int, local_devices: list[int] | None) -> None:
    """Make this process one of several of a JAX program; does nothing where that has been done.

    Parameters
    ----------
    address : host:port where the processes find one another.
    local_devices : which of this machine's GPUs are this process's own; host devices of a CPU are never shared.

    Raises
    ------
    ValueError where jax has already started alone, or as another number of processes.
    """
    if not jax.distributed.is_initialized():
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        try:
            jax.distributed.initialize(address, processes, process, local_devices)
        except RuntimeError as error:
            raise ValueError(f"{processes} jax processes were asked for, but jax has started alone: {error}") from None
    if jax.process_count() != processes:
        raise ValueError(f"{processes} jax processes were asked for, but this program has {jax.process_count()}.")


def devices_of_each_process(count: int, platform: str | None) -> list:
    """``count`` devices of every process, host devices of a CPU made as needed; before anything else uses JAX.

    Raises
    ------
    ValueError where a process has fewer, as it does when JAX started before this was asked.
    """
    asked = "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", "")
    if not asked and jax.config.jax_num_cpu_devices < count:  # type: ignore[attr-defined]  # an option of jax's own
        with suppress(RuntimeError):  # raised when JAX has started; whether it has enough of them is asked below
            jax.config.update("jax_num_cpu_devices", count)
    devices = jax.devices(platform)
    chosen = [[d for d in devices if d.process_index == p][:count] for p in range(jax.process_count())]
    if any(len(own) < count for own in chosen):
        found = f"{min(len(own) for own in chosen)} {devices[0].platform} device(s)"
        raise ValueError(f"{count} devices were asked for, but jax has {found}; ask before anything else uses jax.")
    return [device for own in chosen for device in own]
