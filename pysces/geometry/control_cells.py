"""Cells round the GLL nodes whose areas are the nodes' masses, for conservative regridding of what lives on the nodes.

Every element is cut into np x np parts by a lattice at the partial sums of the weights. Moving the lattice's inner
points makes the area of each part the mass of its node in that element; parts of one node are then joined. Moving nine
points changes every combination of the 16 areas but the alternating sum of the relative misfits; the middle point is
therefore split in two, as HOMME does, and two parts are pentagons.

HOMME: surfaces_mod (InitControlVolumes_gll; on refined meshes it leaves the areas as the lattice makes them)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh.cubed_sphere import Elements
from ..mesh.quadrature import gauss_lobatto
from ..mesh.quality import quadrilateral_areas, triangle_areas
from .grid import NPTS, Grid
from .node_polygons import DOUBLE, INNER, MIDDLE, SPLITS, dual_points, node_polygons, parts

MOST_SWEEPS, GAIN = 50, 0.7  # an element is left alone when a sweep gains less


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
        return _polygon_areas(self.corners)


def control_cells(elements: Elements, grid: Grid) -> ControlCells:
    """The cells of a mesh, as near to the masses as elements' areas are: to round-off with cubed_sphere_map 2.

    Parameters
    ----------
    elements, grid : the mesh, and the whole grid made of it, on the host.
    """
    lattice, split = _matched(np.moveaxis(elements.corners, 0, -1), np.asarray(grid.mass_matrix)[..., 0])
    points, number = dual_points(elements.vertices, lattice)
    node = np.asarray(grid.global_id)
    _, first = np.unique(node, return_index=True)
    mass, lat, lon = (
        np.asarray(x).ravel()[first] for x in (grid.assembly.assemble(grid.mass_matrix), grid.lat, grid.lon)
    )
    centres = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return ControlCells(points, node_polygons(number, split, node), centres, mass)


def _matched(corners: np.ndarray, mass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(elem, 26, 3) lattices whose parts have the masses (elem, i, j); (elem,) which way the middle is split."""
    mass = mass.reshape(len(mass), -1)
    mass = mass * (quadrilateral_areas(corners) / mass.sum(axis=1))[:, None]
    one, other = (_iterated(corners, mass, split) for split in (0, 1))
    apart = [((x[:, DOUBLE] - x[:, MIDDLE]) * way).sum(axis=-1) for x, way in zip((one, other), SPLITS)]
    split = (apart[1] > apart[0]).astype(int)
    return _on_sphere(np.where(split[:, None, None] == 1, other, one), corners), split


def _iterated(corners: np.ndarray, mass: np.ndarray, split: int) -> np.ndarray:
    """(elem, 26, 2) reference coordinates of the lattice; Newton's method with the areas' slopes of flat polygons."""
    of_part = parts(split)
    reference = np.tile(_first_lattice(), (len(corners), 1, 1))
    best, nearest = reference.copy(), np.full(len(corners), np.inf)
    todo = np.arange(len(corners))
    for _ in range(MOST_SWEEPS):
        place = _on_sphere(reference[todo], corners[todo])
        misfit = _polygon_areas(place[:, of_part]) / mass[todo] - 1.0
        error = np.abs(misfit).max(axis=1)
        better = error < nearest[todo]
        best[todo[better]] = reference[todo[better]]
        going = error < GAIN * nearest[todo]
        nearest[todo] = np.minimum(error, nearest[todo])
        todo, place, misfit = todo[going], place[going], misfit[going]
        if not todo.size:
            break
        slopes = _slopes(place, _tangents(reference[todo], corners[todo]), of_part) / mass[todo, :, None]
        reference[todo[:, None], INNER] -= _shortest_step(slopes, misfit, mass[todo])
    return best


def _shortest_step(slopes: np.ndarray, misfit: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """(elem, inner point, 2): of the steps that undo the misfit the shortest; the element's area cannot change."""
    whole = mass / np.sqrt((mass**2).sum(axis=1, keepdims=True))
    square = slopes @ np.moveaxis(slopes, 1, 2) + whole[:, :, None] * whole[:, None, :]
    step = np.moveaxis(slopes, 1, 2) @ np.linalg.solve(square, misfit[..., None])
    return step.reshape(len(slopes), len(INNER), 2)


def _first_lattice() -> np.ndarray:
    """(26, 2): partial sums of the weights; the middle point twice."""
    line = np.concatenate([[-1.0], -1.0 + np.cumsum(gauss_lobatto(NPTS).weights)])
    line = (line - line[::-1]) / 2
    a, b = np.meshgrid(line, line, indexing="ij")
    lattice = np.stack([a.ravel(), b.ravel()], axis=-1)
    return np.concatenate([lattice, lattice[MIDDLE : MIDDLE + 1]])


def _chord(weights: list, corners: np.ndarray) -> np.ndarray:
    return sum(w[..., None] * corners[:, None, k] for k, w in enumerate(weights)) / 4


def _on_sphere(reference: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(elem, 26, 3) points of the element-local map."""
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


def _polygon_areas(corners: np.ndarray) -> np.ndarray:
    """Areas (...) [sr] of polygons with corners (..., n, 3), as triangles that meet at the first."""
    first, last = corners[..., :1, :], corners.shape[-2] - 1
    return triangle_areas(first, corners[..., 1:last, :], corners[..., 2:, :]).sum(axis=-1)
