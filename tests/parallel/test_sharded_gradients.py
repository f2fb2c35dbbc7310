"""Derivatives through two devices are those of one: the loop, its checkpoints and assembly in both modes."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.config.presets import preset
from pysces.driver.simulation import simulation

CALLS = 3


def gradient(devices):
    """Of a cost of what is seen in a run of the smallest model, by its state and its step; elements in mesh order."""
    run = simulation(preset("layer_advection").with_options(ne=2, levels="cam_l26", backend="jax", devices=devices))

    def cost(state, dt):
        end, seen = run.dycore.replace(dt=dt).run(state, CALLS, lambda s: run.dycore.grid.assembly.sum(s.dynamics.dp))
        return run.dycore.grid.assembly.sum(end.dynamics.dp**2).sum() * 1e-6 + (seen**2).sum() * 1e-12

    by_state, by_dt = jax.jit(jax.grad(cost, argnums=(0, 1), allow_int=True))(run.state, run.dycore.dt)
    return run.layout.collect(by_state.dynamics), float(by_dt)


def test_two_devices_have_the_gradient_of_one():
    (one, one_dt), (two, two_dt) = gradient(0), gradient(2)
    largest = float(np.abs(one.dp).max())
    assert largest > 0.0 and one_dt != 0.0
    np.testing.assert_allclose(two.dp, one.dp, rtol=0.0, atol=1e-13 * largest)
    assert two_dt == pytest.approx(one_dt, rel=1e-11)
