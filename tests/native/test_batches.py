"""Loops over a batch, one member after another, give what loops over everything give."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp

from pysces.arrays.compiler import c_compiler
from pysces.native import batches
from pysces.native.call import REFUSED, element_local
from pysces.native.source import c_source
from pysces.native.trace import traced

pytestmark = pytest.mark.skipif(c_compiler() is None, reason="no C compiler is installed")

NELEM = 3


def of_each(q, x):
    """Nothing of one tracer is in another; a field of all tracers is made on the way."""
    a = q * x
    twice = a + 1.0 / (1.0 + a * a)
    b = jnp.where(twice > 1.0, twice, a)
    y = x * x + 1.0
    return b * y + twice, a - b


def of_neighbours(q, x):
    """Every tracer needs the next, one way and the other."""
    a = q * x
    b = a + 1.0 / (1.0 + a * a)
    c = jnp.concatenate([b[1:], b[:1]]) * a
    d = c[::-1] + b
    return d * jnp.roll(d, 5, axis=0) + c


def of_pairs(q, x):
    """Two components of each tracer, and the sum of all."""
    flux = jnp.stack([q * x, q - x])
    whole = flux[0] * flux[1] + q
    return whole * whole.sum(axis=0) + flux[1]


def of_levels(q, x):
    """Levels come first, and differ from those above."""
    rows = jnp.moveaxis(q * x, -1, 0)
    steps = jnp.concatenate([rows[:1], rows[1:] - rows[:-1]]) * 2.0
    return jnp.moveaxis(steps * rows + 1.0, 0, -1) * q


FUNCTIONS = {"each": of_each, "neighbours": of_neighbours, "pairs": of_pairs, "levels": of_levels}


@pytest.mark.parametrize("tracers", [2, 16, 24])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_members_are_what_they_were(name, tracers, monkeypatch):
    monkeypatch.setattr(batches, "LARGE", 100)
    rng, nlev = np.random.default_rng(2), 24
    q, x = rng.standard_normal((tracers, NELEM, 4, 4, nlev)), rng.standard_normal((NELEM, 4, 4, nlev))
    found = jax.jit(lambda *a: element_local(FUNCTIONS[name], *a))(jnp.asarray(q), jnp.asarray(x))
    assert not REFUSED
    expected = FUNCTIONS[name](jnp.asarray(q), jnp.asarray(x))
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected)):
        np.testing.assert_allclose(one, other, rtol=4e-15, atol=4e-15 * np.abs(other).max())


def test_what_tracers_have_of_their_own_is_one_loop_over_them():
    q, x = jnp.ones((40, NELEM, 4, 4, 24)), jnp.ones((NELEM, 4, 4, 24))
    text = c_source(traced(of_each, (q, x)))
    assert text.count("for (int n = 0; n < 40; ++n)") == 1
    assert text.count("for (int i0 = 0; i0 < 40; ++i0)") == 0
    few = c_source(traced(of_each, (q[:2], x)))
    assert "for (int n" not in few
