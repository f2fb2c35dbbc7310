"""The order in which the copies of a shared node are added: HOMME's, to the last bit, on its mesh and on ours."""

import numpy as np
import pytest
from pysces_harness.golden import record as golden
from pysces_harness.judging import plan

from pysces.operators.dss import dss

RECORD = golden.test_data() / "homme" / "dss" / "discontinuous.nc"


@pytest.mark.parametrize("mesh", ["golden", "own"])
def test_sums_and_means_at_shared_nodes_have_hommes_bits(mesh):
    """Fields of random numbers without any continuity: every other order of three or four copies shows somewhere."""
    (check,) = (check for check in plan.golden_checks([RECORD]) if check.mesh == mesh)
    field, grid = check.case.inputs["s"], check.case.grid
    copies = (grid.assembly.copies > 0).sum(axis=0)
    assert (copies == 2).sum() == 24  # at each of eight cube corners three elements meet
    found = check.arranged({"s": dss(field, grid), "s_sum": grid.assembly.assemble(field)})
    for name, expected in check.reference.items():
        assert found[name].tobytes() == np.ascontiguousarray(expected).tobytes(), name
