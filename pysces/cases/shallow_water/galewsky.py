"""A narrow jet in balance, and what a small hill of water makes of it.

Equations: Galewsky, Scott & Polvani (2004), doi:10.3402/tellusa.v56i5.14436
HOMME: sweqx/shallow_water_mod (sj1_init_state)
"""

from __future__ import annotations

import numpy as np

from ...constants import E3SM, Constants
from ...geometry.grid import Grid
from ...operators.integrals import global_mean
from .fields import ShallowFields, places

SPEED, SOUTH, NORTH = 80.0, np.pi / 7, np.pi / 2 - np.pi / 7  # m s-1; edges of the jet
DEPTH = 10000.0  # m, mean over the sphere
HILL, HILL_LON, HILL_LAT, HILL_AT = 120.0, 1.0 / 3.0, 1.0 / 15.0, np.pi / 4  # m, radian
PANELS, POINTS = 64, 16  # of the composite Gauss rule across the jet


def galewsky(grid: Grid, constants: Constants = E3SM, perturbed: bool = True) -> ShallowFields:
    """The jet in balance with the height of the water: steady, exactly, where nothing perturbs it.

    perturbed : with the hill that makes the jet unstable.
    """
    lon, lat = places(grid)
    wind = np.stack([jet(lat), np.zeros_like(lat)])
    fall = balance(lat, constants)
    mean = float(global_mean(fall, grid)[0])
    phi = constants.gravity * DEPTH + (mean - fall)
    level = np.zeros_like(lat)
    if not perturbed:
        return ShallowFields(wind, phi, level, 0.0, exact=lambda seconds: (wind, phi))
    east = np.mod(lon + np.pi, 2.0 * np.pi) - np.pi
    hill = np.cos(lat) * np.exp(-((east / HILL_LON) ** 2)) * np.exp(-(((HILL_AT - lat) / HILL_LAT) ** 2))
    return ShallowFields(wind, phi + constants.gravity * HILL * hill, level, 0.0)


def jet(lat: np.ndarray) -> np.ndarray:
    """Eastward wind [m s-1] at lat (elem, i, j, 1) [radian]."""
    inside = (lat > SOUTH) & (lat < NORTH)
    product = np.where(inside, (lat - SOUTH) * (lat - NORTH), -1.0)
    return np.where(inside, SPEED * np.exp(4.0 / (NORTH - SOUTH) ** 2 + 1.0 / product), 0.0)


def balance(lat: np.ndarray, constants: Constants) -> np.ndarray:
    """Geopotential [m2 s-2] that the surface falls from the south pole to lat (elem, i, j, 1) [radian]; exact to 1e-10.

    The integral of u (f a + u tan lat), which is not zero in the jet alone, over panels of equal width.
    """
    edges = np.linspace(SOUTH, NORTH, PANELS + 1)
    whole = np.concatenate([[0.0], np.cumsum(_integrals(edges[:-1], edges[1:], constants))])
    inside = np.clip(lat, SOUTH, NORTH)
    panel = np.clip(np.searchsorted(edges, inside, side="right") - 1, 0, PANELS - 1)
    return whole[panel] + _integrals(edges[panel], inside, constants)


def _integrals(start: np.ndarray, end: np.ndarray, constants: Constants) -> np.ndarray:
    """Integrals from start to end, both (...)."""
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    half = 0.5 * (end - start)
    lat = start[..., None] + half[..., None] * (1.0 + nodes)
    u = jet(lat)
    force = u * (2.0 * constants.omega * constants.radius * np.sin(lat) + u * np.tan(lat))
    return half * (force @ weights)
