"""What linear theory makes of the waves over the mountain of DCMIP2012 2-1, on its own small planet.

    python -m pysces_harness.whole_runs.mountain_theory

The wind is air that turns like a solid body, so that waves at rest over the mountain are tides of this air, going round
westward as the sun does: of zonal wavenumber s they have the frequency s Omega and the shapes of Laplace's tidal
equation, each with a wavelength in height of its own. On a plane all long ones have 7.0 km; here the longest do not.

Equations: Lindzen & Chapman (1969), doi:10.1007/BF00171584; inertia of w makes N2 into N2 - (s Omega)2
"""

from __future__ import annotations

import json

import numpy as np
from numpy.polynomial.legendre import leggauss

from pysces.cases.dcmip2012 import T_EQUATOR, WAVE_PLANET
from pysces.cases.transport.prescribed_transport import DCMIP

from .mountain_wave import HEIGHTS, NLON, RIPPLES, of_ripples, peak, peak_of_w, stability

RADIUS, SPEED = DCMIP.radius / WAVE_PLANET, 20.0  # m, m s-1
HEIGHT, HALF_WIDTH = 250.0, 5.0e3  # m, of the mountain
SCALE = 2.0 * DCMIP.R_dry * T_EQUATOR / DCMIP.gravity  # m in which waves grow by e for the air's thinness
DEGREES = 120  # of spherical harmonics; with 160 nothing changes
LONGEST_FIRST = 40  # zonal wavenumbers
OFF = 1e-7  # of the frequency; the tides of s = 1 and degree 1 have no depth at s Omega itself


def tides(s: int, degrees: int = DEGREES) -> tuple[np.ndarray, np.ndarray]:
    """Depths (mode,) in units of (Omega a)^2 / g, and shapes (degree - s, mode) in normalised Legendre functions.

    Of waves of zonal wavenumber s > 0 that go westward at the speed at which the planet turns; a depth below zero is of
    a mode that no wave carries up.
    """
    degree = np.arange(s, degrees + 1.0)
    area, along = degree * (degree + 1.0), -s / 2.0 * (1.0 + OFF)
    over = np.sqrt((degree[1:] ** 2 - s**2) / (4.0 * degree[1:] ** 2 - 1.0))
    turning = np.diag(-degree[:-1] * (degree[:-1] + 2.0) * over, 1)
    turning = turning + turning.T
    own = along * area + s
    operator = (np.diag(own) - turning @ (turning / own[:, None])) / area[:, None] / area
    depths, shapes = np.linalg.eigh(operator)
    return 4.0 * along * depths, shapes


def legendre(s: int, degrees: int, mu: np.ndarray) -> np.ndarray:
    """Normalised Legendre functions (degree - s, mu) of zonal wavenumber s at sines of latitude mu."""
    first = np.sqrt(0.5) + 0.0 * mu
    for k in range(1, s + 1):
        first = first * np.sqrt((2.0 * k + 1.0) / (2.0 * k) * (1.0 - mu**2))
    rows, below = [0.0 * mu, first], 0.0
    for n in range(s + 1, degrees + 1):
        over = np.sqrt((n**2 - s**2) / (4.0 * n**2 - 1.0))
        rows.append((mu * rows[-1] - below * rows[-2]) / over)
        below = over
    return np.stack(rows[1:])


def risen(hydrostatic: bool = False) -> np.ndarray:
    """How far air above the equator has risen (NLON, HEIGHTS) [m], as mountain_wave.displaced, in a steady wind."""
    mu, weights = leggauss(2 * DEGREES)
    lon = 2.0 * np.pi * np.arange(NLON) / NLON - np.pi
    r = RADIUS * np.arccos(np.clip(np.sqrt(1.0 - mu[:, None] ** 2) * np.cos(lon), -1.0, 1.0))
    mountain = HEIGHT * np.exp(-((r / HALF_WIDTH) ** 2)) * np.cos(np.pi * r / RIPPLES) ** 2
    waves = np.fft.rfft(mountain, axis=1)
    above = np.zeros((NLON // 2 + 1, len(HEIGHTS)), dtype=complex)
    for s in range(1, LONGEST_FIRST + 1):
        depths, shapes = tides(s)
        ground = shapes.T @ (legendre(s, DEGREES, mu) * weights @ waves[:, s])
        equator = legendre(s, DEGREES, np.zeros(1))[:, 0] @ shapes
        buoyancy = stability() - (0.0 if hydrostatic else (s * SPEED / RADIUS) ** 2)
        m = np.sqrt(buoyancy / (SPEED**2 * depths) - 1.0 / SCALE**2 + 0j)
        above[s] = (equator * ground) @ np.exp(1j * m[:, None] * HEIGHTS)
    return np.fft.irfft(above, n=NLON, axis=0)


def main() -> None:
    """Print it as JSON."""
    for name, hydrostatic in (("inertia of w", False), ("none", True)):
        air = risen(hydrostatic)
        by_s = [peak(_alone(air, s)) for s in range(2, 9)]
        row = {"of": name, "peak": peak(air), "peak_of_w": peak_of_w(air), "ripples": of_ripples(air), "by_s": by_s}
        print(json.dumps(row))


def _alone(air: np.ndarray, s: int) -> np.ndarray:
    """What of it has the zonal wavenumber s."""
    along = np.fft.rfft(air, axis=0)
    return np.fft.irfft(along * (np.arange(len(along)) == s)[:, None], n=NLON, axis=0)


if __name__ == "__main__":
    main()
