"""pysces on an accelerator, in one command, from a plain checkout: nothing installed but numpy, jax and h5netcdf.

    python ci/device_check.py [--platform gpu] [--json results/device.json] [--timings results/device_timings.json]

Every golden record of test_data is computed twice on the device in double and in single precision: the bits of the two
runs must be the same, then the result is judged against the record, as pysces-verify does (round-off is measured with
pysces on NumPy, because no Fortran is needed here). The file --json is what ``pysces-verify report FILE`` takes; each
row names device, driver and versions of jax. Then the whole dynamics: one call against NumPy, and times of a step: both
forms of theta-l, with tracers, CAM-SE, both precisions, and a gradient (--no-golden: these alone).
"""

import argparse
import json
import os
import platform as host
import sys
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
JAX_NAMES = {"gpu": "cuda"}
TOLERANCE = {64: 1e-12, 32: 1e-4}  # of each field's maximum after one call; HOMME at -O3 departs by 1e-14


def golden_results(kernels: list[str]) -> list:
    """The harness's verdicts on the golden records, in worker processes on the device."""
    from harness.judging import plan, verify
    from harness.kernels.catalogue import lookup
    from harness.running.configurations import CONFIGURATIONS

    names = [lookup(name).name for name in kernels]
    checks = [check for check in plan.golden_checks() if not names or check.kernel.name in names]
    found = verify.verify(checks, [CONFIGURATIONS[f"jax-gpu-f{precision}"] for precision in (64, 32)])
    return [result for result in found if result.side == "port"]


def told(results: list) -> bool:
    """What came out, in a few lines; whether everything holds."""
    for verdict, count in Counter((r.configuration, r.verdict) for r in results).items():
        print(*verdict, count)
    for r in results:
        if not r.ok:
            print(f"  {r.kernel} {r.case} {r.configuration}: {r.verdict} {r.reason}")
    return bool(results) and all(r.ok for r in results)


def departure(ours, theirs) -> float:
    """Largest difference of any field, relative to the field's maximum."""
    from pysces.arrays.pytree import tree_leaves

    pairs = zip(tree_leaves(ours.dynamics), tree_leaves(theirs.dynamics))
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def check(precision: int) -> dict:
    """One call at ne4 against NumPy in double precision, and twice against itself."""
    from harness.measuring.waves import wave
    from pysces.arrays.backend import Backend, to_numpy
    from pysces.arrays.pytree import tree_leaves

    dycore, state = wave("hydrostatic", 4)
    on_device = Backend("jax", precision).asarray((dycore, state))
    first, second = (to_numpy(on_device[0].run(on_device[1], 1)) for _ in range(2))
    same = all(np.array_equal(a, b) for a, b in zip(tree_leaves(first), tree_leaves(second)))
    error = departure(first, dycore.step(state))
    agrees = bool(error < TOLERANCE[precision])
    return {"precision": precision, "departure_from_numpy": error, "agrees": agrees, "repeats_bit_for_bit": same}


def timed(meshes: list[int], path: Path) -> bool:
    """The whole dynamics on the device, written into a file; whether it agrees and repeats."""
    from device_timings import timings

    from harness.running.device import device_text
    from pysces.arrays.backend import Backend

    Backend("jax", 64)
    record = {
        "device": device_text(),
        "host": f"{host.machine()}, {os.cpu_count()} cores",
        "checks": [check(precision) for precision in (64, 32)],
        "timings": timings(meshes),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1))
    print(json.dumps(record, indent=1))
    return all(c["agrees"] and c["repeats_bit_for_bit"] for c in record["checks"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", default="gpu", help="jax platform: gpu (the default), tpu, cpu, ...")
    parser.add_argument("--json", type=Path, default=Path("results/device.json"), help="verdicts on golden records")
    parser.add_argument("--kernel", action="append", default=[], help="only records of this kernel (repeatable)")
    parser.add_argument("--no-golden", action="store_true", help="leave the golden records out, which is said")
    parser.add_argument("--ne", type=int, nargs="*", default=[8, 30], help="meshes to time; none: no whole dynamics")
    parser.add_argument("--timings", type=Path, default=Path("results/device_timings.json"))
    options = parser.parse_args()
    os.environ["PYSCES_ACCELERATOR"] = os.environ["JAX_PLATFORMS"] = JAX_NAMES.get(options.platform, options.platform)
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    sys.path.insert(0, str(ROOT))
    from harness.judging import results

    holds = True
    if options.no_golden:
        print("No golden record was looked at.")
    else:
        found = golden_results(options.kernel)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        results.write(found, options.json)
        holds = told(found)
    return 0 if (timed(options.ne, options.timings) if options.ne else True) and holds else 1


if __name__ == "__main__":
    sys.exit(main())
