"""The measured round-off of a reference."""

import numpy as np
from pysces_harness.running.spread import perturb, sample, spread, stable


def test_every_float_moves_by_one_ulp_and_nothing_else_moves():
    x = {"a": np.array([1.0, -3.5, 0.0]), "index": np.array([1, 2]), "none": None}
    y = perturb(x, np.random.default_rng(0), np.float64)
    assert (
        np.array_equal(np.abs(y["a"] - x["a"]), np.spacing(np.abs(x["a"])) * [1, 1, 0])
        or (np.abs(y["a"] - x["a"]) <= np.spacing(np.abs(x["a"]))).all()
    )
    assert (y["a"][:2] != x["a"][:2]).all() and y["a"][2] == 0.0
    assert np.array_equal(y["index"], x["index"]) and y["none"] is None


def test_single_precision_members_move_by_single_precision_ulps():
    y = perturb(np.array([1.0]), np.random.default_rng(0), np.float32)
    assert y.dtype == np.float32 and 5e-8 < abs(float(y[0]) - 1.0) < 2e-7


def test_spread_of_a_cancelling_difference_is_that_of_its_terms():
    x = {"a": 1.0 + np.random.default_rng(1).random((3, 4, 4, 2))}
    found = spread(lambda x, grid: {"d": x["a"] - 1.0}, x, None, np.float64)["d"]
    assert 1e-16 < found.mean() < 4e-16


def test_a_constant_does_not_spread():
    x = {"a": np.ones((3, 4, 4, 2))}
    assert not spread(lambda x, grid: {"c": np.full((3, 4, 4, 2), 7.0)}, x, None, np.float64)["c"].any()


def test_members_on_another_branch_are_counted_and_kept_out_of_the_spread():
    """A sum that is rounded, and at one point of each level a branch that half of the members take."""
    rng = np.random.default_rng(2)
    x = {"a": 1.0 + rng.random((30, 2)), "tie": np.ones((1, 2))}

    def evaluate(x, grid):
        out = x["a"] + 1.0
        return {"b": np.concatenate([out, 2.0 + np.where(x["tie"] > 1.0, 0.1, 0.0)])}

    plain, found = (f(evaluate, x, None, np.float64)["b"] for f in (spread, sample))
    assert plain[-1].min() > 0.05 and found.size.max() < 1e-15
    assert (found.odds[:-1] == 0).all() and (found.odds[-1] > 0.2).all()
    np.testing.assert_allclose(found.reach[-1], 0.1)


def test_a_field_that_spreads_unevenly_does_not_flip():
    """Spreads of one level a thousand times apart, each of them a normal distribution."""
    size = np.logspace(-16, -13, 60).reshape(60, 1)
    distance = np.abs(np.random.default_rng(3).normal(size=(20, 60, 1)) * size)
    assert stable(distance, np.ones((60, 1)), np.float64).odds is None
