"""The misfit of forecasts with a network in them, and of what the network would push a state by at once.

Both are sums over levels of squared errors in deviations of the level, weighted by mass, so that a number of one is an
error as large as the weather itself.

The weights are our own design.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.placing import beside
from ..arrays.pytree import tree_leaves
from ..dycore.state import ModelState
from ..operators.integrals import global_mean
from ..physics.suite import suites
from .network import ColumnNetwork, ColumnScales
from .windows import Windows, air_of

Advance = Callable[[Any, ModelState, int], ModelState]  # (dycore, state, calls) -> state


def with_network(dycore: Any, network: ColumnNetwork | None) -> Any:
    """The dycore with the network beside the physics that it has; None leaves it as it is."""
    if network is None:
        return dycore
    return dycore.replace(forcing=dycore.forcing.replace(suite=suites(dycore.forcing.suite, network)))


def with_network_alone(dycore: Any, network: ColumnNetwork) -> Any:
    """The dycore with the network in place of its physics."""
    return dycore.replace(forcing=dycore.forcing.replace(suite=network))


def forecast(dycore: Any, state: ModelState, calls: int) -> ModelState:
    """The state so many calls later."""
    return dycore.run(state, calls)


@partial(jax.jit, static_argnums=2)
def pushed(dycore: Any, state: ModelState, calls: int) -> ModelState:
    """The state after so many calls' physics alone, computed at once from the state at the start."""
    return dycore.forcing.split(state, dycore.dt_remap * calls, dycore)[0]


def misfits(dycore: Any, advance: Advance, windows: Windows, scales: ColumnScales, calls: int) -> np.ndarray:
    """(window, lead, 2) misfits [1] of wind and of temperature, on the host; leads are so many calls apart.

    One lead of one window after the other, so that one program serves any number of both.
    """
    dycore = beside(dycore, dycore)  # the network in it, too
    return np.array([_misfits_of_one(dycore, advance, windows, scales, calls, n) for n in range(windows.count)])


def _misfits_of_one(
    dycore: Any, advance: Advance, windows: Windows, scales: ColumnScales, calls: int, n: int
) -> list[np.ndarray]:
    state, found = beside(dycore, windows.start(n)), []
    for there in zip(windows.wind[n], windows.temperature[n]):
        state = advance(dycore, state, calls)
        found.append(np.asarray(misfit(dycore, state, there, scales)))
    return found


@jax.jit
def misfit(dycore: Any, state: ModelState, there: tuple, scales: ColumnScales) -> Array:
    """(2,) mean square errors of wind and of temperature, in squared deviations [1]."""
    fields = air_of(dycore, state)
    wind = (fields.wind - there[0]) / scales.wind[:, None, None, None]
    temperature = (fields.temperature - there[1]) / scales.temperature
    return jnp.stack([jnp.mean(mass_mean(dycore, wind**2)), mass_mean(dycore, temperature**2)])


def mass_mean(dycore: Any, x: Array) -> Array:
    """Mean (...) [U] over the atmosphere of x (..., elem, i, j, lev) by the mass of the reference layers."""
    edges = dycore.equations.coordinate.etai
    thickness = edges[1:] - edges[:-1]
    return jnp.sum(global_mean(x, dycore.grid) * thickness, axis=-1) / jnp.sum(thickness)


def size(network: ColumnNetwork) -> int:
    """How many numbers are trained."""
    return sum(leaf.size for leaf in tree_leaves(network.layers))
