"""DCMIP2012 1-1: three-dimensional deformational flow.

The published flow does not bring tracers back: after 12 days half of them are off by more than 57 km. ``returning`` has
the same time factor in its vertical part as in its horizontal one, and does.

Equations: Kent, Ullrich & Jablonowski (2014), doi:10.1002/qj.2208   HOMME: dcmip2012_test1_1, dcmip2012_test1_conv
"""

from __future__ import annotations

import math
from types import ModuleType

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from .prescribed_transport import DAY, arc

SCALE_HEIGHT = 287.0 * 300.0 / 9.80616  # m, isothermal at 300 K
Z_TOP = 12000.0  # m
P0, P_TOP = 1.0e5, 1.0e5 * math.exp(-Z_TOP / SCALE_HEIGHT)
LID = 0.2 * P_TOP  # Pa; HOMME's program has 0.2 in single precision, 1.5e-8 more
CENTERS = ((5.0 * math.pi / 6.0, 0.0), (7.0 * math.pi / 6.0, 0.0))


@pytree
class DeformationFlow(Tree):
    """returning : the variant whose trajectories close.   lid : over which vertical motion dies off."""

    radius: Array = field("m", "radius of the sphere")
    period: Array = field("s", "period of the flow", default=12 * DAY)
    omega0: Array = field("Pa s-1", "largest pressure velocity", default=23000.0 * math.pi / (12 * DAY))
    lid: Array = field("Pa", "depth of the layers of weak vertical motion", default=LID)
    returning: bool = static(default=False)

    def wind(self, time: Array, lon: Array, lat: Array, p_i: Array) -> Array:
        """(2, elem, i, j, lev) [m s-1] at time [s], lon and lat [radian], between interface pressures p_i [Pa]."""
        xp = namespace(lon, lat)
        phase = math.pi * time / self.period
        lon = lon - 2.0 * phase
        k = 10.0 * self.radius / self.period * xp.cos(phase)
        u = k * xp.sin(lon) ** 2 * xp.sin(2 * lat) + 2.0 * math.pi * self.radius / self.period * xp.cos(lat)
        v = k * xp.sin(2 * lon) * xp.cos(lat)
        shape = self._vertical_shape(xp, p_i)
        shear = (shape[..., 1:] - shape[..., :-1]) / (p_i[..., 1:] - p_i[..., :-1])
        divergent = self._strength(xp, phase) * self.radius * xp.cos(lon) * xp.cos(lat) ** 2 * shear
        u = u + divergent
        return xp.stack([u, xp.broadcast_to(v, u.shape)])

    def omega(self, time: Array, lon: Array, lat: Array, p: Array) -> Array:
        """Pressure velocity (elem, i, j, lev) [Pa s-1] of continuity at time, lon, lat, p; transport needs none."""
        xp = namespace(lon, lat)
        phase = math.pi * time / self.period
        return self._strength(xp, phase) * xp.sin(lon - 2.0 * phase) * xp.cos(lat) * self._vertical_shape(xp, p)

    def _strength(self, xp: ModuleType, phase: Array) -> Array:
        return self.omega0 * (2.0 * xp.cos(phase) if self.returning else xp.cos(2.0 * phase))

    def _vertical_shape(self, xp: ModuleType, p: Array) -> Array:
        """Zero at the lids."""
        if self.returning:
            return 0.3 * xp.sin(math.pi * (p - P_TOP) / (P0 - P_TOP)) ** 3
        near_lids = xp.exp((p - P0) / self.lid) + xp.exp((P_TOP - p) / self.lid)
        return 1.0 + xp.exp((P_TOP - P0) / self.lid) - near_lids


def tracers(lon: Array, lat: Array, p: Array) -> Array:
    """(4, elem, i, j, lev) [1]: two cosine bells, a tracer correlated with them, slotted ellipses, their complement.

    lon, lat : (elem, i, j, 1) [radian].   p : (elem, i, j, lev) [Pa].
    """
    xp = namespace(lon, lat)
    z = SCALE_HEIGHT * xp.log(P0 / p)
    distances = [xp.minimum(4.0 * arc(lon, lat, *c) ** 2 + ((z - 5000.0) / 1000.0) ** 2, 1.0) for c in CENTERS]
    bells = sum(0.5 * (1.0 + xp.cos(math.pi * d)) for d in distances)
    inside = (distances[0] < 0.5) | (distances[1] < 0.5)
    slot = (z > 5000.0) & (abs(lat) < 0.125)
    slotted = xp.where(inside & ~slot, 1.0, 0.1)
    correlated = 0.9 - 0.8 * bells**2
    return xp.stack([bells, correlated, slotted, 1.0 - 0.3 * (bells + correlated + slotted)])
