"""Column sums of a hydrostatic atmosphere: pressure downwards from the model top, geopotential upwards from the ground.

Sums run in level order, as in Fortran. Every function works on the last axis, whatever stands before it.
HOMME: eos, element_ops   CAM-SE: cam_thermo
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array, cumulative_sum, namespace


def interface_pressure(dp: Array, ptop: Array) -> Array:
    """Pressure (..., lev+1) at interfaces: p_i(1) = ptop, p_i(k+1) = p_i(k) + dp(k) [Pa]."""
    xp = namespace(dp)
    top = xp.broadcast_to(xp.asarray(ptop, dtype=dp.dtype), (*dp.shape[:-1], 1))
    return cumulative_sum(xp.concatenate([top, dp], axis=-1))


def midpoint_pressure(p_i: Array) -> Array:
    """Mean (..., lev) of the pressures at the two interfaces of every layer [Pa]."""
    return (p_i[..., :-1] + p_i[..., 1:]) / 2.0


def interface_geopotential(layer_phi: Array, phis: Array) -> Array:
    """Geopotential (..., lev+1) at interfaces: phi(n+1) = phis, phi(k) = phi(k+1) + layer_phi(k) [m2 s-2].

    Parameters
    ----------
    layer_phi : (..., lev), geopotential thickness of the layers, positive.
    phis : (..., 1), surface geopotential.
    """
    xp = namespace(layer_phi, phis)
    phis = xp.broadcast_to(phis, (*layer_phi.shape[:-1], 1))
    return cumulative_sum(xp.concatenate([layer_phi, phis], axis=-1), reverse=True)


def check_positive(values: Array, name: str, units: str) -> None:
    """Refuse a layer quantity that is not positive everywhere; on the host, for use between compiled runs.

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
