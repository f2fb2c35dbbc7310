"""DCMIP2012 2-1: how waves over the rippled mountain lie in height, and how much of the ripples is left aloft.

    python -m pysces_harness.whole_runs.mountain_wave --ne 8 --nlev 30 --hours 2 --backend jax

How far air has risen is taken from its potential temperature, w from the pressure velocity, the same way in both forms:
above the equator, between nodes by their own basis, times the root of density, so that a wave that only rises keeps its
size. ``peak`` and ``peak_of_w`` are the wavelengths in height that hold most power of waves that carry energy up;
``ripples`` is the share that the mountain's ripples and shorter waves have in w's power aloft, ``w_of_ripples`` [m s-1]
their root mean square between 6 and 11 km. ``--keep`` stores what was looked at, for mountain_growth.

Theory: N = 0.0179 s-1 and a wind of 20 m/s let waves longer than 2 pi U / N = 7.0 km rise, with that wavelength in
height if they are much longer; ripples of 4 km die off. Without inertia of w they rise too (Ullrich et al. 2012). The
planet is so small that its longest waves differ (mountain_theory), and two hours are not for ever (mountain_growth).
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from pysces.arrays.backend import to_numpy
from pysces.cases.dcmip2012 import T_EQUATOR, WAVE_PLANET
from pysces.cases.transport.prescribed_transport import DCMIP
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.driver.small_planets import PUBLISHED
from pysces.geometry.gll_interpolation import regular_points
from pysces.mesh.cubed_sphere import cubed_sphere_elements

RADIUS, WIND = DCMIP.radius / WAVE_PLANET, 20.0  # m, m s-1
THEORY = 7.0e3  # m
RIPPLES = 4.0e3  # m
NLON = 360  # points round the equator
BOTTOM, TOP = 2.0e3, 20.0e3  # m, below the sponge
HEIGHTS = np.linspace(BOTTOM, TOP, 181)  # m
MIDDLE = 6.0e3, 11.0e3  # m, where the ripples' w is taken
SHORTEST, LONGEST, TRIED = 3.0e3, 15.0e3, 1201  # m; wavelengths looked at
CALL = 3  # steps
NATIVE = {"kernels": "native"}
HYDROSTATIC = {"dynamics": {"theta_hydrostatic_mode": True}, "time": {"tstep_type": 5}}


def simulated(ne: int, nlev: int, hours: float, backend: str = "numpy", form: dict | None = None) -> Any:
    """A run of the case with a step that goes with the size of elements; form : a table of options, none usual."""
    table = PUBLISHED["mountain_wave"].table(ne, nlev, CALL)
    table["time"] |= {"ndays": hours / 24.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = preset("theta_l").with_table(table).with_table(form or {})
        return simulation(config.with_table({"backend": {"name": backend}}))


def aloft(run: Any, state: Any) -> tuple[np.ndarray, np.ndarray]:
    """How far air above the equator has risen [m], and w [m s-1]: (NLON, height), times the root of density.

    By its potential temperature, which the start has as 300 K exp(N2 z / g); by -omega / (g rho), since the hydrostatic
    form has no other w.
    """
    air = to_numpy(run.layout.collect(state)).dynamics
    phi_i = air.phi_i if hasattr(air, "phi_i") else run.host.equations.column(air).phi_i
    z = (phi_i[..., 1:] + phi_i[..., :-1]) / (2.0 * DCMIP.gravity)
    risen = z - DCMIP.gravity / stability() * np.log(air.vtheta_dp / air.dp / T_EQUATOR)
    thickness = (phi_i[..., :-1] - phi_i[..., 1:]) / DCMIP.gravity
    w = -run.host.equations.omega(air, run.host.grid) * thickness / air.dp
    z, risen, w = (_above_the_equator(run, a) for a in (z, risen, w))
    thin = np.exp(-HEIGHTS * DCMIP.gravity / (2.0 * DCMIP.R_dry * T_EQUATOR))
    risen, w = (np.stack([np.interp(HEIGHTS, *column) for column in zip(z, a)]) * thin for a in (risen, w))
    return risen, w


def _above_the_equator(run: Any, a: np.ndarray) -> np.ndarray:
    """A field (elem, i, j, lev) as (NLON, lev), from the ground up."""
    points = regular_points(cubed_sphere_elements(run.config.grid.ne), run.config.grid.cubed_sphere_map, 3, NLON)
    node = points.elem[:, None] * 16 + np.arange(16)
    return points.of_nodes(np.asarray(a).reshape(-1, a.shape[-1]), node).reshape(3, NLON, -1)[1, :, ::-1]


def stability() -> float:
    """N2 [s-2] of air of one temperature."""
    return DCMIP.gravity**2 / (DCMIP.cp * T_EQUATOR)


def steady_w(risen: np.ndarray) -> np.ndarray:
    """w [m s-1] in a steady wind of 20 m/s, from the slope of what has risen (NLON, height) [m]."""
    along = np.fft.rfft(risen, axis=0)
    return np.fft.irfft(1j * WIND / RADIUS * np.arange(len(along))[:, None] * along, n=NLON, axis=0)


def peak(field: np.ndarray) -> float:
    """Wavelength in height [m] at which waves that carry energy up hold most power.

    field : (NLON, height). Of waves along the equator no longer than it, and long enough to rise: 2 pi U / N.
    """
    along = np.fft.rfft(field, axis=0)[1 : int(RADIUS * np.sqrt(stability()) / WIND) + 1]
    lengths = np.linspace(SHORTEST, LONGEST, TRIED)
    # The phase of a wave that carries energy up is k x + m z: its crests lean against the wind.
    power = (abs(along @ np.exp(-2j * np.pi * HEIGHTS[:, None] / lengths)) ** 2).sum(axis=0)
    return float(lengths[np.argmax(power)])


def of_ripples(w: np.ndarray) -> float:
    """The share that wavelengths along the equator of at most 1.25 times the ripples' have in w's power aloft.

    w : (NLON, height) [m s-1].
    """
    power = (abs(np.fft.rfft(w[:, HEIGHTS > (BOTTOM + TOP) / 2], axis=0)) ** 2).sum(axis=1)
    return float(power[np.arange(len(power)) >= _longest_ripple()].sum() / power.sum())


def w_of_ripples(w: np.ndarray) -> float:
    """Root mean square [m s-1] between 6 and 11 km of what is within a quarter of the ripples' wavelength."""
    along = np.fft.rfft(w[:, (HEIGHTS > MIDDLE[0]) & (HEIGHTS < MIDDLE[1])], axis=0) / NLON
    k = np.arange(len(along))
    near = (k >= _longest_ripple()) & (k * 0.75 * RIPPLES <= 2.0 * np.pi * RADIUS)
    return float(np.sqrt(2.0 * (abs(along[near]) ** 2).sum(axis=0).mean()))


def _longest_ripple() -> float:
    """Its wavenumber round the equator."""
    return 2.0 * np.pi * RADIUS / (1.25 * RIPPLES)


def judged(risen: np.ndarray, w: np.ndarray) -> dict[str, float]:
    """The figures of both fields."""
    return {"peak": peak(risen), "peak_of_w": peak(w), "ripples": of_ripples(w), "w_of_ripples": w_of_ripples(w)}


def looked(run: Any, looks: int = 4) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
    """Hours, and both fields of aloft, so many times on the way."""
    state, every = run.state, run.calls_in_all // looks
    for n in range(looks):
        state = run.dycore.run(state, every)
        yield float(run.dt_remap) * every * (n + 1) / 3600.0, *aloft(run, state)


def main() -> None:
    """Print it as JSON, a line a look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind, usual in (("ne", int, 8), ("nlev", int, 30), ("hours", float, 2.0), ("looks", int, 4)):
        parser.add_argument(f"--{name}", type=kind, default=usual)
    parser.add_argument("--backend", default="numpy", choices=("numpy", "jax"))
    parser.add_argument("--hydrostatic", action="store_true")
    parser.add_argument("--native", action="store_true", help="native kernels of --backend jax")
    parser.add_argument("--keep", help="file (.npz) for hours, how far air has risen, and w")
    options = parser.parse_args()
    form = (HYDROSTATIC if options.hydrostatic else {}) | ({"backend": NATIVE} if options.native else {})
    run = simulated(options.ne, options.nlev, options.hours, options.backend, form)
    seen = []
    for hours, risen, w in looked(run, options.looks):
        print(json.dumps({"hours": round(hours, 4)} | judged(risen, w)), flush=True)
        seen.append((hours, risen, w))
        if options.keep:
            times, airs, speeds = (np.array(field) for field in zip(*seen))
            np.savez(options.keep, hours=times, risen=airs, w=speeds)


if __name__ == "__main__":
    main()
