"""Conservative remapping of columns by integrating the parabolas of the source layers over the target layers.

Equations: Lin (2004), doi:10.1175/1520-0493(2004)132<2293:AVLFDC>2.0.CO;2, section 4   FV3, CAM-SE: fv_mapz:map1_ppm
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import quotient, stored
from ...arrays.control import either, scan_levels
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree
from .fv_limiters import Parabolas, of_shape
from .fv_profiles import profile, unlimited_profile
from .linearisation import linearised

FEW = 2


@pytree
class Overlap(Tree):
    """Where target layers begin and end among the source layers; all (..., lev), source_dp by source layer."""

    first: Array = field("1", "source layer in which the target layer begins")
    last: Array = field("1", "source layer in which it ends")
    begin: Array = field("1", "where it begins, as a fraction of the first source layer")
    end: Array = field("1", "where it ends, as a fraction of the last source layer")
    rest_of_first: Array = field("Pa", "thickness between its beginning and the end of the first source layer")
    part_of_last: Array = field("Pa", "thickness between the beginning of the last source layer and its end")
    target_dp: Array = field("Pa", "thickness of the target layer")
    source_dp: Array = field("Pa", "thickness of the source layer")


def overlap(source_i: Array, target_i: Array) -> Overlap:
    """Compare interfaces source_i and target_i (..., lev + 1), in one unit [any]; both cover the same span."""
    xp = namespace(source_i, target_i)
    source_dp = source_i[..., 1:] - source_i[..., :-1]
    layer = _layer_above(source_i, target_i)
    first, last = layer[..., :-1], layer[..., 1:]
    top, bottom, begin_i, end_i = source_i[..., :-1], source_i[..., 1:], target_i[..., :-1], target_i[..., 1:]
    take = xp.take_along_axis
    part_of_last = end_i - take(top, last, axis=-1)
    return Overlap(
        first=first,
        last=last,
        begin=(begin_i - take(top, first, axis=-1)) / take(source_dp, first, axis=-1),
        end=part_of_last / take(source_dp, last, axis=-1),
        rest_of_first=take(bottom, first, axis=-1) - begin_i,
        part_of_last=part_of_last,
        target_dp=end_i - begin_i,
        source_dp=source_dp,
    )


def _layer_above(source_i: Array, target_i: Array) -> Array:
    """Index of the source layer at whose bottom, or inside which, each target interface lies; all pairs compared."""
    return (source_i[..., None, 1:-1] < target_i[..., :, None]).sum(axis=-1)


def layer_means(p: Parabolas, o: Overlap) -> Array:
    """Means (..., lev) [U] over the target layers of the parabolas p of the source layers."""
    xp = namespace(p.mean)
    begin = _at(p, o.first)
    inside = _mean_between(begin, o.begin, o.end)
    total = o.rest_of_first * _mean_from(begin, o.begin)
    total = _add_whole_layers(total, p.mean * o.source_dp, o) + o.part_of_last * _mean_to(_at(p, o.last), o.end)
    return xp.where(o.first == o.last, inside, quotient(total, o.target_dp))


def _at(p: Parabolas, layer: Array) -> Parabolas:
    """The parabolas of the given source layers, all tracers sharing one index."""
    return p.map(lambda x: namespace(x).take_along_axis(x, _shared(layer, x), axis=-1))


def _shared(layer: Array, field: Array) -> Array:
    """An index by layer that all tracers of a field share."""
    return layer.reshape((1,) * (field.ndim - layer.ndim) + layer.shape)


def _mean_between(p: Parabolas, begin: Array, end: Array) -> Array:
    slope = 0.5 * (p.curvature + p.right - p.left) * (end + begin)
    return p.left + slope - p.curvature * (1.0 / 3.0) * (end * (end + begin) + begin * begin)


def _mean_from(p: Parabolas, begin: Array) -> Array:
    """Mean from ``begin`` to the bottom of the layer."""
    slope = 0.5 * (p.curvature + p.right - p.left) * (1.0 + begin)
    return p.left + slope - p.curvature * ((1.0 / 3.0) * (1.0 + begin * (1.0 + begin)))


def _mean_to(p: Parabolas, end: Array) -> Array:
    """Mean from the top of the layer to ``end``."""
    return p.left + 0.5 * end * (p.right - p.left + p.curvature * (1.0 - (2.0 / 3.0) * end))


def _add_whole_layers(total: Array, mass: Array, o: Overlap) -> Array:
    """Adds the source layers that lie wholly within each target layer, top down: a few by index, or all by comparison.

    Layers that float through a few steps hold no more than ``FEW`` others; the sums, and their order, are the same.
    """
    few = (o.last - o.first).max() <= FEW + 1
    return either(few, _add_few_layers, _add_any_layers, total, mass, o)


def _add_few_layers(total: Array, mass: Array, o: Overlap) -> Array:
    xp = namespace(mass)
    for number in range(1, FEW + 1):
        layer = xp.minimum(o.first + number, mass.shape[-1] - 1)
        amount = xp.take_along_axis(mass, _shared(layer, mass), axis=-1)
        total = xp.where(o.first + number < o.last, total + amount, total)
    return total


def _add_any_layers(total: Array, mass: Array, o: Overlap) -> Array:
    xp = namespace(mass)
    layers = xp.moveaxis(mass, -1, 0)[..., None]
    numbers = xp.arange(mass.shape[-1], dtype=o.first.dtype)

    def add(total: Array, layer: Any) -> Any:
        number, amount = layer
        return xp.where((o.first < number) & (number < o.last), total + amount, total), None

    return scan_levels(add, total, (numbers, layers))[0]


def map1_ppm(
    mean: Array, source_i: Array, target_i: Array, kord: int, kind: int, linearisation: str = "exact"
) -> Array:
    """Layer means on new layers.

    Parameters
    ----------
    mean : (..., lev) [U]
    source_i, target_i : (..., lev + 1) interfaces in the remapping coordinate; the outermost ones agree.
    kord, kind : see fv_profiles.profile
    linearisation : how limiters are differentiated, one of linearisation.LINEARISATIONS

    Returns
    -------
    (..., lev) [U]

    FV3, CAM-SE: fv_mapz:map1_ppm
    """
    o = stored(overlap, source_i, target_i)
    limited = partial(stored, _profile_of(kord, kind))
    unlimited = partial(unlimited_profile, kord=kord)
    parabolas = linearised(limited, unlimited, linearisation, (Parabolas.shape, of_shape))(mean, o.source_dp)
    return stored(layer_means, parabolas, o)


@cache
def _profile_of(kord: int, kind: int) -> Callable:
    """The reconstruction by one algorithm, one object for each."""
    return partial(profile, kord=kord, kind=kind)
