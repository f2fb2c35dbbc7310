"""The doubly periodic plane: rectangular elements, constant metric, x and y in place of longitude and latitude.

HOMME: planar_mod, planar_mesh_mod
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .quadrature import Quadrature


@dataclass(frozen=True)
class PlaneElements:
    """ne_x x ne_y rectangles, element ie + ne_x je.

    vertices : (elem, 4) ids of the corners SW, SE, NE, NW.   origin : (2, elem) coordinates of the SW corner [m].
    size : edge lengths [m].
    """

    vertices: np.ndarray
    origin: np.ndarray
    size: tuple[float, float]

    @property
    def count(self) -> int:
        """How many elements there are."""
        return len(self.vertices)


def plane_elements(ne_x: int, ne_y: int, length_x: float, length_y: float) -> PlaneElements:
    """Elements of a doubly periodic plane centred on the origin.

    Parameters
    ----------
    ne_x, ne_y : elements in each direction, at least 3 (with fewer, an element would meet the same neighbour twice).
    length_x, length_y : size of the domain [m].

    Raises
    ------
    ValueError for fewer elements, and for a length that is not positive.
    """
    if min(ne_x, ne_y) < 3:
        raise ValueError(f"A periodic plane needs at least 3 elements in each direction, found {ne_x} x {ne_y}.")
    if min(length_x, length_y) <= 0:
        raise ValueError(f"A plane needs positive lengths, found {length_x} m x {length_y} m.")
    number = np.arange(ne_x * ne_y)
    ie, je = number % ne_x, number // ne_x
    i = (ie[:, None] + np.array([0, 1, 1, 0])) % ne_x
    j = (je[:, None] + np.array([0, 0, 1, 1])) % ne_y
    size = (length_x / ne_x, length_y / ne_y)
    origin = np.stack([ie * size[0] - length_x / 2, je * size[1] - length_y / 2])
    return PlaneElements(i + ne_x * j, origin, size)


def plane_map(elements: PlaneElements, rule: Quadrature) -> tuple[np.ndarray, ...]:
    """x, y (elem, i, j) and D (2, 2, elem, i, j), the constant diagonal (dx/2, dy/2); all [m]."""
    half = np.array(elements.size) / 2
    shape = (elements.count, len(rule.nodes), len(rule.nodes))
    x = np.broadcast_to(elements.origin[0][:, None, None] + (1 + rule.nodes[:, None]) * half[0], shape)
    y = np.broadcast_to(elements.origin[1][:, None, None] + (1 + rule.nodes[None, :]) * half[1], shape)
    D = np.zeros((2, 2, *shape))
    D[0, 0], D[1, 1] = half
    return x, y, D
