"""How the waves over the mountain of DCMIP2012 2-1 grow from the run's sudden start, by linear theory on its planet.

    python -m pysces_harness.whole_runs.mountain_wave --ne 8 --nlev 30 --hours 2 --backend jax --keep run.npz
    python -m pysces_harness.whole_runs.mountain_growth --ne 8 --nlev 30 --hours 2 --beside run.npz

After two hours, waves of little length in height have not yet climbed, so a steady theory (mountain_theory) tells
another length than a right run. Here the linear anelastic equations march in time: spherical harmonics along the
planet, layers in height as the run has them (theta between w, an average of two w for one theta), the run's
hyperviscosity, its friction above 20 km and a lid. The air turns like a solid body, at whose speed the mountain goes
backward through it; from the first moment it pushes air up. Nothing here comes from the model but these numbers.

``--beside`` gives how alike run and theory are (1 is the same shape) and how much larger theory's waves are, of the
waves that can rise, below 20 km.

Equations: Lipps & Hemler (1982), doi:10.1175/1520-0469(1982)039<2192:ASAODM>2.0.CO;2, about air of one temperature;
horizontal terms as in Longuet-Higgins (1968), doi:10.1098/rsta.1968.0003; friction: DCMIP2012 test case document
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

import numpy as np

from pysces.driver.small_planets import PUBLISHED

from .mountain_theory import SCALE, legendre, mountain
from .mountain_wave import CALL, HEIGHTS, NLON, RADIUS, TOP, WIND, judged, stability

LID = 30.0e3  # m
FRICTION = 25.0  # s, at the lid
TURNING = WIND / RADIUS  # s-1
WAVES, DEGREES = 30, 40  # zonal wavenumbers and degrees; with 16 and 24, without ripples, peaks are the same
RISING = int(np.sqrt(stability()) / TURNING)  # the largest wavenumber that rises by theory
STABLE = 2.0  # of a Runge-Kutta step, in units of 1 over all rates together

Air = tuple[np.ndarray, ...]  # stream function and potential [m2 s-1], w [m s-1], buoyancy [m s-2]; (degree, s, height)


class Growth:
    """The linear equations for so many layers, with viscosity nu [m4 s-1].

    Fields are times the root of density over that below.
    """

    def __init__(
        self, nlev: int, nu: float, hydrostatic: bool = False, waves: int = WAVES, degrees: int = DEGREES
    ) -> None:
        self.nlev, self.hydrostatic = nlev, hydrostatic
        degree, self.s = np.arange(1.0, degrees + 1.0)[:, None, None], np.arange(1.0, waves + 1.0)[None, :, None]
        area = degree * (degree + 1.0)
        self.k2 = area / RADIUS**2
        self.coriolis = 2.0 * TURNING / area
        over = np.sqrt(np.maximum((degree[1:] ** 2 - self.s**2) / (4.0 * degree[1:] ** 2 - 1.0), 0.0))
        self.coupled = -degree[:-1] * (degree[:-1] + 2.0) * over
        z = LID / nlev * np.arange(nlev + 1.0)
        self.w_at, self.at = z, (z[1:] + z[:-1]) / 2.0
        height = np.clip((self.at - TOP) / (LID - TOP), 0.0, 1.0)
        self.passing = nu * self.k2**2 + 1j * self.s * TURNING  # s-1
        self.rubbed = self.passing + np.sin(np.pi / 2.0 * height) ** 2 / FRICTION
        self.ground = mountain(degrees, waves)
        self._columns()

    def _columns(self) -> None:
        """Matrices along height: divergence of w, gradient of pressure, means of two, and pressure itself."""
        n, dz = self.nlev, LID / self.nlev
        at, up = np.arange(n), np.arange(1, n)
        self.spread, self.slope, self.mean = np.zeros((n, n + 1)), np.zeros((n + 1, n)), np.zeros((n, n + 1))
        self.spread[at, at + 1], self.spread[at, at] = 1.0 / dz - 0.5 / SCALE, -1.0 / dz - 0.5 / SCALE
        self.slope[up, up], self.slope[up, up - 1] = 1.0 / dz + 0.5 / SCALE, -1.0 / dz + 0.5 / SCALE
        self.mean[at, at] = self.mean[at, at + 1] = 0.5
        inner = self.spread[:, 1:-1]
        self.column = np.linalg.inv(self.k2[:, 0, 0, None, None] * np.eye(n) - self.spread @ self.slope)
        self.balanced, self.raised = np.linalg.pinv(self.slope[1:-1]), np.linalg.pinv(inner)
        self.closed = np.linalg.svd(inner.T)[2][-1]  # what no w between lid and ground can spread
        self.barotropic = np.linalg.svd(self.slope[1:-1])[2][-1]  # pressure without a slope

    def start(self) -> Air:
        """Air that flows evenly, and at once around the mountain."""
        still = np.zeros((*self.ground.shape, self.nlev), dtype=complex)
        w = np.zeros((*self.ground.shape, self.nlev + 1), dtype=complex)
        w[..., 0] = 1j * self.s[..., 0] * TURNING * self.ground
        wanted = -w @ self.spread.T
        if self.hydrostatic:
            share = (wanted @ self.closed / (self.closed @ self.barotropic))[..., None]
            potential = -share * self.barotropic / self.k2
            w[..., 1:-1] = (self.k2 * potential + wanted) @ self.raised.T
        else:
            pressure = self._solved(wanted)
            potential, w = -pressure, w - pressure @ self.slope.T
        return still, potential, w, still

    def rates(self, air: Air) -> Air:
        """What changes each of them, per second."""
        stream, potential, w, buoyancy = air
        turn = 1j * self.s
        of_stream = self.coriolis * (self._turned(potential) + turn * stream) - self.rubbed * stream
        pushed = self.coriolis * (turn * potential - self._turned(stream)) - self.rubbed * potential
        lifted = buoyancy @ self.mean - self.passing * w
        lifted[..., [0, -1]] = 0.0
        if self.hydrostatic:
            pressure = (buoyancy @ self.mean)[..., 1:-1] @ self.balanced.T
            closing = ((pushed - pressure) @ self.closed / (self.closed @ self.barotropic))[..., None]
            of_potential, of_w = pushed - pressure - closing * self.barotropic, np.zeros_like(w)
            of_w[..., 1:-1] = (self.k2 * of_potential) @ self.raised.T
        else:
            pressure = self._solved(self.k2 * pushed - lifted @ self.spread.T)
            of_potential, of_w = pushed - pressure, lifted - pressure @ self.slope.T
        return of_stream, of_potential, of_w, -stability() * (w @ self.mean.T) - self.passing * buoyancy

    def _turned(self, field: np.ndarray) -> np.ndarray:
        """The sine of latitude times its Laplacian, and the cosine times its slope, of the unit sphere."""
        found = np.zeros_like(field)
        found[1:] += self.coupled * field[:-1]
        found[:-1] += self.coupled * field[1:]
        return found

    def _solved(self, wanted: np.ndarray) -> np.ndarray:
        return wanted @ self.column.transpose(0, 2, 1)

    def step(self, longest: float) -> float:
        """A stable time step [s] that goes into longest."""
        k2 = float(self.k2.max())
        fastest = np.sqrt(stability() * (k2 / (np.pi**2 / LID**2 + SCALE**-2) if self.hydrostatic else 1.0))
        together = fastest + self.s.max() * TURNING + 2.0 * TURNING + abs(self.rubbed.real).max()
        return longest / np.ceil(longest * together / STABLE)

    def seen(self, air: Air) -> tuple[np.ndarray, np.ndarray]:
        """As mountain_wave.aloft: how far air has risen, and w, above the equator (NLON, HEIGHTS)."""
        fields = ((air[3] / -stability(), self.at), (air[2], self.w_at))
        return tuple(self._along(field, z) for field, z in fields)  # type: ignore[return-value]

    def _along(self, field: np.ndarray, z: np.ndarray) -> np.ndarray:
        waves = np.zeros((NLON // 2 + 1, len(HEIGHTS)), dtype=complex)
        for s in range(1, field.shape[1] + 1):
            wave = legendre(s, len(field), np.zeros(1))[:, 0] @ field[s - 1 :, s - 1]
            waves[s] = np.interp(HEIGHTS, z, wave.real) + 1j * np.interp(HEIGHTS, z, wave.imag)
        return np.fft.irfft(waves, n=NLON, axis=0)

    def grown(self, hours: float, looks: int) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
        """As mountain_wave.looked."""
        air, between = self.start(), hours * 3600.0 / looks
        dt = self.step(between)
        for n in range(looks):
            for _ in range(round(between / dt)):
                air = self._stepped(air, dt)
            yield hours * (n + 1) / looks, *self.seen(air)

    def _stepped(self, air: Air, dt: float) -> Air:
        """By the classical Runge-Kutta method."""
        first = self.rates(air)
        second = self.rates(tuple(a + dt / 2.0 * r for a, r in zip(air, first)))
        third = self.rates(tuple(a + dt / 2.0 * r for a, r in zip(air, second)))
        fourth = self.rates(tuple(a + dt * r for a, r in zip(air, third)))
        every = zip(air, first, second, third, fourth)
        return tuple(a + dt / 6.0 * (p + 2.0 * q + 2.0 * r + s) for a, p, q, r, s in every)


def alike(run: np.ndarray, theory: np.ndarray) -> dict[str, float]:
    """Correlation of two fields (NLON, height), and the size of the second over the first, of waves that rise.

    The run's mountain stands at 45 degrees east, theory's at 180.
    """
    k = np.arange(1, RISING + 1)
    run = np.fft.rfft(run, axis=0)[k] * np.exp(-0.75j * np.pi * k)[:, None]
    theory = np.fft.rfft(theory, axis=0)[k]
    ours, theirs = np.linalg.norm(run), np.linalg.norm(theory)
    return {"correlation": float(np.vdot(run, theory).real / (ours * theirs)), "size": float(theirs / ours)}


def main() -> None:
    """Print it as JSON, a line a look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind, usual in (("ne", int, 20), ("nlev", int, 60), ("hours", float, 2.0), ("looks", int, 4)):
        parser.add_argument(f"--{name}", type=kind, default=usual)
    parser.add_argument("--hydrostatic", action="store_true")
    parser.add_argument("--beside", help="what mountain_wave --keep wrote, with as many looks")
    options = parser.parse_args()
    nu = PUBLISHED["mountain_wave"].table(options.ne, options.nlev, CALL)["viscosity"]["nu"]
    growth = Growth(options.nlev, nu, options.hydrostatic)
    run = np.load(options.beside) if options.beside else None
    for n, (hours, risen, w) in enumerate(growth.grown(options.hours, options.looks)):
        row = {"hours": round(hours, 4)} | judged(risen, w)
        if run is not None:
            row |= {"risen": alike(run["risen"][n], risen), "w": alike(run["w"][n], w)}  # type: ignore[dict-item]
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
