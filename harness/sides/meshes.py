"""Small meshes that are no cubed sphere, made up: points and corners, which is all that a mesh file holds.

``stretched``: a cubed sphere that a Schmidt transform makes finer about a point. ``patch``: one of whose elements three
get a ring of new ones, in an order of no meaning; it has nodes of 3, 4 and 5 elements.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from pysces.io.mesh_file import read_mesh
from pysces.mesh.cubed_sphere import cubed_sphere_elements

from ..errors import BadInput, brief

Corners = tuple[np.ndarray, np.ndarray]  # (3, point) on the unit sphere and (elem, 4), counted from 0
NE = 2
FOCUS = np.array([0.5, -0.3, 0.8])
FACTOR = 1.5
RING = (20, 21, 22)  # three of the four elements around the north pole
SHUFFLE = 7  # a seed


@cache
def elements_of(name: str) -> Corners:
    """Points and corners by the mesh's name, or of an Exodus file by its path."""
    made = {"stretched": _stretched, "patch": _patch}
    if name in made:
        return made[name]()
    try:
        return read_mesh(name)
    except ValueError as error:
        raise BadInput(f"{brief(error, 300)} Known without a file are {' and '.join(made)}.") from None


@cache
def file_of(name: str) -> Path:
    """The mesh as a user has it, in an Exodus file that lasts as long as this process."""
    import netCDF4

    folder = _FOLDERS.setdefault(name, tempfile.TemporaryDirectory(prefix="pysces_mesh_"))
    path = Path(folder.name) / f"{name}.g"
    points, corners = elements_of(name)
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        sizes = {"num_dim": 3, "num_nodes": points.shape[1], "num_el_in_blk1": len(corners), "num_nod_per_el1": 4}
        for dimension, size in sizes.items():
            file.createDimension(dimension, size)
        file.createVariable("coord", "f8", ("num_dim", "num_nodes"))[...] = points
        elements = file.createVariable("connect1", "i4", ("num_el_in_blk1", "num_nod_per_el1"))
        elements.elem_type = "SHELL4"
        elements[...] = corners + 1
    return path


_FOLDERS: dict[str, tempfile.TemporaryDirectory] = {}


def _uniform() -> Corners:
    elements = cubed_sphere_elements(NE)
    _, first = np.unique(elements.vertices, return_index=True)
    return elements.corners.reshape(3, -1)[:, first], elements.vertices


def _stretched() -> Corners:
    """Distances from the focus shrink as in a stereographic map that is scaled."""
    points, corners = _uniform()
    axis = FOCUS / np.linalg.norm(FOCUS)
    height = axis @ points
    scale = 1.0 / (FACTOR**2 * (1.0 - height) + (1.0 + height))
    moved = axis[:, None] * ((1.0 + height) - FACTOR**2 * (1.0 - height)) * scale
    across = (points - axis[:, None] * height) * (2.0 * FACTOR * scale)
    return _unit(moved + across), corners


def _patch() -> Corners:
    """Three elements shrink, a ring of elements fills the gap, points move to the middle of their neighbours."""
    points, corners = _uniform()
    inside = np.isin(np.arange(len(corners)), RING)
    twin = np.arange(points.shape[1])
    shared = np.intersect1d(corners[inside], corners[~inside])
    twin[shared] = points.shape[1] + np.arange(len(shared))
    sides = {tuple(side) for quad in corners[inside] for side in zip(quad, np.roll(quad, -1))}
    rim = sorted(side for side in sides if side[::-1] not in sides)
    ring = np.array([(a, b, twin[b], twin[a]) for a, b in rim])
    middle = points[:, np.unique(corners[inside])].mean(axis=1, keepdims=True)
    points = np.concatenate([points, _unit(0.5 * (points[:, shared] + middle))], axis=1)
    corners = np.concatenate([corners[~inside], twin[corners[inside]], ring])
    order = np.random.default_rng(SHUFFLE).permutation(len(corners))
    turned = [np.roll(corners[n], n % 4) for n in order]
    return _relaxed(points, np.array(turned)), np.array(turned)


def _relaxed(points: np.ndarray, corners: np.ndarray, times: int = 20) -> np.ndarray:
    ends = np.concatenate([corners, np.roll(corners, -1, axis=1)], axis=0).ravel()
    starts = np.concatenate([np.roll(corners, -1, axis=1), corners], axis=0).ravel()
    for _ in range(times):
        total = np.zeros_like(points)
        np.add.at(total.T, ends, points.T[starts])
        points = _unit(total)
    return points


def _unit(points: np.ndarray) -> np.ndarray:
    return points / np.sqrt((points**2).sum(axis=0))
