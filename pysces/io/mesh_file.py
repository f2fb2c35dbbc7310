"""Meshes of quadrilaterals on the sphere from Exodus files (.g), as SQuadGen, TempestRemap and CUBIT write them.

HOMME: mesh_mod
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..mesh.checks import check_mesh
from .promised_size import refuse_cut_off

QUADRILATERALS = ("SHELL", "QUAD")  # what elem_type begins with, in any case


def read_mesh(path: str | os.PathLike) -> tuple[np.ndarray, np.ndarray]:
    """Points (3, vertex) [any unit], corners (elem, 4) as read_exodus, of a file of one closed mesh of the sphere.

    Raises
    ------
    ValueError in one sentence as read_exodus and mesh.checks.check_mesh do.
    """
    points, vertices = read_exodus(path)
    check_mesh(points, vertices, os.fspath(path))
    return points, vertices


def read_exodus(path: str | os.PathLike) -> tuple[np.ndarray, np.ndarray]:
    """Points (3, vertex) [any unit] and corners (elem, 4), from 0, as ``unstructured_grid`` takes them; all blocks.

    Raises
    ------
    ValueError where there is no such file, or its elements are not quadrilaterals in three dimensions.
    """
    with _opened(path) as data:
        points, blocks = _points(data, path), [data[name] for name in _blocks(data, path)]
        _check_count(sum(block.shape[0] for block in blocks), points.shape[1], path)
        return points, np.concatenate([_numbers(block, "iu", path) for block in blocks]) - 1


def count_elements(path: str | os.PathLike) -> int:
    """How many elements a file has; refused as by read_exodus, as far as its header shows."""
    with _opened(path) as data:
        return sum(data[name].shape[0] for name in _blocks(data, path))


@contextmanager
def _opened(path: str | os.PathLike) -> Iterator[Any]:
    import netCDF4

    try:
        refuse_cut_off(path)
        with netCDF4.Dataset(os.fspath(path)) as data:
            data.set_auto_maskandscale(False)
            yield data
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        remedy = "" if isinstance(error, OSError) and (error.errno or 0) > 0 else "; give an Exodus file (NetCDF)"
        raise ValueError(f"Cannot read mesh {path}: {reason}{remedy}.") from None


def _points(data: Any, path: str | os.PathLike) -> np.ndarray:
    """Coordinates stand in one variable or in three, by the writer's age."""
    if "coord" in data.variables:
        points = _numbers(data["coord"], "fiu", path)
    elif all(f"coord{axis}" in data.variables for axis in "xyz"):
        points = _side_by_side([_numbers(data[f"coord{axis}"], "fiu", path) for axis in "xyz"], path)
    else:
        raise ValueError(f"Mesh {path} has neither coord nor coordx, coordy, coordz; give an Exodus file.")
    if points.ndim != 2:
        raise ValueError(f"Mesh {path} has coordinates of shape {points.shape}; give three of each point.")
    if len(points) != 3:
        raise ValueError(f"Mesh {path} has points of {len(points)} coordinates; give one of the sphere in three.")
    return points.astype(np.float64)


def _side_by_side(axes: list[np.ndarray], path: str | os.PathLike) -> np.ndarray:
    if len({axis.shape for axis in axes}) > 1:
        found = ", ".join(str(axis.shape) for axis in axes)
        raise ValueError(f"Mesh {path} has coordx, coordy and coordz of shapes {found}; give all three of each point.")
    return np.stack(axes)


def _check_count(elements: int, points: int, path: str | os.PathLike) -> None:
    """Refuse, before they are read, more elements than even triangles have: a header may promise any number."""
    if elements > 2 * points:
        raise ValueError(
            f"Mesh {path} has {elements} elements and {points} points; quadrilaterals that close a sphere have two "
            "points more than elements."
        )


def _numbers(variable: Any, kinds: str, path: str | os.PathLike) -> np.ndarray:
    if getattr(variable.dtype, "kind", "") not in kinds:
        raise ValueError(f"Mesh {path} has {variable.name} of type {variable.dtype}; give an Exodus file.")
    values = np.asarray(variable[...])
    return values.astype(np.int64) if kinds == "iu" else values


def _blocks(data: Any, path: str | os.PathLike) -> list[str]:
    """Names of the variables of the blocks' corners, in order."""
    blocks = sorted((n for n in data.variables if n[:7] == "connect" and n[7:].isdigit()), key=lambda n: int(n[7:]))
    if not blocks:
        raise ValueError(f"Mesh {path} has no element blocks (connect1); give a mesh of quadrilaterals.")
    for name in blocks:
        _check_block(data[name], path)
    return blocks


def _check_block(block: Any, path: str | os.PathLike) -> None:
    kind = str(getattr(block, "elem_type", "")).strip("\0 ")
    if kind and not kind.upper().startswith(QUADRILATERALS):
        raise ValueError(f"Mesh {path} has {block.name} of elements {kind!r}; give quadrilaterals (SHELL4, QUAD4).")
    if block.ndim != 2 or block.shape[1] != 4:
        found = f"{block.shape[-1]} points" if block.ndim == 2 else f"shape {block.shape}"
        raise ValueError(f"Mesh {path} has {block.name} of elements of {found}; give quadrilaterals, which have 4.")
    if not block.shape[0]:
        raise ValueError(f"Mesh {path} has {block.name} without elements; leave empty blocks out.")
