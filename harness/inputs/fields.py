"""Generated inputs of the live cases: smooth analytic fields and rough node values on small meshes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from pysces.arrays.fields import to_record
from pysces.geometry.grid import Grid, cubed_sphere_grid, unstructured_grid
from pysces.vertical.coordinate import VerticalCoordinate

from ..registry import Case
from ..sides.meshes import elements_of
from . import seeds

KINDS = ("smooth", "rough")
PATCH, STRETCHED = "patch", "stretched"  # meshes that are no cubed sphere
SPONGE_SCALING = 2.0  # of their sponge's tensor


@cache
def sphere(ne: int | str = 3, cubed_sphere_map: int = 2, hypervis_scaling: float = 3.2) -> Grid:
    """A small cubed sphere, or a mesh of sides.meshes by its name, built once a process."""
    if isinstance(ne, str):
        return unstructured_grid(*elements_of(ne), hypervis_scaling=hypervis_scaling, laplace_scaling=SPONGE_SCALING)
    return cubed_sphere_grid(ne, cubed_sphere_map=cubed_sphere_map, hypervis_scaling=hypervis_scaling)


def coefficients(coordinate: VerticalCoordinate) -> dict[str, np.ndarray]:
    """A and B at interfaces and midpoints by their golden names, which both models share."""
    return {name: a for name, a in to_record(coordinate, "homme").items() if name != "ps0"}


def scalar_field(grid: Grid, kind: str, rng: np.random.Generator, nlev: int) -> np.ndarray:
    """(elem, i, j, lev): a few spherical waves, other ones on each level, or independent values at every node."""
    shape = (*grid.lat.shape[:-1], nlev)
    if kind == "rough":
        return rng.uniform(-1.0, 1.0, shape)
    xyz = _directions(grid)
    waves = rng.normal(size=(3, nlev, 3)) * 2.0
    phases = rng.uniform(0.0, 2.0 * np.pi, size=(3, nlev))
    return sum(np.sin(np.tensordot(xyz, k, axes=([0], [1])) + phase) for k, phase in zip(waves, phases))


def vector_field(grid: Grid, kind: str, rng: np.random.Generator, nlev: int) -> np.ndarray:
    """(2, elem, i, j, lev): a smooth tangent vector (Cartesian components projected), or rough components."""
    if kind == "rough":
        return np.stack([scalar_field(grid, kind, rng, nlev) for _ in range(2)])
    cartesian = [scalar_field(grid, kind, rng, nlev) for _ in range(3)]
    frame = grid.sphere_to_cartesian
    return np.stack([sum(frame[c, m] * cartesian[c] for c in range(3)) for m in range(2)])


def viscosity_tensor(grid: Grid, kind: str, rng: np.random.Generator, nlev: int) -> np.ndarray:
    """The grid's own hyperviscosity tensor, scaled to order one."""
    return grid.viscosity_tensor / np.abs(grid.viscosity_tensor).max()


def on_sphere(
    ne: int = 3, nlev: int = 3, settings: dict | None = None, label: str = "", mesh: str = "", **fields: Callable
) -> Callable[..., list[Case]]:
    """Cases for Kernel.cases: every named field, smooth and rough, on a small cubed sphere.

    mesh : rough on a mesh of sides.meshes instead.
    fields : input name = function (grid, kind, rng, nlev) -> array, such as scalar_field.
    """

    def cases(ne: int = ne, nlev: int = nlev) -> list[Case]:
        if mesh:
            return [_case(sphere(mesh), "rough", nlev, settings or {}, f"_{mesh}{label}", fields)]
        grid = sphere(ne)
        return [_case(grid, kind, nlev, settings or {}, label, fields) for kind in KINDS]

    return cases


def everywhere(**fields: Any) -> Callable[..., list[Case]]:
    """The cases of on_sphere on a cubed sphere, and on a mesh whose nodes have 3, 4 and 5 elements."""
    return several(on_sphere(**fields), on_sphere(mesh=PATCH, **fields))


def several(*makers: Callable) -> Callable:
    """The cases of several makers, for Kernel.cases."""
    return lambda **size: [case for make in makers for case in make(**size)]


def _case(grid: Grid, kind: str, nlev: int, settings: dict, label: str, fields: dict) -> Case:
    rng = seeds.generator(20261122)
    inputs = {name: make(grid, kind, rng, nlev) for name, make in fields.items()}
    return Case(f"{kind}{label}", inputs, settings, grid)


def _directions(grid: Grid) -> np.ndarray:
    """(3, elem, i, j): unit vectors of the nodes; of a plane, once round in each direction."""
    lon, lat = (a[..., 0] for a in angles(grid))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def angles(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude [radian]; of a periodic plane x and y, as shares of a whole turn."""
    if not grid.on_plane:
        return grid.lon, grid.lat
    return 2.0 * np.pi * grid.lon / np.ptp(grid.lon), 2.0 * np.pi * grid.lat / np.ptp(grid.lat)
