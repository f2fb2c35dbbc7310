"""From a check to a verdict, with kernels made for the purpose: right, wrong, vacuous, crashing, unfinished."""

import numpy as np
import pytest
from pysces_harness.judging import detection, fill, verify
from pysces_harness.judging.compare import BITWISE, DIFFERENT, NOT_RUN, ROUNDOFF, VACUOUS
from pysces_harness.judging.plan import Check
from pysces_harness.registry import Case, Kernel
from pysces_harness.running import runner, worker
from pysces_harness.running.configurations import CONFIGURATIONS, Configuration

RNG = np.random.default_rng(3)
X = {"a": 1.0 + RNG.random((6, 4, 4, 3)), "b": 1.0 + RNG.random((6, 4, 4, 3))}
NUMPY = CONFIGURATIONS["numpy-f64"]


def right(x, grid, settings):
    return {"c": settings["k"] * x["a"] - x["b"]}


def other_order(x, grid, settings):
    return {"c": -(x["b"] - x["a"] * settings["k"]) * 3.0 / 3.0}


def wrong(x, grid, settings):
    return {"c": settings["k"] * x["a"] * (1 + 1e-13) - x["b"]}


def copies(x, grid, settings):
    return {"c": x["a"]}


def ignores(x, grid, settings):
    return {"c": np.full(x["a"].shape, settings["fixed"])}


def unfinished(x, grid, settings):
    raise NotImplementedError("k < 0 is not written yet")


def broken(x, grid, settings):
    raise RuntimeError("no luck")


def needs_more(x, grid, settings):
    return {"c": x["missing"]}


def check(port, reference=right, settings=None, **options):
    settings = {"k": 2.5, "fixed": 2.0, **(settings or {})}
    kernel = Kernel("made_up", port=port, outputs={"c": "1"}, coefficient="settings.k", **options)
    expected = {n: np.array(v) for n, v in reference(X, None, settings).items()}
    return Check(
        kernel, Case("case", X, settings), "golden", "homme", expected, {"c": ("elem", "i", "j", "lev")}, source="here"
    )


@pytest.fixture
def here(monkeypatch):
    """Work in this process, so that kernels outside the registry can be used."""

    def run_configuration(configuration, tasks):
        evaluate = worker.side(configuration) if configuration.side == "port" else None
        return {n: worker.work(evaluate, KERNELS[t.kernel], t) for n, t in tasks.items()}

    KERNELS = {}
    monkeypatch.setattr(runner, "run_configuration", run_configuration)

    def one(case: Check, **options):
        KERNELS["made_up"] = case.kernel
        return next(r for r in verify.verify([case], [NUMPY], **options) if r.side == "port")

    return one


def test_equal_is_bitwise_and_another_order_is_roundoff(here):
    assert here(check(right)).verdict == BITWISE
    found = here(check(other_order))
    assert found.verdict == ROUNDOFF and 0 < found.r_global < 3 and found.spread_from == "numpy-f64"


def test_a_result_says_how_much_was_compared_and_by_what(here):
    found = here(check(other_order))
    assert found.compared == {"fields": 1, "points": X["a"].size, "levels": 3, "times": 1}
    assert found.comparison == "1 field, 288 points, 3 levels, 1 time"
    assert found.provenance["side"].startswith("pysces on numpy") and found.provenance["host"]
    assert sum(found.fields[0]["diagnostics"]["ulp"]) == X["a"].size


def test_days_and_stages_are_counted_as_times():
    days = {"ps": np.zeros((11, 6, 4, 4, 1))}
    assert fill.compared([], {"ps": ("day", "elem", "i", "j", "lev")}, days)["times"] == 11
    stages = {f"stage{n}/{name}": np.zeros((6, 4, 4, 1)) for n in (1, 2, 3) for name in "uv"}
    assert fill.compared([], dict.fromkeys(stages, ("elem", "i", "j", "lev")), stages)["times"] == 3


def test_a_check_that_compares_no_point_is_vacuous(here):
    whole = check(right)
    levels = {"c": np.array([], int)}
    found = here(Check(whole.kernel, whole.case, reference={"c": np.zeros((6, 4, 4, 0))}, levels=levels))
    assert (found.verdict, found.ok, found.compared["points"]) == (VACUOUS, False, 0)


def test_a_coefficient_off_by_1e_13_is_different(here):
    found = here(check(wrong))
    assert found.verdict == DIFFERENT and not found.ok and set(found.worst) >= {"elem", "i", "j", "lev", "node_class"}


def test_equal_wrong_answers_are_vacuous(here):
    assert here(check(copies, copies)).verdict == VACUOUS
    found = here(check(ignores, ignores))
    assert found.verdict == VACUOUS and "not noticed" in found.reason


def test_unfinished_is_not_run_and_not_excused(here):
    found = here(check(unfinished))
    assert (found.verdict, found.reason, found.ok) == (NOT_RUN, "k < 0 is not written yet", False)


def test_an_exception_is_a_difference_that_names_itself(here):
    found = here(check(broken))
    assert found.verdict == DIFFERENT and "RuntimeError: no luck" in found.reason


def test_a_record_without_an_input_is_not_run_and_says_what_it_lacks(here):
    found = here(check(needs_more))
    assert found.verdict == "NOT-RUN" and found.unusable and not found.ok and "'missing'" in found.reason


def test_mutation_finds_the_smallest_defect(here):
    found = here(check(other_order), mutation=True).smallest_detected
    assert 1e-15 <= found["coefficient"] <= 1e-14
    assert found["bad_point"] <= 1e-13
    assert found["level_shift"] == 1.0
    assert "transposed_derivative" not in found


def test_detection_reports_the_weakest_check_of_a_kernel(here):
    results = [here(check(other_order), mutation=True), here(check(other_order), mutation=True)]
    results[1].smallest_detected = {"coefficient": None}
    rows = {(r["kernel"], r["defect"]): r["smallest_detected"] for r in detection.by_kernel(results)}
    assert rows["made_up", "coefficient"] is None and rows["made_up", "level_shift"] == 1.0


def test_a_machine_without_the_tool_is_an_expected_not_run():
    nowhere = Configuration("jax-gpu-f64", missing=lambda: "no GPU, or jax without CUDA")
    answers = runner.run_configuration(nowhere, {0: None})
    assert answers[0].not_run == "no GPU, or jax without CUDA"


def test_a_task_that_kills_its_process_fails_alone(tmp_path, monkeypatch):
    """Task 1 names a kernel whose evaluation ends the process; 0 and 2 still have their answers."""
    calls = []

    def start(configuration, tasks):
        calls.append(list(tasks))
        done = {n: worker.Answer(outputs={"c": X["a"]}) for n in tasks if n < 1 or (1 not in tasks)}
        return done, "its process ended with status -11: no message"

    monkeypatch.setattr(runner, "_start", start)
    answers = runner.run_configuration(NUMPY, {0: None, 1: None, 2: None})
    assert calls == [[0, 1, 2], [2]]
    assert "status -11" in answers[1].failed and not answers[0].failed and not answers[2].failed


def test_a_worker_process_answers_through_files(tmp_path):
    """A real worker: an unregistered kernel is answered as such, from another process."""
    answers = runner.run_configuration(NUMPY, {5: worker.Task("made_up", Case("case", X))})
    assert "not in the registry" in answers[5].not_run
