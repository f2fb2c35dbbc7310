"""A user's program takes these as numbers; as constants XLA would fold them otherwise where a mesh is cut."""

import pytest
from pysces_harness.inputs.waves import cam_se_wave_cases, theta_l_wave_cases
from pysces_harness.sides.pysces import cam_se, theta_l

jax = pytest.importorskip("jax")

DYCORES = {
    "theta_l": lambda x, case: theta_l.dycore_of(x, case.grid, case.settings, case.settings["tstep"]),
    "cam_se": lambda x, case: cam_se.dycore(x, case.grid, case.settings),
}
CASES = {"theta_l": theta_l_wave_cases, "cam_se": cam_se_wave_cases}


@pytest.mark.parametrize("model", DYCORES)
def test_step_and_tracer_viscosity_are_numbers_of_the_run(model):
    (case,) = (case for case in CASES[model]() if case.name == "patch")
    traced = {}

    def built(x):
        dycore = DYCORES[model](x, case)
        traced.update(dt=dycore.dt, nu_q=dycore.transport.nu_q)
        return 0.0

    jax.eval_shape(built, case.inputs)
    assert {name: isinstance(number, jax.core.Tracer) for name, number in traced.items()} == {"dt": True, "nu_q": True}
