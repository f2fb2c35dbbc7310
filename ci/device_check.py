"""The dycore on an accelerator, in one command: agreement with NumPy, bits of a second run, time per step.

Needs numpy and jax alone (no compiler, no NetCDF), and runs on whatever device JAX finds, a CPU too:

    python ci/device_check.py [--ne 30] [--platform gpu] [--json results/device.json]

NumPy is held to the golden records of HOMME by pysces-verify; here the device is held to NumPy.
"""

import argparse
import json
import os
import platform as host
import statistics
import sys
import time
from pathlib import Path

import jax
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pysces.arrays import Backend, to_numpy
from pysces.models.model import world
from pysces.models.theta_l import setting
from pysces.presets import homme
from pysces.pytree import tree_leaves

TOLERANCE = {64: 1e-12, 32: 1e-4}  # of each field's maximum after one call; HOMME at -O3 departs by 1e-14


def wave(ne: int):
    """The dry baroclinic wave on ne: (dycore, state) on the host. hypervis_subcycle and remap as in HOMME's runs."""
    config = homme(ne=ne, tstep=min(600.0, 9000.0 / ne), hypervis_subcycle=2)
    made = setting(config, world(config))
    return made.dycore, made.state


def departure(ours, theirs) -> float:
    """Largest difference of any field, relative to the field's maximum."""
    pairs = zip(tree_leaves(ours.dynamics), tree_leaves(theirs.dynamics))
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def check(precision: int, platform: str | None) -> dict:
    """One call at ne4 against NumPy in double precision, and twice against itself."""
    dycore, state = wave(4)
    on_device = Backend("jax", precision, platform).asarray((dycore, state))
    first, second = (to_numpy(on_device[0].run(on_device[1], 1)) for _ in range(2))
    same = all(np.array_equal(a, b) for a, b in zip(tree_leaves(first), tree_leaves(second)))
    error = departure(first, dycore.step(state))
    agrees = bool(error < TOLERANCE[precision])
    return {"precision": precision, "departure_from_numpy": error, "agrees": agrees, "repeats_bit_for_bit": same}


def timing(ne: int, precision: int, platform: str | None, calls: int = 10, repeats: int = 5) -> dict:
    """Seconds of a dynamics step, a third of a remap included; compile time apart."""
    dycore, state = Backend("jax", precision, platform).asarray(wave(ne))
    start = time.perf_counter()
    state = jax.block_until_ready(dycore.run(state, 1))
    compiling = time.perf_counter() - start
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(dycore.run(state, calls))
        seconds.append((time.perf_counter() - start) / (calls * dycore.rsplit))
    return {
        "ne": ne,
        "nlev": state.dynamics.dp.shape[-1],
        "precision": precision,
        "seconds_per_step": statistics.median(seconds),
        "fastest": min(seconds),
        "first_call_seconds": compiling,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ne", type=int, nargs="*", default=[8, 30], help="meshes to time")
    parser.add_argument("--platform", default=None, help="jax platform: gpu, cpu, ...; jax's choice by default")
    parser.add_argument("--json", type=Path, default=Path("results/device.json"))
    options = parser.parse_args()
    Backend("jax", 64, options.platform)
    device = jax.devices(options.platform)[0]
    record = {
        "device": device.device_kind,
        "platform": device.platform,
        "driver": getattr(device.client, "platform_version", ""),
        "jax": jax.__version__,
        "host": f"{host.machine()}, {os.cpu_count()} cores",
        "checks": [check(precision, options.platform) for precision in (64, 32)],
        "timings": [timing(ne, precision, options.platform) for ne in options.ne for precision in (64, 32)],
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(record, indent=1))
    print(json.dumps(record, indent=1))
    return 0 if all(c["agrees"] and c["repeats_bit_for_bit"] for c in record["checks"]) else 1


if __name__ == "__main__":
    sys.exit(main())
