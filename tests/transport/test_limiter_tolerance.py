"""Limiter 8 stops spreading where HOMME stops: 5e-14 of an element's tracer mass, a literal in single precision."""

import numpy as np
import pytest

from pysces.arrays.backend import to_numpy
from pysces.transport.limiters import Bounds, limiter_optim_iter_full

HIGH = 1.0
AS_WRITTEN = float(np.float32(5e-14))  # 4.99999991e-14


def overshooting(share):
    """Mixing ratio and weights of an element with one node over its bound, by this share of all the element's tracer
    mass, and the mass that clipping takes away."""
    over = 4096 * np.spacing(HIGH)
    q = np.full((1, 4, 4, 1), 0.5)
    q[0, 0, 0, 0] = HIGH + over
    weights = np.ones_like(q)
    others = 0.5 * (q.size - 1)
    weights[0, 0, 0, 0] = share * others / (over - share * (HIGH + over))
    return q, weights, over * weights[0, 0, 0, 0]


@pytest.mark.parametrize(
    ("share", "spreads"),
    [
        (0.5 * AS_WRITTEN, False),
        (AS_WRITTEN * (1 - 1e-9), False),
        (AS_WRITTEN * (1 + 1e-9), True),  # less than 5e-14 in double precision
        (2 * AS_WRITTEN, True),
    ],
)
def test_clipped_mass_is_spread_above_the_tolerance_and_dropped_below(share, spreads, backend):
    q, weights, clipped = overshooting(share)
    bounds = Bounds(*(backend.asarray(np.full((1, 1, 1, 1), b)) for b in (0.0, HIGH)))
    mass, weights = np.ones_like(q), backend.asarray(weights)
    limited, _ = to_numpy(limiter_optim_iter_full(backend.asarray(q), backend.asarray(mass), bounds, weights))
    gained = (limited - q).ravel()[1:]
    assert limited.max() == HIGH and (gained > 0.0).all() == spreads
    if spreads:  # what each of the others gains is a multiple of an ulp of theirs
        assert np.abs(gained - clipped / gained.size).max() <= np.spacing(0.5)
