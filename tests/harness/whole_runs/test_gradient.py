"""The judgement of derivatives, on functions of one number, and what the command refuses."""

import argparse
import json

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.commands import gradient
from pysces_harness.report import gradients
from pysces_harness.running import quick
from pysces_harness.whole_runs.gradient import no_effect
from pysces_harness.whole_runs.gradient.check import judged
from pysces_harness.whole_runs.gradient.configurations import CONFIGURATIONS, KINKS
from pysces_harness.whole_runs.gradient.measured import _apart
from pysces_harness.whole_runs.gradient.remainders import SIZES, Measured, is_second_order

WHERE = ("model", "run", "x")


def seen(function, slope, by_forward=None):
    """What is measured of a function of one number about 0, given its slope there as each mode has it."""
    by_forward = slope if by_forward is None else by_forward
    return Measured(function(0.0), slope, by_forward, np.array([function(e) for e in SIZES]))


def test_a_slope_has_a_remainder_of_second_order():
    found = judged(WHERE, seen(np.exp, 1.0))
    assert found.ok and found.slope == pytest.approx(2.0, abs=0.05) and not found.reason


@pytest.mark.parametrize(
    ("function", "slope", "by_forward", "said"),
    [
        (np.exp, 1.0001, None, "remainder of order 1"),
        (np.exp, 0.0, None, "remainder of order 1"),  # a silent zero
        (np.exp, 1.0, 1.0 + 1e-9, "both modes 1.0e-09 apart"),
        (np.exp, np.nan, None, "not finite"),
    ],
)
def test_what_is_no_slope_is_red(function, slope, by_forward, said):
    found = judged(WHERE, seen(function, slope, by_forward))
    assert not found.ok and said in found.reason


def bent(x):
    """With a kink at 0."""
    return 1.0 + x + x * x + 0.5 * max(x, 0.0)


def test_a_kink_is_named_and_off_it_the_slope_must_be_one():
    smooth = seen(np.exp, 1.0)
    found = judged(WHERE, seen(bent, 1.0), "a kink", smooth)
    assert found.ok and found.slope == pytest.approx(2.0, abs=0.05) and "a kink: slope 1.00 there" in found.reason
    assert not judged(WHERE, seen(bent, 1.0)).ok
    assert not judged(WHERE, seen(bent, 1.0), "a kink", seen(bent, 1.0)).ok
    assert not judged(WHERE, seen(bent, 1.0), "a kink", seen(np.exp, 0.0)).ok, "a silent zero"
    assert not judged(WHERE, smooth, "a kink", seen(np.exp, 1.0, 1.0 + 1e-9)).ok


def zigzag(x):
    """With a kink at every half decade: a slope that jumps wherever a step of SIZES ends."""
    return 1.0 + x + sum(0.05 * max(x - 0.7 * e, 0.0) for e in SIZES)


def zigzag_slope(x):
    return 1.0 + sum(0.05 * (x > 0.7 * e) for e in SIZES)


def integrals(slope):
    """Of a derivative from 0 to each size, by many midpoints."""
    return np.array([e * np.mean([slope((k + 0.5) / 400 * e) for k in range(400)]) for e in SIZES])


def test_kinks_that_every_step_crosses_must_have_a_derivative_that_integrates_to_the_change():
    on, away = seen(bent, 1.0), seen(zigzag, 1.0)
    assert not is_second_order(away)
    found = judged(WHERE, on, "a kink", away.with_integrals(integrals(zigzag_slope)))
    assert found.ok and "integrates to the change" in found.reason
    assert not judged(WHERE, on, "a kink", away).ok
    for wrong in (lambda x: 1.0, lambda x: 0.99 * zigzag_slope(x)):
        assert not judged(WHERE, on, "a kink", away.with_integrals(integrals(wrong))).ok


def test_an_integral_that_leaves_little_of_a_large_remainder_but_much_of_the_change_is_red():
    """Kinks as strong as the slope: a twentieth of the remainder is a hundredth of the change."""
    away = seen(lambda x: 1.0 + x + sum(max(x - 0.7 * e, 0.0) for e in SIZES), 1.0)
    change = away.taylor - away.value
    off = away.with_integrals(change - 0.05 * np.abs(change - SIZES * away.slope))
    found = judged(WHERE, seen(bent, 1.0), "a kink", off)
    assert not found.ok and "of the change, and may leave 0.001" in found.reason
    assert judged(WHERE, seen(bent, 1.0), "a kink", away.with_integrals(change)).ok


def test_round_off_that_decides_at_a_kink_is_told_and_off_it_is_red():
    smooth, apart = seen(np.exp, 1.0), seen(bent, 1.0, 1.0 + 1e-6)
    found = judged(WHERE, apart, "a kink", smooth)
    assert found.ok and "both modes 1e-06 apart" in found.reason
    assert not judged(WHERE, smooth, "a kink", seen(np.exp, 1.0, 1.0 + 1e-9)).ok


def test_modes_may_differ_by_what_round_off_does_to_a_slope():
    found = judged(WHERE, seen(np.exp, 1.0, 1.0 + 3e-11).with_noise(1e-11))
    assert found.ok and found.dot == pytest.approx(3e-11, rel=1e-3)
    assert not judged(WHERE, seen(np.exp, 1.0, 1.0 + 3e-11).with_noise(1e-12)).ok


def test_no_round_off_lets_modes_differ_by_more_than_1e_9():
    assert judged(WHERE, seen(np.exp, 1.0, 1.0 + 9e-10).with_noise(1e-3)).ok
    assert not judged(WHERE, seen(np.exp, 1.0, 1.0 + 1.1e-9).with_noise(1e-3)).ok


def test_a_parameter_without_effect_is_red_unless_it_is_known_to_have_none(monkeypatch):
    still, acting = seen(lambda x: 1.0, 0.0), seen(np.exp, 1.0)
    assert not judged(WHERE, still).ok
    monkeypatch.setattr(no_effect, "NEVER", {("model", "*", "x")})
    assert judged(WHERE, still).ok and not judged(WHERE, acting).ok
    assert judged(WHERE, still, "a kink", still).ok
    assert not judged(WHERE, still, "a kink", acting).ok, "it acts from the second state"


def test_a_parameter_that_may_not_act_from_the_start_must_act_later(monkeypatch):
    monkeypatch.setattr(no_effect, "NOT_FROM_THE_START", {("model", "run", "x")})
    still, acting = seen(lambda x: 1.0, 0.0), seen(np.exp, 1.0)
    found = judged(WHERE, still, "a kink", acting)
    assert found.ok and "no effect from the run's own start" in found.reason
    for at, away in ((still, still), (acting, acting), (still, seen(np.exp, 1.0001)), (still, None)):
        assert not judged(WHERE, at, "a kink", away).ok


def test_what_never_acts_and_what_acts_later_are_apart():
    assert not no_effect.NEVER & no_effect.NOT_FROM_THE_START
    assert no_effect.acts_later("theta_l", "zero tracers", "tracers")
    assert not no_effect.never_acts("theta_l", "zero tracers", "tracers")
    assert no_effect.never_acts("theta_l", "sponge", "R_vapor")
    assert not no_effect.never_acts("theta_l", "reed_jablonowski", "R_vapor")


def test_linear_is_said():
    assert judged(WHERE, seen(lambda x: 1.0 + x, 1.0)).reason == "linear to round-off"


def test_configurations_have_names_of_their_own_and_known_kinks():
    for configurations in CONFIGURATIONS.values():
        assert len({c.name for c in configurations}) == len(configurations)
        assert {c.kink for c in configurations} <= {"", *KINKS}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["theta"], "gradient knows no model"),
        (["theta_l:spong"], "did you mean sponge?"),
        (["--jobs", "0"], "--jobs is 0"),
        (["shallow_water", "--suite", "a:b"], "has no physics"),
        (["--ne", "9"], "--ne of 2 to 8"),
        (["--suite", "nowhere"], "write it as module:name"),
        (["theta_l", "--suite", "math:pi"], "3.141592653589793 is not callable; name a function"),
        (["--suite", "nowhere:suite"], "both importable"),
        (["--config", "numpy-f64"], "does not follow --config"),
    ],
)
def test_bad_words_are_refused_in_a_sentence(words, said, capsys):
    assert cli.main(["gradient", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_keys_of_a_cell():
    keys = {"model", "configuration", "parameter", "slope", "dot", "finite", "ok", "reason"}
    assert set(json.loads(json.dumps(vars(judged(WHERE, seen(np.exp, 1.0)))))) == keys


def test_tables_mark_cells_whose_steps_cross_kinks_and_say_why():
    crossed = judged(WHERE, seen(bent, 1.0), "a kink", seen(zigzag, 1.0).with_integrals(integrals(zigzag_slope)))
    text = gradients.markdown([vars(crossed), vars(judged(("model", "run", "y"), seen(np.exp, 0.0)))])
    assert f"| x | {crossed.slope:.2f} * |" in text and "| y | RED |" in text
    assert "\nrun: a kink." in text and "\nrun, x *: off them each step crosses some" in text


def test_cells_of_a_run_that_is_stopped_are_in_its_file(tmp_path, monkeypatch):
    def stopped(work, jobs):
        yield judged(WHERE, seen(np.exp, 1.0))
        raise KeyboardInterrupt

    monkeypatch.setattr(gradient, "results", stopped)
    file = tmp_path / "cells.json"
    with pytest.raises(KeyboardInterrupt):
        gradient.run(argparse.Namespace(words=["shallow_water"], deep=False, ne=2, suite="", jobs=1, json=file))
    assert [row["parameter"] for row in json.loads(file.read_text())] == ["x"]


def test_options_that_a_compiler_does_not_know_are_left_out(monkeypatch):
    monkeypatch.setattr(quick, "OPTIONS", {"xla_no_such_option": 0, "xla_backend_optimization_level": 0})
    assert quick._known.__wrapped__() == {"xla_backend_optimization_level": 0}


def test_thickness_that_moves_from_layer_to_layer_counts():
    """What bent levels do to layers sums to nothing with even weights, and round-off is left."""
    interfaces = np.linspace(0.0, 1.0, 7)
    moved = np.diff(interfaces * (1.0 - interfaces))
    assert abs(moved.sum()) < 1e-15
    assert abs((moved * _apart(moved)).sum()) > 0.02 * np.abs(moved).sum()
