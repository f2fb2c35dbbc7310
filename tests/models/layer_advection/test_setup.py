"""The smallest model has what every model has: conservation, convergence, files, resumption, ranks, gradients."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pysces import march, preset, simulation
from pysces.driver.cli import main
from pysces.io.history import read_history
from pysces.io.restart import read_restart

LEVELS = {"family": "even_pressure", "nlev": 2, "eta_top": 0.1}
TINY = ["run", "--model", "layer_advection", "--ne", "2", "--nlev", "4", "--every-hours", "3"]


def _config(ne: int, **options):
    return preset("layer_advection").with_options(ne=ne, **options).with_table({"vertical": {"table": LEVELS}})


def test_mass_stays_and_the_bell_comes_back_more_exactly_on_a_finer_mesh():
    errors = []
    for ne, tstep in ((3, 1800.0), (6, 900.0)):
        run = simulation(_config(ne, ndays=12.0, tstep=tstep, every_hours=288.0))
        first, last = march(run)
        assert abs(last.mass / first.mass - 1.0) < 1e-13
        errors.append(np.abs(last.state.dynamics.dp / first.state.dynamics.dp - 1.0).max())
    assert errors[1] < errors[0] / 4.0 and errors[1] < 3e-3


def test_a_run_is_written_and_goes_on_bit_for_bit(tmp_path, capsys):
    files = [str(tmp_path / name) for name in ("whole.nc", "parts.nc")]
    stream = f'{{file = "{tmp_path / "s.nc"}", every_hours = 6.0, fields = ["dp"], latlon = "7x8"}}'
    assert main([*TINY, "--days", "0.5", "--output", files[0], "--set", f"output.stream=[{stream}]"]) == 0
    assert read_history(tmp_path / "s.nc", "dp")[0].shape == (3, 4, 7, 8)
    assert "dp_min [hPa]" in (printed := capsys.readouterr().out) and printed.splitlines()[-1].split()[3] == "-"
    assert main([*TINY, "--days", "0.25", "--output", files[1]]) == 0
    assert main(["run", "--days", "0.5", "--resume", str(tmp_path / "parts.restart.nc")]) == 0
    whole, parts = (read_history(path, "time", "dp", "dp_min", "mass") for path in files)
    for one, other in zip(whole, parts):
        np.testing.assert_array_equal(one, other)
    ends = [read_restart(tmp_path / f"{name}.restart.nc").arrays["dynamics.dp"] for name in ("whole", "parts")]
    assert ends[0].tobytes() == ends[1].tobytes() and whole[1].shape == (5, 24, 4, 4, 4)


def test_ranks_have_the_bits_of_one_process(tmp_path):
    pytest.importorskip("mpi4py")
    if not Path(sys.executable).with_name("mpiexec").exists():
        pytest.skip("there is no mpiexec beside this Python")
    for name, more in (("one", []), ("two", ["--ranks", "2"])):
        command = [sys.executable, "-m", "pysces.driver.cli", *TINY, "--days", "0.25", *more]
        subprocess.run([*command, "--output", str(tmp_path / f"{name}.nc")], check=True, capture_output=True)
    one, two = (read_restart(tmp_path / f"{name}.restart.nc").arrays["dynamics.dp"] for name in ("one", "two"))
    assert one.tobytes() == two.tobytes()


def test_the_gradient_is_that_of_a_linear_model():
    """The model is linear: the derivative along a direction is the run of that direction, to round-off."""
    jax = pytest.importorskip("jax")
    run = simulation(_config(2, backend="jax"))
    weights = np.random.default_rng(1).standard_normal(run.state.dynamics.dp.shape)

    def weighed(dp):
        start = run.state.replace(dynamics=run.state.dynamics.replace(dp=dp))
        return (run.dycore.run(start, 4).dynamics.dp * weights).sum()

    dp = run.state.dynamics.dp
    gradient = jax.grad(weighed)(dp)
    assert float((gradient * dp).sum()) == pytest.approx(float(weighed(dp)), rel=1e-11)
