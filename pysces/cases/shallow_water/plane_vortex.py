"""A vortex in gradient-wind balance on a plane, carried round an inertial circle by a uniform wind: exact at any time.

A uniform wind on an f-plane turns once in 2 pi / f; in the frame that moves with it the balanced vortex is steady.

    v(r) = speed s exp((1 - s^2) / 2),   phi(r) = g depth - f R speed exp((1 - s^2) / 2) - speed^2 exp(1 - s^2) / 2,

with s = r / R. The second is the integral of f v + v^2 / r.

Our own design, from the equations on an f-plane.
"""

from __future__ import annotations

import numpy as np

from ...constants import E3SM, Constants
from ...geometry.grid import Grid
from .fields import ShallowFields, places

FEWEST_RADII = 15.0  # along a side of the plane: where the plane closes, the wind is below 1e-11 of the largest


def plane_vortex(
    grid: Grid,
    constants: Constants = E3SM,
    speed: float = 20.0,
    radius: float = 4.0e5,
    depth: float = 1000.0,
    drift: float = 0.0,
) -> ShallowFields:
    """The vortex in the middle of the plane; steady where nothing drifts.

    speed : largest wind [m s-1], counterclockwise.   radius : where it blows [m].   depth : of the water far away [m].
    drift : eastward wind [m s-1] that everything is carried by at the start.
    """
    x, y = places(grid)
    f, g = float(np.asarray(grid.coriolis_parameter).flat[0]), constants.gravity
    lengths = float(np.ptp(x)), float(np.ptp(y))
    _check_fits(radius, lengths)

    def exact(seconds: float) -> tuple[np.ndarray, np.ndarray]:
        centre, (u, v) = _carried(drift, f, seconds)
        east, north = (_nearest(a - c, length) for a, c, length in zip((x, y), centre, lengths))
        s2 = (east**2 + north**2) / radius**2
        rate = speed / radius * np.exp(0.5 * (1.0 - s2))
        wind = np.stack([u - rate * north, v + rate * east])
        return wind, g * depth - radius**2 * rate * (f + 0.5 * rate)

    wind, phi = exact(0.0)
    _check_wet(phi)
    return ShallowFields(wind, phi - g * depth, np.zeros_like(x), g * depth, exact=exact)


def plane_bell(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A cosine bell (elem, i, j, 1) [1] in the middle of a plane x, y [m], a third of it wide; any case's tracer."""
    distance = np.hypot(x, y) * 6.0 / min(np.ptp(x), np.ptp(y))
    return np.where(distance < 1.0, 0.5 * (1.0 + np.cos(np.pi * distance)), 0.0)


def _carried(drift: float, f: float, seconds: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the vortex is [m], and the uniform wind there and everywhere [m s-1]."""
    turned = f * seconds
    along, across = (np.sin(turned) / f, (np.cos(turned) - 1.0) / f) if f else (seconds, 0.0)
    return (drift * along, drift * across), (drift * np.cos(turned), -drift * np.sin(turned))


def _nearest(distance: np.ndarray, length: float) -> np.ndarray:
    """The distance to the nearest image in a periodic direction."""
    return np.mod(distance + 0.5 * length, length) - 0.5 * length


def _check_fits(radius: float, lengths: tuple[float, float]) -> None:
    if not 0.0 < radius * FEWEST_RADII <= min(lengths) * (1.0 + 1e-12):
        raise ValueError(
            f"Case 'plane_vortex' needs a plane of {FEWEST_RADII:g} radii, found a radius of {radius:g} m on "
            f"{lengths[0]:g} m x {lengths[1]:g} m; use a smaller radius, or a larger plane."
        )


def _check_wet(phi: np.ndarray) -> None:
    if not phi.min() > 0.0:
        raise ValueError("Case 'plane_vortex' leaves no water in its middle; use more depth or less speed.")
