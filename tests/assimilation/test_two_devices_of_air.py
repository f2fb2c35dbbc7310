"""A 4D-Var of air on two devices finds the analysis of one."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces import preset, simulation
from pysces.assimilation.background import Error, background_error
from pysces.assimilation.minimise import minimise
from pysces.assimilation.observations import observation, points_at, surface_pressure, temperature, wind
from pysces.assimilation.variables import AirFields
from pysces.assimilation.window import observed, window
from tests.daily import turn

ERRORS = AirFields(
    Error(2.0, 2e6, 0.5, divergent=0.1), Error(1.0, 2e6, 0.5, balanced=0.9), Error(200.0, 2e6, balanced=0.9)
)
KINDS = {wind: 1.0, temperature: 1.0, surface_pressure: 100.0}
SMOOTH = {"theta_l": {"vert_remap_q_alg": -1}, "cam_se": {"vert_remap_u_alg": -17}}
LEVELS = {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.05}}


def run_of(model, devices):
    """Half an hour a call."""
    steps = {"ne": 2, "tstep": 1800.0, "rsplit": 1, "tstep_type": 1, "nu": 0.0}
    config = preset(model).with_options(case="jablonowski_williamson", backend="jax", **steps, **SMOOTH[model])
    return simulation(config.with_table({"backend": {"devices": devices}, "vertical": LEVELS}))


def problem(run, values=None):
    """Twelve sites at two times; values are drawn round those of the run where none are given."""
    rng = np.random.default_rng(0)
    points = points_at(run, rng.uniform(-80, 80, 12), rng.uniform(0, 360, 12))
    kinds = [observation(points, kind, error) for kind, error in KINDS.items()]
    if values is None:
        exact = observed(run, run.dycore.run(run.state, 1), kinds, 2, run.dt_remap)
        values = [np.asarray(y) + o.error * rng.standard_normal(y.shape) for o, y in zip(kinds, exact)]
    error = background_error(run, ERRORS, samples=20)
    return window(run, run.state, error, kinds, values, run.dt_remap, checkpoint=False), values


@turn(5, 14)
@pytest.mark.parametrize("model", SMOOTH)
@pytest.mark.usefixtures("quick_compilation")
def test_two_devices_find_the_analysis_of_one(model):
    if len(jax.devices("cpu")) < 2:
        pytest.skip("needs 2 CPU devices (tests/conftest.py asks for them before JAX starts)")
    run = run_of(model, 2)
    alone, values = problem(run_of(model, 0))
    found = [minimise(p, outer=2, inner=2, reduction=0.0).state.dynamics for p in (alone, problem(run, values)[0])]
    assert {len(x.sharding.device_set) for x in jax.tree.leaves(found[1])} == {2}
    one, two, start = map(jax.tree.leaves, (found[0], *map(run.layout.collect, (found[1], run.state.dynamics))))
    for x, y, before in zip(one, two, start):
        change = np.abs(np.asarray(x) - before).max()
        assert change > 0.0 and np.abs(np.asarray(x) - y).max() < 1e-12 * change
