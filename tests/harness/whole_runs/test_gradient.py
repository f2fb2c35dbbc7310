"""The judgement of derivatives, on functions of one number, and what the command refuses."""

import json

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.whole_runs.gradient.check import SIZES, judged
from pysces_harness.whole_runs.gradient.configurations import CONFIGURATIONS, KINKS

KINK = "a kink"


def cell(function, slope, by_forward=None, kink="", model="model", name="x"):
    """The verdict on a function of one number about 0, given its slope there as each mode has it."""
    by_forward = slope if by_forward is None else by_forward
    return judged(model, "run", name, function(0.0), slope, by_forward, np.array([function(e) for e in SIZES]), kink)


def test_a_slope_has_a_remainder_of_second_order():
    found = cell(np.exp, 1.0)
    assert found.ok and found.slope == pytest.approx(2.0, abs=0.05) and not found.reason


@pytest.mark.parametrize(
    ("function", "slope", "by_forward", "said"),
    [
        (np.exp, 1.0001, None, "remainder of order 1"),
        (np.exp, 0.0, None, "remainder of order 1"),  # a silent zero
        (np.exp, 1.0, 1.0 + 1e-9, "forward and reverse mode differ"),
        (np.exp, np.nan, None, "not finite"),
    ],
)
def test_what_is_no_slope_is_red(function, slope, by_forward, said):
    found = cell(function, slope, by_forward)
    assert not found.ok and said in found.reason


def test_a_kink_is_named_and_its_slope_still_counts():
    bent = lambda x: 1.0 + x + (0.5 * (x - 0.001) if x > 0.001 else 0.0)  # noqa: E731
    assert cell(bent, 1.0, kink=KINK).ok and KINK in cell(bent, 1.0, kink=KINK).reason
    assert not cell(bent, 1.0).ok and not cell(bent, 2.0, kink=KINK).ok


def test_a_slope_that_is_near_at_one_size_alone_is_none():
    """Its error changes sign between two sizes, as that of any wrong slope may; a kink excuses it no longer."""
    rough = lambda x: 1.0 + x + 2.0 * np.abs(x) ** 1.5  # noqa: E731
    assert np.abs((rough(SIZES) - 1.0) / SIZES / 1.3 - 1.0).min() < 0.05
    assert not cell(rough, 1.3, kink=KINK).ok


def test_what_has_no_effect_is_red_but_where_the_equations_do_not_have_it():
    constant = lambda x: 1.0  # noqa: E731
    assert not cell(constant, 0.0).ok and "nobody reads it" in cell(constant, 0.0).reason
    assert not cell(constant, 0.0, kink=KINK).ok
    assert cell(constant, 0.0, model="shallow_water", name="cp").ok
    assert not cell(constant, 0.0, model="theta_l", name="cp").ok


def test_linear_is_said():
    assert cell(lambda x: 1.0 + x, 1.0).reason == "linear to round-off"


def test_configurations_have_names_of_their_own_and_known_kinks():
    for configurations in CONFIGURATIONS.values():
        assert len({c.name for c in configurations}) == len(configurations)
        assert {c.kink for c in configurations} <= {"", *KINKS}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["theta"], "gradient knows no model"),
        (["--ne", "9"], "--ne of 2 to 8"),
        (["--suite", "nowhere"], "write it as module:name"),
        (["--suite", "nowhere:suite"], "both importable"),
        (["--config", "numpy-f64"], "does not follow --config"),
    ],
)
def test_bad_words_are_refused_in_a_sentence(words, said, capsys):
    assert cli.main(["gradient", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_keys_of_a_cell():
    keys = {"model", "configuration", "parameter", "slope", "dot", "finite", "ok", "reason"}
    assert set(json.loads(json.dumps(vars(cell(np.exp, 1.0))))) == keys
