"""Vectors anywhere on the sphere, by their Cartesian components: east and north turn near the poles.

Our own design; values of a component between nodes are those of gll_interpolation.
"""

from __future__ import annotations

import numpy as np

from .gll_interpolation import RegularGrid


def interpolated_vector(
    u: np.ndarray, v: np.ndarray, node: np.ndarray, axes: tuple[np.ndarray, np.ndarray], regular: RegularGrid
) -> tuple[np.ndarray, np.ndarray]:
    """Eastward and northward components (point, lev) [U] on a regular grid.

    Parameters
    ----------
    u, v : (n, lev) at nodes [U].   node : (point, i j) rows of the nodes of each point's element.
    axes : east and north at the rows, (3, n), as geometry.gll_interpolation.east_and_north makes them.
    """
    east, north = axes
    east_there, north_there = regular.directions
    shape, kind = (len(regular.elem), u.shape[1]), u.dtype
    found_u, found_v = np.zeros(shape, kind), np.zeros(shape, kind)
    for k in range(3):
        component = u * east[k][:, None].astype(kind) + v * north[k][:, None].astype(kind)
        values = regular.of_nodes(component, node)
        found_u += values * east_there[k][:, None].astype(kind)
        found_v += values * north_there[k][:, None].astype(kind)
    return found_u, found_v
