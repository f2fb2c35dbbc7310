"""Meshes made here, as points and corners: uniform, stretched, refined; each (3, vertex), (elem, 4) from outside."""

from __future__ import annotations

import numpy as np

from .cubed_sphere import Elements, cubed_sphere_elements
from .quality import mesh_quality
from .refine import FACTOR, Region, refined
from .smoothing import smoothed, widened
from .stretch import stretched

Mesh = tuple[np.ndarray, np.ndarray]  # points (3, vertex) on the unit sphere, corners (elem, 4)
BUFFER = 3  # elements between the ends of two levels: one of a transition, and two that keep their size
RINGS = 2  # elements around a transition whose corners move with it


def mesh_of(elements: Elements) -> Mesh:
    """The points and corners of elements."""
    points = np.empty((3, int(elements.vertices.max()) + 1))
    points[:, elements.vertices] = elements.corners
    return points, elements.vertices


def uniform_mesh(ne: int) -> Mesh:
    """The cubed sphere of ne x ne elements a face, in HOMME's order."""
    return mesh_of(cubed_sphere_elements(ne))


def stretched_mesh(ne: int, factor: float, lat: float, lon: float) -> Mesh:
    """A cubed sphere drawn together round a focus [degree], where it is as fine as one of factor * ne."""
    points, vertices = uniform_mesh(ne)
    return stretched(points, factor, lat, lon), vertices


def refined_mesh(ne: int, regions: list[Region], levels: int = 1) -> Mesh:
    """A cubed sphere whose elements in regions are those of one of 3^levels ne, with transitions outside of them.

    Parameters
    ----------
    ne : elements along a cube edge far away.   regions : what to refine, see ``pysces.mesh.refine``.
    levels : how often elements of the regions are cut into 3 x 3.

    Raises
    ------
    ValueError where no element lies in the regions, or the mesh is not as good as ``pysces.mesh.quality`` asks.
    """
    if int(levels) != levels or levels < 1:
        raise ValueError(
            f"A refined mesh has at least 1 level of refinement, found {levels}; use mesh uniform for none."
        )
    points, vertices = uniform_mesh(ne)
    for level in range(levels):
        margin = sum(BUFFER * np.pi / 2 / (ne * FACTOR**finer) for finer in range(level + 1, levels))
        points, vertices, transition = refined(points, vertices, regions, margin)
        points = smoothed(points, vertices, widened(transition, vertices, RINGS))
    _refuse_bad(points, vertices)
    return points, vertices


def _refuse_bad(points: np.ndarray, vertices: np.ndarray) -> None:
    defects = mesh_quality(points, vertices).defects
    if defects:
        raise ValueError(f"The refined mesh would have {defects[0]}; move or enlarge the region, or change ne.")
