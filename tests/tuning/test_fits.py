"""Searches find what is known on a decay whose answer is exact, and the posterior is that of linear theory."""

import numpy as np
import pytest
from decay import ERROR, TIMES, TRUE, problem

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.tuning.fits import gauss_newton, lbfgs
from pysces.tuning.parameters import Parameter
from pysces.tuning.posterior import Posterior, posterior
from pysces.tuning.problem import Problem
from pysces.tuning.sensitivity import sensitivity


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


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"data": {"y": np.full(TIMES, np.nan)}}, "are NaN"),
        ({"data": {"y": np.ones(1)}}, r"observed in shape \(20,\), found data of \(1,\)"),
        ({"data": {"x": np.ones(TIMES)}}, "give the same tree"),
        ({"deviation": {"y": 0.0}}, "above 0"),
        ({"deviation": {"y": np.ones(3)}}, r"deviations of \(3,\)"),
    ],
)
def test_data_that_do_not_fit_are_refused(changed, said):
    given = problem()
    with pytest.raises(ValueError, match=said):
        Problem(given.parameters, given.dycore, given.window.replace(**changed)).cost(given.first_guess)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [((), "needs a parameter"), ([Parameter("rate", 1.0, ("rates",))], "no 'rates' of 'rates' in Decay")],
)
def test_parameters_that_the_dycore_lacks_are_refused(parameters, said):
    given = problem()
    with pytest.raises(ValueError, match=said):
        Problem(parameters, given.dycore, given.window)


def test_a_first_guess_that_a_run_cannot_start_from_is_refused():
    """When the problem is made, not when it is compiled."""
    run = simulation(preset("shallow_water").with_options(ne=2, backend="jax"))
    nu = Parameter("nu", 1e6 * float(run.dycore.dissipation.nu), ("dissipation.nu",))
    with pytest.raises(ValueError, match=r"nu = .* is unstable in the \d+ substep"):
        Problem((nu,), run.dycore, problem().window)
