"""Golden CAM-SE records for the tests of the kernels: reading them, and pysces objects from their settings."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pysces.constants import CAM
from pysces.thermodynamics.species import active_species

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
    names = {"radius": "rearth", "gravity": "gravit", "omega": "omega", "R_dry": "rair", "cp": "cpair", "p0": "ps0"}
    names |= {
        "R_vapor": "rh2o",
        "cp_vapor": "cpwv",
        "latent_heat_vaporization": "latvap",
        "latent_heat_fusion": "latice",
    }
    return CAM.replace(**{ours: settings[theirs] for ours, theirs in names.items()})


def difference(found, expected) -> float:
    """Largest difference relative to the field's largest value on the same level, whichever level is worst."""
    found, expected = np.broadcast_to(np.asarray(found), expected.shape), np.asarray(expected)
    axes = tuple(range(expected.ndim - 1))
    scale = np.abs(expected).max(axis=axes)
    error = np.abs(found - expected).max(axis=axes)
    assert np.all(error[scale == 0] == 0), "the record is exactly zero there"
    return float(np.max(error / np.where(scale == 0, 1.0, scale)))
