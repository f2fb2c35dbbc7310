"""Vertical remap and equation of state of reference_fortran: every golden record, and bit by bit against numpy."""

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.golden import record as golden
from pysces_harness.kernels import vertical
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.sides.adapters import Fortran

from tests import homme_records as records

KERNELS = ("remap1", "eos_hydrostatic", "eos_nonhydrostatic", "phi_from_eos", "theta_l_vertical_remap")
# Of the level's largest value: masses of thin layers are differences of sums over the column.
ROUND_OFF = 2e-14


@pytest.fixture(scope="module")
def fortran():
    return Fortran("r8_strict")


@pytest.mark.parametrize("path", [path for kernel in KERNELS for path in records.cases(kernel)])
def test_fortran_matches_homme(path, fortran):
    record = golden.read(path)
    x = {name: field.values for name, field in record.inputs.items()}
    found = lookup(record.kernel).fortran(x, fortran, record.settings)
    for name, field in record.outputs.items():
        last = field.values.ndim - (field.axes[-1] in ("lev", "ilev"))
        by_level = tuple(range(last))
        scale = np.abs(field.values).max(axis=by_level)
        assert (np.abs(found[name] - field.values).max(axis=by_level) <= ROUND_OFF * scale).all(), name


@pytest.mark.parametrize("case", vertical.remap_cases(), ids=lambda case: case.name)
def test_remap1_equals_numpy_bit_by_bit(case, fortran):
    kernel = lookup("remap1")
    found = kernel.fortran(case.inputs, fortran, case.settings)["Qdp"]
    np.testing.assert_array_equal(found, kernel.port(case.inputs, None, case.settings)["Qdp"])
    assert np.abs(found - case.inputs["Qdp"]).max() > 0.1 * np.abs(found).max()


def test_columns_need_not_fill_an_element(fortran):
    """Records hold any number of columns; the last element is padded and cut again."""
    case = vertical.remap_cases()[0]
    some = {name: values[..., :21, :] for name, values in case.inputs.items()}
    all_columns = lookup("remap1").fortran(case.inputs, fortran, case.settings)["Qdp"]
    np.testing.assert_array_equal(lookup("remap1").fortran(some, fortran, case.settings)["Qdp"], all_columns[:, :21])
