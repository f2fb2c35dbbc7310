"""The supercell in pysces beside its Fortran twin: the strongest updraught as it grows, and how alike hemispheres are.

    python -m pysces_harness.whole_runs.supercell_twin --ne 8 --nlev 20 --minutes 30 --backend jax

Both start from the air that pysces makes, with the settings of ``pysces run --case supercell``.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from pysces.arrays.backend import to_numpy
from pysces.arrays.fields import to_record
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.driver.small_planets import PUBLISHED

from ..inputs.fields import coefficients
from ..registry import Fields, Settings
from ..sides.adapters import Fortran, tracers
from ..sides.fortran import supercell as reference
from ..sides.fortran.theta_l_nonhydrostatic import state_of

CALL = 4  # dynamics steps
MINUTE = 60.0  # s
SHARED = ("nu", "nu_div", "nu_p", "nu_s", "hypervis_subcycle")  # words that the dissipation has as numbers


def started(
    ne: int, nlev: int, minutes: float, tstep: float | None = None, backend: str = "numpy", native: bool = False
) -> Any:
    """A run of the case; tstep [s] is that of the case unless it is said; native : kernels of the backend jax."""
    table = PUBLISHED["supercell"].table(ne, nlev, CALL)
    table["time"] |= {"ndays": minutes * MINUTE / 86400.0} | ({"tstep": tstep} if tstep else {})
    chosen = {"backend": {"name": backend} | ({"kernels": "native"} if native else {})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return simulation(preset("theta_l").with_table(table).with_table(chosen))


def twin_of(run: Any) -> tuple[Fields, Settings]:
    """The run as inputs and settings of a record."""
    host, state = run.host, to_numpy(run.layout.collect(run.state))
    equations, damping, mixing = host.equations, host.dissipation, host.mixing
    x = to_record(state.dynamics, "homme") | coefficients(equations.coordinate)
    x |= {"phis": equations.phis, "gradphis": equations.gradphis, "Qdp": state.tracer_mass}
    constants = to_record(equations.constants, "homme")
    options = {name: getattr(run.config.dynamics, name) for name in ("theta_advect_form", "pgrad_correction")}
    options |= {name: getattr(host.remap, name) for name in ("vert_remap_q_alg", "vert_remap_u_alg")}
    options |= {name: getattr(damping, name) for name in SHARED} | {"hv_ref_profiles": 6, "nu_q": 0.0}
    options |= {name: float(getattr(mixing, name)) for name in ("mu", "mu_s", "mu_q")}
    split = {"tstep": float(host.dt), "qsplit": host.qsplit, "rsplit": host.rsplit}
    form = {"theta_hydrostatic_mode": False, "tstep_type": run.config.time.tstep_type}
    more = {"limiter_option": host.transport.limiter_option, "ps0": float(equations.coordinate.p0)}
    return x, {**constants, "kappa": float(equations.constants.kappa), **options, **split, **form, **more}


def updraughts(run: Any, looks: int, every: int) -> tuple[np.ndarray, Any]:
    """The largest w [m s-1] after every so many calls, and the state at the end."""
    end, w = run.dycore.run(run.state, looks * every, _strongest, every)
    return np.asarray(run.layout.collect(w)), to_numpy(run.layout.collect(end))


def _strongest(state: Any) -> Any:
    return state.dynamics.w_i.max()


def updraughts_of_twin(x: Fields, settings: Settings, grid: Any, looks: int, every: int) -> Iterator[float]:
    """Those of reference_fortran."""
    fortran = Fortran("r8_strict")
    fortran.set_grid(grid)
    march, state = reference.calls(x, fortran, settings), (*state_of(x), tracers(x["Qdp"]))
    for _ in range(looks):
        state = march(state, every)
        yield float(state[4].max())


def asymmetry(w: np.ndarray, grid: Any) -> float:
    """The largest difference of w (elem, i, j, lev) between a node and its mirror image, over the largest w."""
    lon, lat = (np.asarray(a).ravel() for a in (grid.lon, grid.lat))
    place = np.round(np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]), 9) + 0.0
    order, mirrored = (np.lexsort(place * np.array([[1.0], [1.0], [s]])) for s in (1.0, -1.0))
    columns = w.reshape(lat.size, -1)
    return float(abs(columns[order] - columns[mirrored]).max() / abs(w).max())


def compared(run: Any, looks: int) -> dict[str, Any]:
    """Both curves, their largest difference over the largest updraught, and the asymmetry at the end."""
    every = run.calls_in_all // looks
    x, settings = twin_of(run)
    ours, end = updraughts(run, looks, every)
    theirs = np.array(list(updraughts_of_twin(x, settings, run.host.grid, looks, every)))
    water = end.tracer_mass.reshape(len(end.tracer_mass), -1) / end.dynamics.dp.ravel()
    return {
        "seconds": [float(run.dt_remap) * every * (n + 1) for n in range(looks)],
        "pysces": ours.tolist(),
        "fortran": theirs.tolist(),
        "apart": float(abs(ours - theirs).max() / theirs.max()),
        "asymmetry": asymmetry(end.dynamics.w_i, run.host.grid),
        "most_cloud_and_rain": water[1:].max(axis=1).tolist(),
    }


def main() -> None:
    """Print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind, usual in (("ne", int, 8), ("nlev", int, 20), ("minutes", float, 30.0), ("looks", int, 6)):
        parser.add_argument(f"--{name}", type=kind, default=usual)
    parser.add_argument("--tstep", type=float)
    parser.add_argument("--backend", default="numpy", choices=("numpy", "jax"))
    parser.add_argument("--native", action="store_true", help="native kernels of --backend jax")
    options = parser.parse_args()
    run = started(options.ne, options.nlev, options.minutes, options.tstep, options.backend, options.native)
    print(json.dumps(compared(run, options.looks), indent=1))


if __name__ == "__main__":
    main()
