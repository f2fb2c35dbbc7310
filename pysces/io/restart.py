"""Restart files: every array of a state as it is, so that a run that was stopped goes on bit for bit.

A file is written under another name and then renamed: whoever interrupts, one whole restart file remains.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SCHEMA = 1


@dataclass(frozen=True)
class Restart:
    """What a restart file holds: the configuration's table, the remap calls done, and the arrays by name."""

    config: dict
    calls: int
    arrays: dict


def named_arrays(tree, prefix: str = "") -> dict[str, np.ndarray]:
    """{dotted name: array} of a tree of dataclasses; None is left out."""
    if tree is None:
        return {}
    if not dataclasses.is_dataclass(tree):
        return {prefix: np.asarray(tree)}
    parts = [named_arrays(getattr(tree, f.name), f"{prefix}.{f.name}".lstrip(".")) for f in dataclasses.fields(tree)]
    return {name: array for part in parts for name, array in part.items()}


def write_restart(path, state, config: dict, calls: int) -> None:
    """Write a state; atomic."""
    import netCDF4

    part = Path(f"{os.fspath(path)}.part")
    with netCDF4.Dataset(part, "w", format="NETCDF4") as data:
        data.setncatts({"schema": SCHEMA, "config": json.dumps(config), "calls": calls, "source": "pysces restart"})
        for name, array in named_arrays(state).items():
            dimensions = [_dimension(data, size) for size in array.shape]
            data.createVariable(name, array.dtype, dimensions)[...] = array
    os.replace(part, path)


def read_restart(path) -> Restart:
    """Read a file written by write_restart."""
    import netCDF4

    try:
        with netCDF4.Dataset(os.fspath(path)) as data:
            data.set_auto_mask(False)
            if getattr(data, "schema", None) != SCHEMA or not hasattr(data, "calls"):
                raise ValueError(f"{path} is not a restart file of pysces (schema {SCHEMA}); give the one a run wrote.")
            arrays = {name: np.asarray(variable[...]) for name, variable in data.variables.items()}
            return Restart(json.loads(data.config), int(data.calls), arrays)
    except OSError as error:
        raise ValueError(f"Cannot read restart file {path}: {error.strerror or error}.") from None


def restore(like, restart: Restart, prefix: str = ""):
    """A tree of the structure of `like` with the arrays of a restart file; refused when they do not fit."""
    if like is None:
        return None
    if dataclasses.is_dataclass(like):
        parts = {
            f.name: restore(getattr(like, f.name), restart, f"{prefix}.{f.name}".lstrip("."))
            for f in dataclasses.fields(like)
        }
        return dataclasses.replace(like, **parts)
    found, expected = restart.arrays.get(prefix), np.asarray(like)
    if found is None or found.shape != expected.shape or found.dtype != expected.dtype:
        what = "nothing" if found is None else f"{found.dtype}{found.shape}"
        raise ValueError(
            f"Restart holds {what} for {prefix}, expected {expected.dtype}{expected.shape}; use its own config."
        )
    return found


def _dimension(data, size: int) -> str:
    name = f"n{size}"
    if name not in data.dimensions:
        data.createDimension(name, size)
    return name
