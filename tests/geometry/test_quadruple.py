"""Quadruple-precision terms in double-precision sums, against exact rationals."""

from decimal import Decimal
from fractions import Fraction

import numpy as np

from pysces.geometry.quadruple import BITS, lobatto_weights, weighted_sum
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


def test_hommes_inner_weight_is_the_number_below_the_nearest():
    """A term in 25/36 is a tie every 36 times, and there the last of 113 bits shows: alone so all of mountain_10_x2's
    780 areas are HOMME's; with the nearest weight 6 of them are not."""
    end, inner, *_ = (Fraction(w) for w in lobatto_weights(gauss_lobatto(4).exact_nodes))
    ulp = Fraction(1, 2**BITS)  # of numbers from 1/2 to 1
    assert abs(end - Fraction(1, 6)) < ulp / 8
    assert ulp / 2 < Fraction(5, 6) - inner < ulp


def test_weights_of_other_orders_are_those_of_the_rule():
    for npts in (2, 3, 5, 7):
        rule = gauss_lobatto(npts)
        assert [float(w) for w in lobatto_weights(rule.exact_nodes)] == rule.weights.tolist()
