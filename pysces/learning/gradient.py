"""The derivative of forecasts by a network's layers, lead after lead, with a batch of windows spread over devices.

States between leads alone are kept, and a lead is run again when its turn comes; so one program takes back forecasts of
any number of leads, and a curriculum of growing length compiles nothing anew.

Equations: Griewank & Walther (2000), doi:10.1145/347837.347846 (states kept, the rest run again)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from ..arrays.backend import Array
from ..arrays.pytree import tree_map
from ..topology.assembly_sharded import devices_of_each_process
from .network import ColumnNetwork
from .rollout import Advance, misfit
from .windows import Windows

T = TypeVar("T")
WHOLE, SPREAD = PartitionSpec(), PartitionSpec("batch")


@dataclass(frozen=True)
class Way:
    """How forecasts are made.

    calls : of the dycore between leads.
    advance, insert : how a state is brought to the next lead, and how a network enters the dycore.
    devices : of jax, over which a batch is spread.
    """

    calls: int
    advance: Advance
    insert: Callable
    devices: int


def loss_and_gradient(
    layers: Any, network: ColumnNetwork, dycore: Any, windows: Windows, way: Way
) -> tuple[Array, Any]:
    """The mean misfit of all leads of a batch of windows, a number [1], and its derivative, a tree like the layers."""
    forward, backward = _programs(way)
    windows = _placed(windows, way.devices, SPREAD)
    given, states = (layers, network, dycore), [windows.state]
    for _ in range(windows.leads - 1):
        states.append(forward(given, states[-1]))
    later, parts = tree_map(lambda x: 0.0 * x, windows.state), []
    for lead in reversed(range(windows.leads)):
        there = windows.wind[:, lead], windows.temperature[:, lead]
        loss, slopes, later = backward(given, (states[lead], there, later))
        parts.append((loss, slopes))
    return tree_map(lambda *x: sum(x) / windows.leads, *parts)


def on_devices(tree: T, devices: int) -> T:
    """A tree of which every device has a copy."""
    return _placed(tree, devices, WHOLE)


def _placed(tree: T, devices: int, how: PartitionSpec) -> T:
    """On its devices before any program sees it: jax compiles anew for an array that only afterwards lies there."""
    return jax.device_put(tree, NamedSharding(_mesh(devices), how) if devices > 1 else jax.devices()[0])


@functools.cache
def _programs(way: Way) -> tuple[Callable, Callable]:
    """States one lead later; and the loss there, its derivatives by the layers and by the states before."""

    def lead(given: tuple, states: Any) -> Any:
        layers, network, dycore = given
        inserted = way.insert(dycore, network.replace(layers=layers))
        return jax.vmap(lambda state: way.advance(inserted, state, way.calls))(states)

    def back(given: tuple, moving: tuple) -> tuple:
        states, there, later = moving

        def loss(layers: Any, states: Any) -> tuple[Any, Array]:
            ends = lead((layers, *given[1:]), states)
            found = jax.vmap(misfit, (None, 0, 0, None))(given[2], ends, there, given[1].scales)
            return ends, jnp.mean(found)

        (_, value), pullback = jax.vjp(loss, given[0], states)
        slopes, before = pullback((later, jnp.ones_like(value)))
        return *_mean((value, slopes), way.devices), before

    return _spread(lead, way.devices, SPREAD), _spread(back, way.devices, (WHOLE, WHOLE, SPREAD))


def _mean(tree: T, devices: int) -> T:
    return tree if devices == 1 else jax.lax.pmean(tree, "batch")


def _spread(function: Callable, devices: int, out: Any) -> Callable:
    """A compiled (given, moving) -> out whose second argument is spread over devices."""
    if devices > 1:
        function = jax.shard_map(
            function, mesh=_mesh(devices), in_specs=(WHOLE, SPREAD), out_specs=out, check_vma=False
        )
    return jax.jit(function)


def _mesh(devices: int) -> Mesh:
    return Mesh(np.array(devices_of_each_process(devices, None)), ("batch",))
