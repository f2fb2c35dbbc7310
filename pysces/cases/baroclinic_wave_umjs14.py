"""Baroclinic wave of Ullrich, Melvin, Jablonowski and Staniforth (2014): shallow atmosphere, dry or moist.

Equations: Ullrich et al. (2014), doi:10.1002/qj.2241; moisture and perturbations: DCMIP2016 test 1
HOMME: dcmip16_wrapper (dcmip2016_test1)   CAM: ic_baroclinic (dry-mass coordinate)

The balanced state is a function of height and latitude and is evaluated with the constants of the dynamical core. HOMME
samples it at eta p0. CAM-SE's levels are levels of dry pressure: there the height of a level is where the weight of the
dry air above it fits, weights being 10-point Gauss integrals from that height to one model top, that of the equator.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..constants import CAM, E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import DryMassFields, InitialFields, coordinates, great_circle

T_EQUATOR, T_POLE, LAPSE_RATE = 310.0, 240.0, 0.005  # K, K, K m-1
JET_WIDTH, HALF_WIDTH = 3.0, 2.0  # K and b of the paper
T_MEAN = 0.5 * (T_EQUATOR + T_POLE)
CENTER_LON, CENTER_LAT, PERTURBATION_TOP = np.pi / 9, 2 * np.pi / 9, 15000.0  # radian, radian, m
Q_SURFACE, Q_LAT_WIDTH, Q_P_WIDTH, Q_P_TOP, Q_ABOVE = 0.018, 2 * np.pi / 9, 34000.0, 10000.0, 1e-12
GAUSS_NODES, GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(10)
NEWTON_STEPS = 15  # quadratic from log p = log eta; 6 reach round-off over the published level sets
PERTURBATIONS = ("exponential", "streamfunction", "none")


def baroclinic_wave_umjs14(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    perturbation: str = "exponential",
    moist: bool = False,
    phis: np.ndarray | None = None,
) -> InitialFields:
    """The wave on layers of moist mass, as HOMME starts it: fields sampled at p = eta p0, ps = p0.

    Parameters
    ----------
    perturbation : "exponential" (eastward wind, 1 m s-1), "streamfunction" (non-divergent, 0.5 m s-1) or "none".
    moist : with water vapor; T_v, and so vtheta_dp, are the same as without.
    phis : surface geopotential (elem, i, j, 1) [m2 s-2] at which ps is that of the wave's air; None is flat.

    HOMME: dcmip16_wrapper:dcmip2016_test1
    """
    ps = np.full_like(np.asarray(grid.lat, np.float64), constants.p0)
    p = coordinate.etam * constants.p0 + 0.0 * ps
    if phis is not None:
        ps = pressure(phis / constants.gravity, np.asarray(grid.lat, np.float64), constants)
        return fields_at_pressure(coordinate.p_mid(ps), ps, phis, grid, coordinate, constants, perturbation, moist)
    return fields_at_pressure(p, ps, 0.0 * ps, grid, coordinate, constants, perturbation, moist)


def fields_at_pressure(
    p: np.ndarray,
    ps: np.ndarray,
    phis: np.ndarray,
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants,
    perturbation: str,
    moist: bool,
) -> InitialFields:
    """The air of the wave where its pressure is p (elem, i, j, lev), over a surface ps [Pa], phis [m2 s-2]."""
    lon, lat = coordinates(grid)
    z = height_of_pressure(p, lat, constants)
    t_v = virtual_temperature(z, lat, constants)
    wind = _balanced_wind(z, lat, constants) + _perturbation(perturbation, lon, lat, z)
    q = specific_humidity(p, lat, constants) if moist else np.zeros_like(p)
    temperature = t_v / (1.0 + (constants.R_vapor / constants.R_dry - 1.0) * q)
    return InitialFields(wind, temperature, t_v, coordinate.dp_ref(ps), ps, phis, q)


def baroclinic_wave_umjs14_dry_mass(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = CAM,
    perturbation: str = "exponential",
    moist: bool = True,
    phis: np.ndarray | None = None,
) -> DryMassFields:
    """The wave on layers of dry mass, as CAM-SE starts it; humidity is the layer mean that the weights imply.

    phis : surface geopotential (elem, i, j, 1) [m2 s-2] under the same air; None is flat.

    CAM: ic_baroclinic:bc_wav_set_ic
    """
    if phis is not None:
        fields = dry_mass_fields_over(phis / constants.gravity, grid, coordinate, constants, perturbation, moist)
        return fields.replace(phis=phis)
    z_s = np.zeros_like(np.asarray(grid.lat, np.float64))
    return dry_mass_fields_over(z_s, grid, coordinate, constants, perturbation, moist)


def dry_mass_fields_over(
    z_s: np.ndarray, grid: Grid, coordinate: VerticalCoordinate, constants: Constants, perturbation: str, moist: bool
) -> DryMassFields:
    """The air of the wave on layers of dry mass over a surface at height z_s (elem, i, j, 1) [m]."""
    lon, lat = coordinates(grid)
    column = _Column(lat, coordinate.ptop, constants, moist)
    ps_dry = pressure(z_s, lat, constants) - column.vapor_weight(z_s)
    z = column.height_of_dry_pressure(coordinate.p_mid(ps_dry))
    z_i = column.height_of_dry_pressure(coordinate.p_i(ps_dry))
    dp_dry = coordinate.dp_ref(ps_dry)
    q_dry = np.maximum(np.diff(column.moist_pressure(z_i)) / dp_dry - 1.0, Q_ABOVE) if moist else np.zeros_like(dp_dry)
    moist_factor = (1.0 + q_dry) / (1.0 + q_dry * constants.R_vapor / constants.R_dry)
    temperature = virtual_temperature(z, lat, constants) * moist_factor
    wind = _balanced_wind(z, lat, constants) + _perturbation(perturbation, lon, lat, z)
    return DryMassFields(wind, temperature, dp_dry, ps_dry, constants.gravity * z_s, q_dry)


def virtual_temperature(z: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """T_v (elem, i, j, lev) [K] at height z [m] and lat [radian]."""
    tau_1, tau_2, _, _ = _profiles(z, constants)
    return 1.0 / (tau_1 - tau_2 * _meridional(lat))


def pressure(z: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """Pressure of moist air (elem, i, j, lev) [Pa] at height z [m] and lat [radian]."""
    return constants.p0 * np.exp(_log_pressure(z, lat, constants))


def height_of_pressure(p: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """Height (elem, i, j, lev) [m] of a pressure p of moist air [Pa] at lat: Newton, d log p / dz = -g / (R T_v)."""
    target = np.log(p / constants.p0)
    z = -_scale_height(constants) * target
    for _ in range(NEWTON_STEPS):
        excess = _log_pressure(z, lat, constants) - target
        z = z + excess * virtual_temperature(z, lat, constants) * constants.R_dry / constants.gravity
    return z


def zonal_wind(z: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """Eastward wind (elem, i, j, lev) [m s-1] in balance with T_v, at height z [m] and lat [radian]."""
    _, _, _, integral_2 = _profiles(z, constants)
    slope = np.cos(lat) ** (JET_WIDTH - 1.0) - np.cos(lat) ** (JET_WIDTH + 1.0)
    t_v = virtual_temperature(z, lat, constants)
    force = constants.gravity * JET_WIDTH / constants.radius * integral_2 * slope * t_v
    distance = constants.radius * np.cos(lat)
    planetary = constants.omega * distance
    return -planetary + np.sqrt(planetary**2 + distance * force)


def specific_humidity(p: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """Vapor (elem, i, j, lev) per mass of moist air at pressure p [Pa] and lat [radian]; a trace above 100 hPa."""
    below = Q_SURFACE * np.exp(-((lat / Q_LAT_WIDTH) ** 4)) * np.exp(-(((p - constants.p0) / Q_P_WIDTH) ** 2))
    return np.where(p > Q_P_TOP, below, Q_ABOVE)


class _Column:
    """Weights of the air and of its vapor between a height and the model top, at fixed latitudes."""

    def __init__(self, lat: np.ndarray, ptop: float, constants: Constants, moist: bool) -> None:
        self.lat, self.ptop, self.constants, self.moist = lat, ptop, constants, moist
        self.z_top = height_of_pressure(np.asarray(ptop), np.asarray(0.0), constants)

    def vapor_weight(self, z: np.ndarray) -> np.ndarray:
        """Weight [Pa] of the water vapor above z."""
        return self._weigh(z, self._vapor)

    def moist_pressure(self, z: np.ndarray) -> np.ndarray:
        """Pressure [Pa] of moist air at z: that of the model top plus the weight below it."""
        return self.ptop + self._weigh(z, lambda p: 1.0)

    def height_of_dry_pressure(self, p_dry: np.ndarray) -> np.ndarray:
        """Height [m] under which the weight of dry air, and the model top's pressure, make p_dry [Pa]."""
        z = -_scale_height(self.constants) * np.log(p_dry / self.constants.p0)
        for _ in range(NEWTON_STEPS):
            found = self.ptop + self._weigh(z, lambda p: 1.0 - self._vapor(p))
            t_v = virtual_temperature(z, self.lat, self.constants)
            z = z + np.log(found / p_dry) * t_v * self.constants.R_dry / self.constants.gravity
        return z

    def _vapor(self, p: np.ndarray) -> np.ndarray | float:
        return specific_humidity(p, self.lat, self.constants) if self.moist else 0.0

    def _weigh(self, z: np.ndarray, fraction: Callable) -> np.ndarray:
        """Integral of fraction(p) rho g from z to the top; Gauss, whatever jumps are inside."""
        half, middle = 0.5 * (self.z_top - z), 0.5 * (self.z_top + z)
        total: np.ndarray | float = 0.0
        for node, weight in zip(GAUSS_NODES, GAUSS_WEIGHTS):
            height = middle + half * node
            p = pressure(height, self.lat, self.constants)
            t_v = virtual_temperature(height, self.lat, self.constants)
            total = total + weight * fraction(p) * p / (self.constants.R_dry * t_v) * self.constants.gravity
        return half * total


def _scale_height(constants: Constants) -> float:
    return constants.R_dry * T_MEAN / constants.gravity


def _profiles(z: np.ndarray, constants: Constants) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """tau_1, tau_2 of the paper and their integrals from the surface to z."""
    contrast = (T_MEAN - T_POLE) / (T_MEAN * T_POLE)
    slope = 0.5 * (JET_WIDTH + 2.0) * (T_EQUATOR - T_POLE) / (T_EQUATOR * T_POLE)
    s = (z / (HALF_WIDTH * _scale_height(constants))) ** 2
    growth, decay = np.exp(LAPSE_RATE * z / T_MEAN), np.exp(-s)
    tau_1 = growth / T_MEAN + contrast * (1.0 - 2.0 * s) * decay
    tau_2 = slope * (1.0 - 2.0 * s) * decay
    return tau_1, tau_2, (growth - 1.0) / LAPSE_RATE + contrast * z * decay, slope * z * decay


def _meridional(lat: np.ndarray) -> np.ndarray:
    """I_T of the paper."""
    return np.cos(lat) ** JET_WIDTH - JET_WIDTH / (JET_WIDTH + 2.0) * np.cos(lat) ** (JET_WIDTH + 2.0)


def _log_pressure(z: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    """log(p / p0)"""
    _, _, integral_1, integral_2 = _profiles(z, constants)
    return -constants.gravity / constants.R_dry * (integral_1 - integral_2 * _meridional(lat))


def _balanced_wind(z: np.ndarray, lat: np.ndarray, constants: Constants) -> np.ndarray:
    u = zonal_wind(z, lat, constants)
    return np.stack([u, np.zeros_like(u)])


def _perturbation(kind: str, lon: np.ndarray, lat: np.ndarray, z: np.ndarray) -> np.ndarray | float:
    """Wind (2, elem, i, j, lev) that starts the wave."""
    if kind == "none":
        return 0.0
    if kind == "exponential":
        return _exponential(lon, lat, z)
    if kind == "streamfunction":
        return _rotational(lon, lat, z)
    raise ValueError(f"perturbation must be one of {', '.join(PERTURBATIONS)}, found {kind!r}.")


def _taper(z: np.ndarray) -> np.ndarray:
    """1 at the surface, 0 from PERTURBATION_TOP upwards."""
    x = z / PERTURBATION_TOP
    return np.where(z < PERTURBATION_TOP, 1.0 - 3.0 * x**2 + 2.0 * x**3, 0.0)


def _exponential(
    lon: np.ndarray, lat: np.ndarray, z: np.ndarray, amplitude: float = 1.0, radius: float = 0.1
) -> np.ndarray:
    """Eastward gust; jumps by exp(-1) of its amplitude at its radius [radian], as in the published routine."""
    distance = great_circle(lon, lat, CENTER_LON, CENTER_LAT) / radius
    u = np.where(distance < 1.0, amplitude * _taper(z) * np.exp(-(distance**2)), 0.0)
    return np.stack([u, np.zeros_like(u)])


def _rotational(lon: np.ndarray, lat: np.ndarray, z: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Wind of a streamfunction, by centred differences of the published step [radian]."""
    u = _streamfunction(lon, lat - step) - _streamfunction(lon, lat + step)
    v = (_streamfunction(lon + step, lat) - _streamfunction(lon - step, lat)) / np.cos(lat)
    return np.stack([u * _taper(z), v * _taper(z)]) / (2.0 * step)


def _streamfunction(lon: np.ndarray, lat: np.ndarray, amplitude: float = 0.5, radius: float = 1.0 / 6.0) -> np.ndarray:
    """Streamfunction on the unit sphere [m s-1], without its taper in height."""
    distance = great_circle(lon, lat, CENTER_LON, CENTER_LAT) / radius
    return np.where(distance < 1.0, -amplitude * radius * np.cos(0.5 * np.pi * distance) ** 4, 0.0)
