"""What reference_fortran makes of a nonhydrostatic run's settings, and what it is not given by pysces."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("pysces_reference")
from pysces_harness.inputs import theta_l_nonhydrostatic as inputs
from pysces_harness.running.configurations import FORTRAN
from pysces_harness.sides.adapters import Fortran
from pysces_harness.sides.fortran import theta_l_nonhydrostatic as reference


@pytest.fixture(scope="module")
def fortran():
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    return Fortran("r8_strict")


def _forced(fortran, ftype, **inputs_more):
    """One call of the mountain waves' run."""
    case = next(case for case in inputs.call_cases(nlev=4) if case.name == "nonhydrostatic_dry")
    settings = {**case.settings, "initial_condition": "dcmip2012_test2_1", "ftype": ftype, "rsplit": 1, "calls": (1,)}
    case = replace(case, inputs={**case.inputs, **inputs_more}, settings=settings)
    fortran.set_grid(case.grid)
    return case, reference.run_forced(case.inputs, fortran, case.settings)


def test_friction_acts_where_ftype_lets_it(fortran):
    case, forced = _forced(fortran, 0)
    _, unforced = _forced(fortran, -1)
    still = reference.run(case.inputs, fortran, case.settings)
    assert not np.array_equal(forced["call_1/v"], still["call_1/v"])
    assert all(np.array_equal(unforced[name], still[name]) for name in still)


def test_another_ftype_is_refused(fortran):
    with pytest.raises(NotImplementedError, match="ftype 0 or 2, not 4"):
        _forced(fortran, 4)


def test_tracers_are_carried_along(fortran):
    case, _ = _forced(fortran, 0)
    mass = np.stack([case.inputs["dp3d"], 1e-3 * case.inputs["dp3d"]])
    _, found = _forced(fortran, 0, Qdp=mass)
    assert found["call_1/Qdp"].shape == mass.shape and not np.array_equal(found["call_1/Qdp"], mass)


def test_each_side_makes_its_own_slope_of_the_ground():
    makers = (inputs.tendency_cases, inputs.step_cases, inputs.hyperviscosity_cases, inputs.call_cases)
    assert not [case.name for maker in makers for case in maker() if "gradphis" in case.inputs]
