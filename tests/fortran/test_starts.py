"""Starts of DCMIP2012 2-0, 2-1, 2-2 and 3-1: HOMME's own bits."""

import math

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.kernels.initial_states import KERNELS
from pysces_harness.sides.adapters import Fortran

from tests import records

NAMES = ("2_0", "2_1", "2_2", "3")
TO_ROUND_OFF = {"phinh_i": 5e-16}  # of its largest value; by HOMME's own formula in NumPy it is 4e-16
START = KERNELS[0]


def _libm():
    """Whether NumPy's functions are those of the C library here; on AVX512 it has its own."""
    x = np.linspace(0.01, 0.99, 2001)
    pairs = ((np.exp, math.exp), (np.log, math.log), (np.cos, math.cos), (np.arccos, math.acos))
    return all((f(x) == [g(v) for v in x]).all() for f, g in pairs) and (x**0.3 == [v**0.3 for v in x.tolist()]).all()


def _differing(found, record, but):
    """{field: its largest difference over its largest value} of what is not the same bits."""
    differing = {}
    for name, expected in record.outputs.items():
        if name not in but and not np.array_equal(found[name], expected):
            differing[name] = abs(found[name] - expected).max() / abs(expected).max()
    return {name: off for name, off in differing.items() if off > TO_ROUND_OFF.get(name, 0.0)}


@pytest.mark.parametrize("name", NAMES)
def test_a_start_has_hommes_bits(name):
    record = records.case("theta_l_initial_state", f"dcmip2012_test{name}")
    fortran = Fortran("r8_strict")
    fortran.set_grid(record.grid)
    assert not _differing(START.fortran(record.x, fortran, record.settings), record, ())
    if _libm():
        assert not _differing(START.port(record.x, record.grid, record.settings), record, ("w_i",))
