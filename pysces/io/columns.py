"""Histories as columns: every distinct node once, on the cells that ``pysces mesh convert --ugrid`` describes."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .grid_descriptions import COLUMN

SAME_PLACE = 1e-9  # degrees


def history_columns(history: str | os.PathLike, grid: str | os.PathLike, dimension: str = "n_face") -> Any:
    """The fields of a history as an xarray.Dataset, one value a column, whichever layout the history has.

    Parameters
    ----------
    history : file of ``pysces run --output``.   grid : file of ``pysces mesh convert --ugrid``, for the same mesh.
    dimension : what the columns' dimension is called; uxarray calls it n_face, CAM ncol.

    Returns
    -------
    xarray.Dataset with fields (time, column) and (time, column, lev).

    Raises
    ------
    ValueError in one sentence where the two are of different meshes.
    """
    import xarray

    with xarray.open_dataset(grid) as description, xarray.open_dataset(history, decode_times=False) as data:
        if COLUMN not in description:
            raise ValueError(f"{grid} does not say which column each node is; make it by pysces mesh convert --ugrid.")
        number, files = description[COLUMN].values, f"{history} and {grid}"
        if "ncol" in data.dims:
            _check_same_columns(data, description, files)
            columns = data.rename(ncol=dimension).drop_dims(("elem", "i", "j"))
        else:
            _, first = np.unique(number, return_index=True)
            _check_same_mesh(data, description, number, files)
            columns = data.stack({dimension: ("elem", "i", "j")}, create_index=False).isel({dimension: first})
        columns = columns.transpose("time", dimension, "lev", "ilev", ..., missing_dims="ignore")
        return columns.drop_vars("area").load()


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
