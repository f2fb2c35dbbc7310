"""Fields on the levels that are asked for: some of the model's, or pressures.

Our own design.
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace


def at_pressures(field: Array, p: Array, pressures: Array) -> Array:
    """A field at given pressures, linear in log p between the midpoints of layers; nan above and below all of them.

    Parameters
    ----------
    field, p : (elem, i, j, lev), pressure at midpoints [Pa], the top first.   pressures : (plev,) [Pa].

    Returns
    -------
    (elem, i, j, plev)
    """
    xp = namespace(field)
    return xp.stack([_at_pressure(field, p, pressure) for pressure in pressures], axis=-1)


def _at_pressure(field: Array, p: Array, pressure: float) -> Array:
    xp = namespace(field)
    log_p = xp.log(p)
    log_pressure = xp.log(xp.asarray(pressure, p.dtype))
    above, below = log_p[..., :-1], log_p[..., 1:]
    share = xp.clip((log_pressure - above) / (below - above), 0.0, 1.0)
    found = field[..., 0] + ((field[..., 1:] - field[..., :-1]) * share).sum(axis=-1)
    outside = (log_pressure < log_p[..., 0]) | (log_pressure > log_p[..., -1])
    return xp.where(outside, xp.nan, found)
