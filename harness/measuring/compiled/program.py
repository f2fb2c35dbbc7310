"""Kernels, traffic and waits of a step on a GPU that is not here: XLA compiles for it from a description.

It takes jax's CUDA plugin (its compiler needs no driver and no device) and ptxas, both from PyPI; it works in a process
of its own, which never looks for a GPU.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ..waves import RUNS, is_run, wave
from . import hlo

DEVICES = {path.stem: path for path in Path(__file__).parent.glob("*.txtpb")}
PRECISION = 64
ENVIRONMENT = {"JAX_PLATFORMS": "cpu", "JAX_SKIP_CUDA_CONSTRAINTS_CHECK": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def missing() -> str | None:
    """What is not installed, and how to get it, in one sentence; None if nothing."""
    if find_spec("jax") is None:
        return "jax is not installed; pip install 'pysces-dycore[jax]'."
    import jax

    parts = {"jax_plugins.xla_cuda12": "plugin", "jax_cuda12_plugin": "plugin"}
    if any(_absent(name) for name in parts) or _ptxas() is None:
        plugin = " ".join(f"jax-cuda12-{part}=={jax.__version__}" for part in ("plugin", "pjrt"))
        return f"XLA's compiler for NVIDIA GPUs is not installed; pip install {plugin} nvidia-cuda-nvcc-cu12."
    return None


def _absent(name: str) -> bool:
    try:
        return find_spec(name) is None
    except ModuleNotFoundError:
        return True


def _ptxas() -> Path | None:
    """The folder of ptxas that PyPI's nvidia-cuda-nvcc-cu12 brings."""
    try:
        found = find_spec("nvidia.cuda_nvcc")
    except ModuleNotFoundError:
        return None
    folders = [Path(place) / "bin" for place in (found.submodule_search_locations or [])] if found else []
    return next((folder for folder in folders if (folder / "ptxas").is_file()), None)


def measure(device: str, names: Sequence[str], ne: int) -> list[dict]:
    """A row for each run of ``waves.RUNS``, or those named: what a step is on a device of DEVICES at ne.

    Raises
    ------
    BadInput for a device or run that is not known, without the compiler, and where the compiler gives up.
    """
    for name in names:
        if not is_run(name):
            raise BadInput(f"perf --compile-for has no run {name!r}; it has {', '.join(map(repr, RUNS))}.")
    if device not in DEVICES:
        raise BadInput(f"perf --compile-for: {device} is not described; {', '.join(sorted(DEVICES))} are.")
    if lacking := missing():
        raise BadInput(f"perf --compile-for cannot run: {lacking}")
    return [_in_worker(device, name, ne) for name in names or RUNS]


def _in_worker(device: str, name: str, ne: int) -> dict:
    with tempfile.TemporaryDirectory(prefix="pysces-compile-") as folder:
        target = Path(folder) / "row.json"
        command = f"from {__name__} import work; work({device!r}, {name!r}, {ne}, {str(target)!r})"
        path = {"PATH": f"{_ptxas()}{os.pathsep}{os.environ.get('PATH', '')}"}
        ended = subprocess.run(
            [sys.executable, "-c", command], env={**os.environ, **ENVIRONMENT, **path}, capture_output=True, text=True
        )
        if ended.returncode:
            raise BadInput(f"Compiling {name} for {device} stopped: {ended.stderr.strip().splitlines()[-1]}")
        return json.loads(target.read_text())


def work(device: str, name: str, ne: int, target: str) -> None:
    """Compile one run in this process and leave its row in a file."""
    from pysces.arrays.backend import Backend
    from pysces.arrays.compiler import compile_for

    backend = Backend("jax", PRECISION)
    compile_for("gpu")
    Path(target).write_text(json.dumps(_row(device, name, ne, backend)))


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
