"""Golden records and live Fortran of the kernels that are C where that is chosen; others every day."""

import pytest
from pysces_harness.judging import plan, verify
from pysces_harness.running.configurations import CONFIGURATIONS

from tests.daily import DAY, share

NATIVE = CONFIGURATIONS["jax-cpu-f64-native"]
KERNELS = [
    "theta_l_dynamics_step",
    "theta_l_hyperviscosity",
    "theta_l_imex_stage",
    "theta_l_vertical_remap",
    "tracer_step",
    "cam_se_dynamics_step",
    "cam_se_hyperviscosity",
    "cam_se_tracer_step",
    "shallow_water_step",
    "shallow_water_hyperviscosity",
]
TODAY = share(KERNELS, 10)

pytestmark = pytest.mark.skipif(bool(NATIVE.missing()), reason=NATIVE.missing() or "it is here")


def test_c_agrees():
    checks = [c for c in plan.golden_checks() if c.kernel.name in TODAY and c.mesh != "own"]
    found = verify.verify(checks, [NATIVE])
    judged = {r.kernel for r in found if r.configuration == NATIVE.name and r.verdict in ("BITWISE", "ROUNDOFF")}
    failed = [f"{r.kernel} {r.case}: {r.verdict} {r.reason}" for r in found if not r.ok]
    assert judged == set(TODAY), f"PYSCES_SAMPLE={DAY}"
    assert not failed, "\n".join(failed)
