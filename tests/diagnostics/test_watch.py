"""The watch over a run: one sentence for a bad state, with its field and place."""

import numpy as np
import pytest

from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.diagnostics.watch import check_state
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.state import HydrostaticState
from pysces.vertical.coordinate import even_pressure


def _state() -> HydrostaticState:
    """The wave on six layers."""
    grid, coordinate = cubed_sphere_grid(3), even_pressure(6, 0.05)
    fields = baroclinic_wave_umjs14(grid, coordinate)
    vtheta_dp = virtual_potential_temperature_mass(fields, coordinate, E3SM)
    return HydrostaticState(fields.wind, vtheta_dp, fields.dp)


def test_bad_states_are_named_with_field_element_and_level():
    state = _state()
    check_state(state, 0.0)
    wind, dp = state.wind.copy(), state.dp.copy()
    wind[1, 7, 2, 3, 4] = np.nan
    with pytest.raises(FloatingPointError, match=r"wind is not finite \(nan\) at element 7, node \(2, 3\), level 4"):
        check_state(state.replace(wind=wind), 3600.0)
    dp[5, 0, 1, 2] = -3.0
    with pytest.raises(FloatingPointError, match=r"dp is not positive \(-3\) at element 5, node \(0, 1\), level 2"):
        check_state(state.replace(dp=dp), 3600.0)
