"""Terminator toy chemistry: Cl2 splits in sunlight and recombines everywhere; Cl + 2 Cl2 is conserved.

Equations: Lauritzen et al. (2015), doi:10.5194/gmd-8-1299-2015
HOMME: dcmip2016 terminator
"""

from __future__ import annotations

import math

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from .suite import Air, Tendency

SUN_LATITUDE, SUN_LONGITUDE = math.radians(20.0), math.radians(300.0)


@pytree
class Terminator(Tree):
    """A suite. cl, cl2 : indices of the two species among the tracers.   time, a number [s], does not matter."""

    total: Array = field("1", "Cl + 2 Cl2", default=4.0e-6)
    k2: Array = field("s-1", "rate of recombination", default=1.0)
    cl: int = static(default=0)
    cl2: int = static(default=1)

    def __call__(self, air: Air, time: Array) -> Tendency:
        xp = namespace(air.tracers)
        rate = self.chlorine_source(air.tracers[self.cl], air.lat, air.lon, air.dt)
        source = {self.cl: rate, self.cl2: -0.5 * rate}
        zero = xp.zeros_like(rate)
        return Tendency(tracers=xp.stack([source.get(n, zero) for n in range(air.tracers.shape[0])]))

    def steady_state(self, lat: Array, lon: Array) -> tuple[Array, Array]:
        """Cl and Cl2 in photochemical balance, (elem, i, j, 1) [1], at lat, lon [radian]."""
        *_, chlorine = self._balance(lat, lon)
        return chlorine, 0.5 * (self.total - chlorine)

    def chlorine_source(self, cl: Array, lat: Array, lon: Array, dt: Array) -> Array:
        """Mean rate of change of Cl over dt [s-1]: the reactions solved exactly, given Cl + 2 Cl2 = total.

        cl : (elem, i, j, lev) [1].   lat, lon : (elem, i, j, 1) [radian].   dt : a number [s].
        """
        xp = namespace(cl)
        r, d, steady = self._balance(lat, lon)
        decay = 4.0 * self.k2 * d * dt
        e = xp.exp(-decay)
        slow = decay < 4e-16
        scale = xp.where(slow, 4.0 * self.k2, -xp.expm1(-decay) / xp.where(slow, 1.0, d * dt))
        return -scale * (cl - steady) * (cl + d + r) / (1.0 + e + dt * scale * (cl + r))

    def _balance(self, lat: Array, lon: Array) -> tuple[Array, Array, Array]:
        """r and D of the paper, and Cl in balance, D - r, without the difference of two numbers so much larger."""
        xp = namespace(lat, lon)
        sun = xp.sin(lat) * math.sin(SUN_LATITUDE) + xp.cos(lat) * math.cos(SUN_LATITUDE) * xp.cos(lon - SUN_LONGITUDE)
        r = xp.maximum(sun, 0.0) / (4.0 * self.k2)
        d = _root(r * r + 2.0 * r * self.total)
        return r, d, 2.0 * r * self.total / xp.where(r > 0.0, d + r, 1.0)


def _root(x: Array) -> Array:
    """sqrt with derivative zero at zero: the night side is flat, not steep."""
    xp = namespace(x)
    positive = x > 0.0
    return xp.where(positive, xp.sqrt(xp.where(positive, x, 1.0)), 0.0)
