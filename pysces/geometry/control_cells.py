"""Cells round the GLL nodes whose areas are the nodes' masses, for conservative regridding of what lives on the nodes.

Quadrilaterals, two pentagons in every element, and at its corners polygons of as many corners as elements meet there.

HOMME: surfaces_mod (InitControlVolumes_gll; on refined meshes it leaves the areas as the lattice makes them)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh.cubed_sphere import Elements
from ..mesh.quality import polygon_areas
from .grid import Grid
from .node_lattice import INNER, matched_lattices
from .node_polygons import node_polygons


@dataclass(frozen=True)
class ControlCells:
    """Polygons on the unit sphere, one a distinct node, numbered as Grid.global_id.

    points : (3, vertex).   polygons : (node, n) numbers of the corners, counterclockwise; -1 behind the last.
    centres : (3, node) the GLL nodes.   masses : (node,) [sr] assembled quadrature weights.
    """

    points: np.ndarray
    polygons: np.ndarray
    centres: np.ndarray
    masses: np.ndarray

    @property
    def corners(self) -> np.ndarray:
        """(node, n, 3) corners of every polygon, the last one repeated where there are fewer than n."""
        count = (self.polygons >= 0).sum(axis=1, keepdims=True)
        slot = np.minimum(np.arange(self.polygons.shape[1]), count - 1)
        return self.points.T[np.take_along_axis(self.polygons, slot, axis=1)]

    @property
    def areas(self) -> np.ndarray:
        """(node,) [sr] of the polygons themselves; the masses but for round-off."""
        return polygon_areas(self.corners)


def control_cells(elements: Elements, grid: Grid) -> ControlCells:
    """The cells of a mesh, as near to the masses as elements' areas are: to round-off with cubed_sphere_map 2.

    Parameters
    ----------
    elements, grid : the mesh, and the whole grid made of it, on the host.
    """
    lattice, split = matched_lattices(elements, np.asarray(grid.mass_matrix)[..., 0])
    node = np.asarray(grid.global_id)
    _, first = np.unique(node, return_index=True)
    mass, lat, lon = (
        np.asarray(x).ravel()[first] for x in (grid.assembly.assemble(grid.mass_matrix), grid.lat, grid.lon)
    )
    centres = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    points = lattice[:, INNER].reshape(-1, 3).T
    return ControlCells(points, node_polygons(elements.vertices, split, node), centres, mass)
