"""3D-Var of air, near geostrophic balance: gradients against differences, for both models.

Through the models themselves ``pysces twin 4dvar`` and ``pysces-verify gradient`` judge them, which compiles longer.
"""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.assimilation.background import Error, background_error
from pysces.assimilation.balance import correlation_of_levels
from pysces.assimilation.cost import inner, of_departures
from pysces.assimilation.observations import observation, points_at, surface_pressure, temperature, wind
from pysces.assimilation.variables import AirFields
from pysces.assimilation.window import window
from pysces.config.presets import preset
from pysces.driver.simulation import simulation

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 5, "eta_top": 0.05}}}
ERRORS = AirFields(
    Error(2.0, 2e6, 0.5, divergent=0.1), Error(1.0, 2e6, 0.5, balanced=0.9), Error(200.0, 2e6, balanced=0.9)
)


def test_levels_are_correlated_as_a_second_order_process():
    """(1 + d) exp(-d) of the distance d in log pressure, in units of the depth."""
    run = simulation(preset("theta_l").with_options(ne=2, case="jablonowski_williamson").with_table(LEVELS))
    c = run.host.equations.coordinate
    away = np.subtract.outer(*2 * [np.log(c.hyam + c.hybm)]) / 0.5
    away = np.abs(away)
    np.testing.assert_allclose(correlation_of_levels(run, 0.5), (1.0 + away) / np.exp(away), rtol=1e-12)


@pytest.mark.parametrize("model", ["theta_l", "cam_se"])
def test_gradient_is_the_slope_of_the_cost(model, quick_compilation):
    """Three points see wind, temperature and surface pressure; a central difference errs by the square of its step."""
    run = simulation(preset(model).with_options(ne=2, case="jablonowski_williamson", backend="jax").with_table(LEVELS))
    points = points_at(run, [40.0, 5.0, -60.0], [20.0, 130.0, 250.0])
    kinds = [
        observation(points, what, error) for what, error in ((wind, 1.0), (temperature, 1.0), (surface_pressure, 100.0))
    ]
    values = [np.full((1, 2, 3, 5), 10.0), np.full((1, 3, 5), 280.0), np.full((1, 3, 1), 1e5)]
    problem = window(run, run.state, background_error(run, ERRORS, samples=20), kinds, values)

    def cost(control):
        parts = of_departures(control, problem.departures(control))
        return parts.background + parts.observations.sum()

    rng, judge = np.random.default_rng(0), jax.jit(jax.value_and_grad(cost))
    at, along, step = problem.covariance.white(rng), problem.covariance.white(rng), 1e-3
    (ahead, _), (behind, _), (_, gradient) = (judge(at + s * step * along) for s in (1.0, -1.0, 0.0))
    assert float(ahead - behind) / (2.0 * step) == pytest.approx(inner(gradient, along), rel=1e-6)
