"""How far two states are from one another, in the variables of analysis."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from ..arrays.backend import Array
from ..dycore.dycore import Dycore, ModelState
from ..geometry.grid import Grid
from ..operators.integrals import global_mean
from .variables import change_of_variables, each


@jax.jit
def rms_difference(dycore: Dycore, one: ModelState, other: ModelState) -> Any:
    """The root mean square over the sphere, levels and components of each variable's difference, in its unit."""
    variables = change_of_variables(dycore)
    return each(lambda a, b: _rms(a - b, dycore.grid), variables.fields(one), variables.fields(other))


def _rms(difference: Array, grid: Grid) -> Array:
    return jnp.sqrt(global_mean(difference**2, grid).mean())
