"""Waves of ten steps on several JAX devices and processes have the bits of one device."""

import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

jax = pytest.importorskip("jax")
sys.path.append(str(Path(__file__).parent))

from waves import MODELS, different, marched

from pysces.arrays.backend import to_numpy
from pysces.config.presets import preset
from pysces.driver.layout import lay_out
from pysces.models.registry import find_model
from tests.daily import share, turn

HERE = Path(__file__).parent
alone = cache(lambda model, ne: marched(model, ne, name="jax"))


PARTS = [(model, ne, devices) for ne, devices in ((4, 2), (3, 4)) for model in MODELS]


@pytest.mark.parametrize(("model", "ne", "devices"), [("theta_l", 3, 1), *share(PARTS, 4)])
def test_devices_have_the_bits_of_one(model, ne, devices):
    """4 devices do not share 54 elements evenly; 1 device runs the program of none, whatever the model.

    Two of these a day; two processes do both models on every second one, and ci/verify.sh does.
    """
    if len(jax.devices("cpu")) < devices:
        pytest.skip(f"needs {devices} CPU devices (tests/conftest.py asks for them before JAX starts)")
    assert not different(marched(model, ne, name="jax", platform="cpu", devices=devices), alone(model, ne))


@pytest.mark.parametrize("model", MODELS)
def test_dissipation_on_thirty_levels_has_the_bits_of_one_device(model):
    """24 and 12 elements: XLA once fused the ends of both models' hyperviscosity differently for each."""
    if len(jax.devices("cpu")) < 2:
        pytest.skip("needs 2 CPU devices (tests/conftest.py asks for them before JAX starts)")
    start, one = dissipated(model, 0)
    _, two = dissipated(model, 2)
    assert [a.tobytes() for a in one] == [a.tobytes() for a in two]
    assert not np.array_equal(one[0], start[0])


def dissipated(model: str, devices: int) -> tuple[list, list]:
    """The arrays of a state, and those that the dissipation of one step leaves and tells tracers, all elements."""
    config = preset(model).with_options(ne=2, nlev=30, tstep=600.0, nu_top=2.5e5, hypervis_subcycle_tom=2)
    tables = {"case": {"tracers": True, "options": {"moist": True}}, "backend": {"name": "jax", "devices": devices}}
    config = config.with_table(tables)
    setting = find_model(model).setup(config)
    layout = lay_out(config.backend, setting.dycore.grid)
    dycore, state = layout.put(setting.dycore), layout.put(setting.state)
    whole = to_numpy if layout.parts is None else layout.parts.get
    both = (state, jax.jit(_dissipate)(dycore, state))
    return tuple([np.asarray(a) for a in jax.tree.leaves(whole(tree))] for tree in both)


def _dissipate(dycore, state):
    equations = dycore.equations.for_step(state.dynamics, state.tracer_mass)
    return dycore.dissipation.apply_with_flux(state.dynamics, dycore.dt, dycore.grid, equations)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return s.getsockname()[1]


@turn(0, 2)
def test_two_processes_have_the_bits_of_one_device(tmp_path):
    for model in MODELS:
        for when, arrays in zip(("start", "end"), alone(model, 4)):
            np.savez(tmp_path / f"{model}-4-{when}.npz", **arrays)
    shared = {"JAX_PLATFORMS": "cpu", "PYSCES_COORDINATOR": f"localhost:{free_port()}", "PYSCES_RANKS": "2"}
    command = [sys.executable, str(HERE / "multiprocess.py"), str(tmp_path), *(f"{model}:4" for model in MODELS)]
    processes = [
        subprocess.Popen(command, env=os.environ | shared | {"PYSCES_RANK": str(k)}, stderr=subprocess.PIPE, text=True)
        for k in range(2)
    ]
    messages = [p.communicate(timeout=600)[1] for p in processes]
    assert [p.returncode for p in processes] == [0, 0], messages
