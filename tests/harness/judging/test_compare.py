"""The judgement itself: honest round-off passes, every planted fault fails."""

import numpy as np
import pytest
from pysces_harness.judging.compare import BITWISE, DIFFERENT, ROUNDOFF, VACUOUS, Bound, Rule, judge, worst_of
from pysces_harness.judging.vacuous import vacuous
from pysces_harness.running.spread import Spread, stable

SHAPE = (6, 4, 4, 5)
RNG = np.random.default_rng(0)
REFERENCE = {"T": 300.0 + RNG.normal(size=SHAPE), "q": 1e-6 * RNG.random(SHAPE)}
SPREAD = {name: 2e-16 * np.abs(field) * (0.5 + RNG.random(SHAPE)) for name, field in REFERENCE.items()}


def port(**changes):
    return {**{name: field.copy() for name, field in REFERENCE.items()}, **changes}


def verdict(outputs, reference=None, spread=SPREAD, **options):
    return worst_of(judge(outputs, Rule(reference or REFERENCE, spread, **options))).verdict


def noisy(size):
    """q changed by a multiple of its measured spread."""
    return REFERENCE["q"] + size * SPREAD["q"] * RNG.normal(size=SHAPE)


def test_equal_fields_are_bitwise():
    assert verdict(port(), exact=True) == BITWISE


def test_honest_roundoff_passes_and_is_not_called_bitwise():
    assert verdict(port(q=noisy(1.0))) == ROUNDOFF


def test_roundoff_fails_where_bitwise_is_declared():
    assert verdict(port(q=noisy(1.0)), exact=True) == DIFFERENT


def test_ten_times_the_roundoff_fails_though_it_is_2e15_of_the_field():
    assert verdict(port(q=noisy(10.0))) == DIFFERENT


def test_a_small_field_is_not_excused_by_a_large_one():
    assert verdict(port(q=REFERENCE["q"] * (1 + 1e-13))) == DIFFERENT


def test_one_bad_point_fails():
    q = REFERENCE["q"].copy()
    q[2, 1, 3, 4] += 20 * SPREAD["q"][..., 4].max()
    found = worst_of(judge(port(q=q), Rule(REFERENCE, SPREAD)))
    assert found.verdict == DIFFERENT
    assert found.worst_index == (2, 1, 3, 4)
    assert found.r_global < 3 and found.r_point > 16


def test_a_level_without_spread_may_differ_by_an_ulp_of_its_own_and_no_more():
    """20 members in single precision can all round alike where the port does not: T_eq of held_suarez, seed 4."""
    reference = {"q": np.full(SHAPE, 1e-3)}
    spread = {"q": np.full(SHAPE, 1e-20)}
    spread["q"][..., 0] = 0.0
    for ulps, expected in ((1, ROUNDOFF), (5, DIFFERENT)):
        q = reference["q"].copy()
        q[..., 0] += ulps * np.spacing(1e-3)
        assert verdict({"q": q}, reference, spread=spread) == expected
    q = reference["q"].copy()
    q[0, 0, 0, 0] += 20 * np.spacing(1e-3)
    assert verdict({"q": q}, reference, spread=spread) == DIFFERENT


def test_a_level_without_spread_that_is_zero_must_stay_zero():
    reference = {"q": REFERENCE["q"] * [0.0, 1.0, 1.0, 1.0, 1.0]}
    spread = {"q": SPREAD["q"] * [0.0, 1.0, 1.0, 1.0, 1.0]}
    q = reference["q"].copy()
    assert verdict({"q": q}, reference, spread=spread) == BITWISE
    q[0, 0, 0, 0] = 1e-300
    assert verdict({"q": q}, reference, spread=spread) == DIFFERENT


@pytest.mark.parametrize("side", ["port", "reference", "both"])
def test_nan_on_any_side_fails(side):
    spoiled = REFERENCE["T"].copy()
    spoiled[0, 0, 0, 0] = np.nan
    outputs = port(T=spoiled) if side != "reference" else port()
    reference = {**REFERENCE, "T": spoiled} if side != "port" else REFERENCE
    assert verdict(outputs, reference) == DIFFERENT


def test_nan_on_both_sides_at_different_points_fails_and_names_the_first():
    spoiled = [REFERENCE["T"].copy(), REFERENCE["T"].copy()]
    spoiled[0][1, 2, 3, 4] = spoiled[1][0, 1, 2, 3] = np.nan
    found = worst_of(judge(port(T=spoiled[0]), Rule({**REFERENCE, "T": spoiled[1]}, SPREAD)))
    assert (found.verdict, found.worst_index) == (DIFFERENT, (0, 1, 2, 3))


def test_infinity_of_the_same_sign_on_both_sides_fails():
    endless = REFERENCE["T"].copy()
    endless[0, 0, 0, 0] = np.inf
    assert verdict(port(T=endless), {**REFERENCE, "T": endless}) == DIFFERENT


def test_an_extra_field_is_not_compared_and_excuses_nothing():
    assert [j.field for j in judge(port(extra=np.full(SHAPE, np.nan)), Rule(REFERENCE, SPREAD))] == list(REFERENCE)
    assert verdict(port(extra=REFERENCE["q"], q=noisy(10.0))) == DIFFERENT


def test_a_missing_field_fails():
    outputs = port()
    del outputs["q"]
    assert verdict(outputs) == DIFFERENT


@pytest.mark.parametrize("shape", [(6, 4, 4, 4), (6, 4, 4), (1, 6, 4, 4, 5)])
def test_a_changed_shape_fails_even_where_it_would_broadcast(shape):
    assert verdict(port(T=np.full(shape, 300.0))) == DIFFERENT


def test_a_changed_type_fails():
    assert verdict(port(T=REFERENCE["T"].astype(np.float32)), dtype=np.float64) == DIFFERENT


def test_swapped_fields_fail():
    assert verdict(port(T=REFERENCE["q"], q=REFERENCE["T"])) == DIFFERENT


def test_swapped_sides_fail_as_well():
    assert verdict(REFERENCE, port(q=noisy(10.0))) == DIFFERENT


def test_transposed_nodes_and_shifted_levels_fail():
    assert verdict(port(T=REFERENCE["T"].swapaxes(1, 2))) == DIFFERENT
    assert verdict(port(T=np.roll(REFERENCE["T"], 1, axis=-1))) == DIFFERENT


def test_an_error_on_a_level_that_is_zero_in_the_reference_fails():
    zero = np.zeros(SHAPE)
    assert verdict(port(T=zero + 1e-300), {**REFERENCE, "T": zero}, {**SPREAD, "T": zero}) == DIFFERENT


def test_without_spread_or_bound_only_equality_passes():
    assert verdict(port(), spread=None) == BITWISE
    assert verdict(port(q=noisy(1.0)), spread=None) == DIFFERENT


def test_a_documented_bound_holds_level_by_level_and_names_its_reason():
    bounds = {"q": Bound(1e-12, "why")}
    small = worst_of(judge(port(q=REFERENCE["q"] * (1 + 1e-13)), Rule(REFERENCE, bounds=bounds)))
    assert (small.verdict, small.known_difference) == (ROUNDOFF, "why")
    assert verdict(port(q=REFERENCE["q"] * (1 + 1e-11)), bounds=bounds) == DIFFERENT


def test_a_bound_is_of_a_level_that_holds_little_too_unless_it_says_otherwise():
    """1e-10 of the field; 1e-37, less than an ulp of it, is free."""
    small = REFERENCE["q"] * ([1.0] * 3 + [1e-10, 1e-37])
    off = small * (1.0 + 1e-9 * np.array([0.0, 0.0, 0.0, 1.0, 1.0]))
    faint = small * (1.0 + 1e-9 * np.array([0.0, 0.0, 0.0, 0.0, 1.0]))
    judged = lambda got, bound: verdict({"q": got}, {"q": small}, None, bounds={"q": bound})  # noqa: E731
    assert judged(off, Bound(1e-12, "why")) == DIFFERENT and judged(faint, Bound(1e-12, "why")) == ROUNDOFF
    assert judged(off, Bound(1e-12, "why", of_column=2.3e-16)) == ROUNDOFF


def test_an_outlier_of_a_documented_bound_has_a_bound_of_its_own():
    bound = {"q": Bound(1e-12, "why", fraction=0.5, outliers=1e-9)}
    low = REFERENCE["q"].copy()
    low[..., 3:] = 0.0  # two levels of five, less than half of the points
    assert verdict(port(q=low), spread=None, bounds=bound) == DIFFERENT
    few = REFERENCE["q"].copy()
    few[0, 0, 0, 0] += 5e-10 * few.max()
    assert verdict(port(q=few), spread=None, bounds=bound) == ROUNDOFF


def test_a_level_of_almost_nothing_neither_alarms_nor_hides():
    """1e-37 below a field of 1: its own round-off is not asked of it, an error that the field would show is."""
    field = REFERENCE["T"] * ([1.0] * 4 + [1e-37])
    spread = {"T": SPREAD["T"] * ([1.0] * 4 + [1e-37])}
    twice = field * ([1.0] * 4 + [2.0])
    assert verdict({"T": twice}, {"T": field}, spread) == ROUNDOFF
    assert verdict({"T": field + np.array([0.0] * 4 + [1e-11])}, {"T": field}, spread) == DIFFERENT
    assert verdict({"T": field * ([1.0] * 3 + [1 + 1e-12, 1.0])}, {"T": field}, spread) == DIFFERENT


def test_a_level_that_nothing_could_spread_may_keep_an_ulp_of_its_field():
    spread = {"T": SPREAD["T"] * ([1.0] * 4 + [0.0])}
    field = REFERENCE["T"] * ([1.0] * 4 + [0.0])
    kept = field.copy()
    kept[0, 0, 0, 4] = 1e-13
    hollow = {"T": np.array([[False] * 4 + [True]])}
    assert verdict({"T": kept}, {"T": field}, spread) == DIFFERENT
    assert verdict({"T": kept}, {"T": field}, spread, hollow=hollow) == ROUNDOFF
    kept[0, 0, 0, 4] = 1e-11
    assert verdict({"T": kept}, {"T": field}, spread, hollow=hollow) == DIFFERENT


def flipping(share, odds=0.5, members=20, size=0.06):
    """Members of q of which some points of level 2 flip by 6 % of the field, as FV3's remap does on ties."""
    rng = np.random.default_rng(5)
    distance = np.abs(rng.normal(size=(members, *SHAPE))) * SPREAD["q"]
    points = rng.random(SHAPE[:-1]) < share
    distance[:, points, 2] += size * REFERENCE["q"].max() * (rng.random((members, points.sum())) < odds)
    return points, {"T": SPREAD["T"], "q": stable(distance, REFERENCE["q"], np.float64)}


def test_a_flip_of_the_members_does_not_hide_a_whole_level():
    points, spread = flipping(0.3)
    assert 0.2 < (spread["q"].odds > 0)[..., 2].mean() < 0.4 and spread["q"].size.max() < 1e-20
    flipped = REFERENCE["q"].copy()
    flipped[points, 2] += 0.05 * flipped.max()
    found = judge(port(q=flipped), Rule(REFERENCE, spread))[1]
    assert found.verdict == ROUNDOFF and found.flipped == points.sum() and 0.04 < found.flip < 0.06
    for factor in (2.0, 1 + 1e-2, 1 + 1e-9, 1 + 1e-13):
        assert verdict(port(q=REFERENCE["q"] * ([1.0, 1.0, factor, 1.0, 1.0])), spread=spread) == DIFFERENT


def test_a_flip_must_be_as_small_as_the_members_and_as_rare():
    points, spread = flipping(0.1, odds=0.2)
    far, many = REFERENCE["q"].copy(), REFERENCE["q"].copy()
    far[points, 2] += 0.5 * far.max()
    many[..., 2] += 0.05 * many.max()
    assert verdict(port(q=far), spread=spread) == DIFFERENT
    assert verdict(port(q=many), spread=spread) == DIFFERENT


def test_where_no_member_flips_a_point_may_not():
    spread = {**SPREAD, "q": Spread(SPREAD["q"])}
    q = REFERENCE["q"].copy()
    q[0, 0, 0, 0] += 0.01 * q.max()
    assert verdict(port(q=q), spread=spread) == DIFFERENT


def test_tracers_are_judged_one_by_one():
    both = np.stack([REFERENCE["T"], REFERENCE["q"]])
    wrong = both.copy()
    wrong[1] *= 1 + 1e-12
    spread = {"Qdp": np.stack([SPREAD["T"], SPREAD["q"]])}
    assert judge({"Qdp": wrong}, Rule({"Qdp": both}, spread, separate=("Qdp",)))[0].verdict == DIFFERENT
    together = judge({"Qdp": wrong}, Rule({"Qdp": both}, spread))[0]
    apart = judge({"Qdp": wrong}, Rule({"Qdp": both}, spread, separate=("Qdp",)))[0]
    assert apart.scale < 1e-5 < together.scale


def test_nothing_to_compare_is_vacuous():
    assert verdict({}, {"T": np.zeros((0, 4, 4, 5))}) in (DIFFERENT, VACUOUS)
    assert judge({}, Rule({}))[0].verdict == VACUOUS


def test_empty_arrays_on_both_sides_are_vacuous_whatever_else_agrees():
    nothing = np.zeros((0, 4, 4, 5))
    assert verdict(port(u=nothing), {**REFERENCE, "u": nothing}) == VACUOUS


def test_no_spread_anywhere_excuses_no_more_than_an_ulp():
    none = {name: np.zeros(SHAPE) for name in REFERENCE}
    assert verdict(port(), spread=none) == BITWISE
    assert verdict(port(q=noisy(10.0)), spread=none) == DIFFERENT


def test_outputs_that_prove_nothing_are_recognised():
    inputs = {"T": REFERENCE["T"]}
    half = REFERENCE["T"].copy()
    half[:4] = 0.0
    assert vacuous(inputs, {"T": np.zeros(SHAPE)}) == "every output is zero"
    assert vacuous(inputs, {"T": REFERENCE["T"].copy()}) == "T: as it was given"
    assert vacuous(inputs, {"q": REFERENCE["q"], "T": REFERENCE["T"].copy()}) == "T: as it was given"
    assert "half of the domain" in vacuous(inputs, {"T": half})
    assert vacuous(inputs, {"T": REFERENCE["T"] * 2}) == ""
