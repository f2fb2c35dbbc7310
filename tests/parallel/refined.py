"""A mesh of the sphere with vertices of 3 to 8 elements: some elements of a cubed sphere cut into five."""

import numpy as np

from pysces.geometry.grid import Grid, unstructured_grid
from pysces.mesh.cubed_sphere import cubed_sphere_elements

CUT = (0, 1, 2, 3, 5)  # all four elements around the centre of one face, and one of another


def refined_corners(ne: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """(3, vertex) points and (elem, 4) vertices: a cut element becomes a smaller one with four trapezoids around it."""
    coarse = cubed_sphere_elements(ne)
    points = np.zeros((3, coarse.vertices.max() + 1))
    points[:, coarse.vertices] = coarse.corners
    quads, count = [], points.shape[1]
    for number, corners in enumerate(coarse.vertices):
        if number not in CUT:
            quads.append(corners)
            continue
        outer = points[:, corners]
        inner = 0.5 * outer + 0.5 * outer.mean(axis=1, keepdims=True)
        points = np.concatenate([points, inner / np.linalg.norm(inner, axis=0)], axis=1)
        small = count + np.arange(4)
        count += 4
        quads.append(small)
        around = [(corners[k], corners[(k + 1) % 4], small[(k + 1) % 4], small[k]) for k in range(4)]
        quads += [np.roll(quad, turn) for turn, quad in enumerate(around)]
    return points, np.array(quads)


def refined_grid() -> Grid:
    return unstructured_grid(*refined_corners())
