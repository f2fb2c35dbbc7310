"""A long run that is judged must notice a wrong level in each field that it computes, and has members enough."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("netCDF4")
from pysces_harness.golden import record as golden
from pysces_harness.judging import guard, plan
from pysces_harness.judging.compare import VACUOUS, Judgement
from pysces_harness.judging.fill import fill
from pysces_harness.judging.results import Result
from pysces_harness.judging.yardstick import judge_of
from pysces_harness.running.configurations import CONFIGURATIONS
from pysces_harness.running.spread import MEMBERS, Spread
from pysces_harness.running.worker import Answer

RUN = golden.test_data() / "homme" / "theta_l_run" / "ne4_hydrostatic.nc"
NUMPY = CONFIGURATIONS["numpy-f64"]


@pytest.fixture(scope="module")
def check():
    """A run after 1, 10 and 48 calls; its own numbers stand for what a port gives."""
    return next(c for c in plan.golden_checks([RUN]) if c.mesh == "golden")


def guarded(check, overlooked="", growth=1e-15):
    """The result of a port that is right, by a judge that overlooks a field; growth : of round-off, at the end."""
    sizes = {name: growth if name.startswith("call_48/") else 1e-15 for name in check.reference}
    spread = {name: Spread(sizes[name] * np.abs(a).max() + 0.0 * a) for name, a in check.reference.items()}
    judge = judge_of(check, NUMPY, check.reference, spread)
    right = {row.field: row for row in judge(check.reference)}

    def blindfold(outputs, only=None) -> list[Judgement]:
        return [right[row.field] if row.field == overlooked else row for row in judge(outputs, only)]

    result = Result(check.kernel.name, check.case.name, "port", "golden", NUMPY.name, check.mesh, check.producer, "")
    fill(result, check, judge(check.reference), check.reference)
    guard.against_vacuity(result, check, NUMPY, Answer(outputs=dict(check.reference)), blindfold, spread)
    return result


@pytest.mark.parametrize("growth", [1e-15, 1e-8])
def test_a_right_run_passes_however_far_round_off_grows(check, growth):
    assert guarded(check, growth=growth).ok


@pytest.mark.parametrize("field", ["call_1/dp3d", "call_10/vtheta_dp", "call_48/dp3d"])
def test_a_field_that_is_not_looked_at_is_named(check, field):
    result = guarded(check, overlooked=field)
    assert result.verdict == VACUOUS and f"in {field}) was not noticed" in result.reason


def test_runs_of_ten_calls_have_as_many_members_as_an_operator(check):
    """With six, a branch that 11 of 40 members take was taken by none."""
    short = replace(check, case=replace(check.case, settings={**check.case.settings, "calls": (1, 10)}))
    topo, wave = (
        plan.golden_checks([golden.test_data() / "cam_se" / "cam_se_step" / f"{name}.nc"])[0]
        for name in ("topo", "moist_wave")
    )
    assert check.members == wave.members == plan.RUN_MEMBERS < MEMBERS == short.members == topo.members
