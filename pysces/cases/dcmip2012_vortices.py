"""Case 4 of DCMIP2012: the jet of Jablonowski and Williamson with vapor, and tracers that air should carry unchanged.

Equations: Jablonowski & Williamson (2006), doi:10.1256/qj.06.12; Ullrich et al. (2012), DCMIP2012 test case document
HOMME: dcmip12_wrapper:dcmip2012_test4_init, dcmip2012_test4
"""

from __future__ import annotations

import numpy as np

from ..arrays.backend import Array
from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from . import jablonowski_williamson as jet
from .initial_fields import InitialFields, coordinates, great_circle

PLANET = E3SM.replace(omega=7.29212e-5)  # of HOMME's routine, whatever the model's own
Q_SURFACE, Q_LAT_WIDTH, Q_P_WIDTH, VIRTUAL = 0.021, 2.0 * np.pi / 9.0, 34000.0, 0.608
GUST = 1.0  # m s-1


def jablonowski_williamson_vapor(
    grid: Grid, coordinate: VerticalCoordinate, constants: Constants = E3SM, moist: bool = False
) -> InitialFields:
    """The jet with its gust, on a planet of any size; moist air is cooler, and as heavy as dry air.

    HOMME: dcmip2012_test4, whose start takes no notice of vapor in the gas constant
    """
    fields = jet.jablonowski_williamson(grid, coordinate, PLANET, perturbation=GUST)
    if not moist:
        return fields
    eta, lat = np.asarray(coordinate.etam), coordinates(grid)[1]
    q = Q_SURFACE * np.exp(-((lat / Q_LAT_WIDTH) ** 4)) * np.exp(-(((eta - 1.0) * PLANET.p0 / Q_P_WIDTH) ** 2))
    temperature = fields.temperature / (1.0 + VIRTUAL * q)
    return fields.replace(temperature=temperature, virtual_temperature=temperature, q_moist=q)


def vapor_theta_vorticity(
    fields: InitialFields, grid: Grid, coordinate: VerticalCoordinate, number: int
) -> list[Array]:
    """Vapor, potential temperature [K], size of Ertel's potential vorticity [K m2 kg-1 s-1] times X, then ones.

    Each is (elem, i, j, lev); X is how many Earths are in the planet's radius. Both are of the air before it was cooled
    for its vapor.

    HOMME: dcmip12_wrapper:dcmip2012_test4_init
    """
    lon, lat = coordinates(grid)
    eta, earths = np.asarray(coordinate.etam), PLANET.radius / float(grid.radius)
    one = np.ones_like(fields.dp)
    theta = jet.temperature(eta, lat, PLANET) * eta**-PLANET.kappa * one
    own = [fields.q_moist, theta, earths * abs(potential_vorticity(lon, lat, eta)) * one]
    return [*own[:number], *([one] * (number - len(own)))]


def potential_vorticity(lon: np.ndarray, lat: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """Ertel's, (elem, i, j, lev) [K m2 kg-1 s-1], as the document has it.

    lon, lat : (elem, i, j, 1) [radian].   eta : (lev,) [1].
    """
    along_eta, along_lat = _theta_gradient(lat, eta)
    shear = -3.0 * np.pi / 4.0 * jet.U_JET * np.sin(2.0 * lat) ** 2 * np.sqrt(np.cos(jet.angle(eta)))
    shear = shear * np.sin(jet.angle(eta))
    spin = _relative_vorticity(lon, lat, eta) + 2.0 * PLANET.omega * np.sin(lat)
    return PLANET.gravity / PLANET.p0 * (-shear * along_lat / PLANET.radius - spin * along_eta)


def _relative_vorticity(lon: np.ndarray, lat: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """Of jet and gust [s-1]."""
    sin, cos, wind = np.sin(lat), np.cos(lat), jet.U_JET * jet.jet_power(eta)
    r = great_circle(lon, lat, jet.CENTER_LON, jet.CENTER_LAT)
    turned = np.sin(jet.CENTER_LAT) * cos - np.cos(jet.CENTER_LAT) * sin * np.cos(lon - jet.CENTER_LON)
    gust = GUST * np.exp(-((r * jet.INVERSE_RADIUS) ** 2))
    bent = np.tan(lat) - 2.0 * jet.INVERSE_RADIUS**2 * turned / np.sinc(r / np.pi)
    return (-4.0 * wind * sin * cos * (2.0 - 5.0 * sin**2) + gust * bent) / PLANET.radius


def _theta_gradient(lat: np.ndarray, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of potential temperature along eta [K] and latitude [K radian-1]."""
    gas, kappa, lapse = PLANET.R_dry, PLANET.kappa, PLANET.R_dry * jet.LAPSE_RATE / PLANET.gravity
    sin, cos, wind = np.sin(jet.angle(eta)), np.cos(jet.angle(eta)), jet.U_JET * jet.jet_power(eta)
    curvature, planet = jet.rotation_terms(lat, PLANET)
    shape, slopes = 2.0 * wind * curvature + planet, _slopes(lat)
    mean = jet.T_SURFACE * (lapse - kappa) * eta ** (lapse - kappa - 1.0)
    above = np.maximum(jet.ETA_TROPOPAUSE - eta, 0.0)
    mean = mean - jet.T_STRATOSPHERE * (5.0 * above**4 * eta**-kappa + kappa * above**5 * eta ** (-kappa - 1.0))
    scale = 0.75 * np.pi * jet.U_JET / gas * eta ** (1.0 - kappa)
    along_eta = (
        (1.0 - kappa) / eta * sin * np.sqrt(cos) * shape
        + np.pi / 2.0 * (cos**1.5 - 0.5 * sin**2 / np.sqrt(cos)) * shape
        - 1.5 * np.pi * jet.U_JET * sin**2 * cos * curvature
    )
    along_lat = sin * np.sqrt(cos) * (2.0 * wind * slopes[0] + slopes[1])
    return mean + scale * along_eta, scale * along_lat


def _slopes(lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives along latitude of the jet's curvature and of what the planet's rotation makes of it."""
    sin, cos = np.sin(lat), np.cos(lat)
    curvature = -12.0 * cos * sin**5 * (cos**2 + 1.0 / 3.0) + 4.0 * cos * sin**7
    planet = -4.8 * sin * cos**2 * (sin**2 + 2.0 / 3.0) + 3.2 * cos**4 * sin
    return curvature, PLANET.radius * PLANET.omega * planet
