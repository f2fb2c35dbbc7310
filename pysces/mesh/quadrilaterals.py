"""Any conforming quadrilaterals on the sphere as elements: refined meshes, with any number of elements at a vertex.

HOMME: mesh_mod (a mesh from a file takes the element-local map, cubed_sphere_map = 2)
"""

from __future__ import annotations

import numpy as np

from .cubed_sphere import FACE_CENTRE, FACE_X, FACE_Y, Elements


def elements_from_corners(points: np.ndarray, vertices: np.ndarray) -> Elements:
    """Elements from corner points; a side between two elements is a great circle.

    Parameters
    ----------
    points : (3, vertex) Cartesian, of any length.
    vertices : (elem, 4) numbers of the corners of each element, counterclockwise seen from outside (SW, SE, NE, NW).

    Raises
    ------
    ValueError where an element is not convex or does not run counterclockwise.
    """
    points = np.asarray(points, np.float64)
    points = points / np.sqrt((points**2).sum(axis=0))
    vertices = np.asarray(vertices, np.int64)
    corners = points[:, vertices]
    _refuse_bad_corners(corners)
    face = (FACE_CENTRE @ corners.sum(axis=-1)).argmax(axis=0)
    x, y = (np.einsum("ec,cek->ek", axes[face], corners) for axes in (FACE_X, FACE_Y))
    depth = np.einsum("ec,cek->ek", FACE_CENTRE[face], corners)
    return Elements(face, vertices, np.arctan2(np.stack([x, y]), depth), corners)


def _refuse_bad_corners(corners: np.ndarray) -> None:
    """A corner turns left where its two sides and the point itself are right-handed."""
    before, after = np.roll(corners, 1, axis=-1), np.roll(corners, -1, axis=-1)
    turn = (np.cross(before, corners, axis=0) * after).sum(axis=0)
    bad = ~(turn > 0)
    if bad.any():
        element, corner = (int(k) for k in np.argwhere(bad)[0])
        raise ValueError(
            f"Element {element} does not turn left at its corner {corner} seen from outside; list the corners of every "
            "element counterclockwise, and keep elements convex."
        )
