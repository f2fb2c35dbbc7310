"""Kernels, traffic and waits of a step on a GPU that is not here: XLA compiles for it from a description.

It takes jax's CUDA plugin (its compiler needs no driver and no device) and ptxas, both from PyPI; it works in a process
of its own, which never looks for a GPU.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ..alone import alone
from ..waves import chosen, wave
from . import hlo

DEVICES = {path.stem: path for path in Path(__file__).parent.glob("*.txtpb")}
PRECISION = 64
FOLDER = "PYSCES_GPU_COMPILER"
ENVIRONMENT = {"JAX_PLATFORMS": "cpu", "JAX_SKIP_CUDA_CONSTRAINTS_CHECK": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def missing() -> str | None:
    """What is not installed, and how to get it, in one sentence; None if nothing."""
    if find_spec("jax") is None:
        return "jax is not installed; pip install 'pysces-dycore[jax]'."
    import jax

    if _compiler() is None:
        plugin = " ".join(f"jax-cuda12-{part}=={jax.__version__}" for part in ("plugin", "pjrt"))
        return (
            f"XLA's compiler for NVIDIA GPUs is not installed; pip install {plugin} nvidia-cuda-nvcc-cu12, "
            f"or the same with --no-deps --target FOLDER and ${FOLDER}=FOLDER, so that jax does not look for a GPU."
        )
    return None


def _compiler() -> Path | None:
    """The folder that has the plugin and ptxas: what $PYSCES_GPU_COMPILER names, or where packages are installed."""
    places = [Path(os.environ[FOLDER])] if FOLDER in os.environ else [Path(place) for place in sys.path if place]
    wanted = ("jax_plugins/xla_cuda12", "nvidia/cuda_nvcc/bin/ptxas")
    return next((place for place in places if all((place / name).exists() for name in wanted)), None)


def measure(device: str, names: Sequence[str], ne: int) -> list[dict]:
    """A row for each run of ``waves.RUNS``, or those named: what a step is on a device of DEVICES at ne.

    Raises
    ------
    BadInput for a device or run that is not known, without the compiler, and where the compiler gives up.
    """
    runs = chosen(names, "--compile-for")
    if device not in DEVICES:
        raise BadInput(f"perf --compile-for: {device} is not described; {', '.join(sorted(DEVICES))} are.")
    if lacking := missing():
        raise BadInput(f"perf --compile-for cannot run: {lacking}")
    there = _compiler() or Path()
    paths = {"PATH": str(there / "nvidia" / "cuda_nvcc" / "bin"), "PYTHONPATH": str(there)}
    before = {name: f"{first}{os.pathsep}{os.environ.get(name, '')}" for name, first in paths.items()}
    return [alone(work, (device, name, ne), f"Compiling {name} for {device}", ENVIRONMENT | before) for name in runs]


def work(device: str, name: str, ne: int) -> dict:
    """The row of one run, compiled in this process."""
    from pysces.arrays.backend import Backend
    from pysces.arrays.compiler import compile_for

    backend = Backend("jax", PRECISION)
    compile_for("gpu")
    return _row(device, name, ne, backend)


def _row(device: str, name: str, ne: int, backend: Any) -> dict:
    import jax
    from jax.experimental import topologies

    description = DEVICES[device].read_text()
    there = topologies.get_topology_desc(device, "cuda", target_config=description, topology="1x1x1").devices[0]
    dycore, state = backend.asarray(wave(name, ne))
    shapes = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), (dycore, state))
    placed = jax.sharding.SingleDeviceSharding(there)
    start = time.perf_counter()
    program = jax.jit(lambda d, s: d.step(s), in_shardings=placed, out_shardings=placed).lower(*shapes).compile()
    seconds = time.perf_counter() - start
    call, steps = hlo.work(program.as_text() or ""), dycore.rsplit * dycore.qsplit
    shape = state.dynamics.wind.shape[1:]
    field = PRECISION // 8 * shape[0] * shape[1] * shape[2] * shape[3]
    bandwidth = float(re.search(r"memory_bandwidth: (\d+)", description).group(1))  # type: ignore[union-attr]
    return {
        **{"run": name, "device": device, "ne": ne, "nlev": shape[-1], "precision": PRECISION, "jax": jax.__version__},
        **{key: value / steps for key, value in vars(call).items()},
        **{"passes": call.bytes / steps / field, "memory_bound_s": call.bytes / steps / bandwidth},
        "compile_s": seconds,
    }
