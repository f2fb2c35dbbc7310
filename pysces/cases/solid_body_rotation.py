"""Isothermal air in solid-body rotation: an exact steady state of the hydrostatic equations, tilted if wanted.

Equations: gradient-wind balance, (f + u tan(phi) / a) u = -(R T / a) d ln(ps) / d phi
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields, coordinates, dry_fields


def solid_body_rotation(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    speed: float = 20.0,
    temperature: float = 300.0,
    alpha: float = 0.0,
    phis: np.ndarray | None = None,
) -> InitialFields:
    """Flow of `speed` [m s-1] at its equator, where ps is p0, about an axis tilted by alpha [radian].

    phis is a surface geopotential (elem, i, j, 1) [m2 s-2] over which the same air lies; None is flat.
    Balanced on a planet that spins about the same axis: give the dycore ``tilted_planet(grid, constants, alpha)``.
    """
    lon, lat = coordinates(grid)
    sine = _sine_of_tilted_latitude(lon, lat, alpha)
    u = speed * (np.cos(lat) * np.cos(alpha) + np.cos(lon) * np.sin(lat) * np.sin(alpha))
    v = -speed * np.sin(lon) * np.sin(alpha)
    exponent = speed * (speed + 2.0 * constants.radius * constants.omega) / (2.0 * constants.R_dry * temperature)
    ps = constants.p0 * np.exp(-exponent * sine**2)
    phis = np.zeros_like(ps) if phis is None else phis
    ps = ps * np.exp(-phis / (constants.R_dry * temperature))
    return dry_fields((u, v), np.full_like(ps, temperature), ps, phis, coordinate)


def tilted_planet(grid: Grid, constants: Constants = E3SM, alpha: float = 0.0) -> Grid:
    """The grid with the Coriolis parameter of a planet whose axis is tilted by alpha [radian] towards longitude 180."""
    lon, lat = coordinates(grid)
    return grid.replace(coriolis_parameter=2.0 * constants.omega * _sine_of_tilted_latitude(lon, lat, alpha))


def _sine_of_tilted_latitude(lon: np.ndarray, lat: np.ndarray, alpha: float) -> np.ndarray:
    return np.sin(lat) * np.cos(alpha) - np.cos(lon) * np.cos(lat) * np.sin(alpha)
