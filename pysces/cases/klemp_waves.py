"""Mountain waves of Klemp, Skamarock and Park, as HOMME starts them: with the constants of DCMIP's document.

The planet is small: the size of the mountain is that of the document, whatever radius the grid has.

Equations: Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435
HOMME: mtests, dcmip12_wrapper:mtest_init
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .dcmip2012 import MOUNTAIN_LON, T_EQUATOR, WAVE_SHEAR
from .initial_fields import InitialFields, coordinates, dry_fields, great_circle
from .transport.prescribed_transport import DCMIP

PLANET = 166.7  # Earths in it
SPEED, HEIGHT, HALF_WIDTH, WAVELENGTH = 20.0, 250.0, 5000.0, 4000.0  # m s-1 at the equator, then m


def klemp_waves(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    ridge: bool = False,
    sheared: bool = False,
) -> InitialFields:
    """Wind over a rippled mountain, or over a ridge from pole to pole, on a planet that does not turn.

    Parameters
    ----------
    ridge : lower towards the poles, of one width (mtest1), not a round mountain.
    sheared : wind that grows with height (mtest3).

    HOMME: mtests:mtest_state
    """
    lon, lat = coordinates(grid)
    gas, shear = DCMIP.R_dry, WAVE_SHEAR if sheared else 0.0
    phis = DCMIP.gravity * _surface(lon, lat, ridge)
    temperature = T_EQUATOR * np.exp(-(shear * SPEED**2 / DCMIP.gravity) * np.sin(lat) ** 2)
    ps = DCMIP.p0 * np.exp(-(SPEED**2 / (2.0 * gas * T_EQUATOR)) * np.sin(lat) ** 2 - phis / (gas * T_EQUATOR))
    p = coordinate.p_mid(ps)
    z = gas * T_EQUATOR / DCMIP.gravity * np.log(DCMIP.p0 / p) - SPEED**2 / (2.0 * DCMIP.gravity) * np.sin(lat) ** 2
    u = SPEED * np.cos(lat) * np.sqrt(1.0 + 2.0 * shear * z)
    return dry_fields((u, 0.0), temperature, ps, phis, coordinate)


def _surface(lon: np.ndarray, lat: np.ndarray, ridge: bool) -> np.ndarray:
    """Height [m] (elem, i, j, 1)."""
    radius = DCMIP.radius / PLANET
    r = radius * (lon - MOUNTAIN_LON if ridge else great_circle(lon, lat, MOUNTAIN_LON, 0.0))
    height = HEIGHT * np.exp(-((r / HALF_WIDTH) ** 2)) * np.cos(np.pi * r / WAVELENGTH) ** 2
    return height * np.cos(lat) if ridge else height
