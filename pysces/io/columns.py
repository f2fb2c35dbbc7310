"""Histories as columns: every distinct node once, on the cells that ``pysces mesh convert --ugrid`` describes."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .grid_descriptions import COLUMN

SAME_PLACE = 1e-9  # degrees


def history_columns(history: str | os.PathLike, grid: str | os.PathLike, dimension: str = "n_face") -> Any:
    """The fields of a history as an xarray.Dataset, one value a column, whichever layout the history has.

    Nothing is read but places: a field is read when it is asked for, and only as much of it as is asked for.

    Parameters
    ----------
    history : file of ``pysces run --output``.   grid : file of ``pysces mesh convert --ugrid``, for the same mesh.
    dimension : what the columns' dimension is called; uxarray calls it n_face, CAM ncol.

    Returns
    -------
    xarray.Dataset with fields (time, column) and (time, column, lev), which keeps the file open until it is closed.

    Raises
    ------
    ValueError in one sentence where the two are of different meshes.
    """
    import xarray

    with xarray.open_dataset(grid) as description:
        if COLUMN not in description:
            raise ValueError(f"{grid} does not say which column each node is; make it by pysces mesh convert --ugrid.")
        data = xarray.open_dataset(history, decode_times=False)
        try:
            columns = _columns(data, description, dimension, f"{history} and {grid}")
        except BaseException:
            data.close()
            raise
    columns = columns.transpose("time", dimension, "lev", "ilev", ..., missing_dims="ignore").drop_vars("area")
    columns.set_close(data.close)
    return columns


def _columns(data: Any, description: Any, dimension: str, files: str) -> Any:
    """The history on its columns, of which those of elements take the first of every node's copies."""
    if "ncol" in data.dims:
        _check_same_columns(data, description, files)
        return data.rename(ncol=dimension).drop_dims(("elem", "i", "j"))
    number = description[COLUMN].values
    _check_same_mesh(data, description, number, files)
    _, first = np.unique(number, return_index=True)
    axes, places = dict(data.indexes), [name for name in data.coords if name not in data.indexes]
    columns = data.reset_coords(places).map(lambda field: _on_columns(field, first, dimension)).assign_attrs(data.attrs)
    return columns.assign_coords({name: data[name] for name in axes}).set_coords(places)


def _on_columns(field: Any, first: np.ndarray, dimension: str) -> Any:
    import xarray
    from xarray.core.indexing import LazilyIndexedArray

    from .lazy_columns import OnColumns

    nodes = ("elem", "i", "j")
    if field.dims[:4] != ("time", *nodes):
        if field.dims[:3] != nodes:
            return field
        return xarray.DataArray(field.values.ravel()[first], dims=dimension, attrs=field.attrs)
    lazy = LazilyIndexedArray(OnColumns(field.variable, first))
    return xarray.DataArray(xarray.Variable(("time", dimension, *field.dims[4:]), lazy), attrs=field.attrs)


def _check_same_mesh(data: Any, description: Any, number: np.ndarray, files: str) -> None:
    if data["lat"].shape != number.shape:
        raise ValueError(f"{files} have {data['lat'].shape[0]} and {len(number)} elements; give two of the same mesh.")
    _check_places(data, {name: description[name].values[number] for name in ("lat", "lon")}, files)


def _check_same_columns(data: Any, description: Any, files: str) -> None:
    here, there = data.sizes["ncol"], description.sizes["ncol"]
    if here != there:
        raise ValueError(f"{files} have {here} and {there} columns; give two of the same mesh.")
    _check_places(data, description, files)


def _check_places(data: Any, described: Any, files: str) -> None:
    for name in ("lat", "lon"):
        away = np.abs(data[name].values - np.asarray(described[name]))
        at_pole = np.abs(np.abs(data["lat"].values) - 90.0) < SAME_PLACE
        if (np.minimum(away, 360.0 - away)[~at_pole] > SAME_PLACE).any():
            raise ValueError(f"{files} have nodes at other places; give two of the same mesh.")
