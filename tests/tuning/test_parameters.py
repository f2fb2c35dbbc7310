"""Parameters keep their bounds, and find their places in a dycore or say that there is none."""

import math

import numpy as np
import pytest

from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.suite import suites
from pysces.tuning.parameters import Parameter, values, with_number, with_parameters

KINDS = (
    Parameter("a", 2.0, ("k_f",)),
    Parameter("b", 2.0, ("k_f",), "logit", 1.0, 5.0),
    Parameter("c", -2.0, ("k_f",), "none"),
    Parameter("d", 3.0, ("k_f",), "log", 2.5),
)


@pytest.mark.parametrize("parameter", KINDS, ids=lambda p: p.name)
def test_coordinate_and_value_undo_each_other(parameter):
    z, h = parameter.coordinate(parameter.first_guess), 1e-6
    assert parameter.value(z) == pytest.approx(parameter.first_guess, rel=1e-15)
    assert (parameter.value(z + h) - parameter.value(z - h)) / (2 * h) == pytest.approx(parameter.slope(z), rel=1e-8)


@pytest.mark.parametrize("z", [-30.0, 0.0, 30.0])
def test_no_coordinate_leaves_the_bounds(z):
    for parameter in KINDS[:2]:
        assert parameter.lower <= parameter.value(z) <= parameter.upper


def test_every_place_of_a_parameter_takes_its_value():
    both = Parameter("k_f", 1e-5, ("members.0.k_f", "members.1.k_f"))
    changed = with_parameters(suites(HeldSuarez(), HeldSuarez()), (both,), [math.log(2e-5)])
    assert [float(m.k_f) for m in changed.members] == pytest.approx([2e-5, 2e-5])
    assert values((both,), np.array([math.log(2e-5)])) == pytest.approx({"k_f": 2e-5})


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("k_x", "There is no 'k_x' of 'k_x' in HeldSuarez; it has"),
        ("sigma", r"'sigma' is an array \(3,\), not one number"),
        ("k_f.deeper", "There is no 'deeper' of 'k_f.deeper' in float; it has nothing that can be changed"),
    ],
)
def test_a_place_that_is_no_number_is_refused_in_a_sentence(place, said):
    with pytest.raises(ValueError, match=said):
        with_number(HeldSuarez(sigma=np.ones(3)), place, 1.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"places": ()}, r"found \(\); give one or more"),
        ({"places": "x"}, "tuple of dotted names, found 'x'"),
        ({"transform": "exp"}, "transform must be one of"),
        ({"lower": 2.0}, "does not lie inside its bounds"),
        ({"upper": 3.0}, "log has no upper bound"),
        ({"transform": "logit"}, "logit needs two bounds"),
        ({"prior_deviation": 0.0}, "prior_deviation must be positive"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_in_a_sentence(options, said):
    with pytest.raises(ValueError, match=said):
        Parameter("x", 1.0, **{"places": ("x",), **options})
