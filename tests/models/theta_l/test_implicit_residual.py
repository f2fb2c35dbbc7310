"""What the implicit stage leaves of its equations: Newton's stopping test hides coefficients, the residual does not."""

import numpy as np
import pytest
from pysces_harness.inputs import theta_l_nonhydrostatic as inputs
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.sides.adapters import Fortran, scalar
from pysces_harness.sides.fortran import theta_l_nonhydrostatic as reference

CASES = {case.name: case for case in inputs.stage_cases()}
LEFT = {  # round-off, measured and nearly doubled: an ulp of phi, and of mu, 1e-12, over layers
    "backward_euler": {"phinh_i": 1.2e-12, "w_i": 2e-11},
    "dirk": {"phinh_i": 1.7e-13, "w_i": 5e-12},
}


def _left(case, name="dt2", off=0.0):
    """|u - h N(u) - start| of w and phi over the largest |h N(u)|; start and N are those of Fortran.

    name, off : a setting that the port is given off by so much of it.
    """
    try:
        fortran = Fortran("r8_strict")
    except ImportError as error:
        pytest.skip(str(error))
    x, given = case.inputs, {**case.settings, name: case.settings[name] * (1.0 + off)}
    solved = {**x, **lookup("theta_l_imex_stage").port(x, None, given)}
    start, ground = reference.stage_start(x, fortran, case.settings), reference.ground_of(x, fortran)
    routine, h = "theta_l_nonhydrostatic:add_fast_terms", case.settings["dt2"]
    moved = fortran(routine, *start, *reference.state_of(solved), *ground, h)
    found = {}
    for field, before, after in zip(reference.INTERFACES, start, moved):
        at_levels = lambda a: scalar.back(a)[..., :-1]  # noqa: E731
        change = np.abs(at_levels(after) - at_levels(before)).max()
        found[field] = np.abs(solved[field][..., :-1] - at_levels(after)).max() / change
    return found


@pytest.mark.parametrize("off", [0.0, 2e-12, 1e-10])
@pytest.mark.parametrize("name", CASES)
def test_what_is_left_is_round_off_and_notices_a_time_step_that_is_off(name, off):
    left = _left(CASES[name], off=off)
    noticed = {field: size > LEFT[name][field] for field, size in left.items()}
    assert noticed == {"phinh_i": off > 0.0, "w_i": off > 2e-12}, left


@pytest.mark.parametrize("level", ["n0", "nm1"])
def test_it_notices_the_time_of_an_earlier_level_s_fast_terms(level):
    left = _left(CASES["dirk"], f"alphadt_{level}", 1e-11)
    assert left["phinh_i"] > LEFT["dirk"]["phinh_i"], left
