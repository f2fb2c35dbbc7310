"""Planted defects: what they change, what is said about those that nobody noticed, and that limiters are watched."""

from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pysces_harness.foreign import verify_port
from pysces_harness.judging import detection, plan, unnoticed, verify
from pysces_harness.judging.compare import DIFFERENT
from pysces_harness.judging.detection import smallest
from pysces_harness.kernels.catalogue import registry
from pysces_harness.registry import Case
from pysces_harness.running.configurations import CONFIGURATIONS
from pysces_harness.running.mutate import Defect, named_defects, plant, spoil

from tests.daily import DAY, turn

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
    def check(configuration, kernel="x", fields=(), crashed=(), **detected):
        names = dict.fromkeys(("case", "mesh"), "x") | {"kernel": kernel, "reference": "golden"}
        seen = {"fields": [{"field": name} for name in fields], "crashed": dict(crashed)}
        return SimpleNamespace(**names, **seen, configuration=configuration, smallest_detected=detected)

    assert not detection.weaknesses([check("numpy-f64", coefficient=1e-12), check("numpy-f32", coefficient=1e-5)])
    (found,) = detection.weaknesses([check("numpy-f64", coefficient=1e-11, bad_point=1e-9)])
    assert "less than 1e-11" in found
    (found,) = detection.weaknesses([check("jax-cpu-f64", level_shift=None)])
    assert "level shift of any size passes" in found
    (found,) = detection.weaknesses([check("numpy-f64", crashed={"level_shift": "ValueError"}, level_shift=None)])
    assert "level_shift ends the port: ValueError" in found
    kernel = next(k for k in registry().values() if k.iterated)
    solved = list(kernel.iterated)
    assert not detection.weaknesses([check("numpy-f64", kernel.name, solved, coefficient=1e-11)])
    assert detection.weaknesses([check("numpy-f64", kernel.name, [*solved, "another"], coefficient=1e-11)])


def test_every_kernel_has_a_coefficient_or_no_parameter_at_all():
    tables = ["mesh", "shallow_water_mesh", "planet", "connectivity", "levels", "initial_state"]
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


QUICK = (  # kernels whose numbers take at most 5 s, one of them every day; all are on the page smallest_defects.md
    "kessler",
    "cam_se_tendency",
    "theta_l_vertical_remap",
    "theta_l_hydrostatic_tendency",
    "reed_jablonowski",
    "remap1",
    "held_suarez",
    "large_scale_condensation",
)


@turn(1, 3)
def test_every_number_is_noticed_off_by_1e_10_or_has_its_reason():
    pytest.importorskip("pysces_reference")
    kernels = ["theta_l_hyperviscosity", QUICK[DAY % len(QUICK)]]
    results = verify.verify(plan.live_checks(kernels), [CONFIGURATIONS["numpy-f64"]], named=True)
    rows = detection.by_number(results)
    assert {row["kernel"] for row in rows} == set(kernels) and len(rows) > 10
    assert detection.weak_numbers(rows) == []


def test_a_number_that_is_noticed_late_is_weak_unless_there_is_a_reason():
    row = {"kernel": "theta_l_hyperviscosity", "number": "settings.g", "smallest_detected": 1e-8}
    (said,) = detection.weak_numbers([row])
    assert said == "theta_l_hyperviscosity: settings.g off by less than 1e-08 passes"
    assert "any factor" in detection.weak_numbers([row | {"smallest_detected": None}])[0]
    for soon in ({"smallest_detected": 1e-10}, {"smallest_detected": 1.0}, {"number": "x.hyam"}):
        assert detection.weak_numbers([row | soon]) == []


def test_reasons_are_of_kernels_that_exist_and_of_numbers_that_are_not_noticed():
    """By the page, on which every number stands."""
    page = (Path(__file__).resolve().parents[3] / "docs/evidence/smallest_defects.md").read_text().splitlines()
    shown = [[cell.strip() for cell in line.strip("|").split("|")] for line in page if line.startswith("| ")]
    late = [(row[0], row[1]) for row in shown if len(row) == 4 and row[3]]
    for one in unnoticed.load():
        number = one.number.removeprefix("constants.pysces.")
        for kernel in one.kernels:
            assert any(fnmatch(k, kernel) and fnmatch(n, number) for k, n in late), (kernel, one.number)


def test_one_number_of_a_list_is_off_alone():
    case = Case("x", {}, {"cp": [1.0, 2.0, 0.0], "g": 9.8, "n": 3})
    places = {defect.place for defect in named_defects(case) if defect.place.startswith("settings")}
    assert places == {"settings.cp[0]", "settings.cp[1]", "settings.g", "settings.n"}
    planted = plant(Defect("named", 0.5, "settings.cp[1]"), registry()["dss"], {}, None, case.settings)
    assert planted[2]["cp"] == [1.0, 3.0, 0.0]
