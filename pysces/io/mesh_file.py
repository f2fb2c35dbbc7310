"""Meshes of quadrilaterals on the sphere from Exodus files (.g), as SQuadGen and CUBIT write them for HOMME and CAM-SE.

HOMME: mesh_mod
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def read_exodus(path: str | os.PathLike) -> tuple[np.ndarray, np.ndarray]:
    """Points (3, vertex) and corners (elem, 4), counted from 0, as ``unstructured_grid`` takes them; all blocks.

    Raises
    ------
    ValueError where there is no such file, or its elements are not quadrilaterals in three dimensions.
    """
    with _opened(path) as data:
        return _points(data, path), _corners(data, path)


def count_elements(path: str | os.PathLike) -> int:
    """How many elements a file has; refused as by read_exodus, as far as its header shows."""
    with _opened(path) as data:
        return sum(data[name].shape[0] for name in _blocks(data, path))


@contextmanager
def _opened(path: str | os.PathLike) -> Iterator[Any]:
    import netCDF4

    try:
        with netCDF4.Dataset(os.fspath(path)) as data:
            data.set_auto_mask(False)
            yield data
    except OSError as error:
        raise ValueError(f"Cannot read mesh {path}: {error.strerror or error}.") from None


def _points(data: Any, path: str | os.PathLike) -> np.ndarray:
    """Coordinates stand in one variable or in three, by the writer's age."""
    if "coord" in data.variables:
        points = np.asarray(data["coord"][...], np.float64)
    elif all(f"coord{axis}" in data.variables for axis in "xyz"):
        points = np.stack([np.asarray(data[f"coord{axis}"][...], np.float64) for axis in "xyz"])
    else:
        raise ValueError(f"Mesh {path} has neither coord nor coordx, coordy, coordz; give an Exodus file.")
    if len(points) != 3:
        raise ValueError(f"Mesh {path} has points of {len(points)} coordinates; give one of the sphere in three.")
    return points


def _corners(data: Any, path: str | os.PathLike) -> np.ndarray:
    return np.concatenate([np.asarray(data[name][...], np.int64) - 1 for name in _blocks(data, path)])


def _blocks(data: Any, path: str | os.PathLike) -> list[str]:
    """Names of the variables of the blocks' corners, in order."""
    blocks = sorted((n for n in data.variables if n[:7] == "connect" and n[7:].isdigit()), key=lambda n: int(n[7:]))
    if not blocks or any(data[name].ndim != 2 or data[name].shape[1] != 4 for name in blocks):
        sizes = ", ".join(f"{name} of {data[name].shape}" for name in blocks) or "no element blocks"
        raise ValueError(f"Mesh {path} has {sizes}; give a mesh of quadrilaterals, connect1 of (elem, 4).")
    return blocks
