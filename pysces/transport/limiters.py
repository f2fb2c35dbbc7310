"""Tracer limiters, element-local: each redistributes tracer mass inside one element and level, and loses none of it.

Equations: Guba, Taylor & St-Cyr (2014), doi:10.1016/j.jcp.2014.02.029 (option 8); Bradley et al. (2019),
doi:10.1137/18M1165414 (option 9, clip and assured sum)
HOMME: derivative_mod, prim_advection_base   CAM-SE: derivative_mod, prim_advection_mod (same schemes)

``limiter_option`` keeps HOMME's numbers: 0 none, 4 sign-preserving, 8 iterative optimisation, 9 clip and sum.
All sums over the nodes of an element run in one fixed order, i fastest.
"""

from __future__ import annotations

from typing import NamedTuple

from ..arrays.backend import Array, namespace
from ..arrays.compiler import optimization_barrier, quotient
from ..arrays.control import repeat_while
from ..arrays.derivatives import with_derivative_of

# Fortran writes this literal in single precision: 5e-14 rounded to 32 bits.
RELATIVE_MASS_TOLERANCE = 4.99999991225835e-14


class Bounds(NamedTuple):
    """Smallest and largest mixing ratio an element may hold, each (..., elem, 1, 1, lev) [1]."""

    low: Array
    high: Array


def element_sum(x: Array) -> Array:
    """Sum over each element's nodes of x (..., elem, i, j, lev) [U], (..., elem, 1, 1, lev); one by one, i fastest."""
    return with_derivative_of(_plain_element_sum, _ordered_element_sum, x)


def _plain_element_sum(x: Array) -> Array:
    return namespace(x).sum(x, axis=(-3, -2), keepdims=True)


def _ordered_element_sum(x: Array) -> Array:
    n_i, n_j = x.shape[-3:-1]
    nodes = [x[..., i : i + 1, j : j + 1, :] for j in range(n_j) for i in range(n_i)]
    total = nodes[0]
    for node in nodes[1:]:
        total = total + node
    return optimization_barrier(total)


def element_bounds(q: Array) -> Bounds:
    """Extremes of mixing ratios q (..., elem, i, j, lev) [1] over the nodes of each element."""
    xp = namespace(q)
    nodes = (-3, -2)
    return Bounds(xp.min(q, axis=nodes, keepdims=True), xp.max(q, axis=nodes, keepdims=True))


def limiter_optim_iter_full(tracer_mass: Array, mass: Array, bounds: Bounds, weights: Array) -> tuple[Array, Bounds]:
    """Option 8: the mixing ratio within bounds that is close to the given one and holds the same mass.

    Clip, then spread the clipped mass evenly over the nodes that have room for it, until nothing is left to spread.
    Differentiable in both modes; where a node sits on a bound, the derivative is the one-sided one.

    Parameters
    ----------
    tracer_mass : (..., elem, i, j, lev)
        Mixing ratio times mass [Pa].
    mass : (elem, i, j, lev)
        Layer thickness that the mixing ratio refers to, positive [Pa].
    bounds : Bounds
        Wanted extremes of the mixing ratio.
    weights : (elem, i, j, 1)
        Mass matrix.

    Returns
    -------
    tracer_mass, and the bounds, relaxed to the element's mean where no solution existed. A last, fifteenth spreading
    is not clipped again, so that data at the edge of feasibility may pass a bound by round-off.

    HOMME: derivative_mod:limiter_optim_iter_full
    """
    cell, q, total, bounds = _limited_cell(tracer_mass, mass, bounds, weights)
    unknown = namespace(q).full_like(total, float("inf"))
    setting = (cell, RELATIVE_MASS_TOLERANCE * abs(total), bounds)
    q, _ = repeat_while(_mass_is_left, _clip_and_spread, (q, unknown), setting, limit=_count_nodes(q) - 1)
    return q * mass, bounds


def limiter_clip_and_sum(tracer_mass: Array, mass: Array, bounds: Bounds, weights: Array) -> tuple[Array, Bounds]:
    """Option 9: clip once, then spread the clipped mass in proportion to the room each node has left.

    tracer_mass (..., elem, i, j, lev) [Pa], mass, bounds, weights and results are those of limiter_optim_iter_full; an
    element without overshoots comes back bit for bit.

    HOMME: derivative_mod:limiter_clip_and_sum
    """
    cell, _, _, bounds = _limited_cell(tracer_mass, mass, bounds, weights)
    return repeat_while(_overshoots, _clip_once, tracer_mass, (mass, cell, bounds), limit=1), bounds


def limiter2d_zero(weighted_mass: Array) -> Array:
    """Option 4: no node of a sign other than the element's total; what is removed scales the rest.

    weighted_mass, (..., elem, i, j, lev), is tracer mass times the mass matrix [Pa].

    HOMME: prim_advection_base:limiter2d_zero
    """
    xp = namespace(weighted_mass)
    total = element_sum(weighted_mass)
    sign = xp.where(total < 0, -1, 1).astype(weighted_mass.dtype)
    positive = sign * weighted_mass
    positive = xp.where(positive < 0, 0, positive)
    kept = element_sum(positive)
    return sign * xp.where(kept > 0, quotient(positive * abs(total), xp.where(kept > 0, kept, 1)), positive)


def _limited_cell(
    tracer_mass: Array, mass: Array, bounds: Bounds, weights: Array
) -> tuple[Array, Array, Array, Bounds]:
    """Node masses, mixing ratio, element's tracer mass, and bounds that allow for that mass."""
    xp = namespace(tracer_mass)
    cell = weights * mass
    q = quotient(tracer_mass, mass)
    capacity = element_sum(cell)
    total = element_sum(cell * q)
    mean = quotient(total, capacity)
    low = xp.where(total < bounds.low * capacity, mean, bounds.low)
    high = xp.where(total > bounds.high * capacity, mean, bounds.high)
    return cell, q, total, Bounds(low, high)


def _clip(q: Array, cell: Array, bounds: Bounds) -> tuple[Array, Array]:
    """q within bounds, and the tracer mass that clipping took away (negative where it added some)."""
    xp = namespace(q)
    low, high = bounds
    above, below = q > high, q < low
    excess = xp.where(above, (q - high) * cell, xp.where(below, -(low - q) * cell, 0))
    return xp.where(above, high, xp.where(below, low, q)), element_sum(excess)


def _mass_is_left(state: tuple[Array, Array], setting: tuple) -> Array:
    _, excess = state
    _, tolerance, _ = setting
    return namespace(excess).any(abs(excess) > tolerance)


def _clip_and_spread(state: tuple[Array, Array], setting: tuple) -> tuple[Array, Array]:
    """One pass of option 8: the clipped mass goes evenly to the nodes that are not at the bound it pushes towards."""
    cell, tolerance, bounds = setting
    xp = namespace(cell)
    q, excess = _clip(state[0], cell, bounds)
    free = xp.where(excess > 0, q < bounds.high, q > bounds.low)
    capacity = element_sum(xp.where(free, cell, 0))
    active = (abs(excess) > tolerance) & (capacity > 0)
    increment = xp.where(active, excess / xp.where(active, capacity, 1), 0)
    return xp.where(free, q + increment, q), excess


def _overshoots(tracer_mass: Array, setting: tuple) -> Array:
    mass, _, bounds = setting
    q = quotient(tracer_mass, mass)
    return namespace(q).any((q > bounds.high) | (q < bounds.low))


def _clip_once(tracer_mass: Array, setting: tuple) -> Array:
    """Option 9 on the elements with overshoots."""
    mass, cell, bounds = setting
    xp = namespace(tracer_mass)
    q = quotient(tracer_mass, mass)
    overshoots = xp.any((q > bounds.high) | (q < bounds.low), axis=(-3, -2), keepdims=True)
    clipped, excess = _clip(q, cell, bounds)
    room = xp.where(excess > 0, bounds.high - clipped, clipped - bounds.low)
    capacity = element_sum(room * cell)
    has_room = capacity > 0
    share = xp.where(has_room, excess / xp.where(has_room, capacity, 1), 0)
    return xp.where(overshoots, (clipped + share * room) * mass, tracer_mass)


def _count_nodes(q: Array) -> int:
    return q.shape[-3] * q.shape[-2]
