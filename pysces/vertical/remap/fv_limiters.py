"""Parabolas inside layers and the constraints that keep them monotone or positive.

    q(s) = left + s (right - left + curvature (1 - s)),   s = 0 at the top of the layer, 1 at its bottom

Equations: Colella & Woodward (1984), doi:10.1016/0021-9991(84)90143-8; Lin (2004),
doi:10.1175/1520-0493(2004)132<2293:AVLFDC>2.0.CO;2; Huynh (1996), doi:10.1007/BFb0107151
FV3: fv_mapz   CAM-SE: fv_mapz
"""

from __future__ import annotations

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, tree_map
from .linearisation import Shape


@pytree
class Parabolas(Tree):
    """One parabola a layer, each field (..., lev)."""

    mean: Array = field("", "layer mean", cam="a4(1)")
    left: Array = field("", "value at the top of the layer", cam="a4(2)")
    right: Array = field("", "value at the bottom of the layer", cam="a4(3)")
    curvature: Array = field("", "coefficient of s (1 - s)", cam="a4(4)")

    def layers(self, first: int, last: int) -> Parabolas:
        """Those of layers first to last - 1."""
        return self.map(lambda x: x[..., first:last])

    def shape(self) -> Shape:
        """Mean, difference of the edges, curvature."""
        return self.mean, self.right - self.left, self.curvature


def parabolas(mean: Array, left: Array, right: Array) -> Parabolas:
    """The parabolas with these values of mean, left and right, each (..., lev) [U]."""
    return Parabolas(mean, left, right, 3.0 * (2.0 * mean - (left + right)))


def of_shape(shape: Shape) -> Parabolas:
    """The parabolas with these means, differences of the edges and curvatures."""
    mean, rise, curvature = shape
    left = mean - 0.5 * rise - curvature * (1.0 / 6.0)
    return Parabolas(mean, left, left + rise, curvature)


def join(*groups: Parabolas) -> Parabolas:
    """Groups of layers put together, top down."""
    return tree_map(lambda *parts: namespace(*parts).concatenate(parts, axis=-1), *groups)


def select(condition: Array, chosen: Parabolas, other: Parabolas) -> Parabolas:
    """chosen [U] where the condition (..., lev) holds, other elsewhere."""
    xp = namespace(condition)
    return tree_map(lambda a, b: xp.where(condition, a, b), chosen, other)


def constant(p: Parabolas) -> Parabolas:
    """Flat at the mean."""
    return Parabolas(p.mean, p.mean, p.mean, 0.0 * p.mean)


def _steer_left(p: Parabolas) -> Parabolas:
    """The parabola with its extremum at the left edge; the right edge follows."""
    curvature = 3.0 * (p.left - p.mean)
    return Parabolas(p.mean, p.left, p.left - curvature, curvature)


def _steer_right(p: Parabolas) -> Parabolas:
    """The parabola with its extremum at the right edge; the left edge follows."""
    curvature = 3.0 * (p.right - p.mean)
    return Parabolas(p.mean, p.right - curvature, p.right, curvature)


def monotone(p: Parabolas, extremum: Array) -> Parabolas:
    """Flat [U] where extremum (..., lev) says, else without overshoot (Colella & Woodward 1984, eq. 1.10)."""
    rise = p.right - p.left
    bend, limit = p.curvature * rise, rise * rise
    smooth = select(bend > limit, _steer_right(p), p)
    return select(extremum, constant(p), select(bend < -limit, _steer_left(p), smooth))


def monotone_between_edges(p: Parabolas) -> Parabolas:
    """As monotone; the mean is an extremum unless it lies between the edges."""
    between = ((p.left < p.mean) & (p.mean < p.right)) | ((p.left > p.mean) & (p.mean > p.right))
    return monotone(p, ~between)


def monotone_by_slope(p: Parabolas, slope: Array) -> Parabolas:
    """Edges no further from the mean [U] than the limited slope (..., lev) allows (Lin 2004, appendix B, eq. B5)."""
    xp = namespace(slope)
    reach, sign = 2.0 * xp.abs(slope), xp.where(slope < 0.0, -1.0, 1.0).astype(slope.dtype)
    left = p.mean - sign * xp.minimum(reach, xp.abs(p.left - p.mean))
    right = p.mean + sign * xp.minimum(reach, xp.abs(p.right - p.mean))
    return parabolas(p.mean, left, right)


def positive(p: Parabolas) -> Parabolas:
    """Nowhere negative where the mean is positive (Lin 2004, appendix B, eq. B6); flat where it is not."""
    xp = namespace(p.mean)
    rise = p.right - p.left
    inside = xp.abs(rise) < -p.curvature
    divisor = xp.where(inside, p.curvature, xp.ones_like(p.curvature))
    lowest = p.mean + 0.25 * rise * rise / divisor + p.curvature * (1.0 / 12.0)
    valley = (p.mean < p.right) & (p.mean < p.left)
    mended = select(valley, constant(p), select(rise > 0.0, _steer_left(p), _steer_right(p)))
    return select(p.mean <= 0.0, constant(p), select(inside & (lowest < 0.0), mended, p))


def huynh(p: Parabolas, mean: Array) -> Parabolas:
    """Edges of layers 2 ... lev-3 within the range that the neighbours' slopes suggest (Huynh's second constraint).

    p : parabolas of those layers.   mean : (..., lev) means of the whole column [U].
    """
    change = mean[..., 1:] - mean[..., :-1]
    two_above, above, below, two_below = (change[..., n : n + p.mean.shape[-1]] for n in range(4))
    left = _between(p.left, p.mean, p.mean - 2.0 * below, 1.5 * two_below)
    right = _between(p.right, p.mean, p.mean + 2.0 * above, -1.5 * two_above)
    return Parabolas(p.mean, left, right, p.curvature)


def _between(edge: Array, mean: Array, linear: Array, correction: Array) -> Array:
    """The edge moved into the span of the mean, the linear extrapolation and the extrapolation with curvature."""
    xp = namespace(edge)
    curved = linear + correction
    lowest = xp.minimum(xp.minimum(mean, linear), curved)
    highest = xp.maximum(xp.maximum(mean, linear), curved)
    return xp.minimum(xp.maximum(edge, lowest), highest)
