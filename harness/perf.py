"""pysces against reference_fortran r8_fast: the same arrays, the same work, the same threads, interleaved.

Each pair times Fortran and the port one after the other; the ratio is the median over pairs with a bootstrap interval,
and is refused where that interval is wider than 20 %. Compilation is timed apart, transfers are not (arrays lie where
they are used), and the results of the timed functions are compared.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pysces.pytree import tree_leaves

from .adapters import Fortran
from .configurations import configuration
from .registry import BadInput, Case, Kernel, lookup, registry
from .worker import Place, placed

DEFAULT = ("jax-cpu-f64",)
NE, NLEV = 8, 30
PAIRS = 15
WIDEST = 0.2
BOOTSTRAP = 2000
# Waiting OpenMP threads sleep: spinning ones take the cores from XLA, and on a busy machine from Fortran itself.
PASSIVE = {"OMP_WAIT_POLICY": "passive"}


def measure(names: Sequence[str] = (), configurations: Sequence[str] = DEFAULT, pairs: int = PAIRS) -> list[dict]:
    """One row for each kernel with generated cases and configuration; each configuration in a process of its own."""
    kernels = [lookup(n).name for n in names] or [k.name for k in registry().values() if k.cases and k.fortran]
    rows = []
    for name in configurations:
        reason = configuration(name).missing() or configuration("r8_fast").missing()
        if reason:
            raise BadInput(f"perf cannot run {name}: {reason}.")
        rows += _in_worker(name, kernels, pairs)
    return rows


def _in_worker(name: str, kernels: list[str], pairs: int) -> list[dict]:
    with tempfile.TemporaryDirectory(prefix="pysces-perf-") as folder:
        target = Path(folder) / "rows.pkl"
        command = f"from {__package__}.perf import work; work({name!r}, {kernels!r}, {pairs}, {str(target)!r})"
        environment = {**os.environ, **configuration(name).environment, "OMP_NUM_THREADS": str(threads()), **PASSIVE}
        ended = subprocess.run([sys.executable, "-c", command], env=environment, stderr=subprocess.PIPE, text=True)
        if ended.returncode:
            raise BadInput(f"perf in {name} stopped: {ended.stderr.strip().splitlines()[-1]}")
        return pickle.loads(target.read_bytes())


def threads() -> int:
    """Threads of both sides: the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work(name: str, kernels: list[str], pairs: int, target: str) -> None:
    """Measure in this process and leave the rows in a file."""
    from pysces_reference import set_threads

    set_threads(threads(), "r8_fast")
    rows = [_row(name, lookup(kernel), pairs) for kernel in kernels]
    Path(target).write_bytes(pickle.dumps(rows))


def _row(name: str, kernel: Kernel, pairs: int) -> dict:
    case = large(kernel)
    place = placed(configuration(name), case.grid)
    port, compile_s = _port(place, kernel, case)
    fortran_call, fortran = _fortran(kernel, case)
    agrees = _agrees(place.get(port()), fortran_call(), configuration(name).precision)
    times = np.array([_pair(fortran_call, fortran, port) for _ in range(pairs)])
    ratios = times[:, 1] / times[:, 0]
    low, high = interval(ratios)
    ratio = float(np.median(ratios))
    return {
        "kernel": kernel.name,
        "case": case.name,
        "configuration": name,
        "threads": threads(),
        "port_s": float(np.median(times[:, 1])),
        "fortran_s": float(np.median(times[:, 0])),
        "compile_s": compile_s,
        "ratio": ratio if high - low <= WIDEST * ratio else None,
        "low": low,
        "high": high,
        "agrees": agrees,
    }


def large(kernel: Kernel) -> Case:
    """The kernel's first case on a mesh large enough to time, or as it is where it has no size to choose."""
    try:
        return kernel.cases(ne=NE, nlev=NLEV)[0]
    except TypeError:
        return kernel.cases()[0]


def _port(place: Place, kernel: Kernel, case: Case) -> tuple[Callable, float]:
    """The compiled port on arrays that lie on its devices, and how long compiling took."""
    x = place.put(dict(case.inputs))
    settings = {**case.settings, "outputs": tuple(kernel.outputs)}
    function = place.backend.compile(lambda x, grid: kernel.port(x, grid, settings))
    start = time.perf_counter()
    wait(function(x, place.grid))
    return lambda: wait(function(x, place.grid)), time.perf_counter() - start


def wait(tree):
    """tree, once it is computed."""
    for leaf in tree_leaves(tree):
        if hasattr(leaf, "block_until_ready"):
            leaf.block_until_ready()
    return tree


def _fortran(kernel: Kernel, case: Case) -> tuple[Callable, Fortran]:
    fortran = Fortran("r8_fast")
    if case.grid is not None:
        fortran.set_grid(case.grid)
    settings = {**case.settings, "outputs": tuple(kernel.outputs)}
    return lambda: kernel.fortran(case.inputs, fortran, settings), fortran


def _pair(fortran_call: Callable, fortran: Fortran, port_call: Callable) -> tuple[float, float]:
    """Seconds in the Fortran routines alone (reordering axes is not their work), then seconds of the port."""
    fortran.seconds = 0.0
    fortran_call()
    start = time.perf_counter()
    port_call()
    return fortran.seconds, time.perf_counter() - start


def interval(ratios: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Bootstrap interval of the median."""
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(ratios, (BOOTSTRAP, len(ratios))), axis=1)
    low, high = np.quantile(medians, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def _agrees(found, expected: dict, precision: int) -> bool:
    """Only gross mistakes are looked for: r8_fast rounds as it likes."""
    tolerance = 1e-8 if precision == 64 else 1e-2
    return all(np.abs(np.asarray(found[n]) - e).max() <= tolerance * np.abs(e).max() for n, e in expected.items())
