"""Solid-body rotation about an axis that stands still among the stars: exact, and never at rest for the planet.

The absolute motion is a rotation about b + Omega k; seen from the planet, b turns westward once a day. The surface
below is the parabola of the planet's own spin, so that the centrifugal force which the equations leave out is there.

Equations: Lauter, Handorf & Dethloff (2005), doi:10.1016/j.jcp.2005.04.022, example 3
"""

from __future__ import annotations

import numpy as np

from ...constants import E3SM, Constants
from ...geometry.grid import Grid
from .fields import SECONDS_PER_DAY, ShallowFields, places

CONSTANT = 133681.0  # m2 s-2, of the surface


def lauter(grid: Grid, constants: Constants = E3SM, tilt: float = 45.0) -> ShallowFields:
    """The flow at time zero, and at any other.

    tilt : angle between the axes of wind and planet [degree].
    """
    lon, lat = places(grid)
    a, omega, angle = constants.radius, constants.omega, np.radians(tilt)
    speed = 2.0 * np.pi * a / (12.0 * SECONDS_PER_DAY)
    spin = omega * a * np.sin(lat)
    phis = 0.5 * spin**2

    def exact(seconds: float) -> tuple[np.ndarray, np.ndarray]:
        turned = lon + omega * seconds
        u = speed * (np.cos(angle) * np.cos(lat) - np.sin(angle) * np.sin(lat) * np.cos(turned))
        v = speed * np.sin(angle) * np.sin(turned)
        about = speed * (np.sin(angle) * np.cos(lat) * np.cos(turned) + np.cos(angle) * np.sin(lat)) + spin
        return np.stack([u, v]), CONSTANT - 0.5 * about**2 + phis

    wind, surface = exact(0.0)
    return ShallowFields(wind, surface - phis, phis, 0.0, exact=exact)
