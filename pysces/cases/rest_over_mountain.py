"""Air at rest over a mountain on a planet that does not rotate: every wind is an error of the pressure gradient.

Equations: DCMIP2012 test 2-0-0 (Ullrich et al. 2012, test case document)
HOMME: dcmip2012_test2_0   Run it with constants.replace(omega=0) for grid and dycore.
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields, coordinates, dry_fields, great_circle
from .transport.prescribed_transport import DCMIP

T_SURFACE, LAPSE_RATE = 300.0, 0.0065  # K, K m-1
CENTER_LON, CENTER_LAT, OUTER_RADIUS = 1.5 * np.pi, 0.0, 0.75 * np.pi  # radian


def rest_over_mountain(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    height: float = 2000.0,
    half_width: float = np.pi / 16,
    outer_radius: float = OUTER_RADIUS,
    as_homme: bool = False,
    phis: np.ndarray | None = None,
) -> InitialFields:
    """Constant lapse rate over a round mountain with ripples.

    Parameters
    ----------
    height : of the summit [m]; 0 is flat, and then nothing may move.
    half_width : half wavelength of the ripples [radian]; 0.785 for meshes that cannot resolve pi / 16 (ne7).
    outer_radius : where the mountain ends [radian].
    as_homme : with the gas constant of the document, as HOMME starts it; not quite in balance with the model's own.
    phis : surface geopotential (elem, i, j, 1) [m2 s-2] in place of the mountain's.
    """
    lon, lat = coordinates(grid)
    constants = DCMIP if as_homme else constants
    if phis is None:
        z_s = _mountain(great_circle(lon, lat, CENTER_LON, CENTER_LAT), height, half_width, outer_radius)
        phis = constants.gravity * z_s
    else:
        z_s = phis / constants.gravity
    exponent = constants.gravity / (constants.R_dry * LAPSE_RATE)
    ps = constants.p0 * (1.0 - LAPSE_RATE / T_SURFACE * z_s) ** exponent
    z = T_SURFACE / LAPSE_RATE * (1.0 - (coordinate.p_mid(ps) / constants.p0) ** (1.0 / exponent))
    return dry_fields((0.0, 0.0), T_SURFACE - LAPSE_RATE * z, ps, phis, coordinate)


def _mountain(distance: np.ndarray, height: float, half_width: float, outer_radius: float) -> np.ndarray:
    """Surface height [m] at an angle from the summit."""
    envelope = 0.5 * height * (1.0 + np.cos(np.pi * distance / outer_radius))
    return np.where(distance < outer_radius, envelope * np.cos(np.pi * distance / half_width) ** 2, 0.0)
