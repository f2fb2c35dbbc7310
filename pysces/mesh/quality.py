"""How well shaped the elements of a mesh are: sides, angles, neighbours, areas; each a number per element.

Sides and angles are those of spherical quadrilaterals: great circles, and the angles that they make.

Spherical trigonometry as in any textbook; what is reported is our own design.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# What a refined mesh must keep, for operators to be accurate and steps not needlessly short.
LEAST_ANGLE, LARGEST_ANGLE = 30.0, 150.0  # degree
LARGEST_ASPECT = 3.5
LARGEST_VALENCE = 6
LARGEST_RATIO = 3.0  # of a side length to a neighbour's; the factor of one refinement


@dataclass(frozen=True)
class Quality:
    """sides [radian], angles [degree] : (elem, 4).   areas : (elem,) [sr].   valences : (vertex,) elements at each.

    ratio : the largest mean side of an element over that of a neighbour.
    """

    sides: np.ndarray
    angles: np.ndarray
    areas: np.ndarray
    valences: np.ndarray
    ratio: float

    @property
    def aspects(self) -> np.ndarray:
        """(elem,) the longest side over the shortest."""
        return self.sides.max(axis=1) / self.sides.min(axis=1)

    @property
    def defects(self) -> list[str]:
        """What misses the bounds of this module, each as a phrase with its number; empty for a good mesh."""
        least, most = self.angles.min(), self.angles.max()
        aspect, valence = self.aspects.max(), self.valences.max()
        found = [
            (least < LEAST_ANGLE, f"an angle of {least:.1f} degrees, less than {LEAST_ANGLE:g}"),
            (most > LARGEST_ANGLE, f"an angle of {most:.1f} degrees, more than {LARGEST_ANGLE:g}"),
            (aspect > LARGEST_ASPECT, f"an aspect of {aspect:.2f}, more than {LARGEST_ASPECT:g}"),
            (valence > LARGEST_VALENCE, f"{valence} elements at a vertex, more than {LARGEST_VALENCE}"),
            (self.ratio > LARGEST_RATIO, f"neighbours {self.ratio:.2f} times as large, more than {LARGEST_RATIO:g}"),
        ]
        return [text for bad, text in found if bad]


def mesh_quality(points: np.ndarray, vertices: np.ndarray) -> Quality:
    """The quality of a closed mesh.

    Parameters
    ----------
    points : (3, vertex) on the unit sphere [1].   vertices : (elem, 4) corners, counterclockwise.
    """
    corners = np.moveaxis(points[:, vertices], 0, -1)  # (elem, 4, 3)
    sides = _angle(corners, np.roll(corners, -1, axis=1))
    valences = np.bincount(vertices.ravel(), minlength=points.shape[1])
    return Quality(sides, corner_angles(corners), quadrilateral_areas(corners), valences, _ratio(vertices, sides))


def corner_angles(corners: np.ndarray) -> np.ndarray:
    """Angles (elem, 4) [degree] between the great circles that meet at corners (elem, 4, 3)."""
    forth, back = (_tangent(corners, np.roll(corners, shift, axis=1)) for shift in (-1, 1))
    turn = (corners * np.cross(forth, back)).sum(axis=-1)
    return np.degrees(np.arctan2(turn, (forth * back).sum(axis=-1))) % 360.0


def quadrilateral_areas(corners: np.ndarray) -> np.ndarray:
    """Areas (elem,) [sr] of spherical quadrilaterals with corners (elem, 4, 3)."""
    return polygon_areas(corners)


def polygon_areas(corners: np.ndarray) -> np.ndarray:
    """Areas (...) [sr] of spherical polygons with corners (..., n, 3), as triangles that meet at the first."""
    first, last = corners[..., :1, :], corners.shape[-2] - 1
    return triangle_areas(first, corners[..., 1:last, :], corners[..., 2:, :]).sum(axis=-1)


def triangle_areas(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Signed areas [sr] of spherical triangles of unit vectors (..., 3), to round-off of the area, however small.

    tan(area / 2) = a . (b x c) / (1 + a . b + b . c + c . a); the triple product is formed from the sides.
    Equations: Van Oosterom & Strackee (1983), doi:10.1109/TBME.1983.325207
    """
    triple = (a * np.cross(b - a, c - a)).sum(axis=-1)
    return 2 * np.arctan2(triple, 1 + (a * b).sum(axis=-1) + (b * c).sum(axis=-1) + (c * a).sum(axis=-1))


def _tangent(at: np.ndarray, to: np.ndarray) -> np.ndarray:
    return to - (at * to).sum(axis=-1, keepdims=True) * at


def _angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return 2 * np.arcsin(np.clip(np.sqrt(((b - a) ** 2).sum(axis=-1)) / 2, 0, 1))


def _ratio(vertices: np.ndarray, sides: np.ndarray) -> float:
    """Elements side by side are found as equal pairs of corners."""
    ends = np.sort(np.stack([vertices, np.roll(vertices, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    order = np.lexsort((ends[:, 1], ends[:, 0])).reshape(-1, 2)
    size = sides.mean(axis=1)[order // 4]
    return float((size.max(axis=1) / size.min(axis=1)).max())
