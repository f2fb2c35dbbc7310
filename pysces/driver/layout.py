"""Where the arrays of a run live: in one place, over MPI ranks, or over JAX devices of one or several processes.

A run is written once: ``put`` deals its arrays out, ``collect`` brings them to the one process that writes, and what
that process sees is sent to the others. Results do not depend on the layout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.backend import Backend, to_numpy
from ..config.run import RunConfig
from ..config.sections import BackendOptions
from ..geometry.grid import Grid
from .launch import Process, launcher, own_process


@dataclass(frozen=True)
class Layout:
    """host : the backend that converts arrays before they are dealt out.

    parts : a Distribution (MPI) or a Sharding (JAX), or None when everything lies in one place, on backend.
    """

    host: Backend
    backend: Backend
    parts: Any = None
    name: str = ""

    def put(self, tree: Any) -> Any:
        """A pytree of all elements, taken to where the run computes."""
        return self.backend.asarray(tree) if self.parts is None else self.parts.put(self.host.asarray(tree))

    def collect(self, tree: Any) -> Any:
        """The pytree of all elements as numpy arrays, in the process that writes; None in the others."""
        return to_numpy(tree) if self.parts is None else self.parts.collect(tree)

    def collecting(self, look: Callable[[], Any]) -> Callable[[], Any]:
        """As collect(look()), when it is called, in any thread; parts must meet, so theirs is collected now.

        jax runs the programs that one thread starts one after another, those of two threads side by side.
        """
        if self.parts is None:
            return lambda: to_numpy(look())
        whole = self.collect(look())
        return lambda: whole

    def addresses(self, elements: np.ndarray) -> np.ndarray:
        """(n,) places [1] of elements (n,), by global numbers, along the axis of arrays that put has dealt out."""
        return elements if self.parts is None else self.parts.addresses(elements)

    @property
    def elements(self) -> np.ndarray | None:
        """(n,) global numbers [1] of the elements that this process computes by itself; None where it computes all."""
        return getattr(self.parts, "elements", None)

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and prints."""
        return self.parts is None or self.parts.first

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return flag if self.parts is None else self.parts.any(flag)

    def broadcast(self, look: Callable[[], Any]) -> Any:
        """What look() finds in the process that writes, in every process; so is the error it raises."""
        if self.parts is None:
            return look()
        found, error = None, None
        if self.first:
            try:
                found = look()
            except Exception as raised:
                error = raised
        found, error = self.parts.broadcast((found, error))
        if error is not None:
            raise error
        return found


def lay_out(options: BackendOptions, grid: Grid) -> Layout:
    """The layout that a configuration asks for; starts JAX's devices and joins its processes.

    Raises
    ------
    ValueError, in one sentence, where the processes and devices asked for are not there.
    """
    host = Backend("numpy", options.precision)
    kernels = None if (options.name, options.kernels) == ("numpy", "xla") else options.kernels
    backend = Backend(options.name, options.precision, options.platform or None, kernels=kernels)
    check_parts(options, grid.nelem)
    name = named_parts(options)
    where = own_process() if options.ranks else None
    if options.ranks:
        check_processes(options, where)
    if options.ranks and options.name == "numpy":
        return Layout(host, backend, _over_ranks(options, grid), name)
    if options.ranks or options.devices:
        return Layout(host, backend, _over_devices(options, grid, where), name)
    return Layout(host, backend)


def _over_ranks(options: BackendOptions, grid: Grid) -> Any:
    from ..topology.assembly_mpi import distribute, world

    _, size = world()
    if size != options.ranks:
        raise ValueError(
            f"{options.ranks} ranks were started, but mpi4py sees {size}: it was built for another MPI than the one of "
            "the mpiexec that was used; use the mpiexec that belongs to it."
        )
    return distribute(grid)


def _over_devices(options: BackendOptions, grid: Grid, where: Process | None) -> Any:
    """Over the devices of this process, or of all processes of which this is one."""
    from ..topology.assembly_sharded import devices_of_each_process, join_processes, shard_elements

    each = max(options.devices, 1)
    if where is not None:
        own = list(range(each * where.local_rank, each * (where.local_rank + 1)))
        join_processes(where.meeting_point(), options.ranks, where.rank, own)
    devices = devices_of_each_process(each, options.platform or None)
    return shard_elements(grid, devices)


def check_start(config: RunConfig) -> None:
    """Refuse processes that cannot be started, or that are not those that were."""
    here = own_process()
    if here is None:
        launcher(config)
    else:
        check_processes(config.backend, here)


def check_parts(options: BackendOptions, nelem: int) -> None:
    """Refuse more parts than elements, and devices without jax."""
    parts = max(options.ranks, 1) * max(options.devices, 1)
    if options.devices and options.name != "jax":
        raise ValueError(
            f"[backend] devices = {options.devices} needs backend 'jax', found {options.name!r}; use ranks."
        )
    if parts > nelem:
        raise ValueError(f"{nelem} elements can be shared by 1 to {nelem} parts, found {parts}; use fewer.")


def check_processes(options: BackendOptions, where: Process | None) -> None:
    """Refuse another number of processes than were started."""
    asked = f"[backend] ranks = {options.ranks}"
    if where is None:
        raise ValueError(f"{asked}, but this is one process; start it with mpiexec -n {options.ranks}, or pysces run.")
    if where.size != options.ranks:
        raise ValueError(
            f"{asked}, but {where.size} processes were started; leave ranks out, or start {options.ranks}."
        )


def named_parts(options: BackendOptions) -> str:
    """The ranks and devices asked for, as the first line of a run says them."""
    parts = [(options.ranks, "rank"), (options.devices, "device")]
    if options.name == "jax":
        parts[0] = (options.ranks, "process")
    said = " of ".join(_counted(*part) for part in parts if part[0])
    return f" on {said}" if said else ""


def _counted(count: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
