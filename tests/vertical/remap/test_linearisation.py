"""How limiters are differentiated: forward bits never change, and each way is what it says."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.arrays.backend import Backend
from pysces.vertical.remap.linearisation import LINEARISATIONS
from tests.daily import share
from tests.vertical.remap.tangents import columns, errors, remapped


@pytest.fixture(scope="module", params=share(["PPM", "kord 9"], 2))
def remap(request):
    """A remap with limiters, the ways of its tangent, a wave and a change of it."""
    Backend("jax")
    layers, profiles, change = columns(count=20)
    return {how: remapped(request.param, layers, how) for how in LINEARISATIONS}, profiles["wave"], change


def test_the_run_is_the_same_to_the_bit(remap):
    by, wave, _ = remap
    exact, frozen, unlimited = (np.asarray(jax.jit(by[how])(wave)) for how in LINEARISATIONS)
    np.testing.assert_array_equal(exact, frozen)
    np.testing.assert_array_equal(exact, unlimited)


def test_unlimited_is_one_linear_map_and_exact_the_slope(remap):
    by, wave, change = remap
    other = wave[::-1] + 5.0
    here, there = (jax.jvp(by["unlimited"], (x,), (change,))[1] for x in (wave, other))
    np.testing.assert_allclose(here, there, rtol=1e-11, atol=1e-11)
    assert errors(by["exact"], wave, change)[-1] < 1e-8 < 1e-4 < errors(by["unlimited"], wave, change)[-1] < 0.1


@pytest.mark.parametrize("how", LINEARISATIONS)
def test_forward_and_reverse_mode_agree(remap, how):
    by, wave, change = remap
    weights = np.random.default_rng(1).normal(size=wave.shape)
    _, tangent = jax.jvp(by[how], (wave,), (change,))
    (slope,) = jax.vjp(by[how], wave)[1](weights)
    assert float((slope * change).sum()) == pytest.approx(float((weights * tangent).sum()), rel=1e-11)
