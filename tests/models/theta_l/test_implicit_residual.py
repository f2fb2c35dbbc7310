"""What the implicit stage leaves of its equations: Newton's stopping test hides coefficients, the residual does not."""

import numpy as np
import pytest
from pysces_harness.inputs import theta_l_nonhydrostatic as inputs
from pysces_harness.sides.adapters import Fortran, scalar
from pysces_harness.sides.fortran import theta_l_nonhydrostatic as reference
from pysces_harness.sides.pysces import theta_l as pieces


def _left(case, h):
    """|u - h N(u) - state| of w and phi, N that of Fortran, over the largest |h N(u)|."""
    try:
        fortran = Fortran("r8_strict")
    except ImportError as error:
        pytest.skip(str(error))
    x, dt = case.inputs, case.settings["dt2"]
    solved = pieces.named(pieces.columns_of(x, case.settings).solve_implicit(pieces.state_of(x), dt, None))
    reference.implicit_stage(x, fortran, case.settings)  # which loads levels and constants
    start = [scalar(x[name]) for name in reference.INTERFACES]
    ground = reference.ground_of(x, fortran)
    moved = fortran("theta_l_nonhydrostatic:add_fast_terms", *start, *reference.state_of(solved), *ground, h)
    found = {}
    for name, before, after in zip(reference.INTERFACES, start, moved):
        at_levels = lambda a: scalar.back(a)[..., :-1]  # noqa: E731
        change = np.abs(at_levels(after) - at_levels(before)).max()
        found[name] = np.abs(solved[name][..., :-1] - at_levels(after)).max() / change
    return found


LEFT = {"phinh_i": 1.2e-12, "w_i": 2e-11}  # round-off: an ulp of phi, and of mu, 1e-12, over layers


@pytest.mark.parametrize("off", [0.0, 1e-12, 1e-10])
def test_what_is_left_is_round_off_and_notices_a_time_step_that_is_off(off):
    case = inputs.stage_cases()[0]
    left = _left(case, case.settings["dt2"] * (1.0 + off))
    assert {name: size <= LEFT[name] for name, size in left.items()} == {"phinh_i": off == 0.0, "w_i": off <= 1e-12}
