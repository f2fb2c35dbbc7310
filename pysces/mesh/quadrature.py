"""Gauss-Lobatto-Legendre nodes, weights and derivative matrix, computed with 50 digits and rounded to double once.

Source: Canuto, Hussaini, Quarteroni & Zang (2006), Spectral Methods, section 2.3.
HOMME: quadrature_mod (built with quadruple precision), derivative_mod: dvvinit
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np

_DIGITS = 50


@dataclass(frozen=True)
class Quadrature:
    """GLL rule with np nodes on [-1, 1]; ``exact_`` nodes and weights keep the digits that double precision drops."""

    nodes: np.ndarray
    weights: np.ndarray
    derivative_matrix: np.ndarray  # [evaluation node, basis function]
    node_weights: np.ndarray  # (np, np): products of weights, rounded once
    exact_nodes: tuple[Decimal, ...]
    exact_weights: tuple[Decimal, ...]


@lru_cache
def gauss_lobatto(npts: int) -> Quadrature:
    """The GLL rule and the derivative of its Lagrange basis.

    Parameters
    ----------
    npts : nodes in one direction.

    Raises
    ------
    ValueError for fewer than 2.
    """
    if npts < 2:
        raise ValueError(f"A Gauss-Lobatto rule needs at least 2 nodes, found np={npts}; use np=4.")
    with localcontext() as context:
        context.prec = _DIGITS
        nodes = _nodes(npts)
        p_n = [_legendre(npts - 1, x)[0] for x in nodes]
        weights = [Decimal(2) / (npts * (npts - 1) * p * p) for p in p_n]
        derivative = [[_basis_derivative(k, at, nodes, p_n) for k in range(npts)] for at in range(npts)]
        products = [[a * b for b in weights] for a in weights]
    exact = tuple(nodes), tuple(weights)
    return Quadrature(_rounded(nodes), _rounded(weights), _rounded(derivative), _rounded(products), *exact)


def _rounded(values: list) -> np.ndarray:
    array = np.array(values, dtype=object).astype(np.float64)
    array.setflags(write=False)
    return array


def _legendre(n: int, x: Decimal) -> tuple[Decimal, Decimal]:
    """P_n(x) and P_{n-1}(x) by the three-term recurrence."""
    below, value = Decimal(1), x
    for k in range(1, n):
        below, value = value, ((2 * k + 1) * x * value - k * below) / (k + 1)
    return (value, below) if n > 0 else (Decimal(1), Decimal(0))


def _nodes(npts: int) -> list[Decimal]:
    """Zeros of (1 - x^2) P'_n(x), n = npts - 1, by Newton from the Chebyshev-Lobatto points; symmetric about 0."""
    n = npts - 1
    interior = [_root(n, Decimal(-np.cos(np.pi * k / n))) for k in range(1, npts // 2)]
    middle = [Decimal(0)] if npts % 2 else []
    left = [Decimal(-1), *interior]
    return left + middle + [-x for x in reversed(left)]


def _root(n: int, x: Decimal) -> Decimal:
    for _ in range(100):
        p, below = _legendre(n, x)
        derivative = n * (below - x * p) / (1 - x * x)
        second = (2 * x * derivative - n * (n + 1) * p) / (1 - x * x)
        step = derivative / second
        x -= step
        if abs(step) < Decimal(10) ** (5 - _DIGITS):
            return x
    raise ArithmeticError(f"Newton's iteration for the GLL nodes of order {n} did not converge.")


def _basis_derivative(k: int, at: int, nodes: list[Decimal], p_n: list[Decimal]) -> Decimal:
    """Derivative of Lagrange basis function k at node ``at``."""
    n = len(nodes) - 1
    if k != at:
        return p_n[at] / (p_n[k] * (nodes[at] - nodes[k]))
    if at in (0, n):
        return Decimal(n * (n + 1)) / 4 * (-1 if at == 0 else 1)
    return Decimal(0)
