"""Processes of a run: which one this is, starting all of them, and ending them together.

A run over several processes is the same command in each of them. ``mpiexec -n 4 pysces run ...`` starts them, and so
does ``pysces run --ranks 4``: with the mpiexec of the MPI that mpi4py was built for on numpy, by itself on jax.
Processes of JAX can also be started one by one, on several machines, each with PYSCES_COORDINATOR=host:port,
PYSCES_RANKS and PYSCES_RANK in its environment.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config.run import RunConfig
from .signals import LAUNCHER, STOP, handled, heeded, this_process

COORDINATOR, RANKS, RANK = "PYSCES_COORDINATOR", "PYSCES_RANKS", "PYSCES_RANK"
LAUNCHERS = (  # what mpiexec and srun tell each process: rank, number of ranks, rank on this machine
    ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
    ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"),
)
SAID_THEMSELVES = (0, 1, 2, 129, 130, 143)  # statuses with which a process has printed why it ends
GRACE = 3.0  # s until processes that are still there when one has failed are ended
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Process:
    """One of several processes of a run; coordinator is empty where MPI brings them together."""

    rank: int
    local_rank: int
    size: int
    coordinator: str = ""

    def meeting_point(self) -> str:
        """host:port where the processes of a JAX program find one another."""
        if self.coordinator:
            return self.coordinator
        from ..topology.assembly_mpi import meeting_point

        return meeting_point()


def own_process(environment: Mapping[str, str] = os.environ) -> Process | None:
    """Which process this is, or None where it was started alone."""
    if environment.get(COORDINATOR):
        rank = int(environment[RANK])
        return Process(rank, rank, int(environment[RANKS]), environment[COORDINATOR])
    for rank_word, size, local_rank in LAUNCHERS:
        count = int(environment.get(size, 0))
        if count > 1 or (count and RANKS in environment):
            return Process(int(environment[rank_word]), int(environment.get(local_rank, environment[rank_word])), count)
    if RANKS in environment:
        from ..topology.assembly_mpi import world

        return Process(world()[0], world()[0], world()[1])
    return None


def start(config: RunConfig, arguments: list[str]) -> int:
    """The command ``pysces`` with these arguments in all processes that a configuration asks for; its exit status."""
    ranks = config.backend.ranks
    command = [*launcher(config), sys.executable, "-P", "-m", f"{__package__}.cli", *arguments]
    if config.backend.name == "numpy":
        told = {RANKS: str(ranks), LAUNCHER: this_process()}
        environments = [ONE_THREAD | os.environ | told]
    else:
        together = {COORDINATOR: f"localhost:{_free_port()}", RANKS: str(ranks), LAUNCHER: this_process()}
        environments = [os.environ | together | {RANK: str(rank)} for rank in range(ranks)]
    processes = [  # in a session of their own: Ctrl-C comes through here alone
        subprocess.Popen(command, env=e, stdin=subprocess.DEVNULL, start_new_session=True) for e in environments
    ]
    asked: list[int] = []
    with _signals_handed_on(processes, asked):
        status, which = _wait(processes, asked)
    if status in SAID_THEMSELVES:
        return 128 + asked[0] if asked and status == 130 else status
    print(f"pysces: {_why(status, which, processes)}{_how_to_go_on(config)}", file=sys.stderr)
    return 1


def launcher(config: RunConfig) -> list[str]:
    """What stands before the command ``pysces`` to start the processes asked for; refused where they cannot be."""
    return mpiexec(config.backend.ranks) if config.backend.name == "numpy" else []


def mpiexec(ranks: int) -> list[str]:
    """The command that starts that many ranks: the mpiexec beside this Python, else the one on the PATH.

    Raises
    ------
    ValueError without mpiexec, without mpi4py, and where they are not of one MPI.
    """
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        raise ValueError(
            f"--ranks needs mpiexec, but there is none beside {sys.executable} nor on the PATH; {_INSTALL}"
        )
    vendor = subprocess.run([sys.executable, "-c", _VENDOR], capture_output=True, text=True)
    if vendor.returncode:
        raise ValueError(f"--ranks needs mpi4py, but it cannot be imported ({_last(vendor.stderr)}); {_INSTALL}")
    version = subprocess.run([found, "--version"], capture_output=True, text=True)
    refuse_other_mpi(found, version.stdout + version.stderr, vendor.stdout.strip())
    return [found, "-n", str(ranks)]


_INSTALL = "pip install 'pysces-dycore[mpi]'."
_VENDOR = "import mpi4py; mpi4py.rc.initialize = False; from mpi4py import MPI; print(MPI.get_vendor()[0])"


def refuse_other_mpi(path: str, version: str, vendor: str) -> None:
    """ValueError when an mpiexec, by what it says of itself, cannot start ranks of the MPI that mpi4py loads."""
    lower = version.lower()
    open_mpi = any(word in lower for word in ("open mpi", "open-mpi", "openrte", "prrte"))
    mpich = any(word in lower for word in ("hydra", "mpich", "intel(r) mpi"))
    if (open_mpi and vendor != "Open MPI") or (mpich and vendor == "Open MPI"):
        raise ValueError(
            f"mpi4py uses {vendor}, but {path} belongs to {'Open MPI' if open_mpi else 'MPICH'}: ranks would not find "
            "one another; put the mpiexec of the same MPI beside Python or first on the PATH."
        )


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return s.getsockname()[1]


def _signals_handed_on(processes: list[subprocess.Popen], asked: list[int]) -> AbstractContextManager[dict]:
    """The first request to end asks the processes to stop after their chunk, the second ends them."""

    def hand_on(number: int, _: Any) -> None:
        for p in processes:
            p.send_signal(signal.SIGTERM if asked else STOP)
        asked.append(number)

    return handled(hand_on, heeded())


def _wait(processes: list[subprocess.Popen], asked: list | tuple = ()) -> tuple[int, int]:
    """Wait for all, ending those left when one has failed: the status of the first to fail, and which it was.

    So are those that do not listen to the second request to end.

    Of several that failed between two looks, the one that a signal ended: the others failed for want of it.
    """
    failed, deadline = None, float("inf")
    while any(p.poll() is None for p in processes):
        codes = [p.poll() for p in processes]
        if failed is None and any(codes):
            failed, deadline = min((c, k) for k, c in enumerate(codes) if c), time.monotonic() + GRACE
        if len(asked) > 1:
            deadline = min(deadline, time.monotonic() + GRACE)
        if time.monotonic() > deadline:
            for p in processes:
                p.kill()
        time.sleep(0.1)
    codes = [p.wait() for p in processes]
    return failed or min(((c, k) for k, c in enumerate(codes) if c), default=(0, 0))


def _why(status: int, which: int, processes: list) -> str:
    if len(processes) == 1:
        return f"a rank ended before the run did (mpiexec: status {status}), and the others with it"
    how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    return f"process {which} of {len(processes)} ended before the run did ({how}), and the others with it"


def _how_to_go_on(config: RunConfig) -> str:
    restart = config.output.restart
    return f"; continue with: pysces run --resume {restart}" if restart and Path(restart).exists() else "."


def end(sentence: str, status: int) -> int:
    """Print why this process ends and return its status; when the others do not end with it, end them too."""
    here = own_process()
    if here is None or here.size == 1:
        print(sentence, file=sys.stderr)
        return status
    if here.coordinator:
        return _end_process(here, sentence, status)
    try:
        from ..topology.assembly_mpi import abort, all_ended
    except ImportError:
        if here.rank == 0:
            print(sentence, file=sys.stderr)
        return status
    if all_ended(GRACE):
        if here.rank == 0:
            print(sentence, file=sys.stderr)
        return status
    print(f"rank {here.rank}: {sentence}", file=sys.stderr, flush=True)
    abort(status)
    return status


def _end_process(here: Process, sentence: str, status: int) -> int:
    """What ends all processes is said by process 0, and who started them ends the others before they repeat it."""
    if here.rank:
        time.sleep(2 * GRACE)
        sentence = f"process {here.rank}: {sentence}"
    print(sentence, file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(status)  # JAX would wait for the other processes at exit
