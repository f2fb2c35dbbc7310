"""What is written for an accelerator gives, compiled for the CPU, what the form for the CPU gives."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.arrays.compiler import compile_for
from pysces.arrays.control import either, scan_levels
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.vertical.remap.fv_remap import map1_ppm
from pysces.vertical.tridiagonal import factor_tridiagonal, solve_tridiagonal
from tests.daily import share

jax = pytest.importorskip("jax")
RNG = np.random.default_rng(0)


@pytest.fixture
def both():
    """A function's results and slopes as compiled for the CPU and in the accelerator's form, from the same arrays."""
    Backend("jax")

    def found(function, *args):
        total = lambda *a: sum(abs(leaf * leaf).sum() for leaf in jax.tree.leaves(function(*a)))  # noqa: E731
        results = []
        for platform in (None, "gpu"):
            compile_for(platform)
            fresh = jax.tree.map(jax.numpy.asarray, args)
            results.append((jax.jit(lambda *a: function(*a))(*fresh), jax.jit(jax.grad(lambda *a: total(*a)))(*fresh)))
        return jax.tree.leaves(results[0]), jax.tree.leaves(results[1])

    yield found
    compile_for(None)


def loops(function, *args):
    """Loops and branches in its program."""
    text = jax.jit(lambda *a: function(*a)).lower(*args).as_text()
    return sum(text.count(word) for word in ("stablehlo.while", "stablehlo.case", "stablehlo.if"))


def same(one, other, bound=1e-13):
    assert len(one) == len(other) > 0
    for a, b in zip(one, other):
        assert np.abs(a - b).max() <= bound * np.abs(a).max()


def solved(lower, upper, rhs):
    return solve_tridiagonal(factor_tridiagonal(lower, 2.0 + lower + upper, upper), rhs)


def test_tridiagonal_systems(both):
    same(*both(solved, *RNG.uniform(size=(3, 12, 5))))


@pytest.mark.parametrize("thin", [False, True])
def test_layers_are_refilled_alike(both, thin):
    run = simulation(preset("theta_l").with_options(ne=2))
    state, equations = run.state.dynamics, run.dycore.equations
    dp = state.dp.copy()
    dp[0, 1, 2, 3] *= 1e-4 if thin else 1.0
    one, other = both(equations.limited, state.replace(dp=dp))
    same(one, other)


@pytest.mark.parametrize("far", share([False, True], 2))
def test_fv_remap(both, far):
    """Layers that moved a little, and by more than a few others."""
    source = np.concatenate([[0.0], np.cumsum(RNG.uniform(0.5, 1.5, size=8))])
    target = source[-1] * (source / source[-1]) ** (3.0 if far else 1.05)
    same(*both(lambda mean: map1_ppm(mean, source, target, 4, 1), RNG.uniform(1.0, 2.0, size=(3, 8))))


def test_loops_along_levels_and_branches_are_gone():
    x = jax.numpy.arange(6.0)
    climb = lambda x: scan_levels(lambda c, v: (c + v, c), x[0], x)  # noqa: E731
    choose = lambda x: either(x[0] > 1.0, lambda y: y, lambda y: -y, x)  # noqa: E731
    assert loops(climb, x) == loops(choose, x) == 1
    compile_for("gpu")
    try:
        assert loops(climb, x) == loops(choose, x) == 0
    finally:
        compile_for(None)
