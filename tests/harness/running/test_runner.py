"""How tasks are dealt out over processes, and that answers are told as they come."""

import numpy as np
import pytest
from pysces_harness.registry import Case
from pysces_harness.running import runner, worker
from pysces_harness.running.configurations import CONFIGURATIONS, Configuration
from pysces_harness.running.follow import Follower

TASKS = {n: worker.Task(f"kernel_{n % 15}", Case(f"case_{n}", {})) for n in range(60)}


def test_a_compiled_configuration_is_dealt_out_by_kernels():
    """So that no process compiles what another has compiled."""
    shares = runner._shared(CONFIGURATIONS["jax-cpu-f64"], TASKS, 1, 2)
    assert [len(share) for share in shares] == [32, 28] and shares[0] | shares[1] == TASKS
    kernels = [{task.kernel for task in share.values()} for share in shares]
    assert not kernels[0] & kernels[1] and all(list(share) == sorted(share, key=_place) for share in shares)


def _place(number):
    return number % 15, number


@pytest.mark.parametrize("name", ["mpi-2", "sharded-2", "multiprocess-2", "numpy-f64"])
def test_what_has_processes_of_its_own_is_not_dealt_out(name):
    assert runner._shared(CONFIGURATIONS[name], TASKS, 1, 2) == [TASKS]


def test_few_kernels_do_not_pay_for_a_second_process():
    few = {n: task for n, task in TASKS.items() if n % 15 < 3}
    assert [list(share) for share in runner._shared(CONFIGURATIONS["jax-cpu-f64"], few, 1, 2)] == [
        sorted(few, key=_place)
    ]


class Told(Follower):
    def __init__(self):
        self.said = []

    def planned(self, tasks):
        self.said.append(("planned", dict(tasks)))

    def started(self, configuration, check):
        self.said.append(("started", configuration, check))

    def answered(self, configuration, seconds):
        self.said.append(("answered", configuration))


def test_every_answer_of_a_real_process_arrives_once_after_its_task_was_started():
    from pysces_harness.judging import plan

    checks = plan.live_checks(["gradient_sphere", "dss"])
    work = {
        CONFIGURATIONS["numpy-f64"]: {n: worker.Task(c.kernel.name, c.case) for n, c in enumerate(checks)},
        Configuration("nowhere", missing=lambda: "not here"): {7: worker.Task("dss", checks[0].case)},
    }
    told, arrived = Told(), []
    found = runner.run(work, arrived=lambda name, number, answer: arrived.append((name, number)), follow=told)
    assert sorted(arrived) == [("nowhere", 7), *(("numpy-f64", n) for n in range(len(checks)))]
    assert all(found[name][number] is not None for name, number in arrived)
    assert all(np.isfinite(a.outputs[o]).all() for a in found["numpy-f64"].values() for o in a.outputs)
    assert found["nowhere"][7].not_run == "not here"
    assert told.said[0] == ("planned", {"numpy-f64": len(checks), "nowhere": 1})
    started = [said for said in told.said if said[0] == "started"]
    assert started[0] == ("started", "numpy-f64", "gradient_sphere/smooth")
    assert sum(said == ("answered", "numpy-f64") for said in told.said) == len(checks)


def test_what_goes_wrong_where_answers_arrive_ends_the_work():
    def broken(name, number, answer):
        raise ValueError("no luck")

    work = {Configuration("nowhere", missing=lambda: "not here"): {1: worker.Task("dss", Case("case", {}))}}
    with pytest.raises(ValueError, match="no luck"):
        runner.run(work, arrived=broken)
