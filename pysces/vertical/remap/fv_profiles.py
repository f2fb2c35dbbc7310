"""FV3's piecewise parabolas from layer means: kord 4 and the cubic-spline family, kord 9, 10, 11 and 17.

Equations: Lin (2004), doi:10.1175/1520-0493(2004)132<2293:AVLFDC>2.0.CO;2, appendix B; Colella & Woodward (1984),
doi:10.1016/0021-9991(84)90143-8; cubic-spline edge values: Zerroukat et al. (2006), doi:10.1002/fld.1154
FV3, CAM-SE: fv_mapz (ppm_profile, cs_profile)
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import quotient, stored
from ...arrays.control import scan_levels
from .fv_limiters import (
    Parabolas,
    constant,
    huynh,
    join,
    monotone,
    monotone_between_edges,
    monotone_by_slope,
    parabolas,
    positive,
    select,
)

WIND, POSITIVE, SCALAR = -1, 0, 1  # what is remapped: fv_mapz's iv
KORDS = (4, 9, 10, 11, 17)
LIMITED = 16  # the largest kord with limiters: above, fv_mapz leaves the spline as it is


def profile(mean: Array, dp: Array, kord: int, kind: int) -> Parabolas:
    """Parabolas (..., lev) from layer means and thicknesses.

    Parameters
    ----------
    mean : (..., lev) [U].   dp : (..., lev) thickness in the remapping coordinate, [Pa] or that of its logarithm.
    kord : 4 (Lin 2004, monotone), 9 (spline, monotone, grid-scale waves removed), 10 (as 9, filter by curvature),
        11 (spline, not monotone, filter only), 17 (spline alone, which is linear in the means).
    kind : WIND, POSITIVE (kept non-negative, except by kord 17) or SCALAR.

    FV3: fv_mapz   Raises ValueError for any other kord.
    """
    if kord not in KORDS:
        raise ValueError(f"kord must be one of {KORDS}, found {kord!r}.")
    if kord > LIMITED:
        return unlimited_profile(mean, dp, kord)
    return _lin(mean, dp, kind) if kord == 4 else _cubic_spline(mean, dp, kord, kind)


def unlimited_profile(mean: Array, dp: Array, kord: int) -> Parabolas:
    """The parabolas of profile without limiters and filters: what it is differentiated as, if that is asked for.

    mean [U] and dp, each (..., lev), are those of profile.
    """
    edges = _unlimited_lin_edges(mean, dp) if kord == 4 else stored(spline_edges, mean, dp)
    return parabolas(mean, edges[..., :-1], edges[..., 1:])


# --- cubic-spline family -------------------------------------------------------------------------------------------


def _cubic_spline(mean: Array, dp: Array, kord: int, kind: int) -> Parabolas:
    edges = stored(_EDGES[kind], mean, dp)
    raw = parabolas(mean, edges[..., :-1], edges[..., 1:])
    extremum = _extremum(mean)
    nlev = mean.shape[-1]
    top = _limit_outermost(raw.layers(0, 1), kind, upper=True)
    second = monotone(raw.layers(1, 2), extremum[..., :1])
    interior = _INTERIOR[kord](raw, extremum)
    interior = positive(interior) if kind == POSITIVE else interior
    last_but_one = monotone(raw.layers(nlev - 2, nlev - 1), extremum[..., -1:])
    bottom = _limit_outermost(raw.layers(nlev - 1, nlev), kind, upper=False)
    return join(top, second, interior, last_but_one, bottom)


def _extremum(mean: Array) -> Array:
    """Whether layers 1 ... lev - 2 are larger or smaller than both neighbours.

    Comparisons, not signs of products of differences: they cannot underflow, nor change when a compiler fuses.
    """
    above, here, below = mean[..., :-2], mean[..., 1:-1], mean[..., 2:]
    return ((above < here) & (here > below)) | ((above > here) & (here < below))


def spline_edges(mean: Array, dp: Array) -> Array:
    """Edge values (..., lev + 1) [U] of the spline with this mean in layers dp, each (..., lev), free at both ends.

    A tridiagonal system, solved without pivoting: FV3's order of operations.
    """
    xp = namespace(mean)
    first = dp[..., 1] / dp[..., 0]
    pivot = first * (first + 0.5)
    start = quotient((first + first) * (first + 1.0) * mean[..., 0] + mean[..., 1], pivot)
    factor = (1.0 + first * (first + 1.5)) / pivot
    rows = [xp.moveaxis(x, -1, 0) for x in (mean[..., :-1], mean[..., 1:], dp[..., :-1] / dp[..., 1:])]

    def eliminate(above: Any, row: tuple) -> tuple:
        value, gamma = above
        upper, lower, thickness_ratio = row
        pivot = 2.0 + thickness_ratio + thickness_ratio - gamma
        below = quotient(3.0 * (upper + thickness_ratio * lower) - value, pivot)
        return (below, thickness_ratio / pivot), above

    last, rest = scan_levels(eliminate, (start, factor), tuple(rows))
    return xp.moveaxis(_substitute_back(mean, rows[2][-1], last, rest), 0, -1)


def _substitute_back(mean: Array, ratio: Array, last: tuple, rest: tuple) -> Array:
    """Edge values (lev + 1, ...) from the eliminated rows; last belongs to the interface above the bottom layer."""
    xp = namespace(mean)
    value, gamma = last
    closure = 1.0 + ratio * (ratio + 1.5)
    surface = 2.0 * ratio * (ratio + 1.0) * mean[..., -1] + mean[..., -2] - closure * value
    surface = quotient(surface, ratio * (ratio + 0.5) - closure * gamma)

    def substitute(below: Any, row: tuple) -> tuple:
        edge = row[0] - row[1] * below
        return edge, edge

    lowest = value - gamma * surface
    _, edges = scan_levels(substitute, lowest, rest, reverse=True)
    return xp.concatenate([edges, xp.stack([lowest, surface])], axis=0)


def _limit_edges(edges: Array, mean: Array, kind: int) -> Array:
    """Interior edges kept between the neighbouring means, except beside an extremum, where they may stick out."""
    xp = namespace(edges)
    low, high = xp.minimum(mean[..., :-1], mean[..., 1:]), xp.maximum(mean[..., :-1], mean[..., 1:])
    inner = edges[..., 1:-1]
    clipped = xp.maximum(xp.minimum(inner, high), low)
    rises, falls = mean[..., :-1] < mean[..., 1:], mean[..., :-1] > mean[..., 1:]
    steady = (rises[..., :-2] & rises[..., 2:]) | (falls[..., :-2] & falls[..., 2:])
    peak = xp.maximum(inner, low)[..., 1:-1]
    valley = xp.minimum(inner, high)[..., 1:-1]
    valley = xp.maximum(valley, 0.0) if kind == POSITIVE else valley
    middle = xp.where(steady, clipped[..., 1:-1], xp.where(rises[..., :-2], peak, valley))
    parts = [edges[..., :1], clipped[..., :1], middle, clipped[..., -1:], edges[..., -1:]]
    return xp.concatenate(parts, axis=-1)


def _limited_spline_edges(mean: Array, dp: Array, kind: int) -> Array:
    return _limit_edges(stored(spline_edges, mean, dp), mean, kind)


_EDGES = {kind: partial(_limited_spline_edges, kind=kind) for kind in (WIND, POSITIVE, SCALAR)}


def _limit_outermost(layer: Parabolas, kind: int, upper: bool) -> Parabolas:
    """Top or bottom layer: the outer edge keeps the sign of the mean, the parabola is monotone."""
    outer = _outer_edge(layer.left if upper else layer.right, layer.mean, kind)
    left, right = (outer, layer.right) if upper else (layer.left, outer)
    return monotone_between_edges(parabolas(layer.mean, left, right))


def _outer_edge(edge: Array, mean: Array, kind: int) -> Array:
    """The edge value at the model top or the surface: not negative for POSITIVE, of the mean's sign for WIND."""
    xp = namespace(edge)
    if kind == POSITIVE:
        return xp.maximum(edge, 0.0)
    if kind == WIND:
        return xp.where(((edge > 0.0) & (mean > 0.0)) | ((edge < 0.0) & (mean < 0.0)), edge, 0.0 * edge)
    return edge


def _kord_9(raw: Parabolas, extremum: Array) -> Parabolas:
    """Two-grid-length waves removed; edges constrained only where the parabola has its extremum inside the layer."""
    xp = namespace(raw.mean)
    p = raw.layers(2, raw.mean.shape[-1] - 2)
    wave = extremum[..., 1:-1] & (extremum[..., :-2] | extremum[..., 2:])
    constrained = huynh(p, raw.mean)
    constrained = parabolas(p.mean, constrained.left, constrained.right)
    bent = xp.abs(p.curvature) > xp.abs(p.left - p.right)
    return select(wave, constant(p), select(bent, constrained, p))


def _strong_and_bent(raw: Parabolas) -> tuple[Array, Array]:
    """Where the curvature exceeds the rise three times, and where it exceeds it at all."""
    xp = namespace(raw.mean)
    excess = 2.0 * raw.mean - (raw.left + raw.right)
    rise = xp.abs(raw.left - raw.right)
    return xp.abs(excess) > rise, xp.abs(raw.curvature) > rise


def _kord_10(raw: Parabolas, extremum: Array) -> Parabolas:
    """As kord 9 with waves recognised by curvature."""
    strong, bent = _strong_and_bent(raw)
    strong_beside = strong[..., 1:-3] | strong[..., 3:-1]
    bent_beside = bent[..., 1:-3] | bent[..., 3:-1]
    strong, bent = strong[..., 2:-2], bent[..., 2:-2]
    p = raw.layers(2, raw.mean.shape[-1] - 2)
    constrained = huynh(p, raw.mean)
    needs = (strong & ~strong_beside & bent_beside) | (~strong & bent & strong_beside)
    limited = select(needs, parabolas(p.mean, constrained.left, constrained.right), p)
    return select(strong & strong_beside, constant(p), limited)


def _kord_11(raw: Parabolas, extremum: Array) -> Parabolas:
    """The spline itself, waves removed."""
    strong, _ = _strong_and_bent(raw)
    wave = strong[..., 2:-2] & (strong[..., 1:-3] | strong[..., 3:-1])
    p = raw.layers(2, raw.mean.shape[-1] - 2)
    return select(wave, constant(p), p)


_INTERIOR = {9: _kord_9, 10: _kord_10, 11: _kord_11}


# --- kord 4 --------------------------------------------------------------------------------------------------------


def _lin(mean: Array, dp: Array, kind: int) -> Parabolas:
    xp = namespace(mean)
    slope = _limited_slope(mean, dp)  # of layers 1 ... lev - 2
    middle = _interior_edges(mean, dp, slope)  # interfaces 2 ... lev - 2
    top, second, flat_top = _end_edges(mean[..., :2], dp[..., :2], middle[..., :1])
    ends = xp.flip(mean[..., -2:], -1), xp.flip(dp[..., -2:], -1)
    bottom, last, flat_bottom = _end_edges(*ends, middle[..., -1:])
    top, bottom = _outer_edge(top, mean[..., :1], kind), _outer_edge(bottom, mean[..., -1:], kind)
    if kind == POSITIVE:
        second, last = xp.maximum(second, 0.0), xp.maximum(last, 0.0)
    edges = xp.concatenate([top, second, middle, last, bottom], axis=-1)
    raw = parabolas(mean, edges[..., :-1], edges[..., 1:])
    standard = monotone(raw, xp.concatenate([flat_top, slope == 0.0, flat_bottom], axis=-1))
    interior = monotone_by_slope(raw.layers(2, mean.shape[-1] - 2), slope[..., 1:-1])
    nlev = mean.shape[-1]
    return join(standard.layers(0, 2), interior, standard.layers(nlev - 2, nlev))


def _limited_slope(mean: Array, dp: Array) -> Array:
    """Monotonised half difference across layers 1 ... lev - 2 (Lin 2004, eq. B2 and B3)."""
    xp = namespace(mean)
    slope = _centred_slope(mean, dp)
    around = mean[..., :-2], mean[..., 1:-1], mean[..., 2:]
    room_above = xp.maximum(xp.maximum(around[0], around[1]), around[2]) - around[1]
    room_below = around[1] - xp.minimum(xp.minimum(around[0], around[1]), around[2])
    size = xp.minimum(xp.minimum(xp.abs(slope), room_above), room_below)
    return xp.where(slope < 0.0, -size, size)


def _centred_slope(mean: Array, dp: Array) -> Array:
    """Half difference across layers 1 ... lev - 2 (Lin 2004, eq. B2)."""
    above, here, below = dp[..., :-2], dp[..., 1:-1], dp[..., 2:]
    change = mean[..., 1:] - mean[..., :-1]
    weight_below = (above + 0.5 * here) / (here + below)
    weight_above = (below + 0.5 * here) / (above + here)
    return here * (weight_below * change[..., 1:] + weight_above * change[..., :-1]) / (above + here + below)


def _unlimited_lin_edges(mean: Array, dp: Array) -> Array:
    """Edge values (..., lev + 1) of kord 4 without its limiters."""
    xp = namespace(mean)
    middle = _interior_edges(mean, dp, _centred_slope(mean, dp))
    top, second = _free_end_edges(mean[..., :2], dp[..., :2], middle[..., :1])
    bottom, last = _free_end_edges(xp.flip(mean[..., -2:], -1), xp.flip(dp[..., -2:], -1), middle[..., -1:])
    return xp.concatenate([top, second, middle, last, bottom], axis=-1)


def _interior_edges(mean: Array, dp: Array, slope: Array) -> Array:
    """Fourth-order edge values at interfaces 2 ... lev - 2 (Lin 2004, eq. B4)."""
    two_above, above, below, two_below = (dp[..., n : dp.shape[-1] - 3 + n] for n in range(4))
    change = mean[..., 2:-1] - mean[..., 1:-2]
    linear = change * above / (above + below)
    weight_above = (two_above + above) / (above + below + above)
    weight_below = (below + two_below) / (above + below + below)
    correction = below * (linear * (weight_above - weight_below) + weight_below * slope[..., :-1])
    correction = correction - above * weight_above * slope[..., 1:]
    return mean[..., 1:-2] + linear + 2.0 / (two_above + above + below + two_below) * correction


def _end_edges(mean: Array, dp: Array, inner: Array) -> tuple[Array, Array, Array]:
    """Outermost edge value and the one next to it, which is kept between the means beside it; and whether that makes it
    the end layer's, known from comparisons that no rounding turns, where a compiler computes a mean twice."""
    xp = namespace(mean)
    outermost, second = _free_end_edges(mean, dp, inner)
    q1, q2 = mean[..., :1], mean[..., 1:]
    held = ((second <= q1) & (q1 <= q2)) | ((second >= q1) & (q1 >= q2))
    return outermost, xp.maximum(xp.minimum(second, xp.maximum(q1, q2)), xp.minimum(q1, q2)), held


def _free_end_edges(mean: Array, dp: Array, inner: Array) -> tuple[Array, Array]:
    """The same of an area-preserving cubic without second derivative at the end.

    mean, dp : (..., 2) of the end layer and its neighbour.   inner : (..., 1) the edge value beyond the neighbour.
    """
    (q1, q2), (d1, d2) = ((x[..., :1], x[..., 1:]) for x in (mean, dp))
    middle = (d2 * q1 + d1 * q2) / (d1 + d2)
    gradient = 2.0 * (q2 - q1) / (d1 + d2)
    cubic = 4.0 * (inner - middle - d2 * gradient) / (d2 * (2.0 * d2 * d2 + d1 * (d2 + 3.0 * d1)))
    slope = gradient - 0.5 * cubic * (d2 * (5.0 * d1 + d2) - 3.0 * d1 * d1)
    second = middle - 0.25 * cubic * d1 * d2 * (d2 + 3.0 * d1)
    return d1 * (2.0 * cubic * d1 * d1 - slope) + second, second
