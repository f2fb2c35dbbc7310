"""The column at the equator of DCMIP2016's supercell: moist air in balance, on 30 Chebyshev points up to 50 km.

Its profiles have kinks, and a polynomial through 30 points rings at them: humidity is negative near 15 km. HOMME's
start has the very ripples, so that points, order of steps and the kinds of integral belong to the case.

Equations: Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435; DCMIP2016 test case document
HOMME: supercell_test (supercell_init)
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ..constants import E3SM, Constants

POINTS, TOP, ITERATIONS = 30, 50e3, 12  # of the column; m
GROUND_THETA, TROPOPAUSE_THETA, TROPOPAUSE, TROPOPAUSE_TEMPERATURE = 300.0, 343.0, 12e3, 213.0  # K, K, m, K
MOST_VAPOR = float(np.float32(0.014))  # of saturated air; in HOMME's code alone, where it is a single precision literal


class Column(NamedTuple):
    """Of heights z [m], lowest first: the Exner function, virtual potential temperature [K], specific humidity."""

    z: np.ndarray
    exner: np.ndarray
    theta_v: np.ndarray
    q: np.ndarray


@cache
def equator(R_dry: float, cp: float, R_vapor: float, gravity: float, p0: float) -> Column:
    """The column whose pressure at the ground is p0 [Pa]; gas constants [J kg-1 K-1], gravity [m s-2]."""
    z = chebyshev_points(0.0, TOP, POINTS)
    upwards, virtual = integral(z), R_vapor / R_dry - 1.0
    theta, humidity = _theta(z, gravity / cp), _relative_humidity(z)
    theta_v = theta
    for _ in range(ITERATIONS):
        exner = 1.0 + upwards @ (-gravity / (cp * theta_v))
        p = p0 * exner ** (cp / R_dry)
        temperature = theta * exner
        q = np.minimum(380.0 / p * np.exp(17.27 * (temperature - 273.0) / (temperature - 36.0)), MOST_VAPOR) * humidity
        theta_v = theta * (1.0 + virtual * q)
    return Column(z, exner, theta_v, q)


def equator_of(constants: Constants = E3SM) -> Column:
    """The column with a model's constants."""
    c = constants
    return equator(c.R_dry, c.cp, c.R_vapor, c.gravity, c.p0)


def chebyshev_points(first: float, last: float, number: int) -> np.ndarray:
    """Extrema (point,) [m] of a Chebyshev polynomial between two ends, which are among them."""
    return first + 0.5 * (last - first) * (1.0 - np.cos(np.pi * np.arange(number) / (number - 1)))


def derivative(points: np.ndarray) -> np.ndarray:
    """Matrix (point, point) [m-1] from values at points (point,) [m] to slopes there of the polynomial through them."""
    weights, itself = barycentric_weights(points), np.eye(len(points))
    inverse = (1.0 - itself) / (points[:, None] - points + itself)
    return np.outer(1.0 / weights, weights) * inverse + np.diag(inverse.sum(axis=1))


def integral(points: np.ndarray) -> np.ndarray:
    """Matrix (point, point) [m] of the integral from the first of the points (point,) [m].

    It gives the polynomial whose derivative misses the values by least squares.
    """
    matrix = np.zeros((len(points), len(points)))
    matrix[1:] = _inverse(derivative(points)[:, 1:])
    return matrix


def integral_but_last(points: np.ndarray) -> np.ndarray:
    """As integral, of the polynomial whose derivative has all values but that at the last of points (point,) [m]."""
    matrix = np.zeros((len(points), len(points)))
    matrix[1:, :-1] = _inverse(derivative(points)[:-1, 1:])
    return matrix


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """The pseudo-inverse to its last digit, whatever LAPACK of this machine rounds: two steps in longer numbers."""
    long = matrix.astype(np.longdouble)
    found = np.linalg.pinv(matrix).astype(np.longdouble)
    for _ in range(2):
        found = found @ (2.0 * np.eye(len(matrix), dtype=np.longdouble) - long @ found)
    return found.astype(np.float64)


def barycentric_weights(points: np.ndarray) -> np.ndarray:
    """(point,), of any points [m], as they were rounded: the known ones of Chebyshev's are 1e-13 off for these.

    Equations: Berrut & Trefethen (2004), doi:10.1137/S0036144502417715
    """
    return 1.0 / np.prod(points[:, None] - points + np.eye(len(points)), axis=1)


def basis_at(x: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(..., point) values [1] at x [m] of the polynomials that are 1 at one of the points [m] and 0 at the others."""
    away = x[..., None] - points
    hit = away == 0.0
    parts = barycentric_weights(points) / np.where(hit, 1.0, away)
    parts = np.where(hit.any(axis=-1, keepdims=True), hit, parts)
    return parts / parts.sum(axis=-1, keepdims=True)


def bubble(distance: np.ndarray, z: np.ndarray) -> np.ndarray:
    """What is added to potential temperature [K] at a distance [m] along the ground from the bubble's centre.

    z : height [m], of the same shape.
    """
    r = np.sqrt((distance / 10e3) ** 2 + ((z - 1500.0) / 1500.0) ** 2)
    return 3.0 * np.cos(0.5 * np.pi * np.minimum(r, 1.0)) ** 2


def warmed(exner: np.ndarray, theta_v: np.ndarray, q: np.ndarray, warmer: np.ndarray, c: Constants) -> tuple:
    """Pressure [Pa] and theta_v [K] of air that gets warmer [K] without getting lighter.

    exner [1], theta_v [K], specific humidity q [1] and warmer [K] are of one shape, and so is what comes back.
    """
    density = c.p0 * exner ** (c.cp / c.R_dry - 1.0) / (c.R_dry * theta_v)
    theta_v = theta_v + warmer * (1.0 + (c.R_vapor / c.R_dry - 1.0) * q)
    return c.p0 * (density * c.R_dry * theta_v / c.p0) ** (c.cp / (c.cp - c.R_dry)), theta_v


def _theta(z: np.ndarray, lapse_rate: float) -> np.ndarray:
    below = (np.minimum(z, TROPOPAUSE) / TROPOPAUSE) ** 1.25
    above = TROPOPAUSE_THETA * np.exp(lapse_rate / TROPOPAUSE_TEMPERATURE * (z - TROPOPAUSE))
    return np.where(z <= TROPOPAUSE, GROUND_THETA + (TROPOPAUSE_THETA - GROUND_THETA) * below, above)


def _relative_humidity(z: np.ndarray) -> np.ndarray:
    return np.where(z <= TROPOPAUSE, 1.0 - 0.75 * (np.minimum(z, TROPOPAUSE) / TROPOPAUSE) ** 1.25, 0.25)
