"""Runs that stop, by themselves or by Ctrl-C, and go on."""

import os
import signal

import numpy as np
import pytest
from driver.tiny_runs import run_tiny

from pysces.driver import session
from pysces.driver.cli import main
from pysces.io.history import read_history
from pysces.io.history_writing import History
from pysces.io.restart import read_restart

pytest.importorskip("netCDF4")


def _assert_same_bits(folder, one: str, other: str) -> None:
    a, b = (read_restart(folder / f"{name}.restart.nc") for name in (one, other))
    assert a.calls == b.calls and a.arrays.keys() == b.arrays.keys()
    for name in a.arrays:
        assert a.arrays[name].tobytes() == b.arrays[name].tobytes(), name
    for left, right in zip(*(read_history(folder / f"{n}.nc", "time", "ps", "u", "T") for n in (one, other))):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_a_resumed_run_has_the_same_bits(tmp_path, backend):
    if backend == "jax":
        pytest.importorskip("jax")
    cache = f"backend.cache={os.environ['PYSCES_COMPILATION_CACHE']}/tests"
    on_backend = ["--backend", backend, "--set", cache]
    assert run_tiny(tmp_path, "whole", "--days", "0.25", *on_backend) == 0
    assert run_tiny(tmp_path, "parts", "--days", "0.125", *on_backend) == 0
    assert main(["run", "--days", "0.25", "--resume", str(tmp_path / "parts.restart.nc")]) == 0
    _assert_same_bits(tmp_path, "whole", "parts")


def test_an_interrupted_run_can_be_resumed_bit_for_bit(tmp_path, monkeypatch, capsys):
    assert run_tiny(tmp_path, "whole", "--days", "0.25") == 0
    write = History.write

    def write_and_interrupt(self, seconds, fields, *more):
        write(self, seconds, fields, *more)
        if seconds == 5400.0:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(History, "write", write_and_interrupt)
    assert run_tiny(tmp_path, "parts", "--days", "0.25") == 130
    assert "stopped; continue with: pysces run --resume" in capsys.readouterr().out
    assert read_restart(tmp_path / "parts.restart.nc").calls == 3
    monkeypatch.undo()
    assert run_tiny(tmp_path, "parts", "--days", "0.25", "--resume", str(tmp_path / "parts.restart.nc")) == 0
    _assert_same_bits(tmp_path, "whole", "parts")


def test_a_resumed_run_keeps_its_configuration(tmp_path, capsys):
    assert run_tiny(tmp_path, "wave", "--days", "0.0625") == 0
    resume = ["--resume", str(tmp_path / "wave.restart.nc")]
    assert main(["run", "--days", "0.125", "--ne", "3", *resume]) == 2
    assert "[grid] ne is 3 here but 2 in the run that --resume continues" in capsys.readouterr().err
    assert main(["run", "--days", "0.125", "--ne", "2", "--output", str(tmp_path / "later.nc"), *resume]) == 0
    np.testing.assert_allclose(read_history(tmp_path / "later.nc", "time")[0], [0.125])


def test_ctrl_c_is_given_back_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with session.stop_requested() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set() and signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_history_is_told_from_its_restart(tmp_path, capsys):
    assert run_tiny(tmp_path, "wave", "--days", "0.0625") == 0
    history, restart = tmp_path / "wave.nc", tmp_path / "wave.restart.nc"
    resume = ["run", "--days", "0.125", "--resume"]
    assert main([*resume, str(history)]) == 2
    assert f"wave.nc is a history, no restart, but one lies beside it; give --resume {restart}." in (
        capsys.readouterr().err
    )
    assert main([*resume, str(history.rename(tmp_path / "lone.nc"))]) == 2
    assert "lone.nc is a history, no restart, and there is no" in capsys.readouterr().err
    damaged = tmp_path / "damaged.nc"
    damaged.write_bytes(restart.read_bytes()[:-1])
    assert main([*resume, str(damaged)]) == 2
    assert "is not a restart file of pysces, or is cut off" in capsys.readouterr().err


def test_a_run_that_is_at_its_end_says_so(tmp_path, capsys):
    again = ("--days", "0.0625", "--resume", "auto")
    assert run_tiny(tmp_path, "wave", *again) == 0
    assert "already at" not in capsys.readouterr().out
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert run_tiny(tmp_path, "wave", *again) == 0
    assert "already at day 0.0625; nothing left, give more --days\n" in capsys.readouterr().out
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_run_in_steps_that_is_at_its_end_asks_for_steps(tmp_path, capsys):
    assert run_tiny(tmp_path, "wave", "--set", "time.nmax=6") == 0
    resume = ["run", "--resume", str(tmp_path / "wave.restart.nc")]
    assert main(resume) == 0
    assert "nothing left, give a larger --set time.nmax\n" in capsys.readouterr().out
    assert main([*resume, "--set", "time.nmax=3"]) == 2
    assert "after the end of the run at day 0.0208333; give a larger --set time.nmax." in capsys.readouterr().err
