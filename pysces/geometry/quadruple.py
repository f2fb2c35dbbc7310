"""Sums of double-precision numbers with quadruple-precision weights, rounded as Fortran's real(16) rounds them.

HOMME sums an element's area so. A weight such as 25/36 times a metric term is a tie between two doubles every few dozen
terms, which more digits would break another way; only 113 bits give HOMME's mesh bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

BITS = 113
Exact = Decimal | Fraction
_SCALE = 400
_ONE = 2**_SCALE  # numbers are integers, this is 1


@lru_cache
def lobatto_weights(nodes: tuple[Decimal, ...]) -> tuple[Fraction, ...]:
    """Weights of a Gauss-Lobatto rule of these nodes, every operation in quadruple precision as HOMME writes it.

    The inner weight of four nodes is the number below the one that is nearest to 5/6, and ties go where it says.
    HOMME: quadrature_mod: gausslobatto_wts, jacobi
    """
    order = len(nodes) - 1
    values = [_legendre(order, _nearest(Fraction(x))) for x in nodes]
    return tuple(_nearest(2 / _nearest(_nearest(order * (order + 1) * p) * p)) for p in values)


def _legendre(order: int, x: Fraction) -> Fraction:
    below, value = Fraction(1), x
    for k in range(1, order):
        up, down, by = 4 * k * (k + 1) * (2 * k + 1), 4 * k * k * (k + 1), 4 * k * (k + 1) ** 2
        following = _nearest(_nearest(_nearest(x * up) * value) - _nearest(down * below))
        below, value = value, _nearest(following / by)
    return value


def _nearest(number: Fraction) -> Fraction:
    """The number of 113 bits that is nearest."""
    return Fraction(_quadruple(number), _ONE)


def weighted_sum(weights: Iterable[tuple[Exact, Exact]], values: Iterable[np.ndarray]) -> np.ndarray:
    """A running sum in double precision of first * second * value, each operation in quadruple precision.

    weights : pairs (first, second).   values : as many arrays [U], all of one shape, which is that of the sum.
    """
    total: Any = 0.0
    for (first, second), value in zip(weights, values):
        weight = _product(_quadruple(first), _quadruple(second))
        add = np.frompyfunc(lambda t, x, w=weight: _rounded(_product(w, _scaled(x)) + _scaled(t)) / _ONE, 2, 1)
        total = add(total, value).astype(np.float64)
    return total


def _quadruple(number: Exact) -> int:
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
