"""reference_fortran's limiters and tracer step: bit by bit with HOMME's records and with numpy, on any input."""

from functools import cache

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.golden import meshes
from pysces_harness.golden import record as golden
from pysces_harness.kernels.tracers import KERNELS
from pysces_harness.sides.adapters import Fortran

from tests import records

KERNEL = {kernel.name: kernel for kernel in KERNELS}
BOUND = {"homme": 0.0, "cam_se": 1e-15}  # largest error as a fraction of the field's maximum
RECORDS = records.of(*KERNEL)
LIVE = [(kernel, case) for kernel in KERNELS if kernel.cases for case in kernel.cases()]


def run_both(kernel, inputs, grid, settings):
    """(Fortran's outputs, numpy's outputs)."""
    fortran = Fortran("r8_strict")
    if grid is not None:
        fortran.set_grid(grid)
    return kernel.fortran(inputs, fortran, settings), kernel.port(inputs, grid, settings)


@cache
def compared(path):
    record = golden.read(path)
    inputs = {name: f.values for name, f in record.inputs.items()}
    settings = {**record.settings, "outputs": tuple(record.outputs)}
    return record, *run_both(KERNEL[record.kernel], inputs, meshes.golden_grid(record), settings)


@pytest.fixture(params=[r.path for r in RECORDS], ids=[f"{r.producer}-{r.kernel}-{r.case}" for r in RECORDS])
def result(request):
    return compared(request.param)


def test_fortran_reproduces_golden_record(result):
    record, live, _ = result
    for name, truth in record.outputs.items():
        error = np.abs(live[name] - truth.values).max() / np.abs(truth.values).max()
        print(f"{record.producer:7} {record.kernel:20} {record.case:12} {name:20} {error:.1e}")
        assert error <= BOUND[record.producer], f"{name}: {error:.1e} of its maximum"


def test_fortran_equals_numpy_bit_by_bit_on_golden_inputs(result):
    _, live, port = result
    assert live.keys() == port.keys()
    for name, value in live.items():
        np.testing.assert_array_equal(value, port[name], err_msg=name, strict=True)


@pytest.mark.parametrize(("kernel", "case"), LIVE, ids=[f"{kernel.name}-{case.name}" for kernel, case in LIVE])
def test_fortran_equals_numpy_bit_by_bit_on_live_cases(kernel, case):
    live, port = run_both(kernel, case.inputs, case.grid, {**case.settings, "outputs": tuple(kernel.outputs)})
    for name, value in live.items():
        np.testing.assert_array_equal(value, port[name], err_msg=name, strict=True)


def test_records_of_every_kernel_are_here():
    assert {r.kernel for r in RECORDS} == set(KERNEL)
