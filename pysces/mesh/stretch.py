"""Schmidt's transform: a mesh drawn together round a focus, every element's angles kept as it becomes small.

Along the axis of the focus mu = sine of latitude becomes ((1 - c^2) + (1 + c^2) mu) / ((1 + c^2) + (1 - c^2) mu) with
c = 1 / factor; longitudes stay. The map is conformal: spacing is divided by the factor at the focus, multiplied by it
at the antipode. The axis is the pole's; the pole is then turned to the focus.

Equations: Schmidt (1977), Beitr. Phys. Atmos. 50, 211-217; Guo & Drake (2005), doi:10.1175/MWR2907.1
"""

from __future__ import annotations

import numpy as np


def stretched(points: np.ndarray, factor: float, lat: float, lon: float) -> np.ndarray:
    """Points of the unit sphere drawn towards a focus.

    Parameters
    ----------
    points : (3, point) on the unit sphere; the north pole is what moves to the focus.
    factor : how much finer the spacing becomes at the focus, coarser at its antipode; at least 1.
    lat, lon : of the focus [degree].

    Raises
    ------
    ValueError where factor, lat or lon is no such number.
    """
    _check(factor, lat, lon)
    c2 = 1.0 / factor**2
    x, y, mu = points
    below = (1 + c2) + (1 - c2) * mu
    shrink = 2 / (factor * below)  # cos(latitude) after, over that before
    drawn = np.stack([shrink * x, shrink * y, ((1 - c2) + (1 + c2) * mu) / below])
    return _pole_to(np.radians(lat), np.radians(lon)) @ (drawn / np.sqrt((drawn**2).sum(axis=0)))


def _check(factor: float, lat: float, lon: float) -> None:
    if not (np.isfinite(factor) and factor >= 1):
        raise ValueError(f"A stretching factor is a number from 1 on, found {factor:g}; turn the focus round instead.")
    if not (np.isfinite(lon) and abs(lat) <= 90):
        raise ValueError(f"A focus has a latitude of -90 to 90 and a longitude, found {lat:g}, {lon:g}; give degrees.")


def _pole_to(lat: float, lon: float) -> np.ndarray:
    """The rotation about the y axis, then about z, that brings the north pole to a place."""
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    tilt = np.array([[sin_lat, 0, cos_lat], [0, 1, 0], [-cos_lat, 0, sin_lat]])
    turn = np.array([[cos_lon, -sin_lon, 0], [sin_lon, cos_lon, 0], [0, 0, 1]])
    return turn @ tilt
