"""The standard test set of shallow water: cases 1, 2, 5 and 6.

Equations: Williamson, Drake, Hack, Jakob & Swarztrauber (1992), doi:10.1016/S0021-9991(05)80016-6
HOMME: sweqx/shallow_water_mod (tc1_init_state, tc2_init_state, tc5_init_state, tc6_init_state)
"""

from __future__ import annotations

import numpy as np

from ...constants import E3SM, Constants
from ...geometry.grid import Grid
from .fields import SECONDS_PER_DAY, ShallowFields, places, tilted_rotation, tilted_sine

TURN = 12.0 * SECONDS_PER_DAY  # of cases 1 and 2 [s]
BELL_WIDTH = float(np.float32(1.0) / np.float32(3.0))  # of the radius; HOMME's is a number of single precision
BELL_HEIGHT = 1000.0  # m
STEADY_PHI = 2.94e4  # m2 s-2
MOUNTAIN_DEPTH, MOUNTAIN_WIND = 5960.0, 20.0  # m, m s-1
MOUNTAIN_HEIGHT, MOUNTAIN_WIDTH, MOUNTAIN_LON, MOUNTAIN_LAT = 2000.0, np.pi / 9, 1.5 * np.pi, np.pi / 6
WAVE_RATE, WAVES, WAVE_DEPTH = 7.848e-6, 4, 8000.0  # s-1, around the sphere, m


def williamson1(grid: Grid, constants: Constants = E3SM, tilt: float = 0.0) -> ShallowFields:
    """A cosine bell of water carried once around the sphere in 12 days by a wind that is given.

    tilt : of the wind's axis [degree].
    """
    angle = np.radians(tilt)
    lon, lat = places(grid)
    speed = 2.0 * np.pi * constants.radius / TURN
    wind, phis = tilted_rotation(lon, lat, speed, angle), np.zeros_like(lat)
    mean = constants.gravity * BELL_HEIGHT

    def exact(seconds: float) -> tuple[np.ndarray, np.ndarray]:
        return wind, constants.gravity * cosine_bell(lon, lat, *_carried(seconds / TURN * 2.0 * np.pi, angle))

    return ShallowFields(wind, exact(0.0)[1] - mean, phis, mean, wind_is_given=True, exact=exact)


def cosine_bell(lon: np.ndarray, lat: np.ndarray, centre_lon: float, centre_lat: float) -> np.ndarray:
    """Height (elem, i, j, 1) [m] of the bell of case 1 at lon, lat about a centre [radian]."""
    cosine = np.sin(centre_lat) * np.sin(lat) + np.cos(centre_lat) * np.cos(lat) * np.cos(lon - centre_lon)
    distance = np.arccos(np.clip(cosine, -1.0, 1.0))
    height = 0.5 * BELL_HEIGHT * (1.0 + np.cos(np.pi * distance / BELL_WIDTH))
    return np.where(distance < BELL_WIDTH, height, 0.0)


def _carried(angle: float, tilt: float) -> tuple[float, float]:
    """Where the bell's centre (270 E, 0 N) is after a turn by `angle` about the tilted axis [radian]."""
    axis = np.array([-np.sin(tilt), 0.0, np.cos(tilt)])
    start = np.array([0.0, -1.0, 0.0])
    along = axis * (axis @ start)
    x, y, z = along + (start - along) * np.cos(angle) + np.cross(axis, start) * np.sin(angle)
    return float(np.arctan2(y, x)), float(np.arcsin(np.clip(z, -1.0, 1.0)))


def williamson2(grid: Grid, constants: Constants = E3SM, tilt: float = 0.0) -> ShallowFields:
    """Solid-body rotation in balance: steady, exactly.

    tilt : of the axis of wind and planet [degree].
    """
    angle = np.radians(tilt)
    lon, lat = places(grid)
    speed = 2.0 * np.pi * constants.radius / TURN
    wind, phis = tilted_rotation(lon, lat, speed, angle), np.zeros_like(lat)
    phi = _balanced(lon, lat, constants, speed, angle)
    coriolis = 2.0 * constants.omega * tilted_sine(lon, lat, angle) if tilt else None
    return ShallowFields(wind, phi, phis, STEADY_PHI, coriolis, exact=lambda seconds: (wind, phi + STEADY_PHI))


def _balanced(lon: np.ndarray, lat: np.ndarray, constants: Constants, speed: float, tilt: float) -> np.ndarray:
    """Geopotential of the surface that balances solid-body rotation, less that at its equator."""
    return -(constants.radius * constants.omega * speed + 0.5 * speed**2) * tilted_sine(lon, lat, tilt) ** 2


def williamson5(grid: Grid, constants: Constants = E3SM) -> ShallowFields:
    """Solid-body rotation that meets a mountain: nothing is known exactly, but mass and energy stay."""
    lon, lat = places(grid)
    lon = np.mod(lon, 2.0 * np.pi)
    distance = np.sqrt((lon - MOUNTAIN_LON) ** 2 + (lat - MOUNTAIN_LAT) ** 2)  # on the map, not on the sphere
    phis = constants.gravity * MOUNTAIN_HEIGHT * (1.0 - np.minimum(distance, MOUNTAIN_WIDTH) / MOUNTAIN_WIDTH)
    phi = _balanced(lon, lat, constants, MOUNTAIN_WIND, 0.0) - phis
    wind = tilted_rotation(lon, lat, MOUNTAIN_WIND, 0.0)
    return ShallowFields(wind, phi, phis, constants.gravity * MOUNTAIN_DEPTH)


def williamson6(grid: Grid, constants: Constants = E3SM) -> ShallowFields:
    """A Rossby-Haurwitz wave of four crests, which should move without changing for a week or two."""
    lon, lat = places(grid)
    a, omega, K, R = constants.radius, constants.omega, WAVE_RATE, WAVES
    c = np.cos(lat)
    u = a * K * c + a * K * c ** (R - 1) * (R * np.sin(lat) ** 2 - c**2) * np.cos(R * lon)
    v = -a * K * R * c ** (R - 1) * np.sin(lat) * np.sin(R * lon)
    mean = 0.5 * K * (2.0 * omega + K) * c**2 + 0.25 * K**2 * (
        (R + 1) * c ** (2 * R + 2) + (2 * R**2 - R - 2) * c ** (2 * R) - 2.0 * R**2 * c ** (2 * R - 2)
    )
    once = 2.0 * (omega + K) * K / ((R + 1) * (R + 2)) * c**R * ((R**2 + 2 * R + 2) - (R + 1) ** 2 * c**2)
    twice = 0.25 * K**2 * c ** (2 * R) * ((R + 1) * c**2 - (R + 2))
    phi = a**2 * (mean + once * np.cos(R * lon) + twice * np.cos(2 * R * lon))
    return ShallowFields(np.stack([u, v]), phi, np.zeros_like(lat), constants.gravity * WAVE_DEPTH)
