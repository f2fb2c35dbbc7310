"""4D-Var: exact gradients, the minimum of the quadratic cost, and the same analysis on two devices as on one."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from assimilation.four_d_var import problem, small_error, small_run

from pysces.arrays.backend import Backend
from pysces.assimilation.cost import Linearisation, adjoint_misfit, inner, linearise, norm, taylor_test
from pysces.assimilation.minimise import _inner_loop, minimise
from pysces.assimilation.observations import observation, points_at, thickness
from pysces.assimilation.plots import draw_convergence
from pysces.assimilation.window import observed, window
from tests.daily import turn


def test_gradient_is_that_of_the_cost_and_the_adjoint_that_of_the_tangent(made):
    rng = np.random.default_rng(2)
    at, along = made.covariance.white(rng), made.covariance.white(rng)
    test = taylor_test(made, at, along, (1e-1, 1e-2, 1e-3, 1e-4))
    assert test.slope == pytest.approx(2.0, abs=0.05) and test.misfit < 1e-7
    assert adjoint_misfit(made, at, along) < 1e-13


def test_inner_iterations_lower_the_cost_to_the_minimum(made, tmp_path):
    """At the minimum of the quadratic cost, the control is what departures there pull it to: v = -G^T d."""
    lines = []
    analysis = minimise(made, outer=1, inner=40, reduction=1e-10, say=lines.append)
    falling = [i.cost for i in analysis.iterations if i.gradient > 1e-6 * analysis.gradients[0]]
    assert all(b < a for a, b in pairwise(falling)) and len(lines) == len(analysis.iterations) > len(falling) > 5
    assert analysis.iterations[-1].gradient <= 1e-10 * analysis.gradients[0]
    at = linearise(made, made.covariance.zeros())
    ahead = at.image(analysis.control)
    pulled = at.adjoint(tuple(d + g for d, g in zip(at.departures, ahead)))
    assert norm(jax.tree.map(lambda v, g: v + g, analysis.control, pulled)) < 1e-8 * analysis.gradients[0]
    assert analysis.last.total < analysis.first.total / 2
    assert analysis.chi_squared == 2.0 * analysis.last.total / (2 * 12 * 3 - 2), "two are missing"
    pytest.importorskip("matplotlib").use("agg")
    assert Path(draw_convergence(tmp_path / "convergence.png", analysis)).stat().st_size > 1000


def _dense(matrix, control):
    """The linearisation of departures matrix v - 1."""
    return Linearisation(control, (matrix @ control - 1.0,), jax.tree_util.Partial(_image, matrix))


def _image(matrix, direction):
    return (matrix @ direction,)


def test_each_step_leaves_the_smallest_gradient_of_its_krylov_space():
    """A Hessian of eigenvalues 1 to 250: against least squares on residual, H residual, ..; J falls, too."""
    Backend("jax")  # in double precision
    rng, size = np.random.default_rng(0), 60
    matrix = np.diag(np.logspace(1.2, -2.0, size)) @ np.linalg.qr(rng.standard_normal((size, size)))[0]
    said = []
    found = _inner_loop(1, _dense(matrix, jax.numpy.zeros(size)), 90, 1e-8, said.append)
    hessian, right = np.eye(size) + matrix.T @ matrix, matrix.T @ np.ones(size)
    space = right[:, None]
    for step in said[1:9]:
        product = hessian @ space
        left = right - product @ np.linalg.lstsq(product, right)[0]
        assert step.gradient == pytest.approx(np.linalg.norm(left), rel=1e-9)
        onward = product[:, -1] - space @ (space.T @ product[:, -1])
        space = np.linalg.qr(np.column_stack([space, onward]))[0]
    assert all(b.cost < a.cost and b.gradient < a.gradient for a, b in pairwise(said[:25]))
    assert np.allclose(found, np.linalg.solve(hessian, right), atol=1e-8) and said[-1].gradient <= 1e-8


def test_a_window_of_one_time_is_optimal_interpolation(water, water_error):
    """3D-Var of one observation: increment sigma_b^2 / (sigma_b^2 + sigma_o^2) of the departure, where it was made."""
    points = points_at(water, 35.0, 100.0)
    kind = [observation(points, thickness, 10.0)]
    value = [y + 8.0 for y in observed(water, water.state, kind, 1, 0.0)]
    found = minimise(window(water, water.state, water_error, kind, value), 1, 5, 1e-12)
    (moved,) = observed(water, found.state, kind, 1, 0.0)
    at = linearise(window(water, water.state, water_error, kind, value), water_error.zeros())
    variance = inner(at.adjoint((jax.numpy.ones((1, 1, 1)),)), at.adjoint((jax.numpy.ones((1, 1, 1)),)))
    assert float(moved[0, 0, 0] - value[0][0, 0, 0]) == pytest.approx(-8.0 / (1.0 + variance), rel=1e-9)


@turn(0, 2)
def test_two_devices_find_the_analysis_of_one(made):
    """To 1e-12 of what was changed, after two outer loops."""
    if len(jax.devices("cpu")) < 2:
        pytest.skip("needs 2 CPU devices (tests/conftest.py asks for them before JAX starts)")
    run = small_run(devices=2)
    other = problem(run, small_error(run), [np.asarray(y) for y in made.values])
    alone, shared = (minimise(p, outer=2, inner=4, reduction=0.0) for p in (made, other))
    found, before = run.layout.collect(shared.state).dynamics, run.layout.collect(run.state).dynamics
    assert len(shared.state.dynamics.phi.sharding.device_set) == 2
    for name in ("wind", "phi"):
        one, two, start = (np.asarray(getattr(x, name)) for x in (alone.state.dynamics, found, before))
        change = np.abs(one - start).max()
        assert change > 0.1 and np.abs(one - two).max() < 1e-12 * change


def test_values_of_another_shape_or_times_between_calls_are_refused(water, water_error, made):
    values = [np.asarray(y) for y in made.values]
    with pytest.raises(ValueError, match="have shape"):
        window(water, water.state, water_error, made.observations, [y[:, :, :1] for y in values], 3600.0)
    with pytest.raises(ValueError, match="fall between calls"):
        window(water, water.state, water_error, made.observations, values, 1000.0)
    with pytest.raises(ValueError, match="same times"):
        window(water, water.state, water_error, made.observations, values[:1], 3600.0)


@pytest.mark.parametrize(("number", "said"), [(np.inf, "are infinite"), (np.nan, "nothing was observed")])
def test_values_without_a_number_are_refused(water, water_error, made, number, said):
    values = [np.full(y.shape, number) for y in made.values]
    with pytest.raises(ValueError, match=said):
        window(water, water.state, water_error, made.observations, values, 3600.0)


def test_an_error_of_another_shape_is_refused(water, water_error, made):
    """One number a point without an axis of levels would pair every point with every other."""
    first, second = made.observations
    wrong = first.replace(error=np.ones(made.values[0].shape[-2]))
    with pytest.raises(ValueError, match=r"give a number, \(lev,\) or \(point, lev\)"):
        window(water, water.state, water_error, (wrong, second), made.values, 3600.0)


def test_a_background_that_blew_up_is_refused(water, water_error, made):
    state = water.state.map(lambda x: x * np.nan)
    with pytest.raises(ValueError, match="background has numbers that are not finite"):
        window(water, state, water_error, made.observations, made.values, 3600.0)


def test_no_loop_is_refused(made):
    with pytest.raises(ValueError, match="outer=0, inner=3"):
        minimise(made, outer=0, inner=3)
