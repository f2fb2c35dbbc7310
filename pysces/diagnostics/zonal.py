"""Zonal means of a run's history, and a Held-Suarez climate beside what belongs there.

>>> print(held_suarez_report(zonal_climate("held_suarez.nc", after=100.0)))

Equations: Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from ..io.history import read_history, read_time_mean
from ..physics.held_suarez import HeldSuarez

BAND = 5.0  # degrees of latitude averaged together
BETWEEN = 1e-6  # degrees, by which a node between two bands may be nearer to one of them
JET, JET_LATITUDE, HEMISPHERES = (27.0, 33.0), (40.0, 50.0), 0.1  # of means over 200 days and more, at ne15
SURFACE_WESTERLIES, SURFACE_EASTERLIES = (7.0, 9.0), (-9.0, -6.0)  # m s-1
TROPICS, POLES = 10.0, 80.0  # degrees


@dataclass(frozen=True)
class ZonalClimate:
    """Means over longitude and time, (band, lev); bands without a node hold nan."""

    lat: np.ndarray  # middles of the bands, degrees
    eta: np.ndarray  # hybrid level at midpoints
    wind: np.ndarray  # eastward, m s-1
    temperature: np.ndarray  # K; of theta_l the virtual temperature
    days: np.ndarray  # of the records averaged
    mass_drift: float  # of the whole history, relative


@dataclass(frozen=True)
class Jet:
    """The fastest zonal-mean westerly of a hemisphere."""

    speed: float
    lat: float
    eta: float


def zonal_climate(path: str | os.PathLike, after: float = 0.0) -> ZonalClimate:
    """Means of the records of a history later than so many days; ValueError where there are none."""
    lat, area, eta, time, mass = read_history(path, "lat", "area", "lev", "time", "mass")
    if not np.any(time > after):
        raise ValueError(f"{path} has no record after day {after:g}, its last is day {time[-1]:g}; ask for fewer days.")
    means = read_time_mean(path, time > after, "u", ("T", "Tv"))
    bands = np.arange(-90.0 + BAND / 2, 90.0, BAND)
    wind, temperature = (zonal_mean(x, lat, area, bands) for x in means)
    return ZonalClimate(bands, eta, wind, temperature, time[time > after], float(mass[-1] / mass[0] - 1.0))


def zonal_mean(x: np.ndarray, lat: np.ndarray, area: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """(band, lev): means of x (elem, i, j, lev) over bands of lat [degree], weighted by area."""
    where, weights = bands_of(lat, bands), area.ravel() / 2.0

    def summed(values: np.ndarray) -> np.ndarray:
        return np.sum([np.bincount(of, weights * values, bands.size) for of in where], axis=0)

    sums = np.stack([summed(level) for level in x.reshape(-1, x.shape[-1]).T], axis=-1)
    with np.errstate(invalid="ignore"):
        return sums / summed(np.ones(weights.size))[:, None]


def bands_of(lat: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """(2, node): the number of the band in which a node lies, twice; both numbers where it lies between two.

    lat : of all nodes [degree].   bands : (band,) middles, rising [degree].
    """
    edges = (bands[1:] + bands[:-1]) / 2.0
    return np.searchsorted(edges, lat.ravel() + np.array([[-BETWEEN], [BETWEEN]]))


def jets(climate: ZonalClimate) -> tuple[Jet, Jet]:
    """Of the southern and of the northern hemisphere."""
    return _jet(climate, climate.lat < 0), _jet(climate, climate.lat > 0)


def _jet(climate: ZonalClimate, half: np.ndarray) -> Jet:
    """The top of the parabola through the fastest band and its neighbours; the band itself where one has no node."""
    wind = np.where(half[:, None], climate.wind, np.nan)
    band, level = np.unravel_index(np.nanargmax(wind), wind.shape)
    below, middle, above = climate.wind[np.clip([band - 1, band, band + 1], 0, climate.lat.size - 1), level]
    bend, slope = below + above - 2.0 * middle, (above - below) / 2.0
    inside = bend < 0 and abs(slope) <= -bend
    offset, rise = (-slope / bend, -(slope**2) / bend / 2.0) if inside else (0.0, 0.0)
    return Jet(float(middle + rise), float(climate.lat[band] + BAND * offset), float(climate.eta[level]))


def held_suarez_report(climate: ZonalClimate) -> str:
    """Jets, surface winds and temperatures, each beside its band: of means of 200 days and more at ne15."""
    south, north = jets(climate)
    differ = abs(south.speed / north.speed - 1.0)
    surface, ground = climate.wind[:, -1], climate.temperature[:, -1]
    tropics, poles = abs(climate.lat) < TROPICS, abs(climate.lat) > POLES
    warmest, coldest = _equilibrium_at_ground(climate.eta[-1])
    rows = [
        *(_jet_rows(name, jet) for name, jet in (("southern", south), ("northern", north))),
        [_row("difference of the hemispheres", 100 * differ, "%", (0.0, 100 * HEMISPHERES))],
        [_row("surface westerlies, strongest", np.nanmax(surface), "m/s", SURFACE_WESTERLIES)],
        [_row("surface easterlies, strongest", np.nanmin(surface[abs(climate.lat) < 30.0]), "m/s", SURFACE_EASTERLIES)],
        [_row("lowest level, tropics", np.nanmean(ground[tropics]), "K", (coldest, warmest))],
        [_row("lowest level, poles", np.nanmean(ground[poles]), "K", (coldest, warmest))],
        [_row("coldest zonal mean", np.nanmin(climate.temperature), "K", (190.0, 210.0))],
        [f"{'mass drift of the whole run':32s} {climate.mass_drift:8.1e}"],
    ]
    days = f"means of {climate.days.size} records, days {climate.days[0]:g} to {climate.days[-1]:g}"
    return "\n".join([days, *(row for group in rows for row in group)])


def _jet_rows(name: str, jet: Jet) -> list[str]:
    return [
        _row(f"{name} jet, at eta {jet.eta:.2f}", jet.speed, "m/s", JET),
        _row(f"{name} jet, latitude", abs(jet.lat), "degrees", JET_LATITUDE),
    ]


def _row(name: str, found: float, units: str, band: tuple[float, float]) -> str:
    low, high = band
    verdict = "" if low <= found <= high else "  outside"
    return f"{name:32s} {found:8.2f} {units:8s} band {low:7.2f} to {high:7.2f}{verdict}"


def _equilibrium_at_ground(eta: float) -> tuple[float, float]:
    """Warmest and coldest equilibrium of the lowest level [K]: winds mix heat, so air lies between them."""
    lat, p = np.radians([[0.0], [90.0]]), 1e5 * np.asarray([eta])
    equator, pole = HeldSuarez().equilibrium_temperature(lat, p)[:, 0]
    return float(equator), float(pole)
