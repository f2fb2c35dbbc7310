"""What a dynamics step asks of the assembly: counted by running one with an assembly that keeps a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import homme
from pysces.models.theta_l.setup import THETA_L
from pysces.topology.assembly import LocalAssembly
from pysces.transport.eulerian import TracerTransport


@dataclass
class CountingAssembly:
    """An assembly that writes down the levels of every exchange: of node sums, and of extremes over neighbours."""

    assembly: LocalAssembly
    nodes: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)

    def assemble(self, tree: Any) -> Any:
        """As the assembly's, counted."""
        self.nodes.append(sum(_levels(leaf) for leaf in tree_leaves(tree)))
        return self.assembly.assemble(tree)

    def neighbour_min(self, q: Array) -> Array:
        """As the assembly's, counted."""
        self.items.append(_levels(q))
        return self.assembly.neighbour_min(q)

    def neighbour_max(self, q: Array) -> Array:
        """As the assembly's, counted."""
        self.items.append(_levels(q))
        return self.assembly.neighbour_max(q)

    def __getattr__(self, name: str) -> None:
        raise AttributeError(f"A step asks the assembly for {name}, which the counts of exchanges leave out.")


def _levels(array: Array) -> int:
    """Numbers per node or element: components and tracers times levels."""
    return int(np.prod(array.shape[:-4], dtype=int)) * array.shape[-1]


@dataclass(frozen=True)
class Exchanges:
    """Of one dynamics step: how many messages go to each neighbour, and fields (3-D, one number a node or element)."""

    messages: float
    node_fields: float
    item_fields: float


def exchanges(tracers: int = 0) -> Exchanges:
    """Of HOMME's hydrostatic step with its defaults (RK5, three steps to a remap), measured on a tiny mesh."""
    config = homme(ne=2, tstep=600.0, hypervis_subcycle=2)
    made = THETA_L.setup(config)
    dycore, state = made.dycore, made.state
    if tracers:
        dp0 = dycore.equations.coordinate.dp_ref(1.0e5)
        dycore = dycore.replace(transport=TracerTransport(dp0, nu_q=dycore.dissipation.nu, limiter_option=9))
        state = state.replace(tracer_mass=np.ones((tracers, 1, 1, 1, 1)) * state.dynamics.dp)
    counting = CountingAssembly(dycore.grid.assembly)
    dycore.replace(grid=dycore.grid.replace(assembly=counting)).step(state)
    steps, nlev = dycore.qsplit * max(dycore.rsplit, 1), state.dynamics.dp.shape[-1]
    messages = len(counting.nodes) + len(counting.items)
    return Exchanges(messages / steps, sum(counting.nodes) / nlev / steps, sum(counting.items) / nlev / steps)
