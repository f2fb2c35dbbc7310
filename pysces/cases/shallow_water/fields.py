"""What a case gives: the state at the start, the surface below, and the exact solution, if there is one.

HOMME: sweqx/shallow_water_mod; tilted axes: Williamson et al. (1992), doi:10.1016/S0021-9991(05)80016-6
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...geometry.grid import Grid

SECONDS_PER_DAY = 86400.0


@dataclass(frozen=True)
class ShallowFields:
    """Fields (elem, i, j, 1), on the host in float64.

    wind : (2, elem, i, j, 1) [m s-1].   phi : geopotential of the thickness, less phi_mean [m2 s-2].
    phis : surface geopotential [m2 s-2].   coriolis : Coriolis parameter [s-1] of a tilted planet, or None.
    wind_is_given : the wind is kept whatever the forces.
    exact : the wind and the whole geopotential phi + phi_mean + phis at a model time [s], or None.
    """

    wind: np.ndarray
    phi: np.ndarray
    phis: np.ndarray
    phi_mean: float
    coriolis: np.ndarray | None = None
    wind_is_given: bool = False
    exact: Callable[[float], tuple[np.ndarray, np.ndarray]] | None = None


def places(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """(lon, lat) of the nodes [radian], or (x, y) on a plane [m], (elem, i, j, 1)."""
    return np.asarray(grid.lon, np.float64), np.asarray(grid.lat, np.float64)


def tilted_sine(lon: np.ndarray, lat: np.ndarray, tilt: float) -> np.ndarray:
    """Sine (elem, i, j, 1) of the latitude about an axis that is tilted by `tilt` towards longitude 180.

    lon, lat, tilt : [radian].
    """
    return np.sin(lat) * np.cos(tilt) - np.cos(lon) * np.cos(lat) * np.sin(tilt)


def tilted_rotation(lon: np.ndarray, lat: np.ndarray, speed: float, tilt: float) -> np.ndarray:
    """(2, elem, i, j, 1), rotation of `speed` [m s-1] at its equator about that axis; lon, lat, tilt [radian]."""
    u = speed * (np.cos(lat) * np.cos(tilt) + np.sin(lat) * np.cos(lon) * np.sin(tilt))
    return np.stack([u, -speed * np.sin(lon) * np.sin(tilt)])
