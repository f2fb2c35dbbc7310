"""Fingerprints of where a run takes place: its mesh, its levels, its surface."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

HYBRID = ("hyai", "hybi", "hyam", "hybm")


def mesh_checksum(grid: Any) -> str:
    """sha256 of the places and weights of a mesh's nodes; off the cubed sphere, of which of them are one point too."""
    digest = hashlib.sha256()
    for array in (grid.lat, grid.lon, grid.mass_matrix, *(() if grid.ne else (grid.global_id,))):
        digest.update(np.ascontiguousarray(array, ">f8").tobytes())
    return digest.hexdigest()


def place_checksum(grid: Any, coordinate: Any) -> str:
    """sha256 of a mesh and the levels over it: where a run takes place."""
    digest = hashlib.sha256(mesh_checksum(grid).encode())
    for name in HYBRID if coordinate is not None else ():
        digest.update(np.ascontiguousarray(getattr(coordinate, name), ">f8").tobytes())
    return digest.hexdigest()


def surface_checksum(phis: Any) -> str:
    """sha256 of a surface geopotential."""
    return hashlib.sha256(np.ascontiguousarray(phis, ">f8").tobytes()).hexdigest()
