"""Gauss-Lobatto-Legendre rules integrate and differentiate polynomials exactly."""

import numpy as np
import pytest

from pysces.mesh.quadrature import gauss_lobatto


@pytest.mark.parametrize("npts", [2, 3, 4, 5, 8])
def test_rule_integrates_polynomials_up_to_degree_2n_minus_3(npts):
    rule = gauss_lobatto(npts)
    for degree in range(2 * npts - 2):
        exact = 2 / (degree + 1) if degree % 2 == 0 else 0.0
        assert np.dot(rule.weights, rule.nodes**degree) == pytest.approx(exact, abs=4e-16 * npts)


@pytest.mark.parametrize("npts", [2, 3, 4, 5, 8])
def test_derivative_matrix_is_exact_for_polynomials(npts):
    rule = gauss_lobatto(npts)
    for degree in range(1, npts):
        slope = rule.derivative_matrix @ rule.nodes**degree
        assert np.allclose(slope, degree * rule.nodes ** (degree - 1), atol=3e-15 * npts**2, rtol=0)


def test_four_nodes_are_those_of_the_literature():
    rule = gauss_lobatto(4)
    assert np.array_equal(rule.nodes, [-1, -np.sqrt(0.2), np.sqrt(0.2), 1])
    assert np.array_equal(rule.weights, np.array([1, 5, 5, 1]) / 6)


def test_a_rule_of_one_node_is_refused():
    with pytest.raises(ValueError, match="at least 2 nodes, found np=1"):
        gauss_lobatto(1)
