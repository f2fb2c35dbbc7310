"""Next to nothing of a tracer is remapped like one of order one: no test in a reconstruction has a size."""

import numpy as np
import pytest

from pysces.arrays.backend import to_numpy
from pysces.vertical.remap.remap import remap1

SCALE = 2.0**-80  # exact; products of two differences are then 1e-48 of those of order one


@pytest.mark.parametrize("algorithm", [-1, 1, 10, 11])
def test_a_field_scaled_by_a_power_of_two_is_remapped_to_the_same_bits_scaled(algorithm, backend):
    """Not 0, the monotone spline, whose thresholds HOMME writes as numbers."""
    rng = np.random.default_rng(8)
    source, target = (rng.uniform(0.6, 1.4, (4, 4, 12)) for _ in range(2))
    target *= source.sum(-1, keepdims=True) / target.sum(-1, keepdims=True)
    mass = source * rng.uniform(0.0, 1.0, (3, 4, 4, 12))
    source, target, mass = (backend.asarray(x) for x in (source, target, mass))
    remap = backend.compile(lambda m: remap1(m, source, target, algorithm))
    found, expected = to_numpy(remap(mass * SCALE)), to_numpy(remap(mass)) * SCALE
    assert found.tobytes() == expected.tobytes() and np.abs(expected).max() > 0.0
