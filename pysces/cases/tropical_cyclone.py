"""DCMIP2016 2: a weak tropical cyclone in gradient-wind balance over a warm ocean, which moist physics makes grow.

Equations: Reed & Jablonowski (2011), doi:10.1175/2010MWR3488.1; DCMIP2016 test case document
HOMME: dcmip16_wrapper:dcmip2016_test2   CAM: ic_tropical_cyclone
"""

from __future__ import annotations

import numpy as np

from ..constants import CAM, E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import DryMassFields, InitialFields, coordinates, great_circle
from .transport.prescribed_transport import DCMIP

P_BACKGROUND, PRESSURE_DROP = 101500.0, 1115.0  # Pa
RADIUS, HEIGHT = 282e3, 7000.0  # m, size of the pressure anomaly
TROPOPAUSE = 15000.0  # m
LAPSE_RATE, SURFACE_TEMPERATURE = 0.007, 302.15  # K m-1, K
Q_SURFACE, Q_SCALE, Q_SCALE_2, Q_STRATOSPHERE = 0.021, 3000.0, 8000.0, 1e-11  # kg kg-1, m, m, kg kg-1
PI = 3.14159265358979  # of HOMME's program; 3e-15 more turns the wind due north of the centre by 2e-12 m s-1
CENTER_LON, CENTER_LAT = PI, 10.0 * (PI / 180.0)
VIRTUAL = 0.608
PLANET = DCMIP.replace(omega=7.29212e-5)  # of the document; HOMME's vortex is in balance on this one, whatever its own
SEARCHED = 1e6  # m; beyond, HOMME takes the height that the surface's anomaly would have at all heights
ITERATIONS = 20
GAUSS_NODES, GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(16)


def tropical_cyclone(grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM) -> InitialFields:
    """The vortex on layers of moist mass, as HOMME starts it: in balance on the document's planet, not the model's.

    HOMME: dcmip16_wrapper:dcmip2016_test2
    """
    lon, lat = coordinates(grid)
    r = PLANET.radius * great_circle(lon, lat, CENTER_LON, CENTER_LAT)
    ps = pressure(np.zeros_like(r), r, PLANET)
    z = _height_as_homme(coordinate.p_mid(ps), ps, r)
    q = humidity(z)
    wind = np.stack(_components(tangential_wind(z, r, PLANET), lon, lat))
    dp = np.array(np.broadcast_to(coordinate.dp_ref(ps), q.shape))
    cooler = np.where(z < TROPOPAUSE, 1.0 + VIRTUAL * q, 1.0)  # HOMME leaves the trace above the tropopause out
    temperature = _virtual_temperature(z, r, PLANET) / cooler
    virtual_temperature = temperature * (1.0 + (constants.R_vapor / constants.R_dry - 1.0) * q)
    return InitialFields(wind, temperature, virtual_temperature, dp, ps, np.zeros_like(ps), q)


def tropical_cyclone_dry_mass(grid: Grid, coordinate: VerticalCoordinate, constants: Constants = CAM) -> DryMassFields:
    """The vortex on layers of dry mass: levels lie where the dry air above them weighs their pressure.

    Vapor is what lies between a layer's interfaces, so that the weight of all air is the vortex's surface pressure.
    CAM: ic_tropical_cyclone
    """
    lon, lat = coordinates(grid)
    r = constants.radius * great_circle(lon, lat, CENTER_LON, CENTER_LAT)
    ground = np.zeros_like(r)
    ps_dry = pressure(ground, r, constants) - _vapor_weight(ground, r, constants)
    z, z_i = (_height_of_dry_pressure(level(ps_dry), r, constants) for level in (coordinate.p_mid, coordinate.p_i))
    dp_dry = np.array(np.broadcast_to(coordinate.dp_ref(ps_dry), z.shape))
    q_dry = np.maximum(np.diff(_vapor_weight(z_i, r, constants)) / dp_dry, Q_STRATOSPHERE)
    moist_factor = (1.0 + q_dry) / (1.0 + q_dry * constants.R_vapor / constants.R_dry)
    temperature = _virtual_temperature(z, r, constants) * moist_factor
    wind = np.stack(_components(tangential_wind(z, r, constants), lon, lat))
    return DryMassFields(wind, temperature, dp_dry, ps_dry, ground, q_dry)


def humidity(z: np.ndarray) -> np.ndarray:
    """Specific humidity [kg kg-1], of the same shape as the height z [m]."""
    tropospheric = Q_SURFACE * np.exp(-z / Q_SCALE - (z / Q_SCALE_2) ** 2)
    return np.where(z < TROPOPAUSE, tropospheric, Q_STRATOSPHERE)


def pressure(z: np.ndarray, r: np.ndarray, constants: Constants) -> np.ndarray:
    """(elem, i, j, lev) [Pa] at height z and distance r from the centre [m]."""
    T_surface = SURFACE_TEMPERATURE * (1.0 + VIRTUAL * Q_SURFACE)
    T_tropopause = T_surface - LAPSE_RATE * TROPOPAUSE
    exponent = constants.gravity / (constants.R_dry * LAPSE_RATE)
    below = np.minimum(z, TROPOPAUSE)
    profile = ((T_surface - LAPSE_RATE * below) / T_surface) ** exponent
    above = np.exp(-constants.gravity * (z - below) / (constants.R_dry * T_tropopause))
    anomaly = np.where(z < TROPOPAUSE, PRESSURE_DROP * np.exp(-_decay(z, r)), 0.0)
    return (P_BACKGROUND - anomaly) * profile * above


def tangential_wind(z: np.ndarray, r: np.ndarray, constants: Constants) -> np.ndarray:
    """Counterclockwise (elem, i, j, lev) [m s-1] at height z, distance r [m]; zero above the tropopause."""
    coriolis = 2.0 * constants.omega * np.sin(CENTER_LAT)
    T = _background(z)
    warmth = 2.0 * constants.R_dry * T * z / (constants.gravity * HEIGHT**2)
    steepness = 1.0 + warmth - P_BACKGROUND / PRESSURE_DROP * np.exp(_decay(z, r))
    force = -1.5 * (r / RADIUS) ** 1.5 * T * constants.R_dry / steepness
    speed = -coriolis * r / 2.0 + np.sqrt((coriolis * r / 2.0) ** 2 + force)
    return np.where(z < TROPOPAUSE, speed, 0.0)


def _virtual_temperature(z: np.ndarray, r: np.ndarray, constants: Constants) -> np.ndarray:
    """Of the background, and warmer in the core [K]."""
    T = _background(z)
    fraction = 2.0 * constants.R_dry * T * z / (constants.gravity * HEIGHT**2)
    core = T / (1.0 + fraction / (1.0 - P_BACKGROUND / PRESSURE_DROP * np.exp(_decay(z, r))))
    return np.where(z < TROPOPAUSE, core, T)


def _background(z: np.ndarray) -> np.ndarray:
    T_surface = SURFACE_TEMPERATURE * (1.0 + VIRTUAL * Q_SURFACE)
    return T_surface - LAPSE_RATE * np.minimum(z, TROPOPAUSE)


def _decay(z: np.ndarray, r: np.ndarray) -> np.ndarray:
    return np.minimum((r / RADIUS) ** 1.5 + (z / HEIGHT) ** 2, 200.0)  # beyond, the anomaly is zero to the last bit


def _height(p: np.ndarray, r: np.ndarray, constants: Constants) -> np.ndarray:
    """Where the pressure is p, by Newton's method with the hydrostatic slope [m]."""
    z = constants.R_dry * 260.0 / constants.gravity * np.log(P_BACKGROUND / p)
    for _ in range(ITERATIONS):
        at = pressure(z, r, constants)
        z = z + constants.R_dry * _virtual_temperature(z, r, constants) / constants.gravity * np.log(at / p)
    return z


def _height_as_homme(p: np.ndarray, ps: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Where the pressure is p, as if the troposphere had no end [m]; above its end nothing depends on it.

    HOMME: tropical_cyclone:tropical_cyclone_test
    """
    T_surface = _background(np.asarray(0.0))
    exponent = PLANET.gravity / (PLANET.R_dry * LAPSE_RATE)
    far = T_surface / LAPSE_RATE * (1.0 - (p / ps) ** (1.0 / exponent))
    z = far
    for _ in range(ITERATIONS):
        anomaly, left = PRESSURE_DROP * np.exp(-_decay(z, r)), 1.0 - LAPSE_RATE / T_surface * z
        slope = exponent * LAPSE_RATE / T_surface * (P_BACKGROUND - anomaly) / left - 2.0 * z / HEIGHT**2 * anomaly
        z = z + ((P_BACKGROUND - anomaly) - p * left**-exponent) / slope
    return np.where(r < SEARCHED, z, far)


def _vapor_weight(z: np.ndarray, r: np.ndarray, constants: Constants) -> np.ndarray:
    """Weight of the water vapor between z and the tropopause [Pa], by Gauss's rule; above there is a trace."""
    half, middle = 0.5 * np.maximum(TROPOPAUSE - z, 0.0), 0.5 * (TROPOPAUSE + z)
    total: np.ndarray | float = 0.0
    for node, weight in zip(GAUSS_NODES, GAUSS_WEIGHTS):
        height = middle + half * node
        density = pressure(height, r, constants) / (constants.R_dry * _virtual_temperature(height, r, constants))
        total = total + weight * humidity(height) * density
    return constants.gravity * half * total


def _height_of_dry_pressure(p_dry: np.ndarray, r: np.ndarray, constants: Constants) -> np.ndarray:
    """Height [m] above which dry air weighs p_dry, by Newton's method with the slope of moist air."""
    z = _height(p_dry, r, constants)
    for _ in range(ITERATIONS):
        found = pressure(z, r, constants) - _vapor_weight(z, r, constants)
        z = z + constants.R_dry * _virtual_temperature(z, r, constants) / constants.gravity * np.log(found / p_dry)
    return z


def _components(speed: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eastward and northward components of a wind around the centre."""
    d1 = np.sin(CENTER_LAT) * np.cos(lat) - np.cos(CENTER_LAT) * np.sin(lat) * np.cos(lon - CENTER_LON)
    d2 = np.cos(CENTER_LAT) * np.sin(lon - CENTER_LON)
    length = np.maximum(np.hypot(d1, d2), 1e-25)
    return speed * d1 / length, speed * d2 / length
