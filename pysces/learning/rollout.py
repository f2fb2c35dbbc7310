"""The misfit of forecasts with a network in them, and of what the network would push a state by at once.

Both are sums over levels of squared errors in deviations of the level, weighted by mass, so that a number of one is an
error as large as the weather itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.pytree import tree_leaves
from ..assimilation.variables import change_of_variables
from ..dycore.state import ModelState
from ..physics.suite import suites
from .network import ColumnNetwork, ColumnScales
from .windows import Windows

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


def pushed(dycore: Any, state: ModelState, calls: int) -> ModelState:
    """The state after so many calls' physics alone, computed at once from the state at the start."""
    return dycore.forcing.split(state, dycore.dt_remap * calls, dycore)[0]


def misfits(dycore: Any, advance: Advance, windows: Windows, scales: ColumnScales, calls: int) -> Array:
    """(window, lead, 2) mean square errors of wind and of temperature; leads are so many calls apart."""

    def window(state: ModelState, seen: tuple) -> Array:
        def lead(state: ModelState, there: tuple) -> tuple[ModelState, Array]:
            state = advance(dycore, state, calls)
            return state, _misfit(dycore, state, there, scales)

        return jax.lax.scan(lead, state, seen)[1]

    return jax.vmap(window)(windows.state, (windows.wind, windows.temperature))


_misfits = jax.jit(misfits, static_argnames=("advance", "calls"))


def misfits_one_by_one(dycore: Any, advance: Advance, windows: Windows, scales: ColumnScales, calls: int) -> np.ndarray:
    """As misfits, on the host; one window after the other, so that one program serves any number of them."""
    parts = [
        np.asarray(_misfits(dycore, advance, windows.chosen(slice(n, n + 1)), scales, calls))
        for n in range(windows.count)
    ]
    return np.concatenate(parts)


def _misfit(dycore: Any, state: ModelState, there: tuple, scales: ColumnScales) -> Array:
    """(2,) of wind and temperature."""
    fields = change_of_variables(dycore).fields(state)
    wind = (fields.wind - there[0]) / scales.wind[:, None, None, None]
    temperature = (fields.temperature - there[1]) / scales.temperature
    return jnp.stack([jnp.mean(mass_mean(dycore, wind**2)), mass_mean(dycore, temperature**2)])


def mass_mean(dycore: Any, x: Array) -> Array:
    """Mean over the atmosphere of (..., elem, i, j, lev) by the mass of the reference layers, (...)."""
    coordinate, area = dycore.equations.coordinate, dycore.grid.mass_matrix
    thickness = coordinate.etai[1:] - coordinate.etai[:-1]
    weight = area * thickness
    return jnp.sum(x * weight, axis=(-4, -3, -2, -1)) / jnp.sum(weight)


def size(network: ColumnNetwork) -> int:
    """How many numbers are trained."""
    return sum(leaf.size for leaf in tree_leaves(network.layers))
