"""The state that FV3's kord 10 and 11 are differentiated from: their filter acts in it, and sits on no tie."""

import numpy as np
import pytest

pytest.importorskip("jax")
from pysces_harness.whole_runs.gradient.configurations import CONFIGURATIONS, built
from pysces_harness.whole_runs.gradient.parameters import off_kinks

from pysces.vertical.remap import fv_profiles as fv

NAMES = {10: "remap -10, limiter 4", 11: "remap -11, limiter 0"}


@pytest.fixture(scope="module")
def winds():
    """Meridional wind and layers of the run's own start and of the second state."""
    configuration = next(c for c in CONFIGURATIONS["cam_se"] if c.name == NAMES[10])
    run = built("cam_se", configuration, 2)
    states = (run.state, off_kinks(run, in_levels=False))
    return [(np.asarray(s.dynamics.wind[1]), np.asarray(s.dynamics.dp_dry)) for s in states]


def _reconstructed(kord, mean, dp):
    """(the spline's parabolas, those that the filter leaves) of the inner layers."""
    edges = fv._EDGES[fv.WIND](mean, dp)
    raw = fv.parabolas(mean, edges[..., :-1], edges[..., 1:])
    return raw, raw.layers(2, mean.shape[-1] - 2), fv._INTERIOR[kord](raw, fv._extremum(mean))


@pytest.mark.parametrize("kord", NAMES)
def test_the_filter_acts_in_every_column_of_the_second_state(kord, winds):
    _, free, left = _reconstructed(kord, *winds[1])
    changed = (np.asarray(free.left) != left.left) | (np.asarray(free.right) != left.right)
    assert changed[..., 0].all() and changed[..., 1].all() == (kord == 10)
    assert (np.asarray(left.left) == left.right)[..., 0].all(), "the third layer is constant"


def test_the_second_state_sits_on_no_tie_of_the_filter(winds):
    """Whether a curvature is more than the rise is decided by more than a hundredth of it; at the start by none."""

    def decided(mean, dp):
        raw, *_ = _reconstructed(10, mean, dp)
        rise = np.abs(raw.left - raw.right)
        sizes = (np.abs(2.0 * raw.mean - (raw.left + raw.right)), np.abs(raw.curvature))
        return all((np.abs(size - rise) > 0.01 * rise)[..., 1:-1].all() for size in sizes)

    assert decided(*winds[1]) and not decided(*winds[0])
