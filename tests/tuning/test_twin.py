"""The pieces of the tuning experiments that are no runs: slopes, shares, doubling times, nodes counted once."""

import dataclasses

import numpy as np
import pytest
from decay import problem

from pysces.geometry.grid import cubed_sphere_grid
from pysces.tuning.distinct import once
from pysces.tuning.fits import gauss_newton
from pysces.tuning.parameters import Parameter
from pysces.tuning.posterior import Posterior
from pysces.tuning.twin import NAMES, _found, doubling, in_order, slope_error


def test_adjoint_and_central_difference_agree_and_a_wrong_slope_is_seen():
    one = dataclasses.replace(problem(), parameters=(Parameter("rate", 1.0, ("rate",)),))
    assert slope_error(one) < 1e-6


def test_parameters_are_told_in_the_order_of_their_deviations():
    parameters = tuple(Parameter(name, 1.0, (name,)) for name in NAMES)
    curvature = {name: 1.0 if name in ("k_a", "delta_theta_z") else 100.0 for name in NAMES}
    known = Posterior(parameters, np.zeros(5), np.diag(list(curvature.values())))
    assert in_order(known).startswith("1e+02 % of k_a, 1e+02 % of delta_theta_z, 10 % of ")


def test_a_search_that_does_not_come_to_rest_misses_its_steps():
    one = dataclasses.replace(problem(), parameters=(Parameter("nu", 1.0, ("rate",)),))
    fit = gauss_newton(one, most_steps=2, say=lambda _: None)
    steps = list(_found("it", fit, 1.0))[1]
    assert not fit.converged and not steps.ok and steps.reason == "it had not come to rest after 2"


def test_what_grows_fourfold_in_six_days_doubles_in_three():
    assert doubling(5.0, 20.0, 6.0) == pytest.approx(3.0)


def test_every_distinct_node_is_counted_once():
    grid = cubed_sphere_grid(2)
    deviation = once(2.0, grid)
    assert deviation.shape == grid.lat.shape
    counted = np.bincount(np.asarray(grid.global_id).ravel(), np.isfinite(deviation).ravel())
    assert np.all(counted == 1) and np.all(deviation[np.isfinite(deviation)] == 2.0)
