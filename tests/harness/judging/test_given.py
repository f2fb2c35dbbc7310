"""What may come out as it went in: what says how a run was set up, and nothing that the run computed."""

import numpy as np
import pytest

pytest.importorskip("netCDF4")
from pysces_harness.golden import record as golden
from pysces_harness.judging import plan
from pysces_harness.judging.vacuous import vacuous
from pysces_harness.whole_runs.assembled import made_up

RECORDS = golden.test_data() / "cam_se"
STARTS = golden.test_data() / "homme" / "theta_l_initial_state"


def test_a_run_that_does_not_move_is_vacuous_and_its_set_up_is_not():
    check = made_up.runs()[0].check
    x = {"v": np.ones((2, 3, 4, 4, 5))}
    left = dict.fromkeys(("built/v", "start/v", "call_1/v"), x["v"])
    asked = {name: a for name, a in left.items() if not check.may_be_given(name)}
    assert vacuous(x, asked) == "call_1/v: as it was given"


@pytest.mark.parametrize("name", ["cam_se_step/topo", "cam_se_step/moist_wave"])
def test_totals_are_of_whole_columns_alone(name):
    """moist_wave stores some of its levels; a sum over those is of no use."""
    (check,) = plan.golden_checks([RECORDS / f"{name}.nc"])
    assert ("tracer_mass" in check.reference) == (not check.levels) == (name == "cam_se_step/topo")


def test_starts_that_are_mostly_nothing_are_excused_and_no_others():
    """Of HOMME's twelve: the clouds of 1-3 and the wind of a cyclone."""
    excused, empty = set(), set()
    for check in plan.golden_checks([STARTS]):
        for name, field in check.reference.items():
            at = f"{check.case.name}:{name}"
            excused |= {at} if check.may_be_given(name) else set()
            empty |= {at} if "more than half" in vacuous({}, {name: field}) else set()
    assert excused == empty == {"dcmip2012_test1_3:Qdp", "dcmip2016_test2:v"}


def test_a_case_of_another_seed_is_excused_as_its_own():
    check = next(c for c in plan.seeded_checks("theta_l_initial_state", 1) if "dcmip2016_test2" in c.case.name)
    assert check.case.name == "dcmip2016_test2, seed 1"
    assert check.may_be_given("v") and not check.may_be_given("vtheta_dp")
