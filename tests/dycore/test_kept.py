"""What reverse mode keeps of a call, in sizes of its state: counted from the traced program, without compiling it."""

import pytest

jax = pytest.importorskip("jax")

from functools import partial

from pysces.arrays.derivatives import checkpoint
from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.dycore.calls import forced, one_call
from tests.daily import share

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 6, "eta_top": 0.1}}}
MOIST = {"case": {"tracers": True, "options": {"moist": True}}, "physics": {"suite": "kessler"}}
CALL = partial(one_call, kept=lambda part: checkpoint(part, 0.0 * jax.numpy.ones(1)))


def kept(function, run):
    """Bytes that the way back of function(dycore, state) needs, dycore and state left out, over those of the state."""
    state = sum(x.nbytes for x in tree_leaves(run.state))
    pullback = jax.eval_shape(lambda dycore, s: jax.vjp(partial(function, dycore), s)[1], run.dycore, run.state)
    bytes_of = lambda tree: sum(x.size * x.dtype.itemsize for x in jax.tree.leaves(tree))  # noqa: E731
    return (bytes_of(pullback) - bytes_of(run.dycore)) / state


def built(model, options):
    return simulation(preset(model).with_options(ne=2, backend="jax").with_table(LEVELS).with_table(options))


@pytest.mark.parametrize("model", share(["theta_l", "cam_se"], 2))
def test_a_call_keeps_at_most_25_states(model):
    run = built(model, {})
    assert 0.0 < kept(CALL, run) < 25.0 < kept(one_call, run)


def test_stages_of_all_calls_are_kept_by_choice():
    """Five of a call of shallow water; blocks would keep a state a call, everything is 14."""
    run = simulation(preset("shallow_water").with_options(ne=2, backend="jax"))
    assert 4.0 < kept(lambda dycore, s: dycore.run(s, 8, checkpoint="stages"), run) / 8 < 6.0


def test_a_call_with_kessler_and_limiter_9_keeps_at_most_40_states():
    run = built("theta_l", {**MOIST, "dynamics": {"limiter_option": 9}})
    assert 0.0 < kept(CALL, run) < 40.0
    assert kept(forced, run) < 40.0, "rain's hundred steps keep some of their carries alone"
