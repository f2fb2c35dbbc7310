"""Tridiagonal systems along levels, by Thomas's algorithm without pivoting: for diagonally dominant matrices.

HOMME: vertremap_base:remap_Q (its elimination), imex_mod (strict tridiagonal solve)
"""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array, namespace
from ..arrays.control import scan_levels
from ..arrays.pytree import Tree, pytree


@pytree
class TridiagonalFactors(Tree):
    """A factored matrix, levels first: rows scaled to a unit diagonal, and what the substitution multiplies with."""

    lower: Array
    inverse_pivot: Array
    upper: Array


def factor_tridiagonal(lower: Array, diagonal: Array, upper: Array) -> TridiagonalFactors:
    """Factors of the matrix of lower, diagonal, upper, each (n, ...) [U]; lower[0] and upper[-1] are not used."""

    def eliminate(ratio: Array, row: tuple) -> tuple:
        low, middle, up = row
        inverse = 1.0 / (middle - low * ratio)
        return up * inverse, (inverse, up * inverse)

    first = namespace(diagonal).zeros_like(diagonal[0])
    _, (inverse_pivot, ratio) = scan_levels(eliminate, first, (lower, diagonal, upper))
    return TridiagonalFactors(lower, inverse_pivot, ratio)


def solve_tridiagonal(factors: TridiagonalFactors, rhs: Array) -> Array:
    """Solution (n, ...) of a factored system for rhs [U]; the trailing axes of matrix and rhs are broadcast."""
    zero = namespace(rhs).zeros_like(rhs[0] * factors.lower[0])

    def forward(previous: Any, row: tuple) -> tuple:
        low, inverse, value = row
        result = (value - low * previous) * inverse
        return result, result

    def backward(following: Any, row: tuple) -> tuple:
        ratio, value = row
        result = value - ratio * following
        return result, result

    _, partial = scan_levels(forward, zero, (factors.lower, factors.inverse_pivot, rhs))
    return scan_levels(backward, zero, (factors.upper, partial), reverse=True)[1]
