"""Temperature of a theta-l state: its virtual temperature over what vapor adds to the gas constant.

HOMME: element_ops:get_temperature
"""

from __future__ import annotations

from ...arrays.backend import Array
from ...constants import Constants
from .equations import ThetaLEquations
from .state import ThetaLState


def temperature(state: ThetaLState, tracer_mass: Array | None, equations: ThetaLEquations) -> Array:
    """Temperature (elem, i, j, lev) [K] of a state that carries tracer_mass (tracer, elem, i, j, lev) [Pa], or None."""
    vapor_mass = equations.vapor_mass(tracer_mass)
    return virtual_temperature(state, equations) / gas_constant_ratio(vapor_mass, state.dp, equations.constants)


def virtual_temperature(state: ThetaLState, equations: ThetaLEquations) -> Array:
    """Of dry air as dense as the state's (elem, i, j, lev) [K]."""
    return state.vtheta_dp / state.dp * equations.exner(state)


def gas_constant_ratio(vapor_mass: Array | None, dp: Array, constants: Constants) -> Array | float:
    """R of moist over that of dry air [1], for vapor_mass in layers dp (elem, i, j, lev) [Pa]; 1 without vapor."""
    if vapor_mass is None:
        return 1.0
    return 1.0 + (constants.R_vapor / constants.R_dry - 1.0) * vapor_mass / dp
