"""Descriptions of grids for other tools: SCRIP (ncremap, ESMF) and UGRID (uxarray) of the cells round the GLL nodes.

Each distinct node is one column, numbered as Grid.global_id; its cell's area is its assembled quadrature weight.

SCRIP: Jones (1998), A User's Guide for SCRIP   UGRID: https://ugrid-conventions.github.io/ugrid-conventions
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..geometry.control_cells import ControlCells
from .mesh_writer import new_netcdf

COLUMN = "column"  # of every node of every element, in a UGRID file


def write_scrip(path: str | os.PathLike, cells: ControlCells, title: str) -> None:
    """The columns of a mesh as SCRIP; cells with fewer corners than the most repeat their last one."""
    lat, lon = _degrees(np.moveaxis(cells.corners, -1, 0))
    _write_scrip(path, (len(cells.masses),), _degrees(cells.centres), (lat, lon), cells.masses, title)


def write_scrip_latlon(path: str | os.PathLike, nlat: int, title: str) -> None:
    """A regular grid of nlat x 2 nlat cells, from the south pole and Greenwich, as SCRIP: where to regrid to."""
    south, west = np.arange(nlat) * 180.0 / nlat - 90.0, np.arange(2 * nlat) * 180.0 / nlat
    north, east = np.append(south[1:], 90.0), np.append(west[1:], 360.0)
    corners = [
        np.stack(np.broadcast_arrays(*four), axis=-1).reshape(-1, 4) for four in _corners(south, north, west, east)
    ]
    centres = [x.ravel() for x in np.meshgrid((south + north) / 2, (west + east) / 2, indexing="ij")]
    height = np.sin(np.radians(north)) - np.sin(np.radians(south))
    area = np.repeat(height, 2 * nlat) * np.pi / nlat
    _write_scrip(path, (2 * nlat, nlat), tuple(centres), tuple(corners), area, title)


def _corners(south: np.ndarray, north: np.ndarray, west: np.ndarray, east: np.ndarray) -> tuple[list, list]:
    lower, upper, left, right = south[:, None], north[:, None], west[None, :], east[None, :]
    zero = np.zeros((len(south), len(west)))
    return [x + zero for x in (lower, lower, upper, upper)], [x + zero for x in (left, right, right, left)]


def _write_scrip(path: Any, sizes: tuple, centres: tuple, corners: tuple, area: np.ndarray, title: str) -> None:
    with new_netcdf(path, title) as data:
        data.createDimension("grid_size", len(area))
        data.createDimension("grid_corners", corners[0].shape[1])
        data.createDimension("grid_rank", len(sizes))
        _put(data, "grid_dims", ("grid_rank",), np.array(sizes, np.int32))
        for name, values in zip(("lat", "lon"), centres):
            _put(data, f"grid_center_{name}", ("grid_size",), values, units="degrees")
        for name, values in zip(("lat", "lon"), corners):
            _put(data, f"grid_corner_{name}", ("grid_size", "grid_corners"), values, units="degrees")
        _put(data, "grid_area", ("grid_size",), area, units="radians^2", long_name="area weights")
        _put(data, "grid_imask", ("grid_size",), np.ones(len(area), np.int32), units="unitless")


def write_ugrid(path: str | os.PathLike, cells: ControlCells, column: np.ndarray, title: str) -> None:
    """The columns of a mesh as faces of a UGRID mesh; the faces' dimension is ncol, as that of data on them.

    Parameters
    ----------
    cells : of the mesh.   column : (elem, i, j) number [1] of the column at each node: histories become columns by it.
    """
    with new_netcdf(path, title) as data:
        data.Conventions = "CF-1.11 UGRID-1.0"
        node, corner = cells.points.shape[1], cells.polygons.shape[1]
        sizes = {"ncol": len(cells.masses), "mesh_node": node, "mesh_corner": corner}
        for name, size in (sizes | dict(zip(("elem", "i", "j"), column.shape))).items():
            data.createDimension(name, size)
        _topology(data)
        connectivity = data.createVariable("mesh_face_nodes", "i4", ("ncol", "mesh_corner"), fill_value=np.int32(-1))
        connectivity.setncatts({"cf_role": "face_node_connectivity", "start_index": np.int32(0)})
        connectivity.long_name = "corners of the cell of each column, counterclockwise"
        connectivity[:] = cells.polygons
        for prefix, dimension, points in (("mesh_node_", "mesh_node", cells.points), ("", "ncol", cells.centres)):
            for name, values, about in zip(("lat", "lon"), _degrees(points), (_LATITUDE, _LONGITUDE)):
                _put(data, f"{prefix}{name}", (dimension,), values, **about)
        _put(
            data,
            "area",
            ("ncol",),
            cells.masses,
            units="sr",
            long_name="quadrature weight, area of the cell",
            **_ON_FACES,
        )
        _put(data, COLUMN, ("elem", "i", "j"), column.astype(np.int32), long_name="column at each node, from 0")


_LATITUDE = {"units": "degrees_north", "standard_name": "latitude", "long_name": "latitude"}
_LONGITUDE = {"units": "degrees_east", "standard_name": "longitude", "long_name": "longitude"}
_ON_FACES = {"mesh": "mesh", "location": "face", "coordinates": "lat lon", "standard_name": "cell_area"}


def _topology(data: Any) -> None:
    mesh = data.createVariable("mesh", "i4", ())
    mesh.setncatts({"cf_role": "mesh_topology", "topology_dimension": np.int32(2), "face_dimension": "ncol"})
    mesh.setncatts({"node_coordinates": "mesh_node_lon mesh_node_lat", "face_coordinates": "lon lat"})
    mesh.setncatts({"face_node_connectivity": "mesh_face_nodes", "long_name": "cells round the nodes of the elements"})
    mesh[...] = 0


def _put(data: Any, name: str, dimensions: tuple, values: np.ndarray, **about: str) -> None:
    variable = data.createVariable(name, values.dtype, dimensions)
    variable.setncatts(about)
    variable[:] = values


def _degrees(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude in [0, 360) of points (3, ...) of the unit sphere."""
    x, y, z = points
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x)) % 360.0
