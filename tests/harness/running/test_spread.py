"""The measured round-off of a reference."""

import numpy as np
from pysces_harness.running.spread import perturb, spread


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
