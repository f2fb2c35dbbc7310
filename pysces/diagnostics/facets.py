"""A native field as triangles on a longitude-latitude map: whole to the poles, and once around.

Two triangles between the four nodes of every cell of an element. A triangle that holds a pole has no shape on the map;
it becomes a strip between its far edges and the map's edge, which has the pole's value.

Our own design.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

AT_POLE = 1e-9  # of the cosine of latitude


class Facets(NamedTuple):
    """Triangles of their own nodes.

    lon, lat : (n, 3) degrees; longitudes are continuous inside a triangle, some lie beyond 0 ... 360.
    nodes, weights : (n, 3, 3), the native nodes that a corner's value is made of, and how.
    """

    lon: np.ndarray
    lat: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray

    def values(self, field: np.ndarray) -> np.ndarray:
        """(n, 3) values at the corners of a native field (elem, i, j) [U]."""
        return (field.reshape(-1)[self.nodes] * self.weights).sum(axis=-1)


def facets(lon: np.ndarray, lat: np.ndarray) -> Facets:
    """Of nodes at lon, lat (elem, i, j) [degree]."""
    corners = cells(lon.shape)
    lon, lat = lon.reshape(-1), lat.reshape(-1)
    vectors = np.stack([np.cos(np.radians(lat)) * f(np.radians(lon)) for f in (np.cos, np.sin)], axis=-1)
    polar = _hold_a_pole(vectors[corners])
    plain = corners[~polar]
    nodes = np.repeat(plain[..., None], 3, axis=-1)
    whole = Facets(_unwrapped(lon[plain]), lat[plain], nodes, np.broadcast_to([1.0, 0.0, 0.0], nodes.shape))
    strips = [strip for triangle in corners[polar] for strip in _strips(triangle, lon, lat, vectors)]
    return Facets(*(np.concatenate([a, *(s[k] for s in strips)]) for k, a in enumerate(whole)))


def cells(shape: tuple[int, ...]) -> np.ndarray:
    """(n, 3) numbers [1] of the nodes at the corners of two triangles in each cell of each element."""
    node = np.arange(int(np.prod(shape))).reshape(shape)
    sw, se, ne, nw = (c.reshape(-1) for c in (node[:, :-1, :-1], node[:, 1:, :-1], node[:, 1:, 1:], node[:, :-1, 1:]))
    return np.concatenate([np.stack([sw, se, ne], axis=1), np.stack([sw, ne, nw], axis=1)])


def _hold_a_pole(triangles: np.ndarray) -> np.ndarray:
    """(n,) whether a pole lies in or on triangles (n, 3, 2), seen from above it; only the small ones do."""
    turns = np.stack([_cross(triangles[:, k], triangles[:, (k + 1) % 3]) for k in range(3)], axis=1)
    near = (triangles**2).sum(axis=-1).max(axis=1) < 0.75  # within 60 degrees
    inside = (turns >= -AT_POLE).all(axis=1) | (turns <= AT_POLE).all(axis=1)
    vertex = ((triangles**2).sum(axis=-1) < AT_POLE**2).any(axis=1)
    return (near & inside & ~_thin(turns)) | vertex


def _thin(turns: np.ndarray) -> np.ndarray:
    """Triangles that look down on the pole as a line: they lie on a meridian, and do not hold it."""
    return np.abs(turns).max(axis=1) < AT_POLE


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _unwrapped(lon: np.ndarray) -> np.ndarray:
    """(n, 3) longitudes within 180 degrees of the first, which lies in 0 ... 360."""
    first = np.mod(lon[:, :1], 360.0)
    return first + (lon - first + 180.0) % 360.0 - 180.0


def _strips(triangle: np.ndarray, lon: np.ndarray, lat: np.ndarray, vectors: np.ndarray) -> list[Facets]:
    """Two triangles on the map for each edge of one that holds a pole, from the edge to the map's edge."""
    shares = _at_the_pole(vectors[triangle])
    pole = 90.0 if lat[triangle].mean() > 0 else -90.0
    made = []
    for a, b in zip(triangle, np.roll(triangle, -1)):
        if abs(_cross(vectors[a], vectors[b])) < AT_POLE and vectors[a] @ vectors[b] < AT_POLE:
            continue  # an edge to the pole, or through it, has no width
        start = np.mod(lon[a], 360.0)
        end = start + (lon[b] - start + 180.0) % 360.0 - 180.0
        corners = [(start, lat[a], a), (end, lat[b], b), (end, pole, None), (start, pole, None)]
        made += [_strip([corners[k] for k in chosen], triangle, shares) for chosen in ((0, 1, 2), (0, 2, 3))]
    return made


def _strip(corners: list, triangle: np.ndarray, shares: np.ndarray) -> Facets:
    nodes = [triangle if node is None else [node] * 3 for *_, node in corners]
    weights = [shares if node is None else [1.0, 0.0, 0.0] for *_, node in corners]
    lon, lat = ([corner[k] for corner in corners] for k in (0, 1))
    return Facets(*(np.asarray(a)[None] for a in (lon, lat, nodes, weights)))


def _at_the_pole(triangle: np.ndarray) -> np.ndarray:
    """(3,) shares of the corners (3, 2), seen from above, in the pole's value."""
    system = np.concatenate([triangle.T, np.ones((1, 3))])
    shares = np.clip(np.linalg.solve(system, [0.0, 0.0, 1.0]), 0.0, None)
    return shares / shares.sum()
