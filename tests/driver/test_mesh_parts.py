"""pysces run --mesh over ranks, devices and processes: files with the bits of one process, across layouts too.

The meshes are those of HOMME's records, from test_data: one stretched, one refined with points of 3 to 6 elements and
elements in no order. JAX compiles the models that PYSCES_MODELS names, by itself the smallest.
"""

import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("netCDF4")
sys.path.append(str(Path(__file__).parent))

from test_launch import CACHE, MPIEXEC, needs_mpi, run

from pysces.driver.cli import main
from pysces.io.restart import read_restart
from tests.daily import share

MESHES = share(("ne3_x3patch", "ne4_schmidt2"), 2)
FOLDER = Path(__file__).parents[2] / "test_data" / "homme" / "mesh"
MODELS = os.environ.get("PYSCES_MODELS", "layer_advection").split(",")
STEPS_OF_A_CALL = {"layer_advection": 1, "theta_l": 3, "cam_se": 2}
TENSOR = {  # viscosity that varies over the mesh, and tracers
    "layer_advection": (),
    "theta_l": ("viscosity.hypervis_scaling=3.2", "viscosity.nu=5e-8", "case.tracers=true"),
    "cam_se": ("viscosity.hypervis_scaling=3.2", "viscosity.nu=5e-8"),
}


def started(model: str, mesh: str, *words: str) -> list[str]:
    options = [word for option in ("time.tstep=200", *TENSOR[model]) for word in ("--set", option)]
    where = ["--mesh", str(FOLDER / f"{mesh}.g"), "--nlev", "5"]
    return ["run", "--model", model, *where, "--every-hours", "0.05", *options, *words]


def until(model: str, calls: int) -> list[str]:
    return ["--set", f"time.nmax={calls * STEPS_OF_A_CALL[model]}"]


def same_files(folder: Path) -> bool:
    """Whether both histories have the same bytes behind the configuration, and both restarts the same arrays.

    Names of one length leave everything behind them at one place.
    """
    ours, theirs = (read_restart(folder / f"{name}.restart.nc") for name in ("one", "two"))
    same = {name: array.tobytes() for name, array in ours.arrays.items()}
    histories = [(folder / f"{name}.nc").read_bytes().partition(b"mesh_sha256")[2] for name in ("one", "two")]
    return same == {name: array.tobytes() for name, array in theirs.arrays.items()} and histories[0] == histories[1]


@needs_mpi
@pytest.mark.parametrize("mesh", MESHES)
def test_ranks_write_and_resume_on_a_mesh_what_one_process_does(mesh, tmp_path):
    model = "theta_l"
    assert main(started(model, mesh, *until(model, 3), "--output", str(tmp_path / "one.nc"))) == 0
    first = started(model, mesh, *until(model, 1), "--output", str(tmp_path / "two.nc"), "--ranks", "3")
    status, printed, said = run(*first)
    assert status == 0 and "numpy-f64 on 3 ranks" in printed, said
    resume = ["run", "--resume", str(tmp_path / "two.restart.nc")]
    status, printed, said = run(*resume, *until(model, 2), before=[str(MPIEXEC), "-n", "2"])
    assert status == 0 and "on 2 ranks" in printed, said
    assert main([*resume, *until(model, 3), "--ranks", "0"]) == 0
    assert same_files(tmp_path)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("mesh", MESHES)
def test_devices_and_processes_write_and_resume_on_a_mesh_what_one_device_does(mesh, model, tmp_path):
    pytest.importorskip("jax")
    jax = ["--backend", "jax", *CACHE]
    assert main(started(model, mesh, *jax, *until(model, 2), "--output", str(tmp_path / "one.nc"))) == 0
    parts = ["--output", str(tmp_path / "two.nc"), "--devices", "2"]
    assert main(started(model, mesh, *jax, *until(model, 1), *parts)) == 0
    resume = ["run", "--resume", str(tmp_path / "two.restart.nc"), *until(model, 2)]
    status, printed, said = run(*resume, "--ranks", "2", "--devices", "1")
    assert status == 0 and printed.count("jax-f64 on 2 processes of 1 device") == 1, said
    assert same_files(tmp_path)
