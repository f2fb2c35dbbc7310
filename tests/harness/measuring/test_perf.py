"""Timing: what is measured and said; one gross tripwire, because times on shared machines mean little."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.kernels.catalogue import registry
from pysces_harness.measuring import bandwidth, perf

ROOT = Path(__file__).parents[3]
TRIPWIRE = 4.0  # times r8_fast


def test_a_copy_moves_more_than_a_disk_and_less_than_a_cache():
    speed = bandwidth.measured(1, size=2**26, repeats=3)
    assert 1e8 < speed < 1e12


def test_the_least_traffic_is_every_input_and_output_once():
    field = {"a": np.zeros((2, 3)), "b": np.zeros(4)}
    assert bandwidth.least_traffic(field, {"c": np.zeros(5)}, 64) == 15 * 8
    assert bandwidth.least_traffic(field, {"c": np.zeros(5)}, 32) == 15 * 4


def test_model_time_of_a_call_is_all_of_its_steps():
    seconds = {name: perf.simulated(registry()[name].cases()[0]) for name in ("gradient_sphere", "theta_l_call")}
    assert seconds == {"gradient_sphere": None, "theta_l_call": 900.0}
    assert perf.simulated(registry()["theta_l_dynamics_step"].cases()[0]) == 300.0
    assert perf.simulated(registry()["cam_se_step"].cases()[0]) == 1200.0


def test_a_kernel_is_timed_where_it_can_run():
    """Initial states are made by NumPy alone."""
    assert "theta_l_energy" in perf.usual("jax-cpu-f64")
    assert "theta_l_initial_state" in set(perf.usual("numpy-f64")) - set(perf.usual("jax-cpu-f64"))


def test_every_level_of_the_ladder_is_named():
    levels = {name: perf.level(kernel) for name, kernel in registry().items()}
    assert levels["cam_se_tendency"] == "stage" and levels["theta_l_dynamics_step"] == "step"
    assert levels["theta_l_call"] == levels["cam_se_step"] == "call" and levels["dss"] == "kernel"


def test_rounds_are_interleaved_and_end_with_patience(monkeypatch):
    order = []
    sides = {name: lambda name=name: order.append(name) or (1.0, 2.0) for name in ("a", "b")}
    assert len(perf.rounds(sides, 9)["a"]) == 9 and order[:4] == ["a", "b", "b", "a"]
    monkeypatch.setattr(perf, "PATIENCE", 0.0)
    assert len(perf.rounds(sides, 9)["b"]) == perf.FEWEST


@pytest.fixture(scope="module")
def step(tmp_path_factory):
    """A dynamics step timed on a small mesh."""
    pytest.importorskip("pysces_reference")
    pytest.importorskip("jax")
    target = tmp_path_factory.mktemp("perf") / "p.json"
    words = ["theta_l_dynamics_step", "--ne", "4", "--rounds", "9", "--json", str(target)]
    assert cli.main(["perf", *words]) == 0
    return json.loads(target.read_text())[0]


def test_a_step_is_no_slower_than_four_times_fortran(step):
    """The better end of the interval: what is wrong with a machine is not wrong with the code."""
    assert step["low"] < TRIPWIRE


def test_a_timing_states_threads_traffic_and_a_day_on_both_sides(step):
    assert step["threads"] == perf.threads() and step["agrees"] and step["compile_s"] > 0
    assert step["day_s"] == pytest.approx(288 * step["port_s"])
    assert 0 < step["port_of_bandwidth"] < 1 and 0 < step["fortran_of_bandwidth"]
    assert step["numpy_low"] <= step["numpy_ratio"] <= step["numpy_high"]


def test_a_ratio_is_said_with_its_interval_however_wide(step):
    for time in ("", "cpu_"):
        assert step[f"{time}low"] <= step[f"{time}ratio"] <= step[f"{time}high"]
    assert 0 < step["noise"] < 10


def test_wall_and_processor_time_have_ratios_of_their_own():
    ours, theirs = np.array([[2.0, 6.0]] * 5), np.array([[1.0, 2.0]] * 5)
    found = perf._ratios(ours, theirs)
    assert (found["ratio"], found["cpu_ratio"], found["cpu_low"], found["cpu_high"]) == (2.0, 3.0, 3.0, 3.0)


def test_the_keys_of_a_timing(step, data_regression):
    data_regression.check({"timing": sorted(step)})


def test_more_threads_than_cores_are_refused(capsys):
    assert cli.main(["perf", "dss", "--threads", "100000"]) == 2
    assert "cores" in capsys.readouterr().err


def test_the_benchmarks_run_and_are_kept(tmp_path):
    pytest.importorskip("pysces_reference")
    target = tmp_path / "b.json"
    words = [
        "-q",
        "-k",
        "gradient_sphere and not wk and not jax",
        "--benchmark-json",
        str(target),
        "-p",
        "no:cacheprovider",
    ]
    # pytest-benchmark keeps nothing where it believes that it shares the machine with other workers
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "benchmarks", *words], cwd=ROOT, env=alone, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout
    kept = json.loads(target.read_text())["benchmarks"]
    assert [b["params"]["side"] for b in kept] == ["r8_fast", "numpy-f64"]
    assert all(b["extra_info"]["bytes"] > 0 and b["extra_info"]["of_bandwidth"] > 0 for b in kept)
