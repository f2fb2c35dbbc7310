"""pysces against reference_fortran r8_fast and against pysces on NumPy: the same arrays, work and threads, interleaved.

Each round runs every side once, in turn; a ratio is the median over rounds with a bootstrap interval, of wall time and
of the processor time of all threads, which other work on the machine disturbs less. How much the time of one and the
same work varies is said beside them. Compilation is timed apart, transfers are not (arrays lie where they are used),
and the results of the timed functions are compared. All sides are confined to the same cores.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pysces.arrays.pytree import tree_leaves

from ..errors import BadInput
from ..kernels.catalogue import lookup, registry
from ..registry import Case, Fields, Kernel
from ..running.configurations import configuration
from ..running.worker import Placement, placed
from ..sides.adapters import Fortran
from . import bandwidth
from .alone import alone

DEFAULT = ("jax-cpu-f64",)
NE, NLEV = 8, 30
PAIRS = 25
FEWEST = 5
PATIENCE = 60.0  # s for the rounds of one kernel
DAY = 86400.0
LEVELS = {  # parts of names
    "stage": ("_tendency",),
    "step": ("_rk_step", "_dynamics_step", "tracer_step"),
    "call": ("theta_l_call", "cam_se_step"),
}
BOOTSTRAP = 2000
# Waiting OpenMP threads sleep: spinning ones take the cores from XLA, and on a busy machine from Fortran itself.
PASSIVE = {"OMP_WAIT_POLICY": "passive"}
# Memory freed after a call is kept for the next one, as in a run, where one program marches many steps: with glibc's
# defaults every call gets fresh pages, and page faults are half the time of a kernel such as the vertical remap.
KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**33), "MALLOC_TRIM_THRESHOLD_": str(2**34)}


def measure(
    names: Sequence[str] = (), configurations: Sequence[str] = DEFAULT, pairs: int = PAIRS, cores: int = 0, ne: int = NE
) -> list[dict]:
    """One row for each kernel with generated cases and configuration; each configuration in a process of its own.

    names : of kernels, or KERNEL/CASE; a kernel's first case and those of Kernel.timed where none is named.
    """
    rows = []
    for name in configurations:
        kernels = [word for kernel in names or usual(name) for word in _words(kernel)]
        reason = configuration(name).missing() or configuration("r8_fast").missing()
        if reason:
            raise BadInput(f"perf cannot run {name}: {reason}.")
        rows += _in_worker(name, kernels, pairs, threads(cores), ne)
    return rows


def usual(name: str) -> list[str]:
    """The kernels that are timed in a configuration where none is named."""
    timed = (k for k in registry().values() if k.cases and k.fortran and k.graded)
    return [k.name for k in timed if not k.only or name in k.only]


def _words(name: str) -> list[str]:
    """KERNEL and KERNEL/CASE for each case of it that is timed; the case alone where it is named."""
    kernel = lookup(name.partition("/")[0])
    return [name] if "/" in name else [kernel.name, *(f"{kernel.name}/{case}" for case in kernel.timed)]


def _in_worker(name: str, kernels: list[str], pairs: int, cores: int, ne: int) -> list[dict]:
    side = {**configuration(name).environment, "OMP_NUM_THREADS": str(cores), **PASSIVE, **KEPT_MEMORY}
    return alone(work, (name, kernels, pairs, cores, ne), f"perf in {name}", side)


def threads(wanted: int = 0) -> int:
    """Threads of all sides: as many as wanted, or the cores this process may use."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if wanted > mine:
        raise BadInput(f"--threads {wanted}: this process may use {mine} cores.")
    return wanted or mine


def work(name: str, kernels: list[str], pairs: int, cores: int, ne: int) -> list[dict]:
    """Rows measured in this process, confined to its first cores."""
    from pysces_reference import set_threads

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    set_threads(cores, "r8_fast")
    machine = {"threads": cores, "bandwidth": bandwidth.measured(cores), "noise": bandwidth.noise()}
    rows = [{**_row(name, word, pairs, ne), **machine} for word in kernels]
    return [_with_fractions(row) for row in rows]


def _row(name: str, word: str, pairs: int, ne: int) -> dict:
    kernel = lookup(word.partition("/")[0])
    case = large(kernel, ne, word.partition("/")[2])
    place = placed(configuration(name), case.grid)
    port, compile_s = compiled(place, kernel, case)
    plain, _ = compiled(placed(configuration("numpy-f64"), case.grid), kernel, case)
    fortran_call, fortran = fast(kernel, case)
    found, precision = place.get(port()), configuration(name).precision
    sides = {"fortran": lambda: _in_fortran(fortran_call, fortran), "port": lambda: _timed(port)}
    if name != "numpy-f64":
        sides["numpy"] = lambda: _timed(plain)
    times = rounds(sides, pairs)
    model = simulated(case)
    return {
        "kernel": word,
        "case": case.name,
        "configuration": name,
        "per": level(kernel),
        **{f"{side}_s": float(np.median(seconds[:, 0])) for side, seconds in times.items()},
        "compile_s": compile_s,
        **_ratios(times["port"], times["fortran"]),
        **(
            {f"numpy_{key}": x for key, x in _ratios(times["port"], times["numpy"]).items()} if "numpy" in times else {}
        ),
        "day_s": float(np.median(times["port"][:, 0])) * DAY / model if model else None,
        "fortran_day_s": float(np.median(times["fortran"][:, 0])) * DAY / model if model else None,
        "bytes": bandwidth.least_traffic(case.inputs, found, precision),
        "agrees": _agrees(found, fortran_call(), precision),
    }


def _with_fractions(row: dict) -> dict:
    """The row with the fraction of the bandwidth that each side's least traffic needs; Fortran's is in 64 bits."""
    wide = 64 // configuration(row["configuration"]).precision
    fractions = {"port": row["bytes"] / row["port_s"], "fortran": wide * row["bytes"] / row["fortran_s"]}
    return row | {f"{side}_of_bandwidth": moved / row["bandwidth"] for side, moved in fractions.items()}


def level(kernel: Kernel) -> str:
    """What one evaluation is: an operator or a column process, a Runge-Kutta stage, a step, or a call of several."""
    for word, names in LEVELS.items():
        if any(part in kernel.name for part in names):
            return word
    return "kernel"


def simulated(case: Case) -> float | None:
    """Seconds of model time that one evaluation advances; None for what does not step."""
    s = case.settings
    if "calls" in s:
        return max(s["calls"]) * s["tstep"] * s["qsplit"] * max(s["rsplit"], 1)
    if "stage_time_s" in s:
        return max(s["stage_time_s"].values())
    return s.get("dt") if "tstep_type" in s or "se_tstep_type" in s else None


def rounds(sides: dict[str, Callable[[], tuple[float, float]]], count: int) -> dict[str, np.ndarray]:
    """Seconds of every side (round, wall and processor), each in turn, every other round the other way round; as long
    as patience lasts, but at least FEWEST."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    start = time.perf_counter()
    for n in range(count):
        for name in sorted(sides, reverse=bool(n % 2)):
            times[name].append(sides[name]())
        if n + 1 >= FEWEST and time.perf_counter() - start > PATIENCE:
            break
    return {name: np.array(seconds) for name, seconds in times.items()}


def _ratios(ours: np.ndarray, theirs: np.ndarray) -> dict:
    """Medians of the rounds' ratios with their intervals, of wall and of processor time."""
    wall, processor = (ours / theirs).T
    return _ratio(wall) | {f"cpu_{key}": value for key, value in _ratio(processor).items()}


def _ratio(ratios: np.ndarray) -> dict:
    low, high = interval(ratios)
    return {"ratio": float(np.median(ratios)), "low": low, "high": high}


def large(kernel: Kernel, ne: int = NE, name: str = "") -> Case:
    """The kernel's first case, or the one of that name, large enough to time where it has a size to choose."""
    if kernel.cases is None or kernel.as_user:
        why = "is a whole run, set-up included" if kernel.as_user else "has no generated cases"
        raise BadInput(f"{kernel.name} {why}, so perf has nothing to time it on.")
    try:
        cases = kernel.cases(ne=ne, nlev=NLEV)
    except TypeError:
        cases = kernel.cases()
    known = {case.name: case for case in cases}
    if name and name not in known:
        raise BadInput(f"{kernel.name} has no case {name!r} to time; its cases are {', '.join(known)}.")
    return known[name] if name else next(iter(known.values()))


def compiled(place: Placement, kernel: Kernel, case: Case) -> tuple[Callable, float]:
    """The compiled port on arrays that lie on its devices, and how long compiling took."""
    x = place.put(dict(case.inputs))
    settings = {**case.settings, "outputs": tuple(kernel.outputs)}
    function = place.backend.compile(lambda x, grid: kernel.port(x, grid, settings))
    start = time.perf_counter()
    wait(function(x, place.grid))
    return lambda: wait(function(x, place.grid)), time.perf_counter() - start


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``perf`` takes beside the common options."""
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="cores of all sides (default: all)")
    parser.add_argument("--rounds", type=int, default=PAIRS, metavar="N", help=f"interleaved rounds (default: {PAIRS})")
    parser.add_argument("--ne", type=int, default=NE, metavar="NE", help=f"elements along a cube edge (default: {NE})")


def wait(tree: Any) -> Any:
    """tree, once it is computed."""
    for leaf in tree_leaves(tree):
        if hasattr(leaf, "block_until_ready"):
            leaf.block_until_ready()
    return tree


def fast(kernel: Kernel, case: Case) -> tuple[Callable, Fortran]:
    """The call of the optimised Fortran on a case, and the build that counts its seconds."""
    fortran, routine = Fortran("r8_fast"), kernel.fortran
    if routine is None:
        raise BadInput(f"{kernel.name} has no Fortran counterpart, so perf has nothing to time it against.")
    if case.grid is not None:
        fortran.set_grid(case.grid)
    settings = {**case.settings, "outputs": tuple(kernel.outputs)}
    return lambda: routine(case.inputs, fortran, settings), fortran


def _in_fortran(call: Callable, fortran: Fortran) -> tuple[float, float]:
    """Seconds in the Fortran routines alone: reordering axes is not their work."""
    fortran.seconds = fortran.processor_seconds = 0.0
    call()
    return fortran.seconds, fortran.processor_seconds


def _timed(call: Callable) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - processor


def interval(ratios: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Bootstrap interval of the median."""
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(ratios, (BOOTSTRAP, len(ratios))), axis=1)
    low, high = np.quantile(medians, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def _agrees(found: Fields, expected: dict, precision: int) -> bool:
    """Only gross mistakes are looked for: r8_fast rounds as it likes."""
    tolerance = 1e-8 if precision == 64 else 1e-2
    return all(np.abs(np.asarray(found[n]) - e).max() <= tolerance * np.abs(e).max() for n, e in expected.items())
