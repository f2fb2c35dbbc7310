"""Conforming refinement: elements of a region are cut into 3 x 3, those around it by templates; no node hangs.

Vertices of the region's elements are marked. A side with two marked ends is cut into three, one with one marked end
at a third from that end. An element then has one of three patterns: all four corners marked, 9 children; two
neighbouring corners, 7; one corner, 3. Three corners, or two opposite ones, are made four, until nothing changes.

Templates: Schneiders (1996), Refining quadrilateral and hexahedral element meshes. Factor 2 needs transitions that
run in pairs, and gives no better angles.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .quality import LARGEST_VALENCE

FACTOR = 3
# A point of a template is (third along the first side, third along the last side); children run as their parent does.
_NINE = [[(a, b), (a + 1, b), (a + 1, b + 1), (a, b + 1)] for b in range(3) for a in range(3)]
_SEVEN = [
    [(0, 0), (1, 0), (1, 1), (0, 1)],
    [(1, 0), (2, 0), (2, 1), (1, 1)],
    [(2, 0), (3, 0), (3, 1), (2, 1)],
    [(0, 1), (1, 1), (1, 2), (0, 3)],
    [(1, 1), (2, 1), (2, 2), (1, 2)],
    [(2, 1), (3, 1), (3, 3), (2, 2)],
    [(1, 2), (2, 2), (3, 3), (0, 3)],
]
_THREE = [[(0, 0), (1, 0), (1, 1), (0, 1)], [(1, 0), (3, 0), (3, 3), (1, 1)], [(1, 1), (3, 3), (0, 3), (0, 1)]]
_NONE = [[(0, 0), (3, 0), (3, 3), (0, 3)]]
_TEMPLATES = {0: _NONE, 1: _THREE, 2: _SEVEN, 4: _NINE}

Region = Callable[[np.ndarray], np.ndarray]  # points (3, n) -> how far outside [radian]; inside it is not positive


def cap(lat: float, lon: float, radius: float) -> Region:
    """Everything within a great-circle distance of a place; all [degree].

    Raises
    ------
    ValueError for a place that is on no sphere, or a radius of none or more than 180.
    """
    if not (abs(lat) <= 90 and np.isfinite(lon) and 0 < radius <= 180):
        raise ValueError(
            f"A cap is a latitude of -90 to 90, a longitude and a radius of more than 0 to 180 degrees, found {lat:g} "
            f"{lon:g} {radius:g}; give degrees."
        )
    phi, lam = np.radians(lat), np.radians(lon)
    centre = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])

    def outside(points: np.ndarray) -> np.ndarray:
        across = np.sqrt((np.cross(points.T, centre) ** 2).sum(axis=-1))
        return np.arctan2(across, centre @ points) - np.radians(radius)

    return outside


def box(south: float, north: float, west: float, east: float) -> Region:
    """Everything between two parallels and two meridians, from west eastward; all [degree].

    Raises
    ------
    ValueError unless -90 <= south < north <= 90 and meridians are finite.
    """
    width = (east - west) % 360 or 360.0
    if not (-90 <= south < north <= 90 and np.isfinite(width)):
        raise ValueError(
            f"A box is SOUTH NORTH WEST EAST with -90 <= south < north <= 90, found {south:g} {north:g} {west:g} "
            f"{east:g}; give degrees."
        )
    middle, half = np.radians(west + width / 2), np.radians(width / 2)

    def outside(points: np.ndarray) -> np.ndarray:
        lat, lon = np.arcsin(np.clip(points[2], -1, 1)), np.arctan2(points[1], points[0])
        beside = np.abs((lon - middle + np.pi) % (2 * np.pi) - np.pi) - half
        above = np.maximum(np.radians(south) - lat, lat - np.radians(north))
        return np.maximum(above, np.where(beside > 0, beside * np.cos(lat), -1.0))

    return outside


def refined(
    points: np.ndarray, vertices: np.ndarray, regions: list[Region], margin: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A mesh whose elements in the regions are cut into nine.

    Parameters
    ----------
    points : (3, vertex) on the unit sphere.   vertices : (elem, 4) corners, counterclockwise.
    regions : what to refine: elements whose centres lie in one of them, or nearer than margin [radian].

    Returns
    -------
    points, vertices of the new mesh, whose children take the place of their parent; (elem,) which are of a transition.

    Raises
    ------
    ValueError where no element has its centre in a region.
    """
    centres = _unit(points[:, vertices].sum(axis=-1))
    chosen = np.any([region(centres) <= margin for region in regions], axis=0)
    if not chosen.any():
        raise ValueError("No element has its centre in the region to refine; make the region, or ne, larger.")
    marked = _closed(np.isin(np.arange(points.shape[1]), vertices[chosen]), vertices)
    return _cut(points, *_turned(vertices, marked))


def _closed(marked: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """More marks, until every element has a pattern that there is a template for, and no vertex too many children."""
    while True:
        at = marked[vertices]
        count = at.sum(axis=1, keepdims=True)
        opposite = (count == 2) & (at[:, :1] == at[:, 2:3])
        cut = ~at & ((count == 2) | ((count == 1) & np.roll(at, 2, axis=1)))  # unmarked corners with two children
        children = np.bincount(vertices.ravel(), weights=1 + cut.ravel(), minlength=len(marked))
        grown = marked | (children > LARGEST_VALENCE)
        grown[vertices[(opposite | (count == 3))[:, 0]]] = True
        if (grown == marked).all():
            return marked
        marked = grown


def _turned(vertices: np.ndarray, marked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Elements turned so that the first marked corner of partly marked ones comes first; how many marks each has."""
    at = marked[vertices]
    count = at.sum(axis=1)
    begins = at & ~np.roll(at, 1, axis=1)
    turn = np.where((count == 1) | (count == 2), begins.argmax(axis=1), 0)
    return np.take_along_axis(vertices, (turn[:, None] + np.arange(4)) % 4, axis=1), count


def _cut(points: np.ndarray, vertices: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys, parents = [], []
    for marks, template in _TEMPLATES.items():
        (own,) = np.nonzero(count == marks)
        keys.append(_keys(vertices[own], np.array(template)).reshape(-1, 4, 8))
        parents.append(np.repeat(own, len(template)))
    key, parent = np.concatenate(keys), np.concatenate(parents)
    order = np.argsort(parent, kind="stable")
    key, parent = key[order], parent[order]
    distinct, number = np.unique(key.reshape(-1, 8), axis=0, return_inverse=True)
    ids, weights = distinct[:, :4], distinct[:, 4:]
    places = _unit(np.einsum("nk,cnk->cn", weights.astype(float), points[:, np.maximum(ids, 0)]))
    return places, number.reshape(-1, 4), np.isin(count[parent], (1, 2))


def _keys(vertices: np.ndarray, template: np.ndarray) -> np.ndarray:
    """(elem, child, corner, 8): the corners that a template's points lie between and their weights in ninths.

    Sorted, and without those of weight 0, so that a point of a shared side has the same key from both sides.
    """
    a, b = template[..., 0], template[..., 1]
    weights = np.stack([(3 - a) * (3 - b), a * (3 - b), a * b, (3 - a) * b], axis=-1)
    shape = (len(vertices), *weights.shape)
    ids = np.broadcast_to(vertices[:, None, None, :], shape)
    weights = np.broadcast_to(weights, shape)
    ids = np.where(weights > 0, ids, -1)
    order = np.argsort(ids, axis=-1, kind="stable")
    return np.concatenate([np.take_along_axis(x, order, axis=-1) for x in (ids, weights)], axis=-1)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.sqrt((x**2).sum(axis=0))
