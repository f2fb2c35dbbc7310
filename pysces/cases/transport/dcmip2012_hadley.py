"""DCMIP2012 1-2: a Hadley-like meridional circulation that overturns a layer of tracer and brings it back after a day.

Equations: Kent, Ullrich & Jablonowski (2014), doi:10.1002/qj.2208   HOMME: dcmip2012_test1_2
"""

from __future__ import annotations

import math

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from .dcmip2012_deformation import P0, SCALE_HEIGHT, Z_TOP
from .prescribed_transport import DAY


@pytree
class HadleyFlow(Tree):
    """cells : overturning cells from pole to pole."""

    radius: Array = field("m", "radius of the sphere")
    period: Array = field("s", "time after which the tracer is back", default=DAY)
    u0: Array = field("m s-1", "zonal wind at the equator", default=40.0)
    w0: Array = field("m s-1", "vertical velocity", default=0.15)
    cells: int = static(default=5)

    def wind(self, time: Array, lon: Array, lat: Array, p_i: Array) -> Array:
        """(2, elem, i, j, lev) [m s-1] at time [s], lon and lat [radian], between interface pressures p_i [Pa]."""
        xp = namespace(lon, lat)
        z_i = SCALE_HEIGHT * xp.log(P0 / p_i)
        mass_below = P0 * Z_TOP / (math.pi * SCALE_HEIGHT) * xp.sin(math.pi * z_i / Z_TOP)
        vertical = (mass_below[..., :-1] - mass_below[..., 1:]) / (p_i[..., 1:] - p_i[..., :-1])
        strength = self.radius * self.w0 * math.pi / (self.cells * Z_TOP) * xp.cos(math.pi * time / self.period)
        v = -strength * xp.cos(lat) * xp.sin(self.cells * lat) * vertical
        return xp.stack([xp.broadcast_to(self.u0 * xp.cos(lat), v.shape), v])


def tracers(lon: Array, lat: Array, p: Array) -> Array:
    """(1, elem, i, j, lev) [1]: one layer between 2 and 5 km, at lon, lat [radian] and p [Pa]."""
    xp = namespace(lon, lat)
    z = SCALE_HEIGHT * xp.log(P0 / p) + 0 * lat
    layer = 0.5 * (1.0 + xp.cos(2.0 * math.pi * (z - 3500.0) / 3000.0))
    return xp.where((z > 2000.0) & (z < 5000.0), layer, 0.0)[None]
