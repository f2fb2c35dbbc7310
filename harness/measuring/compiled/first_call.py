"""How long a run waits for its first call: everything compiled, with nothing kept from before and with all of it.

Each figure is of a process of its own. Processor time stands beside the clock, for on a busy machine that says more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ..waves import RUNS, is_run, wave

CALLS = 4  # of the run that is differentiated
PARTS = ("run", "gradient")
CACHE = "PYSCES_COMPILATION_CACHE"


def measure(names: Sequence[str], meshes: Sequence[int], kernels: str = "xla") -> list[dict]:
    """A row for each of ``waves.RUNS``, or those named, mesh and part: seconds of the first call.

    kernels : of ``[backend]``; a gradient is XLA's with either.

    Raises
    ------
    BadInput for a run that is not known, and where it stops.
    """
    for name in names:
        if not is_run(name):
            raise BadInput(f"perf --first-call has no run {name!r}; it has {', '.join(map(repr, RUNS))}.")
    wanted = [(name, ne, part) for name in names or RUNS for ne in meshes for part in PARTS]
    return [_cold_and_warm(name, ne, part, kernels) for name, ne, part in wanted]


def _cold_and_warm(name: str, ne: int, part: str, kernels: str) -> dict:
    row = {"run": name, "ne": ne, "part": part, "kernels": kernels}
    with tempfile.TemporaryDirectory(prefix="pysces-first-call-") as folder:
        for kept in ("cold", "warm"):
            wall, processor = _in_worker(name, ne, part, kernels, Path(folder))
            row |= {f"{kept}_s": wall, f"{kept}_cpu_s": processor}
    return row


def _in_worker(name: str, ne: int, part: str, kernels: str, folder: Path) -> list[float]:
    target = folder / "seconds.json"
    command = f"from {__name__} import work; work({name!r}, {ne}, {part!r}, {kernels!r}, {str(target)!r})"
    caches = {CACHE: str(folder / "xla"), "PYSCES_CACHE": str(folder / "native")}
    ended = subprocess.run(
        [sys.executable, "-c", command], env={**os.environ, **caches}, capture_output=True, text=True
    )
    if ended.returncode:
        raise BadInput(f"The first call of {name} stopped: {ended.stderr.strip().splitlines()[-1]}")
    return json.loads(target.read_text())


def work(name: str, ne: int, part: str, kernels: str, target: str) -> None:
    """Time one first call in this process, without imports and the making of the start; leave both times in a file."""
    from pysces.arrays.backend import Backend, use_compilation_cache

    use_compilation_cache(Path(os.environ[CACHE]))
    dycore, state = Backend("jax", kernels=kernels).asarray(wave(name, ne))
    call = _gradient if part == "gradient" else lambda dycore, state: dycore.run(state, 1)
    import jax

    wall, processor = time.perf_counter(), time.process_time() + _children()
    jax.block_until_ready(call(dycore, state))
    spent = time.perf_counter() - wall, time.process_time() + _children() - processor
    Path(target).write_text(json.dumps(spent))


def _children() -> float:
    """Processor time of processes that have ended: a C compiler's."""
    found = os.times()
    return found.children_user + found.children_system


def _gradient(dycore: Any, start: Any) -> Any:
    """Of the energy of the wind after some calls, by the state at their start."""
    import jax

    @jax.jit
    def differentiated(dycore: Any, start: Any) -> Any:
        def energy(dynamics: Any) -> Any:
            return (dycore.run(start.replace(dynamics=dynamics), CALLS).dynamics.wind ** 2).sum()

        return jax.value_and_grad(energy)(start.dynamics)

    return differentiated(dycore, start)
