"""Python that pages show without a fence runs: on one rank, on the devices that are here, with a made-up library."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from docs.places import ROOT

from pysces import cam_se, preset, simulation

BLOCK = re.compile(r"^    from pysces.*\n(?:(?:    .*)?\n)*", re.MULTILINE)


def run(page, which, **names):
    """The names that are there after the block of a page, counted from 0, has run with these."""
    code = re.sub(r"^    ", "", BLOCK.findall((ROOT / "docs" / page).read_text())[which], flags=re.MULTILINE)
    exec(compile(code, page, "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture(scope="module")
def water():
    """Shallow water on a coarse sphere, on numpy, and its state after the two calls of each of both ways."""
    made = simulation(preset("shallow_water").with_options(ne=2, case="williamson2"))
    return {"dycore": made.dycore, "state": made.state, "n": 2}, made.dycore.run(made.state, 4)


def test_a_run_over_devices_and_one_over_ranks_are_that_of_one(water, quick_compilation):
    pytest.importorskip("mpi4py")
    names, alone = water
    after = run("use/parallel.md", 0, **names).state
    assert np.allclose(after.dynamics.wind, alone.dynamics.wind, rtol=1e-12, atol=1e-12)


def test_a_physics_step_of_cam_se_marches_so_many_calls():
    made = simulation(cam_se(ne=2))
    after = run("models/cam_se.md", 0, dycore=made.dycore, state=made.state, tendency=None)
    alone = made.dycore.run(made.state, 2)
    assert np.allclose(after.state.dynamics.wind, alone.dynamics.wind, rtol=1e-12, atol=1e-12)


def test_adapters_go_to_a_library_and_back():
    grid = SimpleNamespace(sphere_to_contra=np.zeros((2, 2, 24, 4, 4, 1)))
    library = SimpleNamespace(gradient=lambda s, d: np.stack([s, 2.0 * s], axis=2))  # (i, j, component, lev, elem)
    page = run("verify/harness_for_your_port.md", 1, my_library=library)
    s = np.random.default_rng(0).normal(size=(24, 4, 4, 3))
    assert np.array_equal(page.my_gradient({"s": s}, grid, {})["ds"], np.stack([s, 2.0 * s]))
    v = np.stack([s, s])
    assert np.array_equal(page.mine.back(page.mine(v)), v) and page.mine(v).shape == (24, 3, 2, 4, 4)
