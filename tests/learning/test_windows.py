"""A history gives back the states that it was written from, and says what it does not have."""

import numpy as np
import pytest

from pysces.arrays.pytree import tree_leaves


def test_the_last_record_is_the_state_at_the_end_of_the_run(made):
    found, true = made.truth.state(made.truth.days[-1]).dynamics, made.kept.run.state.dynamics
    for name in ("wind", "vtheta_dp", "dp"):
        scale = np.abs(getattr(true, name)).max()
        np.testing.assert_allclose(getattr(found, name), getattr(true, name), rtol=0, atol=1e-14 * 32 * scale)


def test_a_window_starts_at_its_day_and_sees_what_came_after(made):
    windows = made.truth.windows(made.truth.days[:3], 0.5, 2)
    assert windows.count == 3 and windows.leads == 2
    np.testing.assert_array_equal(windows.temperature[1, 0], windows.temperature[0, 1])
    np.testing.assert_array_equal(windows.state.dynamics.wind[2], windows.wind[1, 0])
    chosen = windows.chosen(np.array([2]), 1)
    assert chosen.count == chosen.leads == 1
    np.testing.assert_array_equal(chosen.wind[0, 0], windows.wind[2, 0])


def test_a_time_without_a_record_is_refused_in_a_sentence(made):
    with pytest.raises(ValueError, match=r"has no record at day 99, its records run from day 0 to 0.104"):
        made.truth.windows([99.0], 6.0, 1)


def test_scales_are_positive_and_of_the_weather(made):
    scales = made.network.scales
    assert scales.wind.shape == (2, 10) and scales.temperature.shape == (10,)
    assert all(np.all(np.isfinite(leaf)) for leaf in tree_leaves(scales))
    assert np.all(scales.wind > 0) and np.all(scales.temperature > 0) and scales.log_ps > 0
