"""Meshes as Exodus files, as HOMME and CAM-SE read them, and how a NetCDF file in the classic format is put in place.

HOMME: mesh_mod
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .durable import replacing
from .places import MESH_SOURCE


@contextmanager
def new_netcdf(path: str | os.PathLike, title: str) -> Iterator[Any]:
    """An empty NetCDF data set (classic, 64-bit offsets), which becomes the file if the block ends without an error."""
    import netCDF4

    data = netCDF4.Dataset("new", "w", format="NETCDF3_64BIT_OFFSET", memory=1024)
    try:
        data.title, data.source = title, MESH_SOURCE
        yield data
    finally:
        content = data.close()
    with replacing(path) as file:
        file.write(content)


def write_exodus(path: str | os.PathLike, points: np.ndarray, vertices: np.ndarray, title: str) -> None:
    """A mesh of one block.

    Parameters
    ----------
    path : replaced, if it is there.   points : (3, vertex) on the unit sphere [1].
    vertices : (elem, 4) corners, counted from 0.   title : what the mesh is.
    """
    with new_netcdf(path, title) as data:
        data.setncatts({"api_version": np.float32(5.0), "version": np.float32(5.0)})
        data.setncatts({"floating_point_word_size": np.int32(8), "file_size": np.int32(1)})
        _dimensions(data, points.shape[1], len(vertices))
        data.createVariable("time_whole", "f8", ("time_step",))
        data.createVariable("coord", "f8", ("num_dim", "num_nodes"))[:] = points
        connect = data.createVariable("connect1", "i4", ("num_el_in_blk1", "num_nod_per_el1"))
        connect.elem_type = "SHELL4"
        connect[:] = vertices + 1
        data.createVariable("eb_status", "i4", ("num_el_blk",))[:] = 1
        block = data.createVariable("eb_prop1", "i4", ("num_el_blk",))
        block.setncattr("name", "ID")
        block[:] = 1


def _dimensions(data: Any, nodes: int, elements: int) -> None:
    sizes = {"len_string": 33, "len_line": 81, "four": 4, "time_step": None, "num_dim": 3, "num_nodes": nodes}
    sizes |= {"num_elem": elements, "num_el_blk": 1, "num_el_in_blk1": elements, "num_nod_per_el1": 4}
    for name, size in sizes.items():
        data.createDimension(name, size)
