"""Derivatives through two devices, and through two processes, are those of one device."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

jax = pytest.importorskip("jax")
sys.path.append(str(Path(__file__).parent))

import gradients
from test_jax_parts import free_port

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from tests.daily import share

CALLS = 3
# Compiling takes half a minute each: one of them a day.
WHOLE = share([(model, parts) for parts in ("devices", "processes") for model in ("theta_l", "cam_se")], 4)


@pytest.mark.parametrize(("model", "parts"), WHOLE)
def test_whole_models_have_the_gradient_of_one_device(model, parts, tmp_path):
    """By the state, radius, viscosity, levels, topography and step."""
    one = gradients.gradient(model)
    if parts == "devices":
        assert not gradients.different(gradients.gradient(model, devices=2), one)
        return
    np.savez(tmp_path / "one.npz", **one)
    shared = {"JAX_PLATFORMS": "cpu", "PYSCES_COORDINATOR": f"localhost:{free_port()}", "PYSCES_RANKS": "2"}
    command = [sys.executable, gradients.__file__, str(tmp_path / "one.npz"), model]
    processes = [
        subprocess.Popen(command, env=os.environ | shared | {"PYSCES_RANK": str(k)}, stderr=subprocess.PIPE, text=True)
        for k in range(2)
    ]
    messages = [p.communicate(timeout=600)[1] for p in processes]
    assert [p.returncode for p in processes] == [0, 0], messages


def test_a_gradient_that_is_off_by_more_than_round_off_is_seen():
    one = {"x": np.array([1.0, 2.0]), "still": np.zeros(1)}
    assert gradients.different(one, one) == {"still": np.inf}
    assert "x" in gradients.different(one | {"x": np.array([1.0, 2.0 + 3e-12])}, one)
    assert gradients.different({"x": one["x"]}, one)


def short_gradient(devices):
    """Of a cost of what is seen in a run of the smallest model, by its state and its step; elements in mesh order."""
    run = simulation(preset("layer_advection").with_options(ne=2, levels="cam_l26", backend="jax", devices=devices))

    def cost(state, dt):
        end, seen = run.dycore.replace(dt=dt).run(state, CALLS, lambda s: run.dycore.grid.assembly.sum(s.dynamics.dp))
        return run.dycore.grid.assembly.sum(end.dynamics.dp**2).sum() * 1e-6 + (seen**2).sum() * 1e-12

    by_state, by_dt = jax.jit(jax.grad(cost, argnums=(0, 1), allow_int=True))(run.state, run.dycore.dt)
    return run.layout.collect(by_state.dynamics), float(by_dt)


def test_two_devices_have_the_gradient_of_one():
    (one, one_dt), (two, two_dt) = short_gradient(0), short_gradient(2)
    largest = float(np.abs(one.dp).max())
    assert largest > 0.0 and one_dt != 0.0
    np.testing.assert_allclose(two.dp, one.dp, rtol=0.0, atol=1e-13 * largest)
    assert two_dt == pytest.approx(one_dt, rel=1e-11)
