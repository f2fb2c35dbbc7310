"""DCMIP2012 2-1: how waves over the rippled mountain lie in height, and how much of the ripples is left aloft.

    python -m pysces_harness.whole_runs.mountain_wave --ne 8 --nlev 30 --hours 2 --backend jax

How far air has risen is taken from its potential temperature, above the equator between nodes by their own basis, times
the root of density, so that a wave that only rises keeps its size. ``peak`` is the wavelength in height that holds most
power of waves that carry energy up, ``peak_of_w`` that of their vertical velocity; ``ripples`` is what the mountain's
ripples and shorter waves hold of w's power aloft.

Theory: N = 0.0179 s-1 and a wind of 20 m/s let waves longer than 2 pi U / N = 7.0 km rise, with that wavelength in
height if they are much longer; ripples of 4 km die off. Without inertia of w they rise too (Ullrich et al. 2012). The
planet is so small that its longest waves differ: mountain_theory.
"""

from __future__ import annotations

import argparse
import json
import warnings
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

THEORY = 7.0e3  # m
RIPPLES = 4.0e3  # m
NLON = 360  # points round the equator
BOTTOM, TOP = 2.0e3, 20.0e3  # m, below the sponge
HEIGHTS = np.linspace(BOTTOM, TOP, 181)  # m
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


def displaced(run: Any, state: Any) -> np.ndarray:
    """How far air above the equator has risen (NLON, height) [m], times the root of its density over that below.

    By its potential temperature, which the start has as 300 K exp(N2 z / g).
    """
    air = to_numpy(run.layout.collect(state)).dynamics
    phi_i = air.phi_i if hasattr(air, "phi_i") else run.host.equations.column(air).phi_i
    z = (phi_i[..., 1:] + phi_i[..., :-1]) / (2.0 * DCMIP.gravity)
    risen = z - DCMIP.gravity / stability() * np.log(air.vtheta_dp / air.dp / T_EQUATOR)
    points = regular_points(cubed_sphere_elements(run.config.grid.ne), run.config.grid.cubed_sphere_map, 3, NLON)
    node = points.elem[:, None] * 16 + np.arange(16)
    z, risen = (points.of_nodes(a.reshape(-1, a.shape[-1]), node).reshape(3, NLON, -1)[1] for a in (z, risen))
    even = np.stack([np.interp(HEIGHTS, column[::-1], of[::-1]) for column, of in zip(z, risen)])
    return even * np.exp(-HEIGHTS * DCMIP.gravity / (2.0 * DCMIP.R_dry * T_EQUATOR))


def stability() -> float:
    """N2 [s-2] of air of one temperature."""
    return DCMIP.gravity**2 / (DCMIP.cp * T_EQUATOR)


def peak(risen: np.ndarray) -> float:
    """Wavelength in height [m] at which waves that rise hold most power, summed over all that are not zonal means.

    risen : (NLON, height) [m].
    """
    return _peak(np.fft.rfft(risen, axis=0)[1:])


def peak_of_w(risen: np.ndarray) -> float:
    """The same of vertical velocity, which a steady wind makes of the slope of what has risen."""
    along = np.fft.rfft(risen, axis=0)[1:]
    return _peak(along * np.arange(1, len(along) + 1)[:, None])


def _peak(along: np.ndarray) -> float:
    """Of waves by their number along the equator (k, height)."""
    lengths = np.linspace(SHORTEST, LONGEST, TRIED)
    # The phase of a wave that carries energy up is k x + m z: its crests lean against the wind.
    power = (abs(along @ np.exp(-2j * np.pi * HEIGHTS[:, None] / lengths)) ** 2).sum(axis=0)
    return float(lengths[np.argmax(power)])


def of_ripples(risen: np.ndarray) -> float:
    """The share that wavelengths along the equator of at most 1.25 times the ripples' have in w's power aloft.

    risen : (NLON, height) [m].
    """
    k = np.arange(NLON // 2 + 1)
    power = (k * abs(np.fft.rfft(risen[:, HEIGHTS > (BOTTOM + TOP) / 2], axis=0).T) ** 2 * k).sum(axis=0)
    around = 2.0 * np.pi * DCMIP.radius / WAVE_PLANET
    return float(power[k * 1.25 * RIPPLES >= around].sum() / power.sum())


def found(run: Any, looks: int = 4) -> list[dict[str, float]]:
    """Peak [m] and share of ripples, by time."""
    rows, state, every = [], run.state, run.calls_in_all // looks
    for n in range(looks):
        state = run.dycore.run(state, every)
        risen = displaced(run, state)
        hours = float(run.dt_remap) * every * (n + 1) / 3600.0
        row = {"peak": peak(risen), "peak_of_w": peak_of_w(risen), "ripples": of_ripples(risen)}
        rows.append({"hours": round(hours, 4), **row})
    return rows


def main() -> None:
    """Print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind, usual in (("ne", int, 8), ("nlev", int, 30), ("hours", float, 2.0), ("looks", int, 4)):
        parser.add_argument(f"--{name}", type=kind, default=usual)
    parser.add_argument("--backend", default="numpy", choices=("numpy", "jax"))
    parser.add_argument("--hydrostatic", action="store_true")
    parser.add_argument("--native", action="store_true", help="native kernels of --backend jax")
    options = parser.parse_args()
    form = (HYDROSTATIC if options.hydrostatic else {}) | ({"backend": NATIVE} if options.native else {})
    run = simulated(options.ne, options.nlev, options.hours, options.backend, form)
    print(json.dumps(found(run, options.looks), indent=1))


if __name__ == "__main__":
    main()
