"""A run of shallow water whose derivative is one, and the same with one term of it left out of the derivative."""

import pytest

jax = pytest.importorskip("jax")

from pysces_harness.whole_runs.gradient.check import cells
from pysces_harness.whole_runs.gradient.configurations import CONFIGURATIONS, built
from pysces_harness.whole_runs.gradient.measured import _programs

from pysces.arrays.derivatives import stop_gradient
from pysces.models.shallow_water import equations


def red():
    """Parameters whose cells are red, of parameters that there are."""
    run = built("shallow_water", CONFIGURATIONS["shallow_water"][0], 2)
    found = {cell.parameter: cell for cell in cells("shallow_water", "galewsky", run, kink="")}
    return {name for name, cell in found.items() if not cell.ok}, set(found)


@pytest.fixture
def planted(monkeypatch):
    """The force of vorticity without its derivative."""
    whole = equations.vorticity_force
    monkeypatch.setattr(equations, "vorticity_force", lambda *args: stop_gradient(whole(*args)))
    forget()
    yield
    forget()


def forget():
    """What was compiled of other sources."""
    _programs.cache_clear()
    jax.clear_caches()


def test_no_cell_of_shallow_water_is_red():
    wrong, there = red()
    assert not wrong and {"state", "omega", "nu", "phis"} <= there


def test_a_term_without_its_derivative_is_red(planted):
    assert {"state", "omega"} <= red()[0]
