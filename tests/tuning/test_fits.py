"""Searches find what is known on a decay whose answer is exact, and the posterior is that of linear theory."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")
pytest.importorskip("optax")
pytest.importorskip("optimistix")

from pysces.arrays.backend import Backend
from pysces.arrays.pytree import Tree, pytree
from pysces.tuning.fits import gauss_newton, lbfgs
from pysces.tuning.parameters import Parameter
from pysces.tuning.posterior import Posterior, posterior
from pysces.tuning.problem import Problem, Window, observed
from pysces.tuning.sensitivity import sensitivity

TRUE = {"rate": 2.0, "size": 1.5}
TIMES, ERROR = 20, 0.01


@pytree
class Decay(Tree):
    """size exp(-rate t), which takes the place of a dycore: all that a problem asks of one is to run and to be seen."""

    rate: float
    size: float

    def run(self, state, calls, observe, every):
        times = state + 0.1 * every * (1.0 + jax.numpy.arange(calls // every))
        return times[-1], jax.vmap(observe)(times)


def seen(decay, time):
    return {"y": decay.size * jax.numpy.exp(-decay.rate * time)}


def problem(prior=np.inf):
    Backend("jax")
    truth = Decay(**TRUE)
    parameters = (
        Parameter("rate", 1.0, ("rate",), prior_deviation=prior),
        Parameter("size", 1.0, ("size",), "logit", 0.5, 4.0),
    )
    data = observed(truth, 0.0, seen, TIMES, 1)
    return Problem(parameters, truth, Window(0.0, data, {"y": ERROR}, seen, TIMES, 1))


@pytest.mark.parametrize("search", [gauss_newton, lbfgs])
def test_a_search_finds_the_truth_and_says_how_it_went(search):
    lines = []
    fit = search(problem(), say=lines.append)
    assert fit.converged and fit.steps <= 15 and len(lines) == fit.steps + 1
    assert fit.values == pytest.approx(TRUE, rel=1e-7)
    assert fit.costs[0] > 1e3 and fit.costs[-1] < 1e-8


def test_posterior_is_the_inverse_of_the_normal_matrix_and_both_hessians_agree_at_the_truth():
    fit = gauss_newton(problem(), say=lambda _: None)
    slopes = np.asarray(fit.problem.residuals_and_jacobian(fit.z)[1])
    known, exact = posterior(fit), posterior(fit, exact=True)
    np.testing.assert_allclose(known.covariance, np.linalg.inv(slopes.T @ slopes), rtol=1e-10)
    np.testing.assert_allclose(known.deviations**2, np.diag(known.covariance), rtol=1e-10)
    np.testing.assert_allclose(exact.hessian, known.hessian, rtol=1e-6)
    assert known.eigenvalues[0] < known.eigenvalues[1]
    assert "worst determined" in known.report()


def test_a_prior_draws_an_estimate_towards_the_first_guess():
    fit = gauss_newton(problem(prior=1e-6), say=lambda _: None)
    assert fit.values["rate"] == pytest.approx(1.0, rel=1e-4)


def test_what_is_not_observed_has_an_infinite_deviation_and_says_nothing():
    given = problem()
    blind = Problem(given.parameters, given.dycore, given.window.replace(deviation={"y": np.inf}))
    residuals, jacobian = blind.residuals_and_jacobian(given.first_guess)
    assert not np.any(residuals) and not np.any(jacobian)


def test_a_direction_of_no_curvature_has_infinite_deviation():
    known = Posterior(problem().parameters, np.zeros(2), np.diag([0.0, 4.0]))
    assert known.deviations[0] == np.inf and known.deviations[1] == pytest.approx(0.5)


def test_sensitivity_is_the_size_of_the_derivative_at_each_time():
    found = sensitivity(problem(), 10, 2)
    times = 0.2 * np.arange(1, 6)
    by_log_rate = times * np.exp(-times) / ERROR  # at the first guesses, both of one
    np.testing.assert_allclose(found[:, 0], by_log_rate, rtol=1e-12)
