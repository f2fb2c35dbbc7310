"""A familiar mistake made in a field on purpose is named; a field of another kind is not taken for one."""

import numpy as np
import pytest
from pysces_harness.guessing.fits import best
from pysces_harness.guessing.patterns import confined, pattern
from pysces_harness.guessing.shapes import axes_hint

from pysces.geometry.grid import cubed_sphere_grid

GRID = cubed_sphere_grid(2)
FIELD = np.random.default_rng(5).normal(size=(2, 24, 4, 4, 5))
SIGNS = np.array([1.0, -1.0]).reshape(2, 1, 1, 1, 1)
ORDER = np.random.default_rng(6).permutation(24)
MISTAKES = {
    "the sign of the field is reversed": -FIELD,
    "multiplied by 3:": 3.0 * FIELD,
    "the radius squared": FIELD * GRID.radius**2,
    "1 / (the radius)": FIELD / GRID.radius,
    "hPa and Pa": FIELD / 100.0,
    "degrees and radians": np.degrees(FIELD),
    "a factor of single precision": FIELD * (1.0 + 4e-8),
    "the sign of the northward component": FIELD * SIGNS,
    "i and j are exchanged": FIELD.swapaxes(2, 3),
    "i runs the other way": FIELD[:, :, ::-1],
    "nodes are turned by 180 degrees": FIELD[:, :, ::-1, ::-1],
    "components are exchanged": FIELD[::-1],
    "exchanged, and the sign of the field is reversed": -FIELD[::-1],
    "turned by 90 degrees": np.stack([-FIELD[1], FIELD[0]]),
    "i and j are exchanged, and eastward and northward": FIELD[::-1].swapaxes(2, 3),
    "one level above": np.roll(FIELD, 1, -1),
    "one level below": np.roll(FIELD, -1, -1),
    "reverse order, bottom first": FIELD[..., ::-1],
    "elements are in another order": FIELD[:, ORDER],
    "divided by the mass matrix": FIELD / GRID.mass_matrix,
    "multiplied by the jacobian": FIELD * GRID.jacobian,
    "is added everywhere": FIELD + 7.0,
    "the whole field is zero": 0.0 * FIELD,
    "holds NaN": np.where(FIELD > 3.0, np.nan, FIELD),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_named(words):
    got = MISTAKES[words] * (1.0 + 1e-15 * np.random.default_rng(7).normal(size=FIELD.shape))
    assert words in pattern(got, FIELD, GRID)


def test_what_is_no_familiar_mistake_is_not_named():
    other = np.random.default_rng(8).normal(size=FIELD.shape)
    assert pattern(other, FIELD, GRID) == "" and confined(other - FIELD) == ""
    assert pattern(FIELD + 0.01 * other, FIELD, GRID) == ""


def test_where_a_difference_is_confined_to_is_named():
    levels, elements, east = (np.zeros_like(FIELD) for _ in range(3))
    levels[..., 1], elements[:, 3:5], east[0] = 1.0, 1.0, 1.0
    assert confined(levels) == "only levels 1 differ"
    assert confined(elements) == "only 2 of 24 elements differ: 3, 4"
    assert confined(east) == "only the eastward component differs"


def test_of_two_parts_that_fit_the_whole_one_is_chosen():
    assert best(FIELD, {"twice": 2.0 * FIELD, "once": FIELD})[:2] == ("once", pytest.approx(1.0))


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ((54, 4, 4, 3, 2), "its axes are (elem, i, j, lev, component)"),
        ((54, 3, 4, 4), "wanted are"),
        ((2, 54, 4, 4), "wanted are (component, elem, i, j, lev)"),
        ((2, 53, 4, 4, 3), "53 elem in place of 54"),
    ],
)
def test_a_wrong_shape_says_what_became_of_the_axes(got, words):
    assert words in axes_hint(got, (2, 54, 4, 4, 3))


def test_a_level_too_few_is_said():
    assert axes_hint((54, 4, 4), (54, 4, 4, 1)) == ": an axis of one (lev) is wanted too"


def test_no_shape_and_no_number_is_too_much_for_it():
    rng = np.random.default_rng(0)
    for n in range(600):
        shape = tuple(int(size) for size in rng.integers(1, 5, rng.integers(1, 7)))
        field = rng.normal(size=shape) * 10.0 ** rng.integers(-300, 300) if n % 3 else np.zeros(shape)
        got = field * (1.0 + rng.normal()) if n % 2 else field + rng.normal(size=shape)
        if not np.array_equal(got, field):
            assert isinstance(pattern(got, field) or confined(got - field), str)
        assert isinstance(axes_hint(shape, tuple(int(size) for size in rng.integers(1, 5, rng.integers(1, 7)))), str)
