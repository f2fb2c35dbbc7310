"""DCMIP2012 3-1 on several meshes: its fronts after an hour, and how they come together as meshes are refined.

    python -m pysces_harness.whole_runs.gravity_wave --ne 4 8 16 --backend jax

What an hour has changed in potential temperature is evaluated between nodes, by their own basis, on one regular grid
for all meshes. Each mesh is compared with the finest. The step goes with the size of elements, viscosity as
``pysces run --case gravity_wave`` has it.

Theory: N H / pi = 31.8 m/s in a wind of 20 m/s: fronts at 72 and 329 degrees (Ullrich et al. 2012, DCMIP2012 document).
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from pysces.arrays.backend import to_numpy
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.driver.small_planets import PUBLISHED
from pysces.geometry.gll_interpolation import regular_points
from pysces.mesh.cubed_sphere import cubed_sphere_elements

HOUR, STEP = 3600.0, 80.0  # s; the step at ne1
FRONTS = (72.0, 329.0)  # degree, where theory has them
REACH = 40.0  # degree round a front, in which its crest is looked for; nearer to the hill the wind carries a higher one
NLAT, NLON, HILL = 61, 360, 120.0  # points of the regular grid; degree
MIDDLE = 5  # level of ten


def warmed(ne: int, backend: str = "numpy", form: dict | None = None, seconds: float = HOUR) -> np.ndarray:
    """What an hour, or so many seconds, change in potential temperature (NLAT, NLON, lev) [K].

    form : a table of options, none usual.
    """
    table = PUBLISHED["gravity_wave"].table(ne, None, 3)
    table["time"] |= {"tstep": STEP / ne, "ndays": seconds / 86400.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = preset("theta_l").with_table(table).with_table(form or {})
        run = simulation(config.with_table({"backend": {"name": backend}}))
    end = run.dycore.run(run.state, round(seconds / float(run.dt_remap)))
    first, last = (_theta(run, state) for state in (run.state, end))
    points = regular_points(cubed_sphere_elements(ne), run.config.grid.cubed_sphere_map, NLAT, NLON)
    node = points.elem[:, None] * 16 + np.arange(16)
    return points.of_nodes((last - first).reshape(-1, first.shape[-1]), node).reshape(NLAT, NLON, -1)


def fronts(warmer: np.ndarray) -> list[float]:
    """Longitudes [degree] of the crests at the equator, each within REACH of theory's, between points by a parabola."""
    line = warmer[NLAT // 2, :, MIDDLE]
    found = []
    for expected in FRONTS:
        near = np.arange(round(expected - REACH), round(expected + REACH) + 1) % NLON
        at = int(near[np.argmax(line[near])])
        below, top, above = line[at - 1], line[at], line[(at + 1) % NLON]
        found.append(at + 0.5 * (below - above) / (below - 2.0 * top + above))
    return found


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square over the sphere and all levels of a difference, over that of the other."""
    weight = np.cos(np.linspace(-np.pi / 2, np.pi / 2, NLAT))[:, None, None]
    return float(np.sqrt((weight * (one - other) ** 2).sum() / (weight * other**2).sum()))


def ladder(meshes: Sequence[int], backend: str) -> dict[str, Any]:
    """Fronts, highest crest and distance from the finest mesh, by mesh."""
    found = {ne: warmed(ne, backend) for ne in sorted(meshes)}
    finest = found[max(found)]
    return {
        f"ne{ne}": {
            "fronts": [round(front, 2) for front in fronts(field)],
            "highest": float(field[NLAT // 2, :, MIDDLE].max()),
            "apart": apart(field, finest),
        }
        for ne, field in found.items()
    }


def _theta(run: Any, state: Any) -> np.ndarray:
    dynamics = to_numpy(run.layout.collect(state)).dynamics
    return dynamics.vtheta_dp / dynamics.dp


def main() -> None:
    """Print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ne", type=int, nargs="+", default=[4, 8])
    parser.add_argument("--backend", default="numpy", choices=("numpy", "jax"))
    options = parser.parse_args()
    print(json.dumps(ladder(options.ne, options.backend), indent=1))


if __name__ == "__main__":
    main()
