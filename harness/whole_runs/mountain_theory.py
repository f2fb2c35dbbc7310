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

from pysces.cases.dcmip2012 import T_EQUATOR
from pysces.cases.transport.prescribed_transport import DCMIP

from .mountain_wave import HEIGHTS, NLON, RADIUS, RIPPLES, WIND, judged, peak, stability, steady_w

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


def mountain(
    degrees: int = DEGREES, longest_first: int = LONGEST_FIRST, half_width: float = HALF_WIDTH, ripples: float = RIPPLES
) -> np.ndarray:
    """Its height [m] in normalised Legendre functions (degree - 1, s - 1), 0 where degree < s; both widths in m."""
    mu, weights = leggauss(2 * DEGREES)
    lon = 2.0 * np.pi * np.arange(NLON) / NLON - np.pi
    r = RADIUS * np.arccos(np.clip(np.sqrt(1.0 - mu[:, None] ** 2) * np.cos(lon), -1.0, 1.0))
    waves = np.fft.rfft(HEIGHT * np.exp(-((r / half_width) ** 2)) * np.cos(np.pi * r / ripples) ** 2, axis=1)
    found = np.zeros((degrees, longest_first), dtype=complex)
    for s in range(1, longest_first + 1):
        found[s - 1 :, s - 1] = legendre(s, degrees, mu) * weights @ waves[:, s]
    return found


def risen(
    hydrostatic: bool = False, degrees: int = DEGREES, longest_first: int = LONGEST_FIRST, layer: float = 0.0
) -> np.ndarray:
    """How far air above the equator has risen (NLON, HEIGHTS) [m], as mountain_wave.aloft, in a steady wind.

    layer : thickness [m] of layers with theta between w, as models have them; 0 for none.
    """
    ground = mountain(degrees, longest_first)
    above = np.zeros((NLON // 2 + 1, len(HEIGHTS)), dtype=complex)
    for s in range(1, longest_first + 1):
        depths, shapes = tides(s, degrees)
        equator = legendre(s, degrees, np.zeros(1))[:, 0] @ shapes
        inertia = 0.0 if hydrostatic else (s * WIND / RADIUS) ** 2
        along = 1.0 / (WIND**2 * depths)
        m = np.sqrt((stability() - inertia) * along - 1.0 / SCALE**2 + 0j)
        if layer:  # where differences are 2 sin(m layer / 2) / layer and means of two cos(m layer / 2)
            m = 2.0 / layer * np.arctan(m / np.sqrt(4.0 / layer**2 + inertia * along + 0j))
        above[s] = (equator * (shapes.T @ ground[s - 1 :, s - 1])) @ np.exp(1j * m[:, None] * HEIGHTS)
    return np.fft.irfft(above, n=NLON, axis=0)


def main() -> None:
    """Print it as JSON."""
    for name, hydrostatic in (("inertia of w", False), ("none", True)):
        air = risen(hydrostatic)
        by_s = [peak(_alone(air, s)) for s in range(2, 9)]
        print(json.dumps({"of": name} | judged(air, steady_w(air)) | {"by_s": by_s}))


def _alone(air: np.ndarray, s: int) -> np.ndarray:
    """What of it has the zonal wavenumber s."""
    along = np.fft.rfft(air, axis=0)
    return np.fft.irfft(along * (np.arange(len(along)) == s)[:, None], n=NLON, axis=0)


if __name__ == "__main__":
    main()
