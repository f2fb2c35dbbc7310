"""Newton's iteration for the w of an implicit stage, with its tridiagonal Jacobian, from hydrostatic balance.

An element's columns iterate together until all are done; a layer that a step would turn inside out takes half the step
that would close it. Levels come first here, so that neighbours are whole slabs. A layer that grows by the fraction x
keeps (1 + x)^(-1/(1 - kappa)) of its pressure: a short series for small x, as nearly all are. Others take powers.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783; Steyer et al. (2019), doi:10.1137/18M1221254 [IMEX-RK]
HOMME: imex_mod (compute_stage_value_dirk, get_dirk_jacobian, solve_strict_tridiag)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...arrays.backend import Array, namespace
from ...arrays.control import either, repeat_while, scan_levels
from ...arrays.pytree import Tree, pytree
from ...constants import Constants
from ...vertical.tridiagonal import factor_tridiagonal, solve_tridiagonal

SMALL, TERMS = 1.0 / 64.0, 9  # what the series leaves out is 3e-18 of it


@pytree
class Slabs(Tree):
    """What an iteration depends on, levels first.

    w0 (lev, elem, i, j) [m s-1], dphi0 : geopotential through a layer, downwards [m2 s-2].
    volume : R_dry vtheta_dp / p0 [m2 s-2].   dp [Pa].   per_mass : of the upper interface of each layer [Pa-1].
    kick : g h [m s-1].   ptop [Pa].   scale : what a change of w is small against (1, elem, 1, 1) [m s-1].
    """

    w0: Array
    dphi0: Array
    volume: Array
    dp: Array
    per_mass: Array
    kick: Array
    ptop: Array
    scale: Array
    constants: Constants


class Iterate(NamedTuple):
    """Where the iteration stands.

    w [m s-1], and while it goes on its p [Pa], (lev, elem, i, j).   count : of steps taken (1, elem, 1, 1).
    change : of the last step, relative, its shape.
    """

    w: Array
    p: Array
    change: Array
    count: Array


def iterated(slabs: Slabs, tolerance: float, limit: int) -> Iterate:
    """The last iterate: an element stops after the first step that changes it by less than the tolerance."""
    w, p = _hydrostatic(slabs)
    none = 0.0 * slabs.scale

    def unfinished(at: Iterate, slabs: Slabs) -> Array:
        return ~namespace(at.change).all(at.change < tolerance)

    def step(at: Iterate, slabs: Slabs) -> Iterate:
        moving, where = ~(at.change < tolerance), namespace(at.w).where
        delta, growth, least, most = newton_step(at, slabs)
        part = where(moving, _fraction(least), 0.0)
        w = at.w + part * delta
        change = where(moving, most.max(axis=(-2, -1), keepdims=True)[None] / slabs.scale, at.change)
        grown = lambda p, part: _pressure_after(p, part * growth, dphi_at(w, slabs), slabs)  # noqa: E731
        p = either(~(change < tolerance).all(), grown, lambda p, part: p, at.p, part)  # at the end nobody needs it
        return Iterate(w, p, change, at.count + moving)

    return repeat_while(unfinished, step, Iterate(w, p, none + np.inf, none), slabs, limit)


def newton_step(at: Iterate, slabs: Slabs) -> tuple[Array, Array, Array, Array]:
    """The change of w [m s-1] and the fraction by which it makes each layer grow, (lev, elem, i, j).

    And of each column (elem, i, j) the least of that fraction, if negative, and the largest change.
    """
    xp, kick, dphi = namespace(at.w), slabs.kick, dphi_at(at.w, slabs)
    push = slabs.per_mass * (at.p - _above(at.p, slabs.ptop)) - 1.0
    equations = (*rows(at.p, dphi, slabs), slabs.w0 + kick * push - at.w)
    zero = xp.zeros_like(at.w[0])

    def downwards(carry: tuple, row: tuple) -> tuple:
        ratio, partial = carry
        lower, upper, rhs = row
        inverse = 1.0 / (1.0 - lower - upper - lower * ratio)
        carry = upper * inverse, (rhs - lower * partial) * inverse
        return carry, carry

    def upwards(carry: tuple, row: tuple) -> tuple:
        below, least, most = carry
        ratio, partial, dphi = row
        delta = partial - ratio * below
        growth = kick * (below - delta) / dphi
        return (delta, xp.minimum(least, growth), xp.maximum(most, abs(delta))), (delta, growth)

    _, eliminated = scan_levels(downwards, (zero, zero), equations)
    (_, least, most), step = scan_levels(upwards, (zero, zero, zero), (*eliminated, dphi), reverse=True)
    return (*step, least, most)


def divided(p: Array, dphi: Array, slabs: Slabs, rhs: Array) -> Array:
    """The inverse of the Jacobian at p [Pa] and dphi [m2 s-2], applied to rhs [m s-1], each (lev, elem, i, j)."""
    lower, upper = rows(p, dphi, slabs)
    return solve_tridiagonal(factor_tridiagonal(lower, 1.0 - lower - upper, upper), rhs)


def rows(p: Array, dphi: Array, slabs: Slabs) -> tuple[Array, Array]:
    """L and U of the Jacobian [1], whose rows are (L, 1 - L - U, U), at p [Pa] and dphi [m2 s-2] (lev, elem, i, j).

    w at an interface feels the two layers that it parts, whose pressure falls as they grow; L of the first row and U of
    the last belong to the top and the ground, which do not move.
    """
    stiffness = p / dphi * (slabs.kick * slabs.kick * _exponent(slabs))
    return slabs.per_mass * _above(stiffness, 0.0), slabs.per_mass * stiffness


def _hydrostatic(slabs: Slabs) -> tuple[Array, Array]:
    """The w that brings geopotential to hydrostatic balance, layers no thinner than HOMME's least, and its pressure."""
    c, xp = slabs.constants, namespace(slabs.dp)
    zero = xp.zeros_like(slabs.dp[0])
    p = scan_levels(lambda above, dp: (above + dp, above + 0.5 * dp), zero + slabs.ptop, slabs.dp)[1]
    thickness = slabs.volume * xp.exp((c.kappa - 1.0) * xp.log(p * (1.0 / c.p0)))
    held = xp.maximum(thickness, c.gravity)
    p = _pressure_after(p, held / thickness - 1.0, -held, slabs)
    rise = (held + slabs.dphi0) * (1.0 / slabs.kick)
    return scan_levels(lambda below, r: (below + r, below + r), zero, rise, reverse=True)[1], p


def _pressure_after(p: Array, growth: Array, dphi: Array, slabs: Slabs) -> Array:
    """Pressure of layers that have grown by a fraction, to dphi [Pa]; no number depends on other layers' growth."""
    xp, exponent, p0 = namespace(p), _exponent(slabs), slabs.constants.p0
    kept = 1.0 - growth * (exponent + TERMS - 1) / TERMS
    for n in range(TERMS - 1, 0, -1):
        kept = 1.0 - growth * ((exponent + (n - 1)) / n) * kept
    small = abs(growth) <= SMALL
    by_power = lambda near: xp.where(small, near, p0 * (slabs.volume / -dphi) ** exponent)  # noqa: E731
    return either(~small.all(), by_power, lambda near: near, p * kept)


def _fraction(least: Array) -> Array:
    """1, or half the fraction of the step that closes the first layer of a column to close."""
    xp = namespace(least)
    return xp.where(least > -1.0, 1.0, -0.5 / xp.minimum(least, -1.0))


def _exponent(slabs: Slabs) -> Array:
    return 1.0 / (1.0 - slabs.constants.kappa)


def dphi_at(w: Array, slabs: Slabs) -> Array:
    """Geopotential through each layer under this w, downwards and so negative, (lev, elem, i, j) [m2 s-2]."""
    return slabs.dphi0 + slabs.kick * _drop(w)


def _drop(w: Array) -> Array:
    """w at the lower interface of each layer less that at its upper one."""
    xp = namespace(w)
    return xp.concatenate([w[1:], xp.zeros_like(w[:1])]) - w


def _above(layers: Array, top: Array) -> Array:
    """Of each layer, that above it."""
    xp = namespace(layers)
    return xp.concatenate([xp.zeros_like(layers[:1]) + top, layers[:-1]])
