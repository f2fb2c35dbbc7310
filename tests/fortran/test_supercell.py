"""Half an hour of the supercell beside its Fortran twin, on the smallest mesh; finer ones: supercell_twin.py."""

from functools import cache

import pytest
from pysces_harness.whole_runs import supercell_twin

from tests.daily import turn


@cache
def half_an_hour():
    run = supercell_twin.started(2, 10, 30.0, tstep=15.0)
    return supercell_twin.compared(run, looks=6)


@turn(1)
def test_updraughts_are_those_of_the_twin_for_half_an_hour():
    """A storm may differ by 1 %; air that does not rain yet lets round-off grow slowly, to 1e-12 at ne4."""
    found = half_an_hour()
    assert found["seconds"][-1] == pytest.approx(1800.0) and max(found["pysces"]) > 0.04
    assert found["apart"] < 1e-9


def test_hemispheres_are_mirror_images_for_half_an_hour():
    assert half_an_hour()["asymmetry"] < 1e-8


def test_the_twin_without_its_viscosity_is_another_storm():
    """The comparison can fail."""
    run = supercell_twin.started(2, 10, 2.0, tstep=15.0)
    x, settings = supercell_twin.twin_of(run)
    with_it, without = (
        next(supercell_twin.updraughts_of_twin(x, settings | more, run.host.grid, 1, 2))
        for more in ({}, {"mu": 0.0, "mu_q": 0.0})
    )
    assert with_it != pytest.approx(without, rel=0.01)
