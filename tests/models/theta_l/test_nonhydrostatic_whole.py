"""Nonhydrostatic runs as a user starts them: a restart, ranks and devices change no bit."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pysces.arrays.backend import to_numpy
from pysces.config.presets import preset
from pysces.driver.cli import main
from pysces.driver.layout import lay_out
from pysces.driver.small_planets import PUBLISHED
from pysces.io.history import read_history
from pysces.io.restart import named_arrays, read_restart
from pysces.models.registry import find_model
from tests.daily import DAY, share

pytest.importorskip("netCDF4")
LEVELS = {"family": "even_pressure", "nlev": 8, "eta_top": 0.05}
WORDS = {"ne": 2, "theta_hydrostatic_mode": False, "tstep_type": 9, "tstep": 300.0, "rsplit": 2}
SET = ("dynamics.theta_hydrostatic_mode=false", "time.tstep_type=9", "time.tstep=300", "time.rsplit=2")
TINY = ["run", "--case", "topographic_wave", "--ne", "2", "--nlev", "8", "--every-hours", "1"]
TINY += [word for option in SET for word in ("--set", option)]
STORM = ["run", "--case", "supercell", "--ne", "2", "--nlev", "8", "--every-hours", "0.025"]
CALL = 0.025 / 24.0  # days, of the storm
RUNS = {"ridge": (TINY, (0.125, 0.0833333333333333)), "storm": (STORM, (3 * CALL, 2 * CALL))}
FIELDS = ("time", "ps", "u", "mass", "internal_energy")


def _arrays(folder, name):
    return read_restart(folder / f"{name}.restart.nc").arrays


def _same(one, other):
    assert one.keys() == other.keys()
    return all(one[name].tobytes() == array.tobytes() for name, array in other.items())


@pytest.mark.parametrize("name", RUNS)
def test_a_run_goes_on_bit_for_bit(name, tmp_path):
    files = [str(tmp_path / file) for file in ("whole.nc", "parts.nc")]
    words, (whole, part) = RUNS[name]
    assert main([*words, "--days", str(whole), "--output", files[0]]) == 0
    assert main([*words, "--days", str(part), "--output", files[1]]) == 0
    assert main(["run", "--days", str(whole), "--resume", str(tmp_path / "parts.restart.nc")]) == 0
    for one, other in zip(*(read_history(path, *FIELDS) for path in files)):
        np.testing.assert_array_equal(one, other)
    assert _same(_arrays(tmp_path, "whole"), _arrays(tmp_path, "parts"))


@pytest.mark.parametrize("run", share(list(RUNS), 2))
def test_ranks_have_the_bits_of_one_process(run, tmp_path):
    pytest.importorskip("mpi4py")
    if not Path(sys.executable).with_name("mpiexec").exists():
        pytest.skip("there is no mpiexec beside this Python")
    for name, more in (("one", []), ("three", ["--ranks", "3"])):
        words, (_, days) = RUNS[run]
        command = [sys.executable, "-m", "pysces.driver.cli", *words, "--days", str(days / 2), *more]
        subprocess.run([*command, "--output", str(tmp_path / f"{name}.nc")], check=True, capture_output=True)
    assert _same(_arrays(tmp_path, "one"), _arrays(tmp_path, "three"))


@pytest.mark.parametrize("run", share(list(RUNS), 2, DAY + 1))
def test_devices_have_the_bits_of_one(run):
    jax = pytest.importorskip("jax")
    if len(jax.devices("cpu")) < 2:
        pytest.skip("needs 2 CPU devices (tests/conftest.py asks for them before JAX starts)")
    start, one = _marched(run, 0)
    assert _same(one, _marched(run, 2)[1])
    assert not any(np.array_equal(one[name], start[name]) for name in one if one[name].any())


def _marched(run, devices):
    """The arrays of a state and of that after two calls, all elements."""
    config = _storm() if run == "storm" else _ridges()
    config = config.with_table({"backend": {"name": "jax", "devices": devices}})
    setting = find_model("theta_l").setup(config)
    layout = lay_out(config.backend, setting.dycore.grid)
    state = layout.put(setting.state)
    whole = to_numpy if layout.parts is None else layout.parts.get
    return tuple(named_arrays(whole(s)) for s in (state, layout.put(setting.dycore).run(state, 2)))


def _ridges():
    case = {"name": "topographic_wave", "options": {"across": 15.0}}
    return preset("theta_l").with_options(**WORDS).with_table({"case": case, "vertical": {"table": LEVELS}})


def _storm():
    return preset("theta_l").with_table(PUBLISHED["supercell"].table(2, 8, 4))
