"""Which levels a check is blind to: none but those that are said to be, with the reason."""

import numpy as np
from pysces_harness.judging.compare import BITWISE, ROUNDOFF, Rule, judge
from pysces_harness.judging.levels import blind, summary
from pysces_harness.running.spread import Spread

RNG = np.random.default_rng(0)
Q = RNG.uniform(0.5, 1.0, (2, 6, 4, 4, 5)) * [1.0, 1e-3, 1e-9, 1e-20, 0.0]
S = {"Q": Spread(2e-16 * np.abs(Q))}


def found(spread, size=1e-9):
    def passes(name, changed):
        return judge({"Q": Q}, Rule({"Q": changed}, spread, separate=("Q",)))[0].verdict in (BITWISE, ROUNDOFF)

    return blind({"Q": Q}, {"Q": Q}, spread, ("Q",), passes, size)


def test_only_levels_below_an_ulp_of_their_field_are_blind_and_zeros_are_passed_over():
    rows = found(S)
    assert [(r.item, r.level, r.why) for r in rows] == [(0, 3, "column"), (1, 3, "column")]
    assert "less than an ulp of its field" in str(rows[0]) and rows[0].share < 2e-16


def test_a_level_whose_reference_spreads_as_far_is_said_to_have_grown():
    spread = {"Q": Spread(np.where(np.arange(5) == 1, 1e-9 * np.abs(Q), S["Q"].size))}
    assert summary(found(spread)) == {"column": 2, "growth": 2, "flip": 0, "bound": 0, "": 0}


def test_a_check_that_passes_everything_is_blind_without_excuse():
    rows = blind({"Q": Q}, {"Q": Q}, S, ("Q",), lambda name, changed: True)
    assert summary(rows) == {"column": 2, "growth": 0, "flip": 0, "bound": 0, "": 6} and "NOT NOTICED" in str(rows[0])


def test_a_field_with_a_wider_documented_bound_says_so():
    rows = blind({"Q": Q}, {"Q": Q}, S, ("Q",), lambda name, changed: True, wide={"Q"})
    assert summary(rows) == {"column": 2, "growth": 0, "flip": 0, "bound": 6, "": 0}
    assert "its documented bound is wider" in str(rows[0])
