"""In which element a point of the sphere lies and where there, on any mesh: Newton's method on the element's own map.

The map is the one that the nodes span: sum over nodes of basis function times place, brought onto the sphere.
"""

from __future__ import annotations

import numpy as np

from ..geometry.columns import unit_vectors
from ..geometry.grid import Grid
from ..geometry.lagrange import basis, slopes

NEAREST = 9  # elements that are tried, by the distance of their centres
ITERATIONS = 30
OUTSIDE = 1e-8  # of the reference element, by which a point may lie beyond its edge


def located(grid: Grid, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Elements (point,) and values of their basis functions (point, i, j) at unit vectors (point, 3).

    ValueError for a point that lies in no element.
    """
    nodes = unit_vectors(np.asarray(grid.lat)[..., 0], np.asarray(grid.lon)[..., 0])
    order = np.argsort(-places @ grid.centres, axis=1)[:, :NEAREST]
    best, where = np.full(len(places), -1), np.zeros((len(places), 2))
    excess = np.full(len(places), np.inf)
    for k in range(order.shape[1]):
        reference, off = _inverted(nodes[order[:, k]], places)
        beyond = np.where(off < OUTSIDE, np.maximum(np.abs(reference).max(axis=1) - 1.0, 0.0), np.inf)
        nearer = beyond < excess
        best, excess = np.where(nearer, order[:, k], best), np.where(nearer, beyond, excess)
        where[nearer] = reference[nearer]
    if not (excess <= OUTSIDE).all():
        raise ValueError(f"Point {int(np.argmax(excess))} lies in no element of the mesh; is it on the sphere?")
    return best, np.einsum("pi,pj->pij", basis(where[:, 0]), basis(where[:, 1]))


def _inverted(nodes: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reference coordinates (point, 2) in elements with nodes (point, i, j, 3), and the distance that is left."""
    east, north = _tangents(places)
    at = np.zeros((len(places), 2))
    for _ in range(ITERATIONS):
        place, along = _mapped(nodes, at)
        misfit = np.stack([(place * e).sum(-1) for e in (east, north)], axis=-1)
        matrix = np.stack([np.einsum("pkc,pc->pk", along, e) for e in (east, north)], axis=1)
        step = np.linalg.solve(matrix + 1e-300 * np.eye(2), misfit[..., None])[..., 0]
        at = np.clip(at - step, -2.0, 2.0)
        if np.abs(step).max() < 1e-15:
            break
    place, _ = _mapped(nodes, at)
    return at, np.abs(place - places).max(axis=-1)


def _mapped(nodes: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places (point, 3) on the sphere and their slopes (point, 2, 3) in the reference coordinates."""
    (a, da), (b, db) = ((basis(x), slopes(x)) for x in at.T)
    chord, along_a, along_b = (np.einsum("pi,pj,pijc->pc", *x, nodes) for x in ((a, b), (da, b), (a, db)))
    along = np.stack([along_a, along_b], axis=1)
    length = np.sqrt((chord**2).sum(-1))[:, None]
    place = chord / length
    along = along - place[:, None] * np.einsum("pkc,pc->pk", along, place)[..., None]
    return place, along / length[..., None]


def _tangents(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors (point, 3) across each place."""
    axis = np.eye(3)[np.abs(places).argmin(axis=1)]
    east = np.cross(axis, places)
    east = east / np.sqrt((east**2).sum(-1))[:, None]
    return east, np.cross(places, east)
