"""Cases 2-1, 2-2 and 3-1 of DCMIP2012, as HOMME starts them: with the constants of their document, not the model's.

The planets are small: the size of mountains and gusts is that of the document, whatever radius the grid has.

Equations: Ullrich et al. (2012), DCMIP2012 test case document
HOMME: dcmip12_wrapper, dcmip2012_test1_2_3
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields, coordinates, dry_fields, great_circle
from .transport.prescribed_transport import DCMIP

T_EQUATOR = 300.0  # K
MOUNTAIN_LON, WAVE_SHEAR, WAVE_PLANET = np.pi / 4, 0.00025, 500.0  # radian, m-1, Earths in it
GUST_LON, GUST_WIDTH, GUST_PLANET = 2.0 * np.pi / 3.0, 5000.0, 125.0  # radian, m, Earths in it
GUST_SPEED, GUST_THETA, GUST_DEPTH, BUOYANCY = 20.0, 1.0, 20000.0, 0.01  # m s-1, K, m, s-1


def schaer_waves(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    sheared: bool = False,
    speed: float = 20.0,
    height: float = 250.0,
    half_width: float = 5000.0,
    wavelength: float = 4000.0,
) -> InitialFields:
    """Wind over a rippled mountain on a planet that does not turn.

    Parameters
    ----------
    sheared : wind that grows with height (case 2-2) or not (2-1).   speed : at the equator [m s-1].
    height, half_width, wavelength : of the mountain [m], on the document's planet of 1/500 of the Earth's radius.

    HOMME: dcmip2012_test1_2_3:test2_schaer_mountain
    """
    lon, lat = coordinates(grid)
    gas, shear = DCMIP.R_dry, WAVE_SHEAR if sheared else 0.0
    r = DCMIP.radius / WAVE_PLANET * great_circle(lon, lat, MOUNTAIN_LON, 0.0)
    phis = DCMIP.gravity * (height * np.exp(-(r**2 / half_width**2)) * np.cos(np.pi * r / wavelength) ** 2)
    temperature = T_EQUATOR * (1.0 - shear * speed * speed / DCMIP.gravity * np.sin(lat) ** 2)
    ps = DCMIP.p0 * np.exp(-(speed**2) / (2.0 * gas * T_EQUATOR) * np.sin(lat) ** 2 - phis / (gas * temperature))
    p = coordinate.p_mid(ps)
    swirl = temperature * speed * speed / (2.0 * T_EQUATOR * DCMIP.gravity) * np.sin(lat) ** 2  # m
    z = gas * temperature / DCMIP.gravity * np.log(DCMIP.p0 / p) - swirl
    u = speed * np.cos(lat) * np.sqrt(2.0 * T_EQUATOR / temperature * shear * z + temperature / T_EQUATOR)
    return dry_fields((u, 0.0), temperature, ps, phis, coordinate)


def gravity_wave(grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM) -> InitialFields:
    """Warm air that rings in a stable flow over a flat planet which does not turn (case 3-1).

    HOMME: dcmip2012_test1_2_3:test3_gravity_wave
    """
    lon, lat = coordinates(grid)
    g, gas, cp, u0 = DCMIP.gravity, DCMIP.R_dry, DCMIP.cp, GUST_SPEED
    n2 = BUOYANCY**2
    isothermal = g**2 / (n2 * cp)  # K, where the stratification is that of constant temperature
    curve = np.cos(2.0 * lat) - 1.0
    ground = isothermal + (T_EQUATOR - isothermal) * np.exp(-u0 * n2 / (4.0 * g**2) * u0 * curve)
    ps = DCMIP.p0 * np.exp(u0 / (4.0 * isothermal * gas) * u0 * curve) * (ground / T_EQUATOR) ** (cp / gas)
    p = coordinate.p_mid(ps)
    z = -g / n2 * np.log(ground / isothermal * ((p / ps) ** (gas / cp) - 1.0) + 1.0)
    mean = isothermal * (1.0 - np.exp(n2 * z / g)) + ground * np.exp(n2 * z / g)
    r = DCMIP.radius / GUST_PLANET * great_circle(lon, lat, GUST_LON, 0.0)
    warmer = GUST_THETA * GUST_WIDTH**2 / (GUST_WIDTH**2 + r**2) * np.sin(2.0 * np.pi * z / GUST_DEPTH)
    temperature = mean + warmer * (p / DCMIP.p0) ** (gas / cp)
    return dry_fields((u0 * np.cos(lat), 0.0), temperature, ps, np.zeros_like(ps), coordinate)
