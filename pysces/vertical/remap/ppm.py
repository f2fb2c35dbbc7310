"""Piecewise parabolic reconstruction of a column of cell means, for the vertical remap.

Equations: Colella & Woodward (1984), doi:10.1016/0021-9991(84)90143-8, equations 1.5 to 1.10
HOMME: vertremap_base:remap_q_ppm   CAM-SE: vertremap_mod:remap_q_ppm
"""

from __future__ import annotations

from functools import partial

from ...arrays.backend import Array, namespace
from ...arrays.compiler import stored
from ...arrays.pytree import Tree, pytree
from .linearisation import Shape, linearised

SIXTH = 1.0 / 6.0  # multiplied with: XLA makes a product of a division by a constant anyhow
BOUNDARIES = ("constant", "mirror", "piecewise_constant", "linear_limited", "linear")


@pytree
class PpmWeights(Tree):
    """What the reconstruction needs of the layer thicknesses: one set serves every field on these layers.

    slope_below, slope_above : (lev+2, ...), weights of the differences to the cells below and above in a cell's slope.
    edge, edge_slope_below, edge_slope_above : (lev+1, ...), weights of difference and slopes in an interface value.
    """

    slope_below: Array
    slope_above: Array
    edge: Array
    edge_slope_below: Array
    edge_slope_above: Array


def ppm_weights(dp: Array) -> PpmWeights:
    """Weights [1] for layers dp (lev, ...) [Pa], continued by two mirrored ghost cells at each end."""
    d = _mirrored(dp)
    above, here, below = d[:-2], d[1:-1], d[2:]
    slope = here / (above + here + below)
    slope_below = slope * ((2.0 * above + here) / (below + here))
    slope_above = slope * ((here + 2.0 * below) / (above + here))
    d0, d1, d2, d3 = d[:-3], d[1:-2], d[2:-1], d[3:]  # around the interface between d1 and d2
    pair = d1 + d2
    toward_above = (d0 + d1) / (2.0 * d1 + d2)
    toward_below = (d3 + d2) / (2.0 * d2 + d1)
    scale = 1.0 / (d0 + d1 + d2 + d3)
    return PpmWeights(
        slope_below=slope_below,
        slope_above=slope_above,
        edge=d1 / pair + scale * (2.0 * d2 * d1 / pair * (toward_above - toward_below)),
        edge_slope_below=scale * (d1 * toward_above),
        edge_slope_above=scale * (d2 * toward_below),
    )


def ppm_parabolas(
    mean: Array, dp: Array, weights: PpmWeights, boundary: str, linearisation: str = "exact"
) -> tuple[Array, Array, Array]:
    """Coefficients of c0 + c1 x + c2 x^2, x in [-1/2, 1/2] downwards through each cell, monotone between its edges.

    Each is (lev, ...) [U]; a boundary that is none of BOUNDARIES is refused.

    Parameters
    ----------
    mean : (lev, ...), cell means [U].
    dp : (lev, ...), layer thickness [Pa].
    weights : PpmWeights of dp.
    boundary : how the two ghost cells at each end are filled, one of BOUNDARIES. "linear" extrapolates the outer two
        cells and so keeps a linear profile; "linear_limited" clips that to the column's extremes; "constant" repeats
        the outermost cell; "mirror" mirrors the outer two, "piecewise_constant" also flattens them.
    linearisation : how the limiters are differentiated, one of linearisation.LINEARISATIONS.
    """
    limited, unlimited = partial(_parabolas, boundary=boundary), partial(_unlimited_parabolas, boundary=boundary)
    return linearised(limited, unlimited, linearisation, (_shape_of, _of_shape))(mean, dp, weights)


def _parabolas(mean: Array, dp: Array, weights: PpmWeights, boundary: str) -> tuple[Array, Array, Array]:
    edges = stored(_edge_values, _with_ghosts(mean, dp, boundary), weights)
    above, below = edges[:-1], edges[1:]
    if boundary == "piecewise_constant":
        above, below = _flatten_ends(above, mean), _flatten_ends(below, mean)
    return stored(_coefficients, mean, above, below)


def _unlimited_parabolas(mean: Array, dp: Array, weights: PpmWeights, boundary: str) -> tuple[Array, Array, Array]:
    """As _parabolas without its limiters: what "linear_limited" clips is extrapolated."""
    boundary = "linear" if boundary == "linear_limited" else boundary
    difference = _steps(_with_ghosts(mean, dp, boundary))
    slope = _centred_slope(difference[:-1], difference[1:], weights)
    edges = _edges(_with_ghosts(mean, dp, boundary), difference, slope, weights)
    above, below = edges[:-1], edges[1:]
    if boundary == "piecewise_constant":
        above, below = _flatten_ends(above, mean), _flatten_ends(below, mean)
    return _between_edges(mean, above, below)


def _shape_of(coefficients: tuple[Array, Array, Array]) -> Shape:
    c0, c1, c2 = coefficients
    return c0 + c2 * (1.0 / 12.0), c1, -c2


def _of_shape(shape: Shape) -> tuple[Array, Array, Array]:
    mean, rise, bend = shape
    return mean + bend * (1.0 / 12.0), rise, -bend


def _coefficients(mean: Array, above: Array, below: Array) -> tuple[Array, Array, Array]:
    """The parabola with this mean between these edge values, made monotone."""
    return _between_edges(mean, *_monotone(mean, above, below))


def _between_edges(mean: Array, above: Array, below: Array) -> tuple[Array, Array, Array]:
    edge_sum = above + below
    return 1.5 * mean - edge_sum * 0.25, below - above, 3.0 * (edge_sum - 2.0 * mean)


def _edge_values(a: Array, w: PpmWeights) -> Array:
    """Interface values (lev+1, ...) from cell means with two ghosts at each end (lev+4, ...)."""
    difference = _steps(a)
    return _edges(a, difference, _limited_slope(difference[:-1], difference[1:], w), w)


def _steps(a: Array) -> Array:
    return a[1:] - a[:-1]


def _edges(a: Array, difference: Array, slope: Array, w: PpmWeights) -> Array:
    correction = w.edge_slope_above * slope[:-1] - w.edge_slope_below * slope[1:]
    return a[1:-2] + (w.edge * difference[1:-1] + correction)


def _limited_slope(to_above: Array, to_below: Array, w: PpmWeights) -> Array:
    """Centred slope of a cell, at most twice either one-sided difference, zero at an extremum."""
    xp = namespace(to_above)
    slope = _centred_slope(to_above, to_below, w)
    bound = 2.0 * xp.minimum(xp.abs(to_above), xp.abs(to_below))
    return xp.where(to_above * to_below > 0.0, xp.sign(slope) * xp.minimum(xp.abs(slope), bound), 0.0)


def _centred_slope(to_above: Array, to_below: Array, w: PpmWeights) -> Array:
    return w.slope_below * to_below + w.slope_above * to_above


def _monotone(mean: Array, above: Array, below: Array) -> tuple[Array, Array]:
    """Edge values moved so that the parabola has no extremum inside; the second test sees what the first changed."""
    xp = namespace(mean)
    extremum = (below - mean) * (mean - above) <= 0.0
    above, below = xp.where(extremum, mean, above), xp.where(extremum, mean, below)
    span = below - above
    overshoots = span * (mean - (above + below) * 0.5) > span * span * SIXTH
    above = xp.where(overshoots, 3.0 * mean - 2.0 * below, above)
    span = below - above
    undershoots = span * (mean - (above + below) * 0.5) < -(span * span * SIXTH)
    return above, xp.where(undershoots, 3.0 * mean - 2.0 * above, below)


def _mirrored(x: Array) -> Array:
    """Two ghost cells at each end, mirror images of the outer two."""
    xp = namespace(x)
    return xp.concatenate([x[1:2], x[:1], x, x[-1:], x[-2:-1]])


def _with_ghosts(mean: Array, dp: Array, boundary: str) -> Array:
    xp = namespace(mean)
    if boundary in ("mirror", "piecewise_constant"):
        return _mirrored(mean)
    if boundary == "constant":
        top, bottom = mean[:1], mean[-1:]
        return xp.concatenate([top, top, mean, bottom, bottom])
    near_top, far_top = _extrapolate(mean[1:2], mean[:1], dp[1:2], dp[:1])
    near_bottom, far_bottom = _extrapolate(mean[-2:-1], mean[-1:], dp[-2:-1], dp[-1:])
    ghosts = [far_top, near_top, near_bottom, far_bottom]
    if boundary == "linear_limited":
        low, high = mean.min(axis=0, keepdims=True), mean.max(axis=0, keepdims=True)
        ghosts = [xp.minimum(xp.maximum(ghost, low), high) for ghost in ghosts]
    elif boundary != "linear":
        raise ValueError(f"PPM boundary must be one of {BOUNDARIES}, found {boundary!r}.")
    return xp.concatenate([*ghosts[:2], mean, *ghosts[2:]])


def _extrapolate(inner: Array, outer: Array, d_inner: Array, d_outer: Array) -> tuple[Array, Array]:
    """Means of the two mirrored ghost cells on the line through the outer two cells, nearest first."""
    step = (d_inner + d_outer) / 2.0
    near = step + (d_outer + d_outer) / 2.0
    far = near + (d_outer + d_inner) / 2.0
    return tuple((1.0 - x / step) * inner + x / step * outer for x in (near, far))


def _flatten_ends(edge: Array, mean: Array) -> Array:
    return namespace(mean).concatenate([mean[:2], edge[2:-2], mean[-2:]])
