"""Where the hybrid experiment's windows lie, and what it hides from the model."""

import numpy as np
import pytest

from pysces.learning.evaluation import tendencies
from pysces.learning.twin import DAY, free_run, hidden_physics, starts
from pysces.physics.suite import Tendency, suites


@pytest.mark.parametrize(
    ("number", "first", "last"), [(200, 0.0, 199.0), (16, 210.0, 295.0), (1, 3.1, 3.3), (5, 0.1, 1.3)]
)
def test_windows_start_on_records_inside_their_days(number, first, last):
    found = starts(number, first, last)
    assert found.size == number and np.all(np.diff(found) > 0.0) and first <= found[0] and found[-1] <= last
    np.testing.assert_array_equal(4.0 * found, np.round(4.0 * found))


@pytest.mark.parametrize(("number", "last"), [(6, 1.0), (0, 1.0), (1, -1.0)])
def test_windows_that_do_not_fit_are_refused_in_a_sentence(number, last):
    with pytest.raises(ValueError, match=r"windows do not fit between day 0 and day .* give more days"):
        starts(number, 0.0, last)


def test_a_free_run_that_blows_up_tells_how_far_it_came(made, tmp_path):
    """A heating without bounds: no number is lost, the day is told and the sentence kept."""
    dycore, state = made.kept.run.dycore, made.kept.run.state
    suite = suites(dycore.forcing.suite, runaway)
    found = free_run(made.config, "runaway", tmp_path, suite, state, lambda _: None)
    assert 0.0 < found.days < made.config.time.ndays and "is not finite" in found.ended


def runaway(air, time):
    return Tendency(temperature=np.where(time > 3600.0, np.inf, 0.0) + 0.0 * air.p)


def test_what_is_hidden_is_a_heating_over_the_equator_and_friction_at_the_ground(made):
    dycore, state = made.kept.run.dycore, made.kept.run.state
    suite = dycore.forcing.suite
    own, more = tendencies(dycore, suite, state), tendencies(dycore, hidden_physics(suite), state)
    np.testing.assert_allclose(more.wind, 0.3 * own.wind, rtol=1e-12, atol=1e-20)
    assert 0.9 < more.temperature.max() * DAY < 1.0 + 1e-12 and more.temperature.min() > -1e-20
