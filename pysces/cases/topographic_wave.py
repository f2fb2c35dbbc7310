"""Baroclinic waves that two ridges start: Hughes & Jablonowski (2023), dry or moist.

Equations: Hughes & Jablonowski (2023), doi:10.5194/gmd-16-6805-2023; base state: Ullrich et al. (2014), shallow,
without its gust

The balanced jet meets the ridges at once: gravity waves in the first hours, a low in the lee of each ridge in days 3 to
6, and two trains of waves. The base state is a function of height and latitude, sampled where the air is: surface
pressure is that of the base state at the height of the ground.
"""

from __future__ import annotations

import math

import numpy as np

from ..constants import CAM, E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .baroclinic_wave_umjs14 import dry_mass_fields_over, fields_at_pressure, pressure
from .initial_fields import DryMassFields, InitialFields, coordinates

HEIGHT = 2000.0  # m
RIDGE_LAT, RIDGE_LONS = 45.0, (72.0, 140.0)  # degree
# e-folding distances [degree] of ridges that fall to a tenth of their height 20 degrees along, 3.5 degrees across
ALONG, ACROSS = 20.0 * math.log(10.0) ** (-1 / 6), 3.5 * math.log(10.0) ** -0.5


def topographic_wave(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    height: float = HEIGHT,
    along: float = ALONG,
    across: float = ACROSS,
    moist: bool = False,
) -> InitialFields:
    """The jet over the ridges on layers of moist mass.

    Parameters
    ----------
    height : of the ridges [m]; 0 is the balanced jet.
    along, across : e-folding distances in latitude and in longitude [degree]; 15 across for meshes such as ne4.
    moist : with water vapor; T_v, and so vtheta_dp, are the same as without.
    """
    z_s = surface_height(grid, height, along, across)
    ps = pressure(z_s, np.asarray(grid.lat, np.float64), constants)
    p = coordinate.p_mid(ps)
    return fields_at_pressure(p, ps, constants.gravity * z_s, grid, coordinate, constants, "none", moist)


def topographic_wave_dry_mass(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = CAM,
    height: float = HEIGHT,
    along: float = ALONG,
    across: float = ACROSS,
    moist: bool = True,
) -> DryMassFields:
    """The jet over the ridges on layers of dry mass; height [m], along, across [degree] as for topographic_wave."""
    z_s = surface_height(grid, height, along, across)
    return dry_mass_fields_over(z_s, grid, coordinate, constants, "none", moist)


def surface_height(grid: Grid, height: float = HEIGHT, along: float = ALONG, across: float = ACROSS) -> np.ndarray:
    """Height of the ground (elem, i, j, 1) [m]: the sum of both ridges; ValueError of one without width."""
    if not (along > 0 and across > 0):
        raise ValueError(f"Ridges need distances along and across above 0 degree, found {along!r} and {across!r}.")
    lon, lat = (np.degrees(x) for x in coordinates(grid))
    profile = -(((lat - RIDGE_LAT) / along) ** 6)
    return sum(height * np.exp(profile - (_periodic(lon - middle) / across) ** 2) for middle in RIDGE_LONS)


def _periodic(degrees: np.ndarray) -> np.ndarray:
    """The same angle between -180 and 180 degree."""
    return (degrees + 180.0) % 360.0 - 180.0
