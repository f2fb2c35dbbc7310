"""Meshes cut into parts: judged by the bits of one process, with the defects that only a cut can have."""

import subprocess
import sys
import time

import numpy as np
import pytest
from pysces_harness.inputs.fields import sphere
from pysces_harness.judging import plan, verify
from pysces_harness.judging.compare import BITWISE, DIFFERENT, NOT_RUN
from pysces_harness.judging.plan import Check
from pysces_harness.registry import Case, Kernel
from pysces_harness.running import mutate, runner, worker
from pysces_harness.running.configurations import CONFIGURATIONS, Configuration

from tests.daily import share

FIELD = np.random.default_rng(5).normal(size=(24, 4, 4, 3))
MADE_UP = Kernel("made_up", port=lambda x, grid, settings: {"c": 2.0 * x["a"]}, outputs={"c": "1"}, coefficient="x.a")


def check(grid):
    return Check(MADE_UP, Case("case", {"a": FIELD}, {}, grid), source="here")


def judged(monkeypatch, name, error=0.0, grid=None):
    """The verdict on a configuration whose answer is that of one process, relatively off by an error at one point."""

    def run_configuration(configuration, tasks):
        outputs = {"c": 2.0 * FIELD}
        if configuration.name == name:
            outputs["c"][5, 1, 2, 0] *= 1.0 + error
        planted = {d: {"c": 3.0 * FIELD} for t in tasks.values() for d in t.defects}
        return {n: worker.Answer(outputs=outputs, planted=planted) for n in tasks}

    monkeypatch.setattr(runner, "run_configuration", run_configuration)
    found = verify.verify([check(grid)], [CONFIGURATIONS[name]], mutation=True)
    return next(r for r in found if r.configuration == name)


@pytest.mark.parametrize(("name", "serial"), [("mpi-3", "numpy-f64"), ("sharded-4", "jax-cpu-f64")])
def test_one_ulp_from_one_process_is_different(monkeypatch, name, serial):
    same = judged(monkeypatch, name, grid=sphere(2))
    assert (same.verdict, same.reference, same.ok) == (BITWISE, serial, True)
    assert same.smallest_detected["wrong_neighbour"] == same.smallest_detected["wrong_message"] == 1.0
    off = judged(monkeypatch, name, 2.3e-16, sphere(2))
    assert off.verdict == DIFFERENT and "bitwise" in off.reason and off.worst["elem"] == 5


def test_the_run_in_one_process_is_judged_beside_it(monkeypatch):
    monkeypatch.setattr(runner, "run_configuration", lambda c, tasks: {n: worker.Answer(not_run="no") for n in tasks})
    found = verify.verify([check(sphere(2))], [CONFIGURATIONS["mpi-2"]])
    assert [r.configuration for r in found] == ["numpy-f64", "mpi-2"]


def test_a_kernel_without_a_mesh_says_that_it_does_not_depend_on_the_cut(monkeypatch):
    found = judged(monkeypatch, "mpi-2")
    assert found.verdict == NOT_RUN and found.expected and "does not depend on the decomposition" in found.reason


def test_without_mpi_the_reason_is_given_and_excused(monkeypatch):
    nowhere = Configuration("mpi-2", ranks=2, serial="numpy-f64", missing=lambda: "mpi4py is not installed")
    (found,) = [r for r in verify.verify(plan.live_checks(["dss"])[:1], [nowhere]) if r.configuration == "mpi-2"]
    assert (found.verdict, found.reason, found.ok) == (NOT_RUN, "mpi4py is not installed", True)


def test_a_wrong_message_exchanges_two_items_of_one_message():
    from pysces.topology.assembly import connectivity_of
    from pysces.topology.balance import default_curve
    from pysces.topology.decomposition import decompose

    grid = sphere(2)
    whole = decompose(connectivity_of(grid.assembly, grid.global_id), default_curve(grid, 3), 3)
    spoiled = mutate.exchange(mutate.Defect("wrong_message"))(whole)
    assert (spoiled.nodes.send != whole.nodes.send).sum() == 2
    assert np.array_equal(np.sort(spoiled.nodes.send, axis=-1), np.sort(whole.nodes.send, axis=-1))


def test_when_one_of_several_processes_fails_the_others_are_ended(tmp_path):
    def start(code, number):
        said = tmp_path / f"{number}.txt"
        with open(said, "w") as file:
            return subprocess.Popen([sys.executable, "-c", code], stdout=file, stderr=file), said

    begin = time.monotonic()
    message = runner._finish([start("import time; time.sleep(600)", 0), start("raise SystemExit('out of luck')", 1)])
    assert "out of luck" in message and time.monotonic() - begin < 60


CUTS = [("mpi-2", "dss"), ("mpi-4", "theta_l_wave"), ("multiprocess-2", "dss")]


@pytest.mark.parametrize(("name", "kernel"), share(CUTS, 3))
def test_real_processes_have_the_bits_of_one_and_a_wrong_message_is_caught(name, kernel):
    """The wave on 4 ranks has 54 elements: they do not share them evenly."""
    configuration = CONFIGURATIONS[name]
    if configuration.missing():
        pytest.skip(configuration.missing())
    found = [r for r in verify.verify(plan.live_checks([kernel]), [configuration], True) if r.configuration == name]
    assert found and all(r.verdict == BITWISE for r in found), [r.reason for r in found]
    assert all(r.smallest_detected["wrong_message"] == 1.0 for r in found)
