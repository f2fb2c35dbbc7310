"""pysces run over ranks, processes and devices: files with the bits of one process, ends within seconds, refusals."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pysces.config.presets import homme
from pysces.driver import launch
from pysces.driver.cli import main
from pysces.driver.simulation import simulation
from pysces.io.history import read_history
from pysces.io.restart import read_restart
from tests.daily import turn

pytest.importorskip("netCDF4")
MPIEXEC = Path(sys.executable).with_name("mpiexec")
needs_mpi = pytest.mark.skipif(not MPIEXEC.exists(), reason=f"no {MPIEXEC}: pip install mpich mpi4py")
TINY = ["run", "--ne", "2", "--nlev", "6", "--every-hours", "1.5"]
PYSCES = [sys.executable, "-P", "-m", "pysces.driver.cli"]
CACHE = ["--set", f"backend.cache={os.environ['PYSCES_COMPILATION_CACHE']}/tests"]


def started(arguments, before=()) -> subprocess.Popen:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*before, *PYSCES, *arguments], env=os.environ | {"JAX_PLATFORMS": "cpu"}, **pipes)


def run(*arguments: str, before=()) -> tuple[int, str, str]:
    process = started(arguments, before)
    printed, said = process.communicate(timeout=300)
    return process.returncode, printed, said


def assert_same_files(folder, one: str, other: str) -> None:
    ours, theirs = (read_restart(folder / f"{name}.restart.nc") for name in (other, one))
    assert ours.calls == theirs.calls and ours.arrays.keys() == theirs.arrays.keys()
    assert all(ours.arrays[name].tobytes() == array.tobytes() for name, array in theirs.arrays.items())
    names = ("time", "ps", "u", "T", "ps_min", "mass", "internal_energy")
    pairs = zip(*(read_history(folder / f"{name}.nc", *names) for name in (one, other)))
    assert all(a.tobytes() == b.tobytes() for a, b in pairs)


def watched(printed: str) -> list[list[str]]:
    """Day, lowest pressure and drifts of every line of progress; the times differ."""
    return [line.split()[:4] for line in printed.splitlines() if line.startswith(("   0.", "   1."))]


@needs_mpi
def test_ranks_write_and_resume_what_one_process_does(tmp_path, capsys):
    """Started by pysces and by mpiexec itself, and each resumed on another number of ranks."""
    assert main([*TINY, "--days", "0.1875", "--output", str(tmp_path / "one.nc")]) == 0
    alone = watched(capsys.readouterr().out)
    parts = ["--output", str(tmp_path / "parts.nc")]
    status, printed, said = run(*TINY, "--days", "0.0625", *parts, "--ranks", "3")
    assert status == 0, said
    assert "numpy-f64 on 3 ranks" in printed and watched(printed) == alone[:2]
    resume = ["run", "--resume", str(tmp_path / "parts.restart.nc")]
    status, printed, said = run(*resume, "--days", "0.125", before=[str(MPIEXEC), "-n", "2"])
    assert status == 0 and "on 2 ranks" in printed and len(watched(printed)) == 2, said
    assert main([*resume, "--days", "0.1875", "--ranks", "0"]) == 0
    assert_same_files(tmp_path, "one", "parts")


@turn(0, 2)
def test_jax_devices_and_processes_write_and_resume_what_one_device_does(tmp_path):
    pytest.importorskip("jax")
    jax = [*TINY, "--backend", "jax", *CACHE]
    assert main([*jax, "--days", "0.125", "--output", str(tmp_path / "one.nc")]) == 0
    parts = [*jax, "--output", str(tmp_path / "parts.nc")]
    assert main([*parts, "--days", "0.0625", "--devices", "2"]) == 0
    resume = ["run", "--days", "0.125", "--resume", str(tmp_path / "parts.restart.nc")]
    status, printed, said = run(*resume, "--ranks", "2", "--devices", "1")
    assert status == 0 and printed.count("jax-f64 on 2 processes of 1 device") == 1, said
    assert_same_files(tmp_path, "one", "parts")


def ranks_of(process: subprocess.Popen) -> list[int]:
    """Processes of Python far below this one, which do the work."""
    found, seen = [process.pid], []
    for parent in found:
        below = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        found += [int(child) for child in below]
        seen += [int(c) for c in below if "pysces.driver.cli" in Path(f"/proc/{c}/cmdline").read_text().split("\0")[:4]]
    return seen


def disturbed(tmp_path, backend, disturb) -> tuple[int, str, str]:
    """A long run on 2 ranks that is disturbed after its second record; refused when it does not end in 20 s."""
    output = ["--output", str(tmp_path / "run.nc"), "--days", "1000"]
    process = started([*TINY, *output, "--ranks", "2", "--backend", backend, *(CACHE if backend == "jax" else [])])
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("   0.062"):
            break
    ranks = ranks_of(process)
    assert len(ranks) == 2, "".join(lines) + process.stderr.read()
    start = time.monotonic()
    disturb(process, ranks)
    printed, said = process.communicate(timeout=60)
    while any(Path(f"/proc/{pid}").exists() for pid in ranks) and time.monotonic() - start < 20:
        time.sleep(0.1)
    assert time.monotonic() - start < 20
    return process.returncode, printed, said


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


@linux
@pytest.mark.parametrize("backend", [pytest.param("numpy", marks=needs_mpi), pytest.param("jax", marks=turn(1, 2))])
def test_a_killed_process_ends_the_run_with_a_sentence(tmp_path, backend):
    pytest.importorskip("numpy" if backend == "numpy" else "jax")
    status, _, said = disturbed(tmp_path, backend, lambda _, ranks: os.kill(ranks[1], signal.SIGKILL))
    assert status == 1 and " ended before the run did (" in said
    assert f"continue with: pysces run --resume {tmp_path / 'run.restart.nc'}" in said


@linux
@pytest.mark.parametrize(
    ("backend", "number", "to_a_rank"),
    [
        *(pytest.param("numpy", number, False, marks=needs_mpi) for number in (signal.SIGINT, signal.SIGHUP)),
        pytest.param("numpy", signal.SIGTERM, False, marks=needs_mpi),
        pytest.param("numpy", signal.SIGTERM, True, marks=needs_mpi),
        pytest.param("jax", signal.SIGTERM, False, marks=turn(0, 2)),
        pytest.param("jax", signal.SIGTERM, True, marks=turn(1, 2)),
    ],
)
def test_a_signal_stops_all_processes_after_their_chunk(tmp_path, backend, number, to_a_rank):
    """Sent to who started them, or by a batch system to one of them."""
    pytest.importorskip("numpy" if backend == "numpy" else "jax")
    send = lambda process, ranks: os.kill(ranks[1] if to_a_rank else process.pid, number)  # noqa: E731
    status, printed, said = disturbed(tmp_path, backend, send)
    assert status in ((130, 143) if to_a_rank else (128 + number,)) and "pysces: " not in said, said
    assert printed.count("stopped; continue with: pysces run --resume") == 1
    last = read_history(tmp_path / "run.nc", "time")[0][-1]
    calls, recorded = read_restart(tmp_path / "run.restart.nc").calls, round(last * 48)
    assert recorded >= 3 and 0 <= calls - recorded < 3  # three calls a record


@linux
@pytest.mark.parametrize("backend", [pytest.param("numpy", marks=needs_mpi), pytest.param("jax", marks=turn(1, 2))])
def test_processes_end_with_a_launcher_that_is_killed(tmp_path, backend):
    """It cannot tell them; nothing computes 20 s later, and the run can be resumed."""
    pytest.importorskip("numpy" if backend == "numpy" else "jax")
    status, _, _ = disturbed(tmp_path, backend, lambda process, _: process.kill())
    assert status == -signal.SIGKILL
    restart = tmp_path / "run.restart.nc"
    calls = read_restart(restart).calls  # the line of a record is printed before its restart is written
    assert calls >= 0 and calls % 3 == 0
    end = str((calls + 3) / 48)
    assert run("run", "--resume", str(restart), "--days", end, "--ranks", "2")[0] == 0
    np.testing.assert_allclose(
        read_history(tmp_path / "run.nc", "time")[0] * 48, np.arange(0, calls + 4, 3), rtol=1e-12
    )


@needs_mpi
@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--case", "solid_body_rotation", "--set", "case.options={speed=3000.0}"], 1, "dp is not positive"),
        (["--ranks", "3"], 2, "ranks = 3, but 2 processes were started; leave ranks out, or start 3"),
        (["--output", "no/such/h.nc"], 2, "there is no folder"),
    ],
)
def test_what_all_ranks_meet_is_said_once(arguments, status, sentence):
    found, _, said = run(*TINY, *arguments, before=[str(MPIEXEC), "-n", "2"])
    assert found == status and said.count("pysces: ") == 1 and sentence in said


@needs_mpi
def test_an_error_on_one_rank_alone_ends_the_others(tmp_path):
    script = tmp_path / "one_fails.py"
    script.write_text(
        "import sys, time\nfrom mpi4py import MPI\nfrom pysces.driver import launch\n"
        "if MPI.COMM_WORLD.rank == 1: sys.exit(launch.end('pysces: no memory left', 1))\ntime.sleep(600)\n"
    )
    start = time.monotonic()
    command = [str(MPIEXEC), "-n", "2", sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "rank 1: pysces: no memory left" in done.stderr
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--ranks", "25"], "24 elements can be shared by 1 to 24 parts, found 25"),
        (["--devices", "2"], "devices = 2 needs backend 'jax', found 'numpy'"),
        (["--ranks", "-1"], "[backend] ranks must be at least 0"),
        (["--backend", "jax", "--devices", "9"], "9 devices were asked for, but jax has 4 cpu device(s)"),
    ],
)
def test_impossible_mixes_are_refused(arguments, sentence, capsys):
    if "jax" in arguments and len(pytest.importorskip("jax").devices("cpu")) != 4:
        pytest.skip("jax started with other devices than tests/conftest.py asks for")
    assert main([*TINY, *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("pysces: ") and sentence in said and said.count("\n") == 1


def test_a_process_that_is_alone_is_not_two():
    with pytest.raises(ValueError, match=r"ranks = 2, but this is one process; start it with mpiexec -n 2"):
        simulation(homme(ne=2, ranks=2))


@pytest.mark.parametrize(
    ("version", "vendor", "refused"),
    [
        ("HYDRA build details: Version 5.0.2", "MPICH", False),
        ("mpiexec (OpenRTE) 4.1.4", "Open MPI", False),
        ("prterun (Open MPI) 5.0.7", "MPICH", True),
        ("HYDRA build details: Version 4.3", "Open MPI", True),
        ("Intel(R) MPI Library for Linux, Version 2021", "Intel MPI", False),
        ("something nobody knows", "MPICH", False),
    ],
)
def test_the_mpiexec_of_another_mpi_is_refused(version, vendor, refused):
    if not refused:
        return launch.refuse_other_mpi("/usr/bin/mpiexec", version, vendor)
    with pytest.raises(ValueError, match=f"mpi4py uses {vendor}, but /usr/bin/mpiexec belongs to"):
        launch.refuse_other_mpi("/usr/bin/mpiexec", version, vendor)


@needs_mpi
def test_ranks_that_do_not_find_one_another_are_refused():
    """What Open MPI's mpiexec does with an mpi4py of MPICH: every process believes to be alone."""
    lonely = ["env", "OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK=0"]
    status, _, said = run(*TINY, before=lonely)
    assert status == 2 and "2 ranks were started, but mpi4py sees 1" in said


def test_missing_tools_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match=r"--ranks needs mpiexec.*pip install 'pysces-dycore\[mpi\]'"):
        launch.mpiexec(2)
    (tmp_path / "mpiexec").write_text("")
    (tmp_path / "python").write_text("#!/bin/sh\necho 'No module named mpi4py' >&2; exit 1\n")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(ValueError, match=r"needs mpi4py, but it cannot be imported \(No module named mpi4py\)"):
        launch.mpiexec(2)


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({}, None),
        ({"PMI_RANK": "0", "PMI_SIZE": "1"}, None),
        ({"PMI_RANK": "3", "PMI_SIZE": "4", "MPI_LOCALRANKID": "1"}, launch.Process(3, 1, 4)),
        ({"PMI_RANK": "0", "PMI_SIZE": "1", "PYSCES_RANKS": "1"}, launch.Process(0, 0, 1)),
        ({"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"}, launch.Process(1, 1, 2)),
        ({"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"}, None),
        (
            {"PYSCES_COORDINATOR": "here:1", "PYSCES_RANK": "1", "PYSCES_RANKS": "2"},
            launch.Process(1, 1, 2, "here:1"),
        ),
    ],
)
def test_a_process_knows_its_place(environment, place):
    assert launch.own_process(environment) == place


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_that_failed_the_one_that_a_signal_ended_is_named(order):
    """Its partner fails in the same instant, for want of it."""
    commands = ("import sys; sys.exit(2)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    processes = [subprocess.Popen([sys.executable, "-c", commands[k]]) for k in order]
    for process in processes:
        process.wait()
    assert launch._wait(processes) == (-signal.SIGKILL, order.index(1))
