"""locate in nonhydrostatic theta-l: its table of schemes has all of them, and walks to where the steps end."""

import numpy as np
import pytest

pytest.importorskip("pysces_reference")
from pysces_harness.locating.march import march
from pysces_harness.locating.savepoint import Inspection
from pysces_harness.locating.theta_l import nonhydrostatic as walk
from pysces_harness.locating.theta_l import nonhydrostatic_start
from pysces_harness.running.configurations import FORTRAN, configuration

from pysces.stepping.imex import HOMME_IMEX_TYPES
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES
from tests.daily import DAY

EXPLICIT = (1, 4, 5)


def test_every_scheme_is_in_the_table():
    assert set(walk.TABLE) == {*HOMME_TSTEP_TYPES, *HOMME_IMEX_TYPES} and set(EXPLICIT) == set(HOMME_TSTEP_TYPES)


@pytest.mark.parametrize("tstep_type", dict.fromkeys((1, 4, sorted(walk.TABLE)[DAY % len(walk.TABLE)])))
def test_the_walk_of_the_reference_ends_in_the_bits_of_its_own_step(tstep_type):
    """Without viscosity: the last stage, with its implicit part where it has one, is the step."""
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    start = nonhydrostatic_start.start("hill", 2, 4)
    dt = 2.0 if tstep_type in EXPLICIT else 100.0
    start.settings.update(tstep_type=tstep_type, tstep=dt, nu=0.0, rsplit=1)
    found = {}
    for finding in march(Inspection(configuration("numpy-f64"), start.grid, 2), start, 1, free_members=0):
        found[finding.visit.savepoint.name.removeprefix("theta_l/")] = finding.reference
    ours = found["nonhydrostatic_stage" if tstep_type in EXPLICIT else "nonhydrostatic_solve"]
    assert all(np.array_equal(ours[name], found["dynamics_step"][name]) for name in walk.NAMES)
