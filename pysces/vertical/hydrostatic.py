"""Column sums of a hydrostatic atmosphere: pressure downwards from the model top, geopotential upwards from the ground.

Sums run in level order, as in Fortran. Every function works on the last axis, whatever stands before it.
HOMME: eos, element_ops   CAM-SE: cam_thermo
"""

from __future__ import annotations

import numpy as np

from ..arrays.backend import Array, namespace
from ..arrays.compiler import cumulative_sum


def interface_pressure(dp: Array, ptop: Array) -> Array:
    """Pressure (..., lev + 1) at interfaces: p_i(1) = ptop, p_i(k+1) = p_i(k) + dp(k) [Pa]."""
    xp = namespace(dp)
    top = xp.broadcast_to(xp.asarray(ptop, dtype=dp.dtype), (*dp.shape[:-1], 1))
    return cumulative_sum(xp.concatenate([top, dp], axis=-1))


def midpoint_pressure(p_i: Array) -> Array:
    """Mean (..., lev) of the pressures p_i (..., lev + 1) at the two interfaces of every layer [Pa]."""
    return (p_i[..., :-1] + p_i[..., 1:]) / 2.0


def integrate_upward(increments: Array, surface: Array) -> Array:
    """Interface values (..., lev + 1) [U] from the ground up: x(n+1) = surface, x(k) = x(k+1) + increments(k).

    Parameters
    ----------
    increments : (..., lev), change across each layer, upwards [U].
    surface : (..., 1), value at the ground [U].
    """
    xp = namespace(increments, surface)
    surface = xp.broadcast_to(surface, (*increments.shape[:-1], 1))
    return cumulative_sum(xp.concatenate([increments, surface], axis=-1), reverse=True)


def check_positive(values: Array, name: str, units: str) -> None:
    """Refuse a layer quantity that is not positive everywhere; on the host, for use between compiled runs.

    values : (..., lev), where (elem, i, j) may come before [as units says].

    Raises
    ------
    ValueError
        Naming the quantity, the element, node and level, and what was found there.
    """
    values = np.asarray(values)
    bad = ~(values > 0.0)  # NaN counts as bad
    if not bad.any():
        return
    *where, level = (int(n) for n in np.unravel_index(np.argmax(bad), bad.shape))
    place = f"element {where[-3]}, i {where[-2]}, j {where[-1]}" if len(where) >= 3 else f"column {tuple(where)}"
    found = f"{values[(*where, level)]:.6g} {units} at {place}, level {level} ({int(bad.sum())} such points)"
    raise ValueError(f"{name} must be positive in every layer, found {found}; check the input or shorten dt.")
