"""Limiters: bounds, mass and optimality on thousands of rough random elements, and derivatives."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend, to_numpy
from pysces.transport.limiters import (
    Bounds,
    element_bounds,
    element_sum,
    limiter2d_zero,
    limiter_clip_and_sum,
    limiter_optim_iter_full,
)

LIMITERS = [limiter_optim_iter_full, limiter_clip_and_sum]
MASS_ERROR = {limiter_optim_iter_full: 6e-14, limiter_clip_and_sum: 1e-14}  # option 8 stops at 5e-14 by design
ELEMENTS, LEVELS = 100, 40  # 4000 independent element-levels


def rough_cells(seed, overshoot=0.5, elements=ELEMENTS, levels=LEVELS):
    """Random masses and weights, and mixing ratios that leave their feasible bounds [low, high] by up to overshoot."""
    rng = np.random.default_rng(seed)
    shape = (elements, 4, 4, levels)
    mass = 1000 * rng.uniform(0.2, 1.8, shape)
    weights = rng.uniform(0.02, 1.0, (elements, 4, 4, 1))
    inside = rng.uniform(0, 1, shape) ** rng.uniform(0.2, 5, (elements, 1, 1, levels))
    bounds = element_bounds(inside)
    noise = overshoot * rng.normal(size=shape)
    noise -= (noise * mass * weights).sum((1, 2), keepdims=True) / (mass * weights).sum((1, 2), keepdims=True)
    return (inside + noise) * mass, mass, bounds, weights


def on(backend, *arrays):
    return tuple(backend.asarray(a) for a in arrays)


def mass_change(before, after, weights):
    """Change of an element's tracer mass, relative to the sum of absolute node masses."""
    change = ((after - before) * weights).sum((-3, -2))
    return np.abs(change) / np.abs(before * weights).sum((-3, -2))


@pytest.mark.parametrize("limiter", LIMITERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_rough_elements_end_within_their_bounds_with_their_mass(limiter, seed, backend):
    cells = rough_cells(seed)
    limited, bounds = to_numpy(backend.compile(limiter)(*on(backend, *cells)))
    tracer_mass, mass, wanted, weights = cells
    q = limited / mass
    assert np.all(bounds.low <= wanted.low) and np.all(bounds.high >= wanted.high)
    assert np.max(bounds.low - q) < 5e-15 and np.max(q - bounds.high) < 5e-15  # mixing ratios are of order one
    assert mass_change(tracer_mass, limited, weights).max() < MASS_ERROR[limiter]
    assert np.mean(np.abs(limited - tracer_mass) > 1e-3 * mass) > 0.5, "rough data must have been limited"


@pytest.mark.parametrize("limiter", LIMITERS)
def test_data_within_bounds_are_left_alone(limiter, backend):
    tracer_mass, mass, _, weights = rough_cells(2)
    bounds = element_bounds(tracer_mass / mass)
    limited, after = to_numpy(limiter(*on(backend, tracer_mass, mass, bounds, weights)))
    assert np.max(np.abs(limited - tracer_mass) / mass) < 1e-15
    np.testing.assert_array_equal(after.low, bounds.low)


def test_clip_and_sum_returns_elements_within_bounds_bit_for_bit():
    tracer_mass, mass, _, weights = rough_cells(3)
    limited, _ = limiter_clip_and_sum(tracer_mass, mass, element_bounds(tracer_mass / mass), weights)
    np.testing.assert_array_equal(limited, tracer_mass)


@pytest.mark.parametrize("limiter", LIMITERS)
def test_a_constant_keeps_its_value_in_bounds_that_touch(limiter, backend):
    _, mass, _, weights = rough_cells(4)
    one = np.ones((ELEMENTS, 1, 1, LEVELS))
    limited, _ = to_numpy(limiter(*on(backend, mass, mass, Bounds(one, one), weights)))
    np.testing.assert_array_equal(limited, mass)


@pytest.mark.parametrize("limiter", LIMITERS)
@pytest.mark.parametrize("side", ["low", "high"])
def test_infeasible_bounds_are_relaxed_to_the_mean(limiter, side, backend):
    tracer_mass, mass, bounds, weights = rough_cells(5)
    shift = {"low": 10.0, "high": -10.0}[side]
    moved = Bounds(bounds.low + shift, bounds.high + shift)
    limited, after = to_numpy(limiter(*on(backend, tracer_mass, mass, moved, weights)))
    mean = (tracer_mass * weights).sum((1, 2), keepdims=True) / (mass * weights).sum((1, 2), keepdims=True)
    assert np.max(np.abs(getattr(after, side) - mean)) < 1e-14
    assert np.max(np.abs(limited / mass - mean)) < 1e-12
    assert mass_change(tracer_mass, limited, weights).max() < MASS_ERROR[limiter] + 1e-14


def test_optimisation_moves_free_nodes_by_one_multiplier():
    """Overshoots on one side only: the least-squares projection is clip(q + constant), see Guba et al. (2014)."""
    tracer_mass, mass, bounds, weights = rough_cells(6)
    low = np.minimum(bounds.low, (tracer_mass / mass).min((1, 2), keepdims=True))
    limited, bounds = limiter_optim_iter_full(tracer_mass, mass, Bounds(low, bounds.high), weights)
    q, before = limited / mass, tracer_mass / mass
    free = q < bounds.high - 1e-13
    moved = q - before
    multiplier = np.max(np.where(free, moved, -np.inf), axis=(1, 2), keepdims=True)
    assert np.max(np.where(free, multiplier - moved, 0)) < 1e-13
    assert np.all(free | (before + multiplier > bounds.high - 1e-12))


def test_sign_preserving_limiter_keeps_sign_and_mass(backend):
    tracer_mass, _, _, weights = rough_cells(7, overshoot=2.0)
    every_other_level = np.where(np.arange(LEVELS) % 2, 3, 0)
    tracer_mass = tracer_mass - every_other_level * abs(tracer_mass).mean()
    weighted = tracer_mass * weights
    limited = to_numpy(limiter2d_zero(*on(backend, weighted)))
    total = weighted.sum((1, 2), keepdims=True)
    assert np.all(limited * np.sign(total) >= 0)
    assert mass_change(weighted, limited, 1.0).max() < 1e-14
    assert np.any(limited != weighted)


@pytest.mark.parametrize("limiter", LIMITERS)
def test_limiters_keep_single_precision(limiter):
    for name in ("numpy", "jax"):
        cells = on(Backend(name, precision=32), *rough_cells(8, elements=4))
        limited, bounds = limiter(*cells)
        assert limited.dtype == bounds.low.dtype == np.float32
        assert mass_change(np.asarray(cells[0]), np.asarray(limited), np.asarray(cells[3])).max() < 1e-5


@pytest.mark.parametrize("limiter", LIMITERS)
def test_derivatives_agree_with_differences_and_with_each_other(limiter):
    jax = pytest.importorskip("jax")
    backend = Backend("jax")
    tracer_mass, mass, bounds, weights = rough_cells(9, elements=6, levels=5)
    args = on(backend, mass, bounds, weights)
    rng = np.random.default_rng(10)
    h, w = rng.normal(size=(2, *tracer_mass.shape))

    def limited(x):
        return limiter(x, *args)[0]

    tangent = np.asarray(jax.jvp(limited, on(backend, tracer_mass), on(backend, h))[1])
    step = 1e-5
    above, below = (limiter(tracer_mass + s * h, mass, bounds, weights)[0] for s in (step, -step))
    difference = (above - below) / (2 * step)
    assert np.max(np.abs(tangent - difference)) < 1e-6 * np.max(np.abs(tangent))
    cotangent = np.asarray(jax.vjp(limited, *on(backend, tracer_mass))[1](*on(backend, w))[0])
    assert np.sum(tangent * w) == pytest.approx(np.sum(h * cotangent), rel=1e-12)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("limiter", LIMITERS)
def test_gradient_is_finite_on_constant_tracers(limiter, value):
    jax = pytest.importorskip("jax")
    backend = Backend("jax")
    _, mass, _, weights = rough_cells(11, elements=3, levels=2)
    q = np.full((3, 1, 1, 2), value)
    mass, bounds, weights = on(backend, mass, Bounds(q, q), weights)
    gradient = jax.grad(lambda x: (limiter(x, mass, bounds, weights)[0] ** 2).sum())(value * mass)
    assert np.all(np.isfinite(gradient))
    assert np.all(np.isfinite(jax.grad(lambda x: limiter2d_zero(x).sum())(value * mass)))


def test_element_sum_has_one_order_on_every_backend(backend):
    x = np.random.default_rng(12).normal(size=(3, 5, 4, 4, 7))
    expected = np.zeros((3, 5, 1, 1, 7))
    for j in range(4):
        for i in range(4):
            expected += x[..., i : i + 1, j : j + 1, :]
    np.testing.assert_array_equal(to_numpy(element_sum(backend.asarray(x))), expected)
