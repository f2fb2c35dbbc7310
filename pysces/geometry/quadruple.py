"""Sums of double-precision numbers with quadruple-precision weights, rounded as Fortran's real(16) rounds them.

HOMME sums an element's area so. A weight such as 25/36 times a metric term is a tie between two doubles every few dozen
terms, which more digits would break another way; only 113 bits give HOMME's mesh bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

BITS = 113
_SCALE = 400
_ONE = 2**_SCALE  # numbers are integers, this is 1


def weighted_sum(weights: Iterable[tuple[Decimal, Decimal]], values: Iterable[np.ndarray]) -> np.ndarray:
    """A running sum in double precision of first * second * value, each operation in quadruple precision."""
    total: Any = 0.0
    for (first, second), value in zip(weights, values):
        weight = _product(_quadruple(first), _quadruple(second))
        add = np.frompyfunc(lambda t, x, w=weight: _rounded(_product(w, _scaled(x)) + _scaled(t)) / _ONE, 2, 1)
        total = add(total, value).astype(np.float64)
    return total


def _quadruple(number: Decimal) -> int:
    return _rounded(round(Fraction(number) * _ONE))


def _scaled(x: float) -> int:
    numerator, denominator = x.as_integer_ratio()
    return numerator * (_ONE // denominator)


def _product(x: int, y: int) -> int:
    return _rounded(x * y) >> _SCALE


def _rounded(x: int) -> int:
    """x with 113 significant bits, ties to even."""
    excess = x.bit_length() - BITS
    if excess <= 0:
        return x
    kept, dropped = x >> excess, x & ((1 << excess) - 1)
    half = 1 << (excess - 1)
    return (kept + (dropped > half or (dropped == half and kept & 1))) << excess
