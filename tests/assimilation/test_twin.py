"""The twin experiment's runs can be made at their own sizes, and its sites are as many as they shall be."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("jax")

from pysces.assimilation import twin
from pysces.assimilation.cost import TaylorTest
from pysces.assimilation.twin import EVERY, SETTINGS, TIMES, _columns_seen, twin_run


@pytest.mark.parametrize("model", SETTINGS)
def test_runs_of_the_sizes_that_are_judged_are_accepted(model):
    """Their steps are stable, and three hours a whole number of them."""
    run = twin_run(model, SETTINGS[model].ne, 10, 0)
    assert EVERY / run.dt_remap == round(EVERY / run.dt_remap)


def test_a_tenth_of_the_columns_is_seen_others_each_time_or_the_same():
    nodes = SimpleNamespace(nodes=SimpleNamespace(count=866))
    made = SimpleNamespace(covariance=nodes, rng=np.random.default_rng(0))
    moving, fixed, all_of_them = (
        _columns_seen(made, *how) for how in ((0.1, "moving"), (0.1, "fixed"), (1.0, "moving"))
    )
    assert (moving.sum(axis=1) == 87).all() and (fixed.sum(axis=1) == 87).all() and all_of_them.all()
    assert (fixed == fixed[0]).all() and moving.shape == (TIMES, 866)
    assert 300 < moving.any(axis=0).sum() < 400, "866 (1 - 0.9^5) = 355, if drawn anew each time"


def test_a_gradient_that_is_not_the_slope_misses_its_figures(monkeypatch):
    monkeypatch.setattr(twin, "taylor_test", lambda *args: TaylorTest(1.9, 1e-3))
    monkeypatch.setattr(twin, "adjoint_misfit", lambda *args: 0.0)
    problem = SimpleNamespace(covariance=SimpleNamespace(zeros=lambda: 0.0))
    assert [figure.ok for figure in twin._gates(problem, 1.0)] == [False, False, True]
