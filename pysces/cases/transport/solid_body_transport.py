"""A smooth bell carried once around the sphere by solid-body rotation about a tilted axis.

Equations: Williamson et al. (1992), doi:10.1016/S0021-9991(05)80016-6, test 1, with a Gaussian instead of a cosine
bell: the cosine bell's kink hides the order of the scheme.
"""

from __future__ import annotations

import math

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree
from .prescribed_transport import DAY, squared_chord

CENTER = (1.5 * math.pi, 0.0)  # longitude, latitude


@pytree
class SolidBodyRotation(Tree):
    """Once around in ``period``; the bell comes back to where it was."""

    radius: Array = field("m", "radius of the sphere")
    alpha: Array = field("radian", "tilt of the axis", default=math.pi / 4)
    period: Array = field("s", "time of one rotation", default=12 * DAY)

    def wind(self, time: Array, lon: Array, lat: Array, p_i: Array) -> Array:
        """(2, elem, i, j, 1) [m s-1] at lon, lat [radian], without divergence; whatever time and p_i are."""
        xp = namespace(lon, lat)
        speed = 2.0 * math.pi * self.radius / self.period
        sin_tilt, cos_tilt = xp.sin(self.alpha), xp.cos(self.alpha)
        u = speed * (xp.cos(lat) * cos_tilt + xp.sin(lat) * xp.cos(lon) * sin_tilt)
        return xp.stack([u, -speed * xp.sin(lon) * sin_tilt])


def gaussian_bell(lon: Array, lat: Array, sharpness: float = 5.0) -> Array:
    """(1, elem, i, j, 1) [1]: exp(-sharpness |x - x_c|^2) at lon, lat [radian]."""
    return namespace(lon).exp(-sharpness * squared_chord(lon, lat, *CENTER))[None]
