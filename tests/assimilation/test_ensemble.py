"""The ETKF is the Kalman filter of the members' own covariance; a hybrid B has the variances of its parts."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.assimilation.cost import inner
from pysces.assimilation.ensemble import drawn, etkf, hybrid_error, mean_and_perturbations
from pysces.assimilation.observations import observation, points_at, thickness, wind
from pysces.assimilation.window import observed, window

MEMBERS = 6


@pytest.fixture(scope="module")
def members(water, water_error):
    return drawn(water, water.state, water_error, np.random.default_rng(0), MEMBERS)


@pytest.fixture(scope="module")
def at_start(water, water_error):
    """A window of one time: 3D, so that everything is linear."""
    points = points_at(water, [10.0, -50.0, 80.0], [20.0, 200.0, 300.0])
    kinds = [observation(points, thickness, 10.0), observation(points, wind, 1.0)]
    values = [y + 3.0 * o.error for o, y in zip(kinds, observed(water, water.state, kinds, 1, 0.0))]
    return window(water, water.state, water_error, kinds, values)


def test_etkf_is_the_kalman_filter_of_the_members(water, at_start, members):
    """Mean and covariance in what is observed, from the textbook's gain with the sample covariance."""
    seen = np.asarray(jax.vmap(lambda s: _flat(at_start, s))(members))
    mean, spread = seen.mean(axis=0), seen - seen.mean(axis=0)
    forecast = spread.T @ spread / (MEMBERS - 1)
    gain = forecast @ np.linalg.inv(forecast + np.eye(len(mean)))
    after = np.asarray(jax.vmap(lambda s: _flat(at_start, s))(etkf(at_start, members)))
    left = after - after.mean(axis=0)
    assert np.allclose(after.mean(axis=0), mean - gain @ mean, atol=1e-10 * np.abs(mean).max())
    assert np.allclose(left.T @ left / (MEMBERS - 1), forecast - gain @ forecast, atol=1e-10 * np.abs(forecast).max())


def _flat(problem, state):
    return jax.numpy.concatenate([d.ravel() for d in problem.departures_of(state)])


def test_hybrid_root_is_exact_and_its_variance_that_of_its_parts(water, water_error, members):
    """B = L L^T: the variance at a node is |L^T e|^2, (1 - share) sigma^2 and the share of the members' variance."""
    share, grid = 0.3, water.dycore.grid
    hybrid = hybrid_error(water, water_error, members, share, 3e6)
    white = hybrid.white(np.random.default_rng(1))
    made, pull = jax.vjp(lambda w: hybrid.root(w, grid), white)
    other = made.map(lambda x: jax.numpy.cos(x))
    assert inner(made, other) == pytest.approx(inner(white, pull(other)[0]), rel=1e-12)
    one = (0.0 * made).replace(thickness=(0.0 * made.thickness).at[5, 1, 2, 0].set(1.0))
    _, perturbations = mean_and_perturbations(water.dycore, members)
    sample = float((perturbations.thickness[:, 5, 1, 2, 0] ** 2).sum()) / (MEMBERS - 1)
    (back,) = pull(one)
    assert inner(back, back) == pytest.approx((1 - share) * 20.0**2 + share * sample, rel=1e-10)


@pytest.mark.parametrize(
    ("made", "said"), [("one", "two members"), ("share", "between 0 and 1"), ("inflation", "1 or more")]
)
def test_what_cannot_be_is_refused(water, water_error, at_start, members, made, said):
    with pytest.raises(ValueError, match=said):
        if made == "one":
            drawn(water, water.state, water_error, np.random.default_rng(0), 1)
        elif made == "share":
            hybrid_error(water, water_error, members, 1.5, 1e6)
        else:
            etkf(at_start, members, 0.5)
