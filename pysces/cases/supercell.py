"""DCMIP2016 3: a warm bubble in sheared, moist, unstable air on a planet of 1/120 of the radius that does not turn.

Equations: Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435; DCMIP2016 test case document
HOMME: supercell_test, dcmip16_wrapper:dcmip2016_test3
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..constants import CAM, E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from ..vertical.supercell_column import (
    ITERATIONS,
    TOP,
    basis_at,
    bubble,
    chebyshev_points,
    derivative,
    equator_of,
    integral_but_last,
    warmed,
)
from .initial_fields import DryMassFields, InitialFields, coordinates, great_circle

LATITUDES = 16
SHEAR, DRIFT, SHEAR_DEPTH, JOIN = 30.0, 15.0, 5000.0, 1000.0  # m s-1, m s-1, m, m
CLOSE = 1e-12  # of a pressure, when its height is found
CHORDS, HALVINGS = 400, 60  # steps to a height; HOMME takes the last chord's, which above 25 km is not close
SLAB = 64  # elements at a time: basis polynomials take 30 numbers a point


class Air(NamedTuple):
    """Of heights z and latitudes from the equator: humidity (z,), theta_v [K] and Exner function (lat, z)."""

    z: np.ndarray
    lat: np.ndarray
    q: np.ndarray
    theta_v: np.ndarray
    exner: np.ndarray


class Columns(NamedTuple):
    """Exner function and theta_v [K] at the heights of Air (..., z), distances from the bubble's centre (...) [m]."""

    exner: np.ndarray
    theta_v: np.ndarray
    distance: np.ndarray


def supercell(
    grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM, perturbed: bool = True
) -> InitialFields:
    """The air with its bubble at 0N 0E.

    Parameters
    ----------
    perturbed : whether the bubble is there.
    """
    lon, lat = coordinates(grid)
    air = _balanced(constants)
    distance = constants.radius * great_circle(lon, lat, 0.0, 0.0) if perturbed else np.full_like(lon, np.inf)
    slabs = [slice(n, n + SLAB) for n in range(0, len(lat), SLAB)]
    first, *others = [_fields(lat[s], distance[s], air, coordinate, constants) for s in slabs]
    return first.map(lambda *parts: np.concatenate(parts, axis=-4), *others)


def supercell_dry_mass(
    grid: Grid, coordinate: VerticalCoordinate, constants: Constants = CAM, perturbed: bool = True
) -> DryMassFields:
    """The same air in layers of its dry mass, which float until the first remap, as those of an initial file do."""
    moist = supercell(grid, coordinate, constants, perturbed)
    dp, q = moist.dp * (1.0 - moist.q_moist), moist.q_moist / (1.0 - moist.q_moist)
    return DryMassFields(moist.wind, moist.temperature, dp, coordinate.ps(dp), moist.phis, q)


def zonal_wind(z: np.ndarray) -> np.ndarray:
    """At the equator [m s-1], of the same shape as z [m]: it grows with height, then stays, a parabola between."""
    share = z / SHEAR_DEPTH
    joined = -0.8 + 3.0 * share - 1.25 * share**2
    share = np.where(z <= SHEAR_DEPTH - JOIN, share, np.where(abs(z - SHEAR_DEPTH) <= JOIN, joined, 1.0))
    return share * SHEAR - DRIFT


def _balanced(c: Constants) -> Air:
    """Thermal-wind balance from the equator to the pole.

    d theta_v / d lat = sin(2 lat) / (2 g) (U^2 d theta_v / dz - theta_v d(U^2) / dz)
    d Exner / d lat = -U^2 sin(lat) cos(lat) / (cp theta_v),    U the wind at the equator
    """
    column, lat = equator_of(c), chebyshev_points(0.0, 0.5 * np.pi, LATITUDES)
    northwards, upwards = integral_but_last(lat), derivative(column.z)
    square = zonal_wind(column.z) ** 2
    theta_v = np.tile(column.theta_v, (LATITUDES, 1))
    slope = (np.sin(2.0 * lat) / (2.0 * c.gravity))[:, None]
    for _ in range(ITERATIONS):
        rate = slope * (square * (theta_v @ upwards.T) - theta_v * (upwards @ square))
        theta_v = column.theta_v + northwards @ rate
    curved = (np.sin(lat) * np.cos(lat))[:, None]
    exner = column.exner + northwards @ (-square * curved / (c.cp * theta_v))
    return Air(column.z, lat, column.q, theta_v, exner)


def _fields(
    lat: np.ndarray, distance: np.ndarray, air: Air, coordinate: VerticalCoordinate, c: Constants
) -> InitialFields:
    """At latitudes [radian] and distances from the bubble [m], both (elem, i, j, 1)."""
    meridional = basis_at(abs(lat), air.lat)
    columns = Columns(meridional @ air.exner, meridional @ air.theta_v, distance)
    ps = _warmed_at(np.zeros_like(lat), columns, air, c)[0]
    p = coordinate.p_mid(ps)
    z = _height(p, columns, air, c)
    _, theta_v, q = _warmed_at(z, columns, air, c)
    temperature_v = theta_v * (p / c.p0) ** c.kappa
    temperature = temperature_v / (1.0 + (c.R_vapor / c.R_dry - 1.0) * q)
    wind = np.stack([zonal_wind(z) * np.cos(lat), 0.0 * z])
    dp = np.array(np.broadcast_to(coordinate.dp_ref(ps), z.shape))
    return InitialFields(wind, temperature, temperature_v, dp, ps, 0.0 * ps, q)


def _warmed_at(z: np.ndarray, columns: Columns, air: Air, c: Constants) -> tuple:
    """Pressure [Pa], theta_v [K] and humidity at heights (...) [m] of columns."""
    vertical = basis_at(z, air.z)
    exner, theta_v = (np.sum(f * vertical, axis=-1) for f in (columns.exner, columns.theta_v))
    q = vertical @ air.q
    p, theta_v = warmed(exner, theta_v, q, bubble(columns.distance, z), c)
    return p, theta_v, q


def _height(p: np.ndarray, columns: Columns, air: Air, c: Constants) -> np.ndarray:
    """Heights [m] of pressures (elem, i, j, lev), by chords between a height below and one above."""
    wanted, columns = p.ravel(), Columns(*(_at_points(f, p) for f in columns))
    z = np.stack([np.zeros_like(wanted), np.full_like(wanted, TOP)])
    ends = np.stack([_warmed_at(end, columns, air, c)[0] for end in z])
    if p.min() < ends[1].max():
        raise ValueError(
            f"The air of case supercell ends at {TOP / 1e3:g} km, {ends[1].max():.3g} Pa, and the levels go up to "
            f"{p.min():.3g} Pa; choose levels that end below."
        )
    found, left = np.zeros_like(wanted), np.arange(wanted.size)
    for step in range(CHORDS + HALVINGS):
        (low, high), (p_low, p_high) = z[:, left], ends[:, left]
        of, p_of = wanted[left], Columns(*(f[left] for f in columns))
        between = (low * (p_high - of) - high * (p_low - of)) / (p_high - p_low) if step < CHORDS else (low + high) / 2
        there = _warmed_at(between, p_of, air, c)[0]
        found[left] = between
        end = np.where(there > of, 0, 1)
        z[end, left], ends[end, left] = between, there
        left = left[abs((there - of) / of) >= CLOSE]
        if not left.size:
            break
    return found.reshape(p.shape)


def _at_points(of_columns: np.ndarray, p: np.ndarray) -> np.ndarray:
    """What columns (elem, i, j, 1, ...) have, for each point of p (elem, i, j, lev), in a row."""
    rest = of_columns.shape[4:]
    return np.broadcast_to(of_columns, (*p.shape, *rest)).reshape(p.size, *rest)
