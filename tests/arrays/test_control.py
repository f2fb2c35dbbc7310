"""Loops: as many passes on JAX as on NumPy, whoever stops them, and in what is differentiated too."""

import numpy as np
import pytest

from pysces.arrays.control import nested_scan, repeat, repeat_while, scan
from pysces.transport import limiters


def counted(backend, wanted, limit):
    """How often a loop ran whose condition holds so many times."""
    start = backend.asarray(np.zeros(()))
    return repeat_while(lambda done, stop: done < stop, lambda done, _: done + 1.0, start, wanted, limit)


@pytest.mark.parametrize(("wanted", "limit", "expected"), [(0, 5, 0), (3, 5, 3), (5, 5, 5), (9, 5, 5), (9, 1, 1)])
def test_a_loop_passes_while_its_condition_holds_and_never_above_its_limit(backend, wanted, limit, expected):
    assert float(counted(backend, backend.asarray(np.float64(wanted)), limit)) == expected
    assert float(repeat(lambda x: x + 1.0, backend.asarray(np.zeros(())), wanted)) == wanted
    assert float(scan(lambda x, _: (x + 1.0, None), backend.asarray(np.zeros(())), None, length=limit)[0]) == limit


@pytest.mark.parametrize(("length", "block", "again"), [(5, 2, True), (4, 2, True), (2, 2, False), (1, 2, False)])
def test_blocks_are_run_again_for_the_way_back_but_not_a_single_one(length, block, again):
    jax = pytest.importorskip("jax")

    def ended(x):
        end, seen = nested_scan(jax.numpy.sin, lambda c: c, x, length, block)
        return end, seen

    end, seen = ended(1.0)
    x, slope = 1.0, 1.0
    for n in range(length):
        x, slope = np.sin(x), slope * np.cos(x)
        assert np.isclose(seen[n], x, rtol=1e-14)
    back = jax.grad(lambda x: ended(x)[0])
    assert np.isclose(back(1.0), slope, rtol=1e-14) and seen.shape == (length,) and end == seen[-1]
    assert ("remat" in str(jax.make_jaxpr(back)(1.0))) == again


@pytest.mark.parametrize(("wanted", "limit"), [(0, 5), (3, 5), (9, 5)])
def test_what_is_differentiated_makes_the_same_passes(wanted, limit):
    """Every pass doubles: the derivative tells how many there were."""
    jax = pytest.importorskip("jax")

    def doubled(x):
        step = lambda c, stop: (2.0 * c[0], c[1] + 1.0)  # noqa: E731
        return repeat_while(lambda c, stop: c[1] < stop, step, (x, 0.0 * x), float(wanted), limit)[0]

    value, slope = jax.value_and_grad(doubled)(1.0)
    assert float(value) == float(slope) == 2.0 ** min(wanted, limit)


@pytest.mark.parametrize(("limiter", "passes"), [("limiter_optim_iter_full", 15), ("limiter_clip_and_sum", 1)])
def test_limiters_allow_themselves_hommes_passes_on_either_backend(backend, monkeypatch, limiter, passes):
    """One more would move no mass above the tolerance, so that no comparison of results shows it."""
    asked = []

    def recorded(condition, body, carry, constants, limit):
        asked.append(limit)
        return repeat_while(condition, body, carry, constants, limit)

    monkeypatch.setattr(limiters, "repeat_while", recorded)
    mass = np.ones((1, 4, 4, 1))
    bounds = limiters.Bounds(*(backend.asarray(np.full((1, 1, 1, 1), b)) for b in (0.5, 1.5)))
    getattr(limiters, limiter)(backend.asarray(mass), backend.asarray(mass), bounds, backend.asarray(mass))
    assert asked == [passes]
