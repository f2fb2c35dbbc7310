"""Parabolic spline reconstruction of a column of cell means, unlimited or with Zerroukat's monotone filter.

Equations: Zerroukat, Wood & Staniforth (2006), doi:10.1002/fld.1154
HOMME: vertremap_base:remap_Q_noppm
"""

from __future__ import annotations

import numpy as np

from ...arrays.backend import Array, namespace
from ...arrays.compiler import stored
from ..tridiagonal import TridiagonalFactors, factor_tridiagonal, solve_tridiagonal
from .linearisation import Shape, linearised

TINY = float(np.float32(1.0e-12))  # a single-precision literal in HOMME
LARGEST = 1.0e50


def spline_factors(inverse_dp: Array) -> TridiagonalFactors:
    """The factored system of the interface values for layers of thickness 1 / inverse_dp (lev, ...) [Pa-1]."""
    xp = namespace(inverse_dp)
    one = xp.ones_like(inverse_dp[:1])
    above, below = inverse_dp[:-1], inverse_dp[1:]
    lower = xp.concatenate([0.0 * one, above, one])
    diagonal = xp.concatenate([2.0 * one, 2.0 * (below + above), 2.0 * one])
    upper = xp.concatenate([one, below, 0.0 * one])
    return factor_tridiagonal(lower, diagonal, upper)


def spline_parabolas(
    mean: Array, inverse_dp: Array, factors: TridiagonalFactors, monotone: bool, linearisation: str = "exact"
) -> tuple[Array, Array, Array]:
    """Coefficients, each (lev, ...) [U], of a0 + a1 r + a2 r^2, r in [0, 1] downwards through each cell.

    Parameters
    ----------
    mean, inverse_dp : (lev, ...), cell means [U] and inverse layer thickness [Pa-1].
    factors : spline_factors of inverse_dp.
    monotone : filter cells with a spurious extremum or a value that is not positive.
    linearisation : how that filter is differentiated, one of linearisation.LINEARISATIONS.
    """
    if not monotone:
        return _unfiltered(mean, inverse_dp, factors)
    return linearised(_filtered, _unfiltered, linearisation, (_shape_of, _of_shape))(mean, inverse_dp, factors)


def _unfiltered(mean: Array, inverse_dp: Array, factors: TridiagonalFactors) -> tuple[Array, Array, Array]:
    rho = _interface_values(mean, inverse_dp, factors)
    return stored(_parabola, mean, rho[:-1], rho[1:])


def _filtered(mean: Array, inverse_dp: Array, factors: TridiagonalFactors) -> tuple[Array, Array, Array]:
    rho = _interface_values(mean, inverse_dp, factors)
    rho, suspect = stored(_filter_interfaces, rho, mean)
    return stored(_filtered_parabola, mean, rho[:-1], rho[1:], suspect)


def _shape_of(coefficients: tuple[Array, Array, Array]) -> Shape:
    a0, a1, a2 = coefficients
    return a0 + a1 * 0.5 + a2 * (1.0 / 3.0), a1 + a2, -a2


def _of_shape(shape: Shape) -> tuple[Array, Array, Array]:
    mean, rise, bend = shape
    return mean - rise * 0.5 - bend * (1.0 / 6.0), rise + bend, -bend


def _filtered_parabola(mean: Array, above: Array, below: Array, suspect: Array) -> tuple[Array, Array, Array]:
    coefficients = _parabola(mean, above, below)
    suspect = suspect | _spurious(above, below, *coefficients)
    return _filter_cells(suspect, mean, above, below, coefficients)


def _interface_values(mean: Array, inverse_dp: Array, factors: TridiagonalFactors) -> Array:
    xp = namespace(mean)
    weighted = mean * inverse_dp
    inner = 3.0 * (weighted[1:] + weighted[:-1])
    rhs = xp.concatenate([3.0 * mean[:1], inner, 3.0 * mean[-1:]])
    return solve_tridiagonal(factors, rhs)


def _parabola(mean: Array, above: Array, below: Array) -> tuple[Array, Array, Array]:
    """The parabola with these edge values and this mean."""
    return above, -4.0 * above - 2.0 * below + 6.0 * mean, 3.0 * (above + below) - 6.0 * mean


def _filter_interfaces(rho: Array, mean: Array) -> tuple[Array, Array]:
    """Interface values kept where they lie between their cells or on a resolved extremum, else set to the nearer mean.

    Returns the values (lev+1, ...) and which cells touch a changed one (lev, ...). The lowest interface is not tested.
    """
    xp = namespace(rho)
    inner, last = rho[:-1], rho[-1:]
    above = _neighbour(mean, -1)
    d = xp.concatenate([mean[1:] - mean[:-1], mean[-1:] - mean[-2:-1]])
    d = xp.where(xp.abs(d) < TINY, 0.0, d)
    up2 = _neighbour(d, -2)
    resolved = (up2 * (inner - above) > 0.0) & (up2 * _neighbour(d, -3) > 0.0)
    resolved = resolved & (d * _neighbour(d, 1) > 0.0) & (up2 * d < 0.0)
    keep = ((mean - inner) * (inner - above) >= 0.0) | resolved
    nearer = xp.where(xp.abs(inner - mean) < xp.abs(inner - above), mean, above)
    inner = xp.where(keep, inner, nearer)
    changed_below = xp.concatenate([~keep[1:], xp.zeros_like(keep[:1])])
    rho = xp.concatenate([inner, last])
    return xp.minimum(xp.maximum(rho, 0.0), _largest(rho)), ~keep | changed_below


def _spurious(above: Array, below: Array, a0: Array, a1: Array, a2: Array) -> Array:
    """Cells with an extremum that their neighbours do not support, or with values that are not positive."""
    xp = namespace(above)
    curved = xp.abs(a2) > TINY
    vertex = -a1 / xp.where(curved, 2.0 * a2, 1.0)
    inside = curved & (vertex > 0.0) & (vertex < 1.0)
    e = below - above
    up, down = _neighbour(e, -1), _neighbour(e, 1)
    supported = (_neighbour(e, -2) * up > TINY) & (down * _neighbour(e, 2) > TINY) & (up * down < TINY)
    supported = supported & (xp.where(a2 > 0.0, -up, up) > TINY)
    extremum = xp.where(inside, a0 + vertex * (a1 + vertex * a2), above)
    largest = xp.maximum(xp.maximum(above, below), extremum)
    smallest = xp.minimum(xp.minimum(above, below), extremum)
    out_of_range = (above >= _largest(above)) | (above <= 0.0) | (largest > _largest(above)) | (smallest < TINY)
    return (inside & ~supported) | out_of_range


def _filter_cells(
    suspect: Array, mean: Array, above: Array, below: Array, coefficients: tuple
) -> tuple[Array, Array, Array]:
    """Suspect cells made monotone by where their mean lies between the edges.

    Outside: constant. In the third next to an edge: the parabola that is flat at that edge. Between: kept.
    """
    xp = namespace(mean)
    tripled, third, two_thirds = 3.0 * mean, 2.0 * above + below, above + 2.0 * below
    rising = above < below
    near_above = xp.where(rising, (mean >= above) & (tripled <= third), (mean <= above) & (tripled >= third))
    near_below = xp.where(rising, (tripled >= two_thirds) & (mean <= below), (tripled <= two_thirds) & (mean >= below))
    outside = xp.where(rising, (mean < above) | (mean > below), (mean > above) | (mean < below))
    zero = xp.zeros_like(mean)
    flat_above = (above, zero, 3.0 * (mean - above))
    flat_below = (3.0 * mean - 2.0 * below, 6.0 * below - 6.0 * mean, 3.0 * mean - 3.0 * below)

    def choose(kept: Array, at_above: Array, at_below: Array, constant: Array) -> Array:
        result = xp.where(near_below, at_below, xp.where(near_above, at_above, kept))
        return xp.where(suspect, xp.where(outside, constant, result), kept)

    return tuple(map(choose, coefficients, flat_above, flat_below, (mean, zero, zero)))


def _largest(x: Array) -> float:
    """HOMME's upper bound, which single precision cannot hold."""
    return min(LARGEST, float(np.finfo(x.dtype).max))


def _neighbour(x: Array, offset: int) -> Array:
    """x at the level that many below (negative: above), the end levels repeated."""
    xp = namespace(x)
    count = min(abs(offset), x.shape[0])
    if offset < 0:
        return xp.concatenate([x[:1]] * count + [x[: x.shape[0] - count]])
    return xp.concatenate([x[count:]] + [x[-1:]] * count)
