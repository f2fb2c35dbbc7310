"""How long a run waits for its first call: everything compiled, with nothing kept from before and with all of it.

Each figure is of a process of its own. Processor time stands beside the clock, for on a busy machine that says more.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..alone import alone
from ..waves import chosen, wave

CALLS = 4  # of the run that is differentiated
PARTS = ("run", "gradient")
CACHE = "PYSCES_COMPILATION_CACHE"


def measure(names: Sequence[str], meshes: Sequence[int], kernels: str = "xla") -> list[dict]:
    """A row for each of ``waves.RUNS``, or those named, mesh and part: seconds of the first call.

    kernels : of ``[backend]``; derivatives are compiled by XLA with either.

    Raises
    ------
    BadInput for a run that is not known, and where it stops.
    """
    wanted = [(name, ne, part) for name in chosen(names, "--first-call") for ne in meshes for part in PARTS]
    return [_cold_and_warm(name, ne, part, kernels) for name, ne, part in wanted]


def _cold_and_warm(name: str, ne: int, part: str, kernels: str) -> dict:
    row = {"run": name, "ne": ne, "part": part, "kernels": kernels}
    with tempfile.TemporaryDirectory(prefix="pysces-first-call-") as folder:
        caches = {CACHE: f"{folder}/xla", "PYSCES_CACHE": f"{folder}/native"}
        for kept in ("cold", "warm"):
            wall, processor = alone(work, (name, ne, part, kernels), f"The first call of {name}", caches)
            row |= {f"{kept}_s": wall, f"{kept}_cpu_s": processor}
    return row


def work(name: str, ne: int, part: str, kernels: str) -> tuple[float, float]:
    """Seconds of one first call in this process, on the clock and of processors, without imports and the start."""
    from pysces.arrays.backend import Backend, use_compilation_cache

    use_compilation_cache(Path(os.environ[CACHE]))
    dycore, state = Backend("jax", kernels=kernels).asarray(wave(name, ne))
    call = _gradient if part == "gradient" else lambda dycore, state: dycore.run(state, 1)
    import jax

    wall, processor = time.perf_counter(), time.process_time() + _children()
    jax.block_until_ready(call(dycore, state))
    return time.perf_counter() - wall, time.process_time() + _children() - processor


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
