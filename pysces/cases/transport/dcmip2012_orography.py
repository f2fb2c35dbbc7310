"""DCMIP2012 1-3: thin clouds carried over mountains; levels follow the terrain, the flow does not.

Equations: Kent, Ullrich & Jablonowski (2014), doi:10.1002/qj.2208   HOMME: dcmip2012_test1_3
The wind is horizontal at constant pressure, so air passes through the ground: give ``surface_pressure`` to
PrescribedTransport as ps.
"""

from __future__ import annotations

import math
from types import ModuleType

from ...arrays.backend import Array, namespace
from .dcmip2012_deformation import P0, SCALE_HEIGHT
from .prescribed_transport import arc
from .solid_body_transport import SolidBodyRotation

MOUNTAIN_CENTER = (1.5 * math.pi, 0.0)
CLOUD_CENTER = (0.5 * math.pi, 0.0)
CLOUDS, SLAB = ((3050.0, 1000.0), (5050.0, 1000.0)), (8200.0, 400.0)  # height of the middle and depth [m]
CLOUD_RADIUS = math.pi / 4.0


def flow(radius: float) -> SolidBodyRotation:
    """Once around a sphere of this radius [m] in 12 days, over a pole-crossing axis tilted by 30 degrees."""
    return SolidBodyRotation(radius, alpha=math.pi / 6.0)


def surface_height(lon: Array, lat: Array, half_width: float = math.pi / 16.0, height: float = 2000.0) -> Array:
    """(elem, i, j, 1): concentric ridges around a mountain [m]; lon, lat, half_width of a ridge [radian]."""
    xp = namespace(lon, lat)
    r, reach = arc(lon, lat, *MOUNTAIN_CENTER), 0.75 * math.pi
    ridges = 0.5 * height * (1.0 + xp.cos(math.pi * r / reach)) * xp.cos(math.pi * r / half_width) ** 2
    return xp.where(r < reach, ridges, 0.0)


def surface_pressure(height: Array) -> Array:
    """(elem, i, j, 1) of isothermal air [Pa] over a surface of that height [m]."""
    return P0 * namespace(height).exp(-height / SCALE_HEIGHT)


def tracers(lon: Array, lat: Array, p: Array) -> Array:
    """(4, elem, i, j, lev) [1]: two smooth layers of cloud, a slab of ones, their sum; at lon, lat [radian], p [Pa]."""
    xp = namespace(lon, lat)
    z = SCALE_HEIGHT * xp.log(P0 / p)
    r = arc(lon, lat, *CLOUD_CENTER)
    across = xp.where(r < CLOUD_RADIUS, 0.5 * (1.0 + xp.cos(math.pi * r / CLOUD_RADIUS)), 0.0)
    smooth = [across * _layer(xp, z, *cloud) for cloud in CLOUDS]
    slab = xp.where((r < CLOUD_RADIUS) & (abs(z - SLAB[0]) < 0.5 * SLAB[1]), 1.0, 0.0)
    return xp.stack([*smooth, slab, smooth[0] + smooth[1] + slab])


def _layer(xp: ModuleType, z: Array, middle: float, depth: float) -> Array:
    inside = abs(z - middle) < 0.5 * depth
    return xp.where(inside, 0.5 * (1.0 + xp.cos(2.0 * math.pi * (z - middle) / depth)), 0.0)
