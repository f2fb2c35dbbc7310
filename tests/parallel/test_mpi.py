"""MPI runs: the bits of one process on any number of ranks, and an end in seconds when a rank dies."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.daily import share

pytest.importorskip("mpi4py")

HERE = Path(__file__).parent
MPIEXEC = Path(sys.executable).with_name("mpiexec")
pytestmark = pytest.mark.skipif(not MPIEXEC.exists(), reason=f"no {MPIEXEC}: pip install mpich")


def mpirun(ranks: int, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYSCES_RANKS": str(ranks)}
    command = [str(MPIEXEC), "-n", str(ranks), sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)


@pytest.mark.parametrize("ranks", share([3, 4, 2, 1], 2))
def test_ranks_have_the_bits_of_one_process(ranks):
    """Every operation of the Assembly, and ten steps of HOMME's and CAM-SE's wave on 96, 54 and 44 elements."""
    done = mpirun(ranks, str(HERE / "conformance.py"), str(ranks), "assembly", "waves")
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_may_be_as_many_ranks_as_elements():
    done = mpirun(6, str(HERE / "conformance.py"), "6", "assembly")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_killed_rank_ends_the_others_within_seconds():
    start = time.monotonic()
    done = mpirun(3, str(HERE / "killed_rank.py"))
    assert done.returncode != 0 and "outlived" not in done.stdout
    assert time.monotonic() - start < 60
