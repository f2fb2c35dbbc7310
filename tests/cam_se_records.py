"""Golden CAM-SE records for the tests of the kernels: reading them, and pysces objects from their settings."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pysces.arrays.fields import from_record, names
from pysces.constants import constants_from
from pysces.geometry.grid import Grid, cubed_sphere_grid
from pysces.models.cam_se.state import CamSeState
from pysces.thermodynamics.species import active_species
from pysces.vertical.coordinate import VerticalCoordinate, coordinate_from_interfaces

TEST_DATA = Path(__file__).parents[1] / "test_data" / "cam_se"


def load(kernel: str, case: str) -> SimpleNamespace:
    """Settings, inputs and outputs of a record; horizontal and column fields get their trailing level axis."""
    netcdf = pytest.importorskip("netCDF4")
    path = TEST_DATA / kernel / f"{case}.nc"
    if not path.exists():
        pytest.skip(f"golden record {path} is missing")
    with netcdf.Dataset(path) as data:
        groups = {name: _fields(group) for name, group in data.groups.items()}
        settings = json.loads(data.settings)
    stages = {name.removeprefix("output_after_"): g for name, g in groups.items() if name.startswith("output_after_")}
    return SimpleNamespace(settings=settings, input=groups["input"], output=groups.get("output"), stages=stages)


def _fields(group) -> dict[str, np.ndarray]:
    """Every variable as float64, levels last: a field without a level axis gets one of length 1."""
    fields = {}
    for name, variable in group.variables.items():
        value = np.asarray(variable[:])
        horizontal = variable.dimensions[-1] in ("column", "j")
        fields[name] = value[..., None] if horizontal else value
    return fields


def species(settings: dict):
    """The ActiveSpecies that the record names."""
    return active_species(settings["thermodynamic_active_species_name"][1:], settings["rair"], settings["cpair"])


def constants(settings: dict):
    """CAM's constants with every value that the record states."""
    return constants_from(settings, "cam")


def difference(found, expected) -> float:
    """Largest difference relative to the field's largest value on the same level, whichever level is worst."""
    found, expected = np.broadcast_to(np.asarray(found), expected.shape), np.asarray(expected)
    axes = tuple(range(expected.ndim - 1))
    scale = np.abs(expected).max(axis=axes)
    error = np.abs(found - expected).max(axis=axes)
    assert np.all(error[scale == 0] == 0), "the record is exactly zero there"
    return float(np.max(error / np.where(scale == 0, 1.0, scale)))


# What the grid of a record takes from its mesh record; the rest is pysces' own.
_METRIC_TERMS = (
    "coriolis_parameter",
    "contra_to_sphere",
    "sphere_to_contra",
    "metric_inverse",
    "jacobian",
    "mass_matrix",
    "inverse_mass_matrix",
)


@cache
def mesh(name: str):
    """pysces' grid of that ne with the metric terms of CAM-SE's mesh record."""
    record = load("mesh", name)
    own = cubed_sphere_grid(record.settings["ne"], constants(record.settings), cubed_sphere_map=0)
    named = {ours: theirs for theirs, ours in names(Grid, "cam").items()}
    terms = {ours: record.output[named[ours]] for ours in _METRIC_TERMS}
    return own.replace(**terms, inverse_jacobian=1.0 / terms["jacobian"])


def coordinate(record, all_levels: bool = True):
    """The hybrid coordinate of a record; without midpoint coefficients they are the means of the interfaces'."""
    fields, p0 = record.input, record.settings["ps0"]
    if all_levels and "hyam" in fields:
        return from_record(VerticalCoordinate, fields, "cam", p0=p0)
    return coordinate_from_interfaces(fields["hyai"], fields["hybi"], p0=p0)


def state(fields) -> CamSeState:
    return from_record(CamSeState, fields, "cam")


def at_levels(field, output) -> np.ndarray:
    """The levels that the record stores."""
    return np.asarray(field)[..., output["lev_index"].astype(int) - 1] if "lev_index" in output else np.asarray(field)
