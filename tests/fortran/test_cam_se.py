"""reference_fortran against every golden CAM-SE record, found by its kernel attribute."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("netCDF4")

from pysces_harness import golden
from pysces_harness.adapters import Fortran
from pysces_harness.cam_se_fortran import REFERENCE
from pysces_harness.meshes import golden_grid

# Largest error over the level's largest value. CAM-SE's own README: biharmonics and wind tendencies amplify one ulp of
# input; everything else is at round-off.
ROUNDOFF = 1e-13
SENSITIVITY = {
    "moist_thermodynamics": {"Ri": 5e-13},  # differences of theta between layers
    # one ulp of layer mass after the first subcycle; the records' README: biharmonics differ by 1e-12
    "cam_se_hyperviscosity": {f"{s}/dpdiss_biharmonic": 1e-11 for s in ("del4", "advance_hypervis_dp")},
    "cam_se_tendency": {"v_tend": 1e-12},  # geopotential and pressure gradients cancel
}


def _records() -> list:
    try:
        paths = golden.find([golden.test_data() / "cam_se"])
    except golden.BadInput:
        return []
    records = (golden.read(path) for path in paths)
    return [pytest.param(r.path, id=f"{r.kernel}-{r.case}", marks=_marks(r)) for r in records if r.kernel in REFERENCE]


def _marks(record) -> list:
    """PPM codes are positive; they come with remap.F90."""
    ppm = max(record.settings.get(f"vert_remap_{name}_alg", -1) for name in ("uvTq", "tracer")) > 0
    return [pytest.mark.xfail(strict=True, raises=NotImplementedError, reason="no PPM yet")] if ppm else []


@pytest.fixture(scope="module")
def fortran():
    try:
        return Fortran("r8_strict")
    except ImportError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("path", _records())
def test_reference_fortran_reproduces_the_record(path, fortran):
    record = golden.read(path)
    found = run(record, fortran)
    errors = {name: _error(found[name], field, record.levels.get(name)) for name, field in record.outputs.items()}
    limits = SENSITIVITY.get(record.kernel, {})
    assert {name: e for name, e in errors.items() if not e <= limits.get(name, ROUNDOFF)} == {}


def run(record, fortran) -> dict:
    """All outputs of the record's kernel by Fortran."""
    grid = golden_grid(record)
    if grid is not None:
        fortran.set_grid(grid)
    inputs = {name: field.values for name, field in record.inputs.items()}
    return REFERENCE[record.kernel](inputs, fortran, record.settings)


def _error(found, field, levels) -> float:
    """Largest difference over the largest value, level by level; the worst level counts."""
    expected = field.values
    found = np.asarray(found)
    if levels is not None and found.shape[-1] != levels.size:  # the record stores some levels only
        found = found[..., levels]
    assert found.shape == expected.shape
    axes = tuple(range(expected.ndim - 1)) if field.axes[-1] in ("lev", "ilev") else None
    scale, error = np.abs(expected).max(axis=axes), np.abs(found - expected).max(axis=axes)
    assert np.all(np.where(scale == 0, error, 0) == 0), "the record is exactly zero there"
    return float(np.max(error / np.where(scale == 0, 1, scale)))
