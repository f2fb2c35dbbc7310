"""locate in nonhydrostatic theta-l: its table of schemes has all of them, and walks to where the steps end."""

import numpy as np
import pytest

pytest.importorskip("pysces_reference")
from pysces_harness.locating import blame
from pysces_harness.locating.march import march
from pysces_harness.locating.savepoint import Inspection
from pysces_harness.locating.theta_l import nonhydrostatic as walk
from pysces_harness.locating.theta_l import nonhydrostatic_start
from pysces_harness.running.configurations import FORTRAN, configuration

from pysces.models.theta_l import physical_viscosity
from pysces.stepping.imex import HOMME_IMEX_TYPES
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES
from tests.daily import DAY

EXPLICIT = (1, 4, 5)


def test_every_scheme_is_in_the_table():
    assert set(walk.TABLE) == {*HOMME_TSTEP_TYPES, *HOMME_IMEX_TYPES} and set(EXPLICIT) == set(HOMME_TSTEP_TYPES)


@pytest.mark.parametrize("tstep_type", dict.fromkeys((1, 4, sorted(walk.TABLE)[DAY % len(walk.TABLE)])))
def test_the_walk_of_the_reference_ends_in_the_bits_of_its_own_step(tstep_type):
    """Without viscosity: the last stage, with its implicit part where it has one, is the step.

    With physical viscosity, as the shortest scheme has it here, the step ends after that.
    """
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    start, mixed = nonhydrostatic_start.start("hill", 2, 4), tstep_type == 1
    dt = 2.0 if tstep_type in EXPLICIT else 100.0
    start.settings.update(tstep_type=tstep_type, tstep=dt, nu=0.0, rsplit=1)
    start.settings.update({} if mixed else {"mu": 0.0, "mu_q": 0.0})
    found = {}
    for finding in march(Inspection(configuration("numpy-f64"), start.grid, 2), start, 1, free_members=0):
        found[finding.visit.savepoint.name.removeprefix("theta_l/")] = finding.reference
    last = "nonhydrostatic_stage" if tstep_type in EXPLICIT else "nonhydrostatic_solve"
    ours = found["physical_viscosity" if mixed else last]
    assert all(np.array_equal(ours[name], found["dynamics_step"][name]) for name in walk.NAMES)


@pytest.mark.parametrize(
    "only, culprit, looks",
    [
        ({}, "physical_viscosity", "1e-09 times the second difference in height"),
        ({"mu": 0.0}, "tracer_physical_viscosity", ""),
    ],
)
def test_a_wrong_physical_viscosity_is_to_blame(only, culprit, looks, monkeypatch):
    """Of the air and of tracers; along levels, where this planet is too large for it to matter, records judge it."""
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    start, right = nonhydrostatic_start.start("hill", 2, 4), physical_viscosity.laplace_z
    start.settings.update(tstep_type=1, tstep=100.0, nu=0.0, nu_q=0.0, rsplit=1, **only)
    monkeypatch.setattr(physical_viscosity, "laplace_z", lambda s, spacing: right(s, spacing) * (1.0 + 1e-9))
    inspection = Inspection(configuration("numpy-f64"), start.grid, 4)
    guilty = blame.culprit(march(inspection, start, 1, free_members=0))
    assert guilty.visit.savepoint.name == f"theta_l/{culprit}"
    assert looks in blame.blame(guilty, inspection).looks
