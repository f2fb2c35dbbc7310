"""``pysces-verify scaling``: a step over ranks and devices against the same step in one place, in one run.

Rounds interleave both sides; a ratio is the median over rounds with a bootstrap interval. Every number of parts runs in
processes of its own, in which the first one also does the step serially while the others sleep. A row of ``--json``:

    kind        "overhead": one rank or device through the parallel assembly, against LocalAssembly;
                "strong": the same mesh on several;  "weak": a mesh with as many more elements (nearly)
    over        "ranks" (MPI, numpy) or "devices" (JAX: host devices, or those of $PYSCES_ACCELERATOR)
    parts, cores                      how many ranks or devices, and cores of the machine they share
    ne, nlev, elements                mesh of the parts, and elements on the fullest part
    alone_ne, alone_s, seconds        mesh and median time of a serial step and of one over the parts
    ratio, low, high                  overhead: seconds / alone_s;  strong: alone_s / seconds, the speed-up;
                                      weak: the same per element of a part, the efficiency; ratio is null where the
                                      95 % interval (low, high) is wider than 20 %
    configuration, device             such as mpi-2, and what it ran on
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pysces.arrays.backend import Backend, use_compilation_cache
from pysces.config.presets import homme
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.theta_l.setup import THETA_L

from ...errors import BadInput
from ...judging.provenance import machine
from ...running.configurations import CONFIGURATIONS, accelerator_missing, mpiexec
from ...running.device import device_text
from ..perf import interval, wait

NE, ROUNDS, LARGEST_OVERHEAD = 4, 9, 1.05
WIDEST = 0.2  # of a ratio: with a wider interval it is refused
SLEEP = 0.002  # s between looks of a waiting rank


def said(row: dict) -> str:
    """One line for the terminal."""
    ratio = "refused" if row["ratio"] is None else f"{row['ratio']:.3f}"
    what = {"overhead": "of Local's time", "strong": "times as fast", "weak": "efficiency"}[row["kind"]]
    where = f"{row['kind']:8s} {row['parts']} {row['over']}, ne{row['ne']}L{row['nlev']}, {row['cores']} cores"
    return f"{where}: {1e3 * row['seconds']:.1f} ms a step, {ratio} {what} ({row['low']:.3f} - {row['high']:.3f})"


def measure(over: str, parts: int, ne: int, rounds: int, platform: str = "cpu") -> list[dict]:
    """The rows of one number of parts; empty, with the reason said, where this machine cannot run them."""
    missing = CONFIGURATIONS["mpi-2"].missing() if over == "ranks" else accelerator_missing(platform)
    if missing:
        print(f"{over}: NOT-RUN, {missing}", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="pysces-scaling-") as folder:
        target = Path(folder) / "rows.pkl"
        code = f"from {__name__} import work; work({over!r}, {parts}, {ne}, {rounds}, {str(target)!r})"
        command = [sys.executable, "-c", code]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        if over == "ranks":
            command = [str(mpiexec()), "-n", str(parts), *command]
        else:
            flags = f"--xla_force_host_platform_device_count={parts}"
            environment |= {"JAX_PLATFORMS": platform} | ({"XLA_FLAGS": flags} if platform == "cpu" else {})
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        if ended.returncode:
            raise BadInput(f"scaling over {parts} {over} stopped: {ended.stderr.strip().splitlines()[-1]}")
        return pickle.loads(target.read_bytes())


def work(over: str, parts: int, ne: int, rounds: int, target: str) -> None:
    """Measure in this process (on every rank) and leave the rows in a file."""
    meeting = Ranks() if over == "ranks" else Devices(parts)
    meshes = {"overhead": (ne, ne)} if parts == 1 else {"strong": (2 * ne,) * 2, "weak": (ne, round(ne * parts**0.5))}
    rows = []
    for kind, (serial_ne, wide_ne) in meshes.items():
        head = {"kind": kind, "over": over, "parts": parts, "configuration": meeting.configuration}
        rows.append(head | _row(meeting, kind, serial_ne, wide_ne, rounds))
    if meeting.first:
        Path(target).write_bytes(pickle.dumps(rows))


def _row(meeting: Ranks | Devices, kind: str, serial_ne: int, wide_ne: int, rounds: int) -> dict:
    """Times of a serial step on one mesh and of one on another one over the parts, and their ratio."""
    dycore, state = wave(serial_ne)
    serial = meeting.serial(dycore, state)
    over, start = (dycore, state) if wide_ne == serial_ne else wave(wide_ne)
    layout = meeting.layout(over.grid)
    spread, begin = layout.put(over), layout.put(start)
    calls = {
        "serial": lambda: meeting.one(serial),
        "parts": lambda: meeting.all(lambda: wait(meeting.call(spread, begin))),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()  # compiled, and in the caches
    for n in range(rounds):
        for name in sorted(calls, reverse=bool(n % 2)):
            times[name].append(calls[name]() / dycore.rsplit)
    one, many = np.array(times["serial"]), np.array(times["parts"])
    elements = -(-over.grid.nelem // meeting.parts)
    per_part = dycore.grid.nelem / elements if kind == "weak" else 1.0
    ratios = many / one if kind == "overhead" else one / many / per_part
    low, high = interval(ratios)
    ratio = float(np.median(ratios))
    return {
        "ne": wide_ne,
        "nlev": int(state.dynamics.dp.shape[-1]),
        "elements": elements,
        "alone_ne": serial_ne,
        "alone_s": float(np.median(one)),
        "seconds": float(np.median(many)),
        "ratio": ratio if high - low <= WIDEST * ratio else None,
        "low": low,
        "high": high,
        "cores": os.cpu_count(),
        "device": meeting.device,
    }


def wave(ne: int) -> tuple[Dycore, ModelState]:
    """The dry baroclinic wave, hydrostatic, as HOMME's cases run it: (dycore, state) on the host."""
    config = homme(ne=ne, tstep=min(600.0, 9000.0 / ne), hypervis_subcycle=2)
    made = THETA_L.setup(config)
    return made.dycore, made.state


class Ranks:
    """MPI ranks on numpy; while the first one works the others sleep, so that they take no core from it."""

    def __init__(self) -> None:
        from pysces.topology import assembly_mpi

        self.comm, self.layout = assembly_mpi.MPI.COMM_WORLD, assembly_mpi.distribute
        self.largest = assembly_mpi.MPI.MAX
        self.parts, self.first = self.comm.size, self.comm.rank == 0
        self.configuration, self.device = f"mpi-{self.parts}", machine()["cpu"]

    def serial(self, dycore: Dycore, state: ModelState) -> Callable:
        """A call of a step on one rank."""
        return lambda: dycore.step(state)

    def call(self, dycore: Dycore, state: ModelState) -> ModelState:
        """A step over all ranks."""
        return dycore.step(state)

    def one(self, call: Callable) -> float:
        """Seconds of a call on the first rank while the others sleep; 0 on those."""
        seconds = _timed(call) if self.first else 0.0
        done = self.comm.Ibarrier()
        while not done.Test():
            time.sleep(SLEEP)
        return seconds

    def all(self, call: Callable) -> float:
        """Seconds of a call that all ranks make, of the slowest."""
        self.comm.Barrier()
        return self.comm.allreduce(_timed(call), self.largest)


class Devices:
    """JAX devices of this process; serial is one device, on a CPU with XLA's own threads on every core."""

    first = True

    def __init__(self, parts: int) -> None:
        self.backend, self.parts = Backend("jax"), parts
        if folder := os.environ.get("PYSCES_COMPILATION_CACHE"):
            use_compilation_cache(Path(folder) / f"scaling-{parts}")
        self.configuration, self.device = f"sharded-{parts}", device_text()

    def layout(self, grid: Grid) -> Any:
        """How a grid lies on the devices; ValueError where there are too few."""
        import jax

        from pysces.topology.assembly_sharded import shard_elements

        if len(jax.devices()) < self.parts:
            raise ValueError(f"{self.parts} devices were asked for, found {len(jax.devices())}.")
        return shard_elements(grid, jax.devices()[: self.parts])

    def serial(self, dycore: Dycore, state: ModelState) -> Callable:
        """A call of a step on one device."""
        dycore, state = self.backend.asarray((dycore, state))
        return lambda: wait(dycore.step(state))

    def call(self, dycore: Dycore, state: ModelState) -> ModelState:
        """A step over all devices."""
        return dycore.step(state)

    def one(self, call: Callable) -> float:
        """Seconds of a call."""
        return _timed(call)

    all = one


def _timed(call: Callable) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
