"""Golden HOMME records for the tests of the kernels: every file of a kernel, with constants from its settings."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pysces.constants import constants_from

TEST_DATA = Path(__file__).parents[1] / "test_data" / "homme"


def cases(kernel: str) -> list:
    """One pytest parameter for every record of a kernel; a single skipped one when there is none."""
    paths = sorted((TEST_DATA / kernel).glob("*.nc"))
    missing = pytest.param(
        None, marks=pytest.mark.skip(reason=f"no golden record of {kernel} in {TEST_DATA}"), id="none"
    )
    return [pytest.param(path, id=path.stem) for path in paths] or [missing]


def load(path: Path) -> SimpleNamespace:
    """Settings, inputs and outputs; fields without a level axis get one of length 1."""
    netcdf = pytest.importorskip("netCDF4")
    with netcdf.Dataset(path) as data:
        groups = {name: {n: _values(v) for n, v in group.variables.items()} for name, group in data.groups.items()}
        return SimpleNamespace(settings=json.loads(data.settings), **groups)


def _values(variable) -> np.ndarray:
    value = np.asarray(variable[:])
    return value[..., None] if variable.dimensions[-1] in ("sample", "j") else value


def constants(settings: dict):
    """HOMME's constants with every value that the record states."""
    return constants_from(settings, "homme")


def error(found, expected) -> float:
    """Largest difference over the field's largest value on the same level, whichever level is worst."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    columns = tuple(range(expected.ndim - 1))
    scale = np.abs(expected).max(axis=columns)
    difference = np.abs(found - expected).max(axis=columns)
    assert (difference[scale == 0.0] == 0.0).all()
    return float((difference / np.where(scale == 0.0, 1.0, scale)).max())
