"""The lattice that cuts an element into a part for each node, moved until every part has its node's mass.

Its points are numbered i * 5 + j; the middle one has a double, 25. Inner points move by Newton's method, in each
element by itself; points on a side lie where the straight line between their neighbours in the two elements crosses
it, so that lines go on over sides without a bend. Moving nine inner points changes every combination of the 16 areas
but the alternating sum of the relative misfits; the middle is therefore split in two, along the diagonal that helps.

HOMME: surfaces_mod (InitControlVolumes_gll, pentagons)
"""

from __future__ import annotations

import numpy as np

from ..mesh.cubed_sphere import Elements
from ..mesh.quadrature import gauss_lobatto
from ..mesh.quality import polygon_areas, quadrilateral_areas
from .grid import NPTS

SIDE = NPTS + 1
MIDDLE, DOUBLE = 2 * SIDE + 2, SIDE * SIDE
INNER = np.array([*(i * SIDE + j for i in range(1, NPTS) for j in range(1, NPTS)), DOUBLE])
SPLITS = np.array([[1.0, 1.0], [-1.0, 1.0]])  # from the middle point to its double, in reference coordinates
SWEEPS = (20, 20, 150)  # at most, with a look in between at which way middles are split
GAIN = 0.9  # all is done when so many sweeps gain no more than that
PATIENCE = 8
FRESH = 8  # sweeps with slopes of their own
SHARE = 0.4  # of the way that a point of a side goes at once: neighbours answer by going back as far
# At the middle point, parts have: the point or its double, or both in this order.
_AT_MIDDLE = (
    {(1, 1): (MIDDLE,), (2, 1): (DOUBLE, MIDDLE), (2, 2): (DOUBLE,), (1, 2): (MIDDLE, DOUBLE)},
    {(1, 1): (MIDDLE, DOUBLE), (2, 1): (MIDDLE,), (2, 2): (DOUBLE, MIDDLE), (1, 2): (DOUBLE,)},
)
EDGES = np.array([[0, 1], [1, 2], [3, 2], [0, 3]])  # first and last corner of S, E, N, W
ON_SIDE = np.array([[5, 10, 15], [21, 22, 23], [9, 14, 19], [1, 2, 3]])
_WITHIN = np.array([[6, 11, 16], [16, 17, 18], [8, 13, 18], [6, 7, 8]])  # their neighbours inside
_ALONG = np.array([0, 1, 0, 1])  # which reference coordinate runs along the side


def part(i: int, j: int, split: int) -> list[int]:
    """The corners of one part, counterclockwise."""
    corners = [i * SIDE + j, (i + 1) * SIDE + j, (i + 1) * SIDE + j + 1, i * SIDE + j + 1]
    return [k for c in corners for k in (_AT_MIDDLE[split][i, j] if c == MIDDLE else (c,))]


def _parts(split: int) -> np.ndarray:
    """(np^2, 5) corners of every part, the first repeated behind the last of a quadrilateral."""
    found = [part(i, j, split) for i in range(NPTS) for j in range(NPTS)]
    return np.array([[*corners, corners[0]][:5] for corners in found])


PARTS = np.array([_parts(0), _parts(1)])


def matched_lattices(elements: Elements, mass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lattices of all elements.

    Parameters
    ----------
    elements : the mesh.   mass : (elem, i, j) areas that the parts shall have [sr], but for what the element's differs.

    Returns
    -------
    (elem, 26, 3) points on the unit sphere; (elem,) 0 or 1, which way the middle is split.
    """
    corners = np.moveaxis(elements.corners, 0, -1)
    mass = mass.reshape(len(mass), -1)
    mass = mass * (quadrilateral_areas(corners) / mass.sum(axis=1))[:, None]
    sides = _Sides(elements.vertices, corners)
    reference = np.tile(_first_lattice(), (len(corners), 1, 1))
    split = _first_split(corners, mass, reference)
    for sweeps in SWEEPS:
        reference = _iterated(corners, mass, split, sides, reference, sweeps)
        wrong = ((reference[:, DOUBLE] - reference[:, MIDDLE]) * SPLITS[split]).sum(axis=-1) < 0
        if sweeps == SWEEPS[-1]:
            break
        split = np.where(wrong, 1 - split, split)
        reference[wrong, MIDDLE] = reference[wrong, DOUBLE] = reference[wrong][:, [MIDDLE, DOUBLE]].mean(axis=1)
    return on_sphere(reference, corners), split


def _first_lattice() -> np.ndarray:
    """(26, 2): partial sums of the weights; the middle point twice."""
    line = np.concatenate([[-1.0], -1.0 + np.cumsum(gauss_lobatto(NPTS).weights)])
    line = (line - line[::-1]) / 2
    a, b = np.meshgrid(line, line, indexing="ij")
    lattice = np.stack([a.ravel(), b.ravel()], axis=-1)
    return np.concatenate([lattice, lattice[MIDDLE : MIDDLE + 1]])


def _first_split(corners: np.ndarray, mass: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Where parts with i + j even are too large, the middle moves into those of them that meet there."""
    misfit = polygon_areas(on_sphere(reference, corners)[:, PARTS[0]]) / mass - 1.0
    sign = (-1.0) ** np.add.outer(np.arange(NPTS), np.arange(NPTS)).ravel()
    return np.where(misfit @ sign > 0, 0, 1)


def _iterated(
    corners: np.ndarray, mass: np.ndarray, split: np.ndarray, sides: _Sides, reference: np.ndarray, sweeps: int
) -> np.ndarray:
    """(elem, 26, 2) the lattice that comes nearest; areas' slopes are those of flat polygons."""
    reference = reference.copy()
    best, nearest, since = reference.copy(), np.inf, 0
    for sweep in range(sweeps):
        place = on_sphere(reference, corners)
        bend = sides.bend(reference, place)
        misfit = polygon_areas(np.take_along_axis(place[:, None], PARTS[split][..., None], axis=2)) / mass - 1.0
        error = max(float(np.abs(misfit).max()), float(np.abs(bend).max()))
        since = 0 if error < GAIN * nearest else since + 1
        if error < nearest:
            best, nearest = reference.copy(), error
        if since == PATIENCE:
            break
        if sweep < FRESH:
            undone = _inverse_slopes(reference, place, corners, mass, split)
        reference[:, INNER] -= (undone @ misfit[..., None]).reshape(len(mass), len(INNER), 2)
        sides.move(reference, SHARE * bend)
    return best


class _Sides:
    """The points of the lattices on sides of elements, each seen from its two elements."""

    def __init__(self, vertices: np.ndarray, corners: np.ndarray) -> None:
        ends = vertices[:, EDGES]
        back = ends[..., 0] > ends[..., 1]
        _, edge = np.unique(np.sort(ends, axis=-1).reshape(-1, 2), axis=0, return_inverse=True)
        slot = np.where(back[..., None], [2, 1, 0], [0, 1, 2])
        pairs = np.argsort((edge.reshape(-1, 4, 1) * 3 + slot).ravel(), kind="stable").reshape(-1, 2)
        self.element, side, self.slot = np.unravel_index(pairs, slot.shape)  # (point, 2)
        self.point, self.within = ON_SIDE[side, self.slot], _WITHIN[side, self.slot]
        self.axis, self.sign = _ALONG[side], np.where(back[self.element, side], -1.0, 1.0)
        first, last = (EDGES[side[:, 0], end] for end in (0, 1))
        turned = back[self.element[:, 0], side[:, 0]]
        own = corners[self.element[:, 0]]
        rows = np.arange(len(own))
        self.start = own[rows, np.where(turned, last, first)]
        self.end = own[rows, np.where(turned, first, last)]

    def bend(self, reference: np.ndarray, place: np.ndarray) -> np.ndarray:
        """(point,) how far along its side each must go, in reference coordinates, to lie between its neighbours."""
        p, q = (place[self.element[:, k], self.within[:, k]] for k in (0, 1))
        normal = np.cross(self.start, self.end - self.start)
        above, below = (normal * p).sum(axis=-1), (normal * q).sum(axis=-1)
        crossing = p * below[:, None] - q * above[:, None]
        chord = self.end - self.start
        along, across = (crossing * chord).sum(axis=-1), (crossing * (self.end + self.start)).sum(axis=-1)
        squares = (chord**2).sum(axis=-1), ((self.end + self.start) ** 2).sum(axis=-1)
        wanted = along / squares[0] * squares[1] / across
        return wanted - self.sign[:, 0] * reference[self.element[:, 0], self.point[:, 0], self.axis[:, 0]]

    def move(self, reference: np.ndarray, by: np.ndarray) -> None:
        """Move every point along its side, in the lattices of both its elements."""
        for k in (0, 1):
            reference[self.element[:, k], self.point[:, k], self.axis[:, k]] += self.sign[:, k] * by


def _inverse_slopes(
    reference: np.ndarray, place: np.ndarray, corners: np.ndarray, mass: np.ndarray, split: np.ndarray
) -> np.ndarray:
    """(elem, 2 inner points, part): the shortest step per relative misfit; an element's area cannot change."""
    slopes = np.empty((len(mass), mass.shape[1], 2 * len(INNER)))
    tangents = _tangents(reference, corners)
    for way in (0, 1):
        own = split == way
        slopes[own] = _slopes(place[own], tangents[own], PARTS[way]) / mass[own, :, None]
    whole = mass / np.sqrt((mass**2).sum(axis=1, keepdims=True))
    square = slopes @ np.moveaxis(slopes, 1, 2) + whole[:, :, None] * whole[:, None, :]
    return np.moveaxis(slopes, 1, 2) @ np.linalg.inv(square)


def _chord(weights: list, corners: np.ndarray) -> np.ndarray:
    return sum(w[..., None] * corners[:, None, k] for k, w in enumerate(weights)) / 4


def on_sphere(reference: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(elem, 26, 3) points of the element-local map, unit vectors [1].

    reference : (elem, 26, 2) coordinates from -1 to 1.   corners : (elem, 4, 3) those of the elements, unit vectors.
    """
    a, b = reference[..., 0], reference[..., 1]
    chord = _chord([(1 - a) * (1 - b), (1 + a) * (1 - b), (1 + a) * (1 + b), (1 - a) * (1 + b)], corners)
    return chord / np.sqrt((chord**2).sum(axis=-1, keepdims=True))


def _tangents(reference: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(elem, 26, 2, 3) slopes of a point in the reference coordinates; their radial part is no matter."""
    a, b = reference[..., 0], reference[..., 1]
    chord = _chord([(1 - a) * (1 - b), (1 + a) * (1 - b), (1 + a) * (1 + b), (1 - a) * (1 + b)], corners)
    slopes = [_chord([-(1 - b), 1 - b, 1 + b, -(1 + b)], corners), _chord([-(1 - a), -(1 + a), 1 + a, 1 - a], corners)]
    return np.stack(slopes, axis=2) / np.sqrt((chord**2).sum(axis=-1))[..., None, None]


def _slopes(place: np.ndarray, tangents: np.ndarray, of_part: np.ndarray) -> np.ndarray:
    """(elem, part, 2 inner points): what the area of each part gains when an inner point moves."""
    slopes = np.zeros((len(place), len(of_part), len(INNER), 2))
    column = {int(point): k for k, point in enumerate(INNER)}
    for part, corners in enumerate(of_part):
        for slot, point in enumerate(corners):
            if point in column:
                across = place[:, corners[(slot + 1) % len(corners)]] - place[:, corners[slot - 1]]
                normal = np.cross(across, place[:, point]) / 2
                slopes[:, part, column[point]] += (tangents[:, point] * normal[:, None]).sum(axis=-1)
    return slopes.reshape(len(place), len(of_part), -1)
