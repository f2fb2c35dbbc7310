"""What pysces.arrays.backend asks of XLA that a plain expression would not get."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.arrays.compiler import quotient


def test_a_quotient_by_a_shared_array_is_a_division_on_both_backends():
    """XLA makes a product with a reciprocal of the plain expression, an ulp off; if it stopped, quotient could go."""
    pytest.importorskip("jax")
    rng = np.random.default_rng(0)
    x, y = rng.uniform(1.0, 2.0, (5, 40, 30)), rng.uniform(1.0, 2.0, (40, 30))
    backend = Backend("jax")
    compiled = {f: backend.compile(f)(*backend.asarray((x, y))) for f in (quotient, lambda x, y: x / y)}
    divided, plain = (np.asarray(value) for value in compiled.values())
    assert np.array_equal(quotient(x, y), x / y)
    assert np.array_equal(divided, x / y)
    assert not np.array_equal(plain, x / y)
