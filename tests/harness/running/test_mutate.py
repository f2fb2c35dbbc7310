"""Planted defects: what they change, what is said about those that nobody noticed, and that limiters are watched."""

from types import SimpleNamespace

import numpy as np
import pytest
from pysces_harness.foreign import verify_port
from pysces_harness.judging import detection, plan, verify
from pysces_harness.judging.compare import DIFFERENT
from pysces_harness.judging.detection import smallest
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import CONFIGURATIONS
from pysces_harness.running.mutate import Defect, spoil

Q = np.random.default_rng(0).uniform(0.1, 1.0, (2, 6, 4, 4, 3))


def changed(kind, size=1e-3):
    return spoil(Defect(kind, size, "q"), {"first": Q, "q": Q})["q"] != Q


def test_a_bad_point_is_one_point_and_the_largest():
    assert changed("bad_point").sum() == 1 and changed("bad_point").ravel()[np.argmax(Q)]


def test_broken_bounds_are_one_node_of_each_element_and_level_beyond_its_bounds():
    assert (changed("breaks_bounds").sum((-3, -2)) == 1).all()
    after = spoil(Defect("breaks_bounds", 1e-12, "q"), {"q": Q})["q"]
    assert (after.max((-3, -2)) > Q.max((-3, -2))).all()


def test_broken_mass_is_off_by_its_size_in_every_element():
    after = spoil(Defect("breaks_mass", 1e-3, "q"), {"q": Q})["q"]
    np.testing.assert_allclose(after.sum((-3, -2)), 1.001 * Q.sum((-3, -2)))


def test_the_smallest_defect_is_the_one_that_is_noticed_in_every_place():
    seen = {Defect("bad_point", 1e-14, "T"): True, Defect("bad_point", 1e-14, "q"): False}
    assert smallest(seen) == {"bad_point": None}
    assert smallest({**seen, Defect("bad_point", 1e-12, "q"): True}) == {"bad_point": 1e-12}
    assert smallest({**seen, Defect("coefficient", 1e-15): True})["coefficient"] == 1e-15


def test_a_check_is_weak_where_1e_12_of_a_coefficient_or_a_whole_defect_passes():
    def check(configuration, **detected):
        names = dict.fromkeys(("kernel", "case", "mesh"), "x") | {"reference": "golden"}
        return SimpleNamespace(**names, configuration=configuration, smallest_detected=detected)

    assert not detection.weaknesses([check("numpy-f64", coefficient=1e-12), check("numpy-f32", coefficient=1e-5)])
    (found,) = detection.weaknesses([check("numpy-f64", coefficient=1e-11, bad_point=1e-9)])
    assert "less than 1e-11" in found
    (found,) = detection.weaknesses([check("jax-cpu-f64", level_shift=None)])
    assert "level shift of any size passes" in found


def test_every_kernel_has_a_coefficient_or_no_parameter_at_all():
    tables = ["mesh", "planet", "connectivity", "levels", "initial_state"]
    assert [kernel.name for kernel in registry().values() if not kernel.coefficients] == tables


SIDES = {"tracer_limiter": ("numpy-f64", "jax-cpu-f64"), "tracer_step": ("numpy-f64",)}


@pytest.mark.parametrize("kernel", SIDES)
def test_a_limiter_that_breaks_bounds_by_1e_12_or_mass_by_1e_13_is_noticed(kernel):
    pytest.importorskip("pysces_reference")
    sides = [CONFIGURATIONS[name] for name in SIDES[kernel]]
    results = verify.verify(plan.live_checks([kernel]), sides, mutation=True)
    assert results and all(r.ok for r in results)
    assert all(r.smallest_detected["breaks_bounds"] <= 1e-12 for r in results)
    assert all(r.smallest_detected["breaks_mass"] <= 1e-13 for r in results)


@pytest.mark.parametrize("fault", ["bounds", "mass"])
def test_a_limiter_with_the_fault_inside_is_different(fault):
    """The limiter itself is given bounds wider by 1e-12, or mass larger by 1e-13."""
    pytest.importorskip("pysces_reference")

    def faulty(x, grid, settings):
        wider = {"maxp": x["maxp"] * (1 + 1e-12)} if fault == "bounds" else {"ptens": x["ptens"] * (1 + 1e-13)}
        return registry()["tracer_limiter"].port({**x, **wider}, grid, settings) | {"maxp": x["maxp"]}

    assert all(r.verdict == DIFFERENT for r in verify_port("tracer_limiter", faulty))


def test_totals_of_a_remap_stay_when_a_branch_moves_mass_and_change_with_one_bad_point():
    """What lets a bad point be told from a limiter's branch that went the other way."""
    kernel = registry()["cam_se_vertical_remap"]
    case = kernel.cases()[0]
    q = case.inputs["Qdp"]
    outputs = {name: case.inputs[name] for name in ("T", "v", "dp3d")} | {"Qdp": q}
    moved = q.copy()
    moved[-1, :, 3:5] += np.array([0.25, -0.25]) * q[-1, :, 4:5]
    before, after = (kernel.with_totals({**outputs, "Qdp": a}, case.settings)["Qdp_total"] for a in (q, moved))
    np.testing.assert_allclose(after, before, rtol=1e-15)
    spoilt = kernel.with_totals(spoil(Defect("bad_point", 1e-12, "Qdp"), outputs), case.settings)
    assert (np.abs(spoilt["Qdp_total"] / before - 1) > 1e-13).sum() == 1
