"""Deformational flow that comes back: tracers are stretched into filaments and return to where they started.

Equations: Nair & Lauritzen (2010), doi:10.1016/j.jcp.2010.08.014
Tracers and diagnostics: Lauritzen et al. (2012), doi:10.5194/gmd-5-887-2012   HOMME: swirl
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import NamedTuple

import numpy as np

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from .prescribed_transport import DAY, arc, squared_chord

CENTERS = ((5.0 * math.pi / 6.0, 0.0), (7.0 * math.pi / 6.0, 0.0))
FLOWS = (1, 2, 3, 4)
BELLS_RANGE = (0.1, 1.0)
EPS = 1e-12  # rounding at the edges of a range
PAPER_PERIOD = 5.0  # the time unit of the paper, on a sphere of radius one


@pytree
class NairLauritzen(Tree):
    """flow 1, 2 : two vortices, non-divergent;  3 : divergent;  4 : as 2, carried once around.  Others are refused."""

    radius: Array = field("m", "radius of the sphere")
    period: Array = field("s", "time after which everything is back", default=12 * DAY)
    flow: int = static(default=4)

    def __post_init__(self) -> None:
        if self.flow not in FLOWS:
            raise ValueError(f"flow must be one of {FLOWS}, found {self.flow!r}.")

    def wind(self, time: Array, lon: Array, lat: Array, p_i: Array) -> Array:
        """(2, elem, i, j, 1) [m s-1] at time [s], lon and lat [radian], the same whatever p_i is."""
        xp = namespace(lon, lat)
        reversal = math.pi * time / self.period
        if self.flow == 4:
            lon = lon - 2.0 * reversal
        u, v = self._pattern(xp, lon, lat)
        u, v = u * xp.cos(reversal), v * xp.cos(reversal)
        if self.flow == 4:
            u = u + 2.0 * math.pi * xp.cos(lat) / PAPER_PERIOD
        return xp.stack([u, v]) * (self.radius * PAPER_PERIOD / self.period)

    def _pattern(self, xp: ModuleType, lon: Array, lat: Array) -> tuple[Array, Array]:
        if self.flow == 1:
            return 2.4 * xp.sin(lon / 2) ** 2 * xp.sin(2 * lat), 1.2 * xp.sin(lon) * xp.cos(lat)
        if self.flow == 3:
            u = -(xp.sin(lon / 2) ** 2) * xp.sin(2 * lat) * xp.cos(lat) ** 2
            return u, 0.5 * xp.sin(lon) * xp.cos(lat) ** 3
        return 2.0 * xp.sin(lon) ** 2 * xp.sin(2 * lat), 2.0 * xp.sin(2 * lon) * xp.cos(lat)


def gaussian_hills(lon: Array, lat: Array) -> Array:
    """Infinitely smooth (elem, i, j, 1) [1] at lon, lat [radian]: for the order of convergence."""
    xp = namespace(lon)
    return 0.95 * sum(xp.exp(-5.0 * squared_chord(lon, lat, *center)) for center in CENTERS)


def cosine_bells(lon: Array, lat: Array) -> Array:
    """Once continuously differentiable, between 0.1 and 1 (elem, i, j, 1) [1]; lon, lat [radian]."""
    xp = namespace(lon)
    distances = [arc(lon, lat, *center) for center in CENTERS]
    bells = [xp.where(r < 0.5, 0.5 * (1.0 + xp.cos(2.0 * math.pi * r)), 0.0) for r in distances]
    return 0.1 + 0.9 * sum(bells)


def slotted_cylinders(lon: Array, lat: Array) -> Array:
    """Discontinuous, 0.1 or 1 (elem, i, j, 1) [1]; lon, lat [radian]."""
    xp = namespace(lon)
    inside = False
    for (lon_center, lat_center), side in zip(CENTERS, (1.0, -1.0)):
        r = arc(lon, lat, lon_center, lat_center)
        bridge = (abs(lon - lon_center) >= 1.0 / 12.0) | (side * (lat - lat_center) < -5.0 / 24.0)
        inside = inside | ((r <= 0.5) & bridge)
    return xp.where(inside, 1.0, 0.1)


def correlated(bells: Array) -> Array:
    """The tracer (elem, i, j, 1) [1] that lies on a curve with the cosine bells: 0.9 - 0.8 bells^2."""
    return 0.9 - 0.8 * bells * bells


class Mixing(NamedTuple):
    """Mean distance of the pairs from their curve, split by what brought them there; shares of the tracers' ranges."""

    real: float  # l_r: between curve and chord, as mixing of air would put them
    range_preserving: float  # l_u: elsewhere within the range of the initial data
    overshooting: float  # l_o: outside that range; 0 for a shape-preserving scheme


def mixing(bells: np.ndarray, psi: np.ndarray, area: np.ndarray) -> Mixing:
    """Diagnostics of Lauritzen & Thuburn (2012), doi:10.1002/qj.986, for cosine bells and their correlated tracer.

    bells, psi : the two tracers at a later time (elem, i, j, 1) [1].   area : mass matrix, of the same shape.
    """
    x, y = bells.ravel(), psi.ravel()
    low, high = BELLS_RANGE
    chord = correlated(low) + (x - low) * (correlated(high) - correlated(low)) / (high - low)
    in_range = (x > low - EPS) & (x < high + EPS) & (y > correlated(high) - EPS) & (y < correlated(low) + EPS)
    real = in_range & (y > chord - EPS) & (y < correlated(x) + EPS)
    distance = area.ravel() / area.sum() * _distance_to_curve(x, y)
    return Mixing(*(distance[here].sum() for here in (real, in_range & ~real, ~in_range)))


def _distance_to_curve(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of pairs from 0.9 - 0.8 c^2, in units of the tracers' ranges: the best of Newton's method from a few starts."""
    low, high = BELLS_RANGE
    across, along = high - low, correlated(low) - correlated(high)
    c = np.concatenate([np.clip(x, low, high)[None], np.repeat(np.linspace(low, high, 7)[:, None], x.size, axis=1)])
    for _ in range(20):
        gap = y - correlated(c)
        slope = -(x - c) / across**2 + 1.6 * c * gap / along**2
        curvature = 1.0 / across**2 + 1.6 * (gap + 1.6 * c * c) / along**2
        c = np.clip(c - slope / np.where(curvature > 0.1, curvature, 0.1), low, high)
    return np.hypot((x - c) / across, (y - correlated(c)) / along).min(axis=0)
