"""Cases 2-1, 2-2, 3-1 and 4 of DCMIP2012, as HOMME starts them: with the constants of their document, not the model's.

The planets are small: the size of mountains and gusts is that of the document, whatever radius the grid has.

Equations: Ullrich et al. (2012), DCMIP2012 test case document; case 4: Jablonowski & Williamson (2006)
HOMME: dcmip12_wrapper, dcmip2012_test1_2_3, dcmip2012_test4
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields, coordinates, dry_fields, great_circle
from .jablonowski_williamson import jablonowski_williamson
from .transport.prescribed_transport import DCMIP

T_EQUATOR = 300.0  # K
MOUNTAIN_LON, WAVE_SHEAR, WAVE_PLANET = np.pi / 4, 0.00025, 500.0  # radian, m-1, Earths in it
GUST_LON, GUST_WIDTH, GUST_PLANET = 2.0 * np.pi / 3.0, 5000.0, 125.0  # radian, m, Earths in it
GUST_SPEED, GUST_THETA, GUST_DEPTH, BUOYANCY = 20.0, 1.0, 20000.0, 0.01  # m s-1, K, m, s-1
TEST4 = E3SM.replace(omega=7.29212e-5)
Q_SURFACE, Q_LAT_WIDTH, Q_P_WIDTH, VIRTUAL = 0.021, 2.0 * np.pi / 9.0, 34000.0, 0.608


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
    phis = DCMIP.gravity * height * np.exp(-((r / half_width) ** 2)) * np.cos(np.pi * r / wavelength) ** 2
    temperature = T_EQUATOR * (1.0 - shear * speed**2 / DCMIP.gravity * np.sin(lat) ** 2)
    centrifugal = speed**2 / (2.0 * gas * T_EQUATOR) * np.sin(lat) ** 2
    ps = DCMIP.p0 * np.exp(-centrifugal - phis / (gas * temperature))
    p = coordinate.p_mid(ps)
    z = gas * temperature / DCMIP.gravity * (np.log(DCMIP.p0 / p) - centrifugal)
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


def jablonowski_williamson_vapor(
    grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM, moist: bool = False
) -> InitialFields:
    """The jet with its gust, on a planet of any size, as case 4 of 2012; moist air is cooler, and as heavy as dry air.

    HOMME: dcmip2012_test4, whose start takes no notice of vapor in the gas constant
    """
    fields = jablonowski_williamson(grid, coordinate, TEST4, perturbation=1.0)
    if not moist:
        return fields
    eta, lat = np.asarray(coordinate.etam), coordinates(grid)[1]
    q = Q_SURFACE * np.exp(-((lat / Q_LAT_WIDTH) ** 4)) * np.exp(-(((eta - 1.0) * TEST4.p0 / Q_P_WIDTH) ** 2))
    temperature = fields.temperature / (1.0 + VIRTUAL * q)
    return fields.replace(temperature=temperature, virtual_temperature=temperature, q_moist=q)
