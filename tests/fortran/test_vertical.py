"""Vertical remap and equation of state of reference_fortran: every golden record, and bit by bit against numpy."""

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.kernels import vertical
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.sides.adapters import Fortran

from tests import records

KERNELS = ("remap1", "eos_hydrostatic", "eos_nonhydrostatic", "phi_from_eos", "theta_l_vertical_remap")
# Of the level's largest value: masses of thin layers are differences of sums over the column.
ROUND_OFF = 2e-14


@pytest.fixture(scope="module")
def fortran():
    return Fortran("r8_strict")


@pytest.mark.parametrize("kernel, name", [(kernel, name) for kernel in KERNELS for name in records.names(kernel)])
def test_fortran_matches_homme(kernel, name, fortran):
    record = records.case(kernel, name)
    for output, error in record.errors(lookup(kernel).fortran(record.x, fortran, record.settings)).items():
        assert error <= ROUND_OFF, output


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
