"""Second differences along levels that lie evenly in height.

HOMME: derivative_mod:laplace_z
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace


def laplace_z(s: Array, spacing: float) -> Array:
    """Second difference (..., lev) [U m-2] of s (..., lev) [U]; nothing flows through the ends.

    spacing : of levels [m].

    HOMME: derivative_mod:laplace_z
    """
    xp = namespace(s)
    none = xp.zeros_like(s[..., :1])
    slope = xp.concatenate([none, (s[..., 1:] - s[..., :-1]) / spacing, none], axis=-1)
    return (slope[..., 1:] - slope[..., :-1]) / spacing
