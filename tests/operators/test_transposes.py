"""Reverse mode of the horizontal operators: the transpose of what numpy computes, of sums, not of padded slices."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.arrays.backend import Backend
from pysces.arrays.derivatives import differentiated_as
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators import laplacians, strong, weak
from pysces.operators.along import along_i, along_j

GRID = cubed_sphere_grid(1)
ON_JAX = Backend("jax").asarray(GRID)
SCALAR, VECTOR = (*GRID.jacobian.shape[:-1], 2), (2, *GRID.jacobian.shape[:-1], 2)
OPERATORS = {
    strong.gradient_sphere: SCALAR,
    strong.divergence_sphere: VECTOR,
    strong.vorticity_sphere: VECTOR,
    strong.curl_sphere: SCALAR,
    weak.divergence_sphere_wk: VECTOR,
    weak.gradient_sphere_wk_testcov: SCALAR,
    weak.curl_sphere_wk_testcov: SCALAR,
    laplacians.laplace_sphere_wk: SCALAR,
    laplacians.vlaplace_sphere_wk_contra: VECTOR,
}


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda f: f.__name__)
def test_both_modes_are_those_of_what_numpy_computes(operator):
    rng = np.random.default_rng(1)
    x, dx = rng.standard_normal((2, *OPERATORS[operator]))
    moved = operator(dx, GRID)
    y = rng.standard_normal(moved.shape)
    on_jax = lambda x: operator(x, ON_JAX)  # noqa: E731
    tangent = jax.jvp(on_jax, (x,), (dx,))[1]
    (back,) = jax.vjp(on_jax, jax.numpy.asarray(x))[1](jax.numpy.asarray(y))
    assert np.abs(tangent - moved).max() < 1e-13 * np.abs(moved).max()
    assert abs(np.vdot(moved, y) - np.vdot(dx, back)) < 1e-13 * np.linalg.norm(moved) * np.linalg.norm(y)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda f: f.__name__)
def test_the_way_back_pads_nothing(operator):
    """A padded array for every slice of a sum made reverse mode of a stage twice as long."""
    x = jax.numpy.zeros(OPERATORS[operator])
    y = operator(x, ON_JAX)
    program = jax.make_jaxpr(lambda x, y: jax.vjp(lambda x: operator(x, ON_JAX), x)[1](y))(x, y)
    assert " pad[" not in str(program)


@pytest.mark.parametrize("along", [along_i, along_j])
def test_weights_have_their_derivative_too(along):
    rng = np.random.default_rng(2)
    q, (weights, change) = rng.standard_normal((3, 4, 4, 2)), rng.standard_normal((2, 4, 4))
    q, weights, change = map(jax.numpy.asarray, (q, weights, change))
    found = jax.jvp(lambda w: along(q, w), (weights,), (change,))[1]
    assert np.abs(found - along(np.asarray(q), np.asarray(change))).max() < 1e-14
    both = jax.jvp(along, (q, weights), (q, change))[1]
    assert np.abs(both - found - along(q, weights)).max() < 1e-13


def test_another_functions_derivative_is_taken_where_some_arguments_stand_still():
    twin = lambda x, y, n: x * y**2 + n  # noqa: E731
    function = lambda x, y, n: 0.0 * x + y + n  # noqa: E731
    value, change = jax.jvp(lambda x: differentiated_as(twin, function, x, 3.0, 2), (5.0,), (1.0,))
    assert (float(value), float(change)) == (5.0, 9.0)
