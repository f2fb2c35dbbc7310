"""Balanced jet and baroclinic wave of Jablonowski and Williamson (2006).

Equations: Jablonowski & Williamson (2006), doi:10.1256/qj.06.12
HOMME: asp_tests (jw_baroclinic)   CAM: ic_baro_dry_jw06
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields, coordinates, dry_fields, great_circle

U_JET, T_SURFACE, LAPSE_RATE = 35.0, 288.0, 0.005  # m s-1, K, K m-1
ETA_JET, ETA_TROPOPAUSE, T_STRATOSPHERE = 0.252, 0.2, 4.8e5  # 1, 1, K
CENTER_LON, CENTER_LAT, INVERSE_RADIUS = np.pi / 9, 2 * np.pi / 9, 10.0


def jablonowski_williamson(
    grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM, perturbation: float = 1.0
) -> InitialFields:
    """The jet with an eastward gust of `perturbation` m s-1 on all levels; 0 is the exact steady state.

    HOMME: asp_tests:asp_baroclinic (HOMME's default gust is 0)
    """
    lon, lat = coordinates(grid)
    eta = np.asarray(coordinate.etam)
    gust = perturbation * np.exp(-((INVERSE_RADIUS * great_circle(lon, lat, CENTER_LON, CENTER_LAT)) ** 2))
    u = U_JET * jet_power(eta) * np.sin(2.0 * lat) ** 2 + gust
    ps = np.full_like(lat, constants.p0)
    return dry_fields((u, 0.0), temperature(eta, lat, constants), ps, _surface(lat, constants), coordinate)


def jablonowski_williamson_steady(
    grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM
) -> InitialFields:
    """The jet alone: every departure from it is an error of the model."""
    return jablonowski_williamson(grid, coordinate, constants, perturbation=0.0)


def angle(eta: np.ndarray) -> np.ndarray:
    """The vertical angle (lev,) of levels eta, 0 at the jet [radian]."""
    return (eta - ETA_JET) * np.pi / 2


def jet_power(eta: np.ndarray) -> np.ndarray:
    """The jet's share (lev,) of its strongest wind on levels eta [1]."""
    return np.cos(angle(eta)) ** 1.5


def rotation_terms(lat: np.ndarray, constants: Constants) -> tuple[np.ndarray, np.ndarray]:
    """Functions of lat (elem, i, j, 1) [radian] in the balance: the jet's curvature [1], the planet's turn [m s-1]."""
    cubed_sine, cosine = np.sin(lat) * np.sin(lat) * np.sin(lat), np.cos(lat)  # products, as Fortran multiplies powers
    curvature = -2.0 * cubed_sine**2 * (cosine**2 + 1.0 / 3.0) + 10.0 / 63.0
    planet = 1.6 * (cosine * cosine * cosine) * (np.sin(lat) ** 2 + 2.0 / 3.0) - np.pi / 4.0
    return curvature, planet * constants.radius * constants.omega


def temperature(eta: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """T (elem, i, j, lev) [K]: a mean profile and the part in thermal-wind balance with the jet.

    eta : (lev,) [1].   lat : (elem, i, j, 1) [radian].
    """
    mean = T_SURFACE * eta ** (constants.R_dry * LAPSE_RATE / constants.gravity)
    mean = mean + T_STRATOSPHERE * np.maximum(ETA_TROPOPAUSE - eta, 0.0) ** 5
    curvature, planet = rotation_terms(lat, constants)
    shape = 0.75 * (eta * np.pi * U_JET / constants.R_dry) * np.sin(angle(eta)) * np.sqrt(np.cos(angle(eta)))
    return mean + shape * (curvature * (2.0 * U_JET * jet_power(eta)) + planet)


def _surface(lat: np.ndarray, constants: Constants) -> np.ndarray:
    """Surface geopotential [m2 s-2]."""
    curvature, planet = rotation_terms(lat, constants)
    jet = U_JET * jet_power(np.asarray(1.0))
    return jet * (curvature * jet + planet)
