"""The main job's sample: every kernel in every configuration that can say something new, the rest named."""

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from pysces_harness.judging import plan, sample, verify
from pysces_harness.judging.compare import NOT_RUN
from pysces_harness.registry import Case
from pysces_harness.running import runner, worker
from pysces_harness.running.configurations import CONFIGURATIONS

every_live_check = cache(plan.live_checks)
every_golden_check = cache(plan.golden_checks)


@cache
def live():
    return sample.live(every_live_check())


@cache
def recorded():
    return sample.recorded(every_golden_check())


def judged(checks, configuration):
    """How many checks of each kernel are judged in a configuration."""
    done = (c for c in checks if c.runs_in(configuration) and not c.left_out(configuration))
    return Counter(c.kernel.name for c in done)


def regular(checks):
    """Those without a mesh, or on a cubed sphere."""
    return [c for c in checks if c.case.grid is None or c.case.grid.ne]


def test_numpy_leaves_out_what_it_left_out_before_and_jax_no_generated_case_on_a_cubed_sphere():
    every, records = every_live_check(), every_golden_check()
    assert judged(live(), "numpy-f64") == judged(every, "numpy-f64")
    assert judged(regular(live()), "jax-cpu-f64") == judged(regular(every), "jax-cpu-f64")
    assert judged(recorded(), "numpy-f64") == judged(records, "numpy-f64")


def test_every_kernel_is_judged_on_jax_by_generated_cases_or_by_a_record():
    wanted = {c.kernel.name for c in recorded() if c.runs_in("jax-cpu-f64") and not c.kernel.deep}
    done = judged(recorded(), "jax-cpu-f64")
    assert wanted <= set(done) | set(judged(live(), "jax-cpu-f64")) and not set(done) & {c.kernel.name for c in live()}
    sources = {}
    for check in recorded():
        if not check.left_out("jax-cpu-f64"):
            sources.setdefault(check.kernel.name, set()).add(check.source)
    assert sources and all(len(found) == 1 for found in sources.values())


def test_every_claim_of_equal_bits_is_judged_and_every_kernel_in_single_precision():
    claimed = Counter(c.kernel.name for c in regular(every_live_check()) if "jax-cpu-f64-nofma" in c.kernel.bitwise)
    assert claimed and judged(regular(live()), "jax-cpu-f64-nofma") == claimed
    single = judged(live(), "jax-cpu-f32")
    assert set(single.values()) == {1} and set(single) == set(judged(every_live_check(), "jax-cpu-f32"))


def test_other_meshes_are_judged_on_jax_where_that_is_quick():
    others = [c for c in live() if c not in regular(live())]
    assert {"theta_l_call", "cam_se_step", "tracer_step", "dss"} <= set(judged(others, "numpy-f64"))
    assert set(judged(others, "jax-cpu-f64")) == {c.kernel.name for c in others if c.kernel.bitwise}
    assert set(judged(others, "jax-cpu-f64-nofma")) == {"dss"}


@pytest.mark.parametrize("configuration", sample.PARTS)
def test_what_crosses_the_borders_of_parts_is_cut(configuration):
    assert set(judged(live(), configuration)) == {"dss", "theta_l_wave", "cam_se_wave"}


def test_configurations_and_kernels_that_are_named_exist():
    assert set(sample.MAIN_JOB) <= set(CONFIGURATIONS)
    assert set(sample.CROSSING) <= {c.kernel.name for c in live()}


def test_what_is_left_out_is_a_row_with_its_reason_and_computes_nothing(monkeypatch):
    asked = []

    def run_configuration(configuration, tasks):
        asked.extend((configuration.name, task.kernel) for task in tasks.values())
        return {n: worker.Answer(not_run="no") for n in tasks}

    monkeypatch.setattr(runner, "run_configuration", run_configuration)
    checks = [replace(c, case=Case(c.case.name, {})) for c in live() if c.kernel.name == "cam_se_tendency"]
    found = verify.verify(checks, [CONFIGURATIONS["jax-cpu-f64-nofma"]])
    assert len(found) == len(checks) > 0 and asked == []
    assert all(r.verdict == NOT_RUN and r.expected and r.reason.startswith("left to --deep: bit for") for r in found)
