"""Quadruple-precision terms in double-precision sums, against exact rationals."""

from decimal import Decimal
from fractions import Fraction

import numpy as np

from pysces.geometry.quadruple import weighted_sum
from pysces.mesh.quadrature import gauss_lobatto


def test_every_step_is_the_exact_sum_rounded_once():
    """9 divides none of the values, so weights in 1/36 make no ties: rounding to 113 bits first changes nothing."""
    weights = gauss_lobatto(4).exact_weights
    pairs = [(weights[0], weights[1]), (weights[1], weights[1]), (weights[1], weights[0])]
    values = (9 * np.random.default_rng(1).integers(2**20, 2**48, (3, 500)) + 1) * 2.0**-54
    exact = [Fraction(1, 6) * Fraction(5, 6), Fraction(25, 36), Fraction(5, 36)]
    for column, found in zip(values.T, weighted_sum(pairs, values)):
        total = 0.0
        for weight, value in zip(exact, column):
            total = float(Fraction(total) + weight * Fraction(value))
        assert found == total


def test_a_term_that_double_precision_drops_decides_a_tie():
    tiny = Decimal(1).scaleb(-15)
    above = weighted_sum([(Decimal(1), Decimal(1)), (Decimal(1), tiny)], [np.array([1.0]), np.array([2.0**-53])])
    tie = weighted_sum([(Decimal(1), Decimal(1)), (Decimal(1), Decimal(1))], [np.array([1.0]), np.array([2.0**-53])])
    beyond = weighted_sum([(Decimal(1), Decimal(1)), (Decimal(1), 1 + tiny)], [np.array([1.0]), np.array([2.0**-53])])
    assert above[0] == 1.0 and tie[0] == 1.0 and beyond[0] == 1.0 + 2.0**-52
