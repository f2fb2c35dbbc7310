"""Corners of meshes that are no cubed sphere: those of a mesh record, or of the Exodus file beside it.

Schema: settings of such records say ``ne = 0``, those of their mesh name the file in ``mesh_file``.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from pysces.io.mesh_file import read_exodus

from ..errors import BadInput, brief
from ..guards import sizes
from .record import Record, read, regular

SUFFIX = ".g"
POINTS, ELEMENTS = "node_coord", "connect"
Corners = tuple[np.ndarray, np.ndarray]  # (3, point) and (elem, 4), counted from 0: as unstructured_grid takes them


def is_unstructured(settings: dict) -> bool:
    """Whether settings are of a mesh that was read from a file."""
    return settings.get("ne", 0) == 0 and ("ne" in settings or bool(settings.get("mesh_file")))


@cache
def corners_of(path: Path) -> Corners:
    """Points and elements of a mesh record or an Exodus file; BadInput where both are there and differ."""
    if path.suffix == SUFFIX:
        return _of_file(path)
    mesh, beside = read(path), path.with_suffix(SUFFIX)
    found = _of_record(mesh)
    if not beside.is_file():
        return found or _lacking(mesh)
    if found and find_spec("netCDF4") is None:
        return found  # the record's own copy; a file beside it cannot be read here
    file = _of_file(beside)
    if found and not all(np.array_equal(*both) for both in zip(found, file)):
        raise BadInput(f"{beside}: is not the mesh that {path.name} was computed on; put HOMME's own file there.")
    return file


def _of_record(mesh: Record) -> Corners | None:
    """Its own copy of the file, whose elements count from 1."""
    if not {POINTS, ELEMENTS} <= mesh.inputs.keys():
        return None
    points, elements = (np.squeeze(mesh.inputs[name].values) for name in (POINTS, ELEMENTS))
    if points.ndim != 2 or len(points) != 3 or elements.ndim != 2 or elements.shape[1] != 4:
        raise BadInput(f"{mesh.path}: {POINTS} must be (3, point) and {ELEMENTS} (elem, 4).")
    return np.asarray(points, np.float64), np.asarray(elements, np.int64) - 1


def _of_file(path: Path) -> Corners:
    try:
        points, elements = read_exodus(regular(path))
    except ValueError as error:
        raise BadInput(f"{path}: {brief(error, 200)}") from None
    sizes.check(f"{path}: a mesh of {len(elements)} elements", sizes.of_elements(len(elements)))
    return points, elements


def _lacking(mesh: Record) -> Corners:
    raise BadInput(
        f"{mesh.path}: its mesh was read from a file; put {mesh.path.stem}{SUFFIX} beside it, or {POINTS} and "
        f"{ELEMENTS} in its group input."
    )
