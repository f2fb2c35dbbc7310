"""The state that FV3's kord 10 and 11 are differentiated from: their filter acts in it, and sits on no tie."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")
from pysces_harness.whole_runs.gradient import configurations
from pysces_harness.whole_runs.gradient.parameters import FILTERED, off_kinks

from pysces.driver.simulation import simulation
from pysces.vertical.remap import fv_profiles as fv

NAMES = {10: "remap -10, limiter 4", 11: "remap -11, limiter 0"}
CALLS = 2  # as gradients have them


def _configured(kord):
    return next(c for c in configurations.CONFIGURATIONS["cam_se"] if c.name == NAMES[kord])


@pytest.fixture(scope="module")
def states():
    """The run's own start and the second state, as NumPy has them."""
    run = configurations.built("cam_se", _configured(10), 2)
    return [jax.tree.map(np.asarray, state) for state in (run.state, off_kinks(run, in_levels=False))]


def _profile(state):
    """Mixing ratio of the tracer and layers."""
    layers = state.dynamics.dp_dry
    return state.tracer_mass[0] / layers, layers


def _reconstructed(kord, mean, dp):
    """(the spline's parabolas, those that the filter leaves) of the inner layers."""
    edges = fv._EDGES[fv.POSITIVE](mean, dp)
    raw = fv.parabolas(mean, edges[..., :-1], edges[..., 1:])
    return raw, raw.layers(2, mean.shape[-1] - 2), fv._INTERIOR[kord](raw, fv._extremum(mean))


@pytest.mark.parametrize("kord", NAMES)
def test_the_filter_acts_in_every_column_of_the_second_state(kord, states):
    _, free, left = _reconstructed(kord, *_profile(states[1]))
    changed = (free.left != left.left) | (free.right != left.right)
    assert changed[..., 0].all() and changed[..., 1].all() == (kord == 10)
    assert (left.left == left.right)[..., 0].all(), "the third layer is constant"


def test_the_second_state_sits_on_no_tie_of_the_filter(states):
    """Whether a curvature is more than the rise is decided by more than a hundredth of it."""
    raw, *_ = _reconstructed(10, *_profile(states[1]))
    rise = np.abs(raw.left - raw.right)
    for size in (np.abs(2.0 * raw.mean - (raw.left + raw.right)), np.abs(raw.curvature)):
        assert (np.abs(size - rise) > 0.01 * rise)[..., 1:-1].all()


def _parted(kord, start):
    """How far ends of the run are apart, of the largest, whose starts are an ulp apart, by field."""
    numpy_run = simulation(configurations.configured("cam_se", _configured(kord), 2).with_options(backend="numpy"))
    signs = np.random.default_rng(0)
    near = jax.tree.map(lambda x: x * (1.0 + 2.2e-16 * signs.choice([-1.0, 1.0], np.shape(x))), start)
    one, other = (numpy_run.dycore.run(state, CALLS) for state in (start, near))
    pairs = zip(jax.tree.leaves((one.dynamics, one.tracer_mass)), jax.tree.leaves((other.dynamics, other.tracer_mass)))
    return [float(np.abs(a - b).max() / np.abs(a).max()) for a, b in pairs]


@pytest.mark.parametrize("kord", NAMES)
def test_no_round_off_decides_in_a_run_from_the_second_state(kord, states):
    """Of a wind of that profile, in which the other component gets a share of it, round-off decides 1e-6 and more."""
    second = states[1]
    assert max(_parted(kord, second)) < 1e-12
    waves = 5.0 * np.random.default_rng(1).standard_normal((24, 4, 4, 1)) * FILTERED  # m s-1
    wind = second.dynamics.wind + np.stack([0.0 * waves, waves])
    tied = second.replace(dynamics=second.dynamics.replace(wind=wind))
    assert max(_parted(kord, tied)) > 1e-9
