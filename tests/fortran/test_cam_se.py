"""reference_fortran against every golden CAM-SE record, found by its kernel attribute."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("netCDF4")

from pysces_harness.golden import record as golden
from pysces_harness.golden.meshes import golden_grid
from pysces_harness.inputs.cam_se import step_cases
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.sides.adapters import Fortran, flat, scalar
from pysces_harness.sides.fortran.cam_se import REFERENCE, set_levels
from pysces_harness.sides.fortran.moist_air import set_air

# Largest error over the level's largest value. CAM-SE's own README: biharmonics and wind tendencies amplify one ulp of
# input; everything else is at round-off.
# The records' README: near-zero condensate flips branches of the remap in single columns.
STEP_BOUND = {"T": 1e-10, "v": 2e-9, "Qdp": 3e-7}
MODULE = "cam_se_coefficients"
ROUNDOFF = 1e-13
SENSITIVITY = {
    "moist_thermodynamics": {"Ri": 5e-13},  # differences of theta between layers
    # one ulp of layer mass after the first subcycle; the records' README: biharmonics differ by 1e-12
    "cam_se_hyperviscosity": {f"{s}/dpdiss_biharmonic": 1e-11 for s in ("del4", "advance_hypervis_dp")},
    "cam_se_dynamics_step": {"dpdiss_biharmonic": 1e-11},
    "cam_se_tendency": {"v_tend": 1e-12},  # geopotential and pressure gradients cancel
}


def _records(*kernels: str) -> list:
    """All records of these kernels."""
    try:
        paths = golden.find([golden.test_data() / "cam_se"])
    except golden.BadInput:
        return []
    records = (golden.read(path) for path in paths)
    return [pytest.param(r.path, id=f"{r.kernel}-{r.case}") for r in records if r.kernel in kernels]


@pytest.fixture(scope="module")
def fortran():
    try:
        return Fortran("r8_strict")
    except ImportError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("path", _records(*(kernel for kernel in REFERENCE if kernel != "cam_se_step")))
def test_reference_fortran_reproduces_the_record(path, fortran):
    record = golden.read(path)
    found = run(record, fortran)
    errors = {name: _error(found[name], field, record.levels.get(name)) for name, field in record.outputs.items()}
    limits = SENSITIVITY.get(record.kernel, {})
    assert {name: e for name, e in errors.items() if not e <= limits.get(name, ROUNDOFF)} == {}


@pytest.mark.parametrize("path", _records("cam_se_step"))
def test_whole_steps_reproduce_the_record_but_for_branch_flips(path, fortran):
    """The day of the moist wave is left to pysces-verify golden: 20 s."""
    record = golden.read(path)
    record.settings["stage_time_s"].pop("day1", None)
    found = run(record, fortran)
    for name in found.keys() & record.outputs.keys():
        error = _step_error(found[name], record.outputs[name], record.levels.get(name))
        assert error.max() <= STEP_BOUND.get(name.split("/")[1], 2e-12), name
        assert np.mean(error > 2e-12) < 0.01, name


def _step_error(found, field, levels) -> np.ndarray:
    """At every point, over the largest value of the field or tracer."""
    found = found if levels is None or found.shape[-1] == levels.size else found[..., levels]
    axes = tuple(range(1, field.values.ndim)) if field.axes[0] == "tracer" else None
    return np.abs(found - field.values) / np.abs(field.values).max(axis=axes, keepdims=True)


@pytest.mark.parametrize("path", _records("cam_se_hyperviscosity", "cam_se_dynamics_step", "cam_se_step"))
def test_coefficients_are_those_of_the_record(path, fortran):
    """Automatic viscosity, its change with level, the sponge, and the reference state over topography."""
    record = golden.read(path)
    settings, x = record.settings, {name: field.values for name, field in record.inputs.items()}
    set_air(fortran, settings)
    nlev = settings["nlev"]
    set_levels(fortran, {name: x[name] for name in ("hyai", "hybi")})
    stored = x.get("lev_index", np.arange(1, nlev + 1)).astype(int) - 1
    if settings["hypervis_scaling"] == 0:
        assert fortran(f"{MODULE}:automatic_viscosity", settings["ne"], settings["rearth"]) == pytest.approx(
            settings["nu"], rel=1e-14
        )
    for name in ("nu", "nu_t", "nu_div"):
        factor = settings["sponge_del4_nu_div_fac" if name == "nu_div" else "sponge_del4_nu_fac"]
        args = settings[name], settings["nu_p"], factor, settings["sponge_del4_lev"], nlev
        np.testing.assert_allclose(fortran(f"{MODULE}:viscosity_profile", *args)[stored], x[f"{name}_lev"], rtol=1e-14)
    np.testing.assert_array_equal(fortran(f"{MODULE}:sponge_profile", nlev)[stored], x["nu_scale_top"])
    found = fortran(f"{MODULE}:reference_state", flat(x["phis"]), settings["rair"], nlev)
    for name, value in zip(("T_ref", "dp_ref"), found):
        np.testing.assert_allclose(scalar.back(value)[..., stored], x[name], rtol=1e-13, atol=1e-10)


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
    if (
        levels is not None and field.axes[-1] == "lev" and found.shape[-1] != levels.size
    ):  # the record stores some levels only
        found = found[..., levels]
    assert found.shape == expected.shape
    axes = tuple(range(expected.ndim - 1)) if field.axes[-1] in ("lev", "ilev") else None
    scale, error = np.abs(expected).max(axis=axes), np.abs(found - expected).max(axis=axes)
    assert np.all(np.where(scale == 0, error, 0) == 0), "the record is exactly zero there"
    return float(np.max(error / np.where(scale == 0, 1, scale)))


@pytest.mark.parametrize("path", [p for p in _records("cam_se_step") if "topo" in p.id])
def test_a_whole_step_does_not_depend_on_the_number_of_threads(path):
    try:
        fortran = Fortran("r8_fast")
    except ImportError as error:
        pytest.skip(str(error))
    record, results = golden.read(path), []
    for threads in (1, 2):
        fortran.library.runtime.set_threads(threads)
        results.append(run(record, fortran))
    for name, value in results[0].items():
        np.testing.assert_array_equal(results[1][name], value)


def test_two_dynamics_steps_to_a_tracer_step_match_fortran(fortran):
    """No record has them: the reference loses the mass flux where qsplit is not 1."""
    case, kernel = step_cases()[0], lookup("cam_se_step")
    settings = {**case.settings, "se_qsplit": 2, "dtime_physics": 2400.0, "stage_time_s": {"phys1": 2400.0}}
    fortran.set_grid(case.grid)
    expected = kernel.fortran(case.inputs, fortran, settings)
    found, once = (kernel.port(case.inputs, case.grid, s) for s in (settings, {**settings, "se_qsplit": 1}))
    for name, field in expected.items():
        assert np.abs(found[name] - field).max() <= STEP_BOUND.get(name.split("/")[1], 1e-10) * np.abs(field).max(), (
            name
        )
    assert np.abs(once["phys1/Qdp"] - found["phys1/Qdp"]).max() > 1e-3 * np.abs(found["phys1/Qdp"]).max()
