"""Checks that begin with words: what pysces' own tables have wrong is seen, and no grid is mistaken for another."""

import dataclasses

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.errors import BadInput
from pysces_harness.inputs.fields import sphere
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.measuring import perf
from pysces_harness.registry import Kernel
from pysces_harness.running.configurations import CONFIGURATIONS, FORTRAN
from pysces_harness.running.worker import FortranSide, PortSide
from pysces_harness.sides.adapters import Fortran

from pysces.geometry import grid as grids
from pysces.models import model
from pysces.models.theta_l import parts as theta_l_parts

NUMPY = {"backend": {"name": "numpy", "precision": 64}}


def _different(name, number=0):
    """Outputs of a kernel's case that are not equal bit by bit on both sides."""
    kernel = lookup(name)
    case = kernel.cases()[number]
    settings = {**case.settings, **NUMPY}
    found, expected = (
        side(case.inputs, at, settings) for side, at in ((kernel.port, None), (kernel.fortran, Fortran()))
    )
    assert found.keys() == expected.keys()
    return [name for name in expected if not np.array_equal(found[name], expected[name])]


def _wrong_element(connect):
    """The second copy at each corner of the cube is in the next element."""

    def wrong(*mesh):
        table = connect(*mesh)
        copies = table.copies.copy()
        alone = (copies[1] >= 0) & (copies[2] < 0)
        copies[1] = np.where(alone, (copies[1] + 16) % copies[1].size, copies[1])
        return dataclasses.replace(table, copies=copies)

    return wrong


def test_a_wrong_element_at_the_corners_of_the_cube_is_seen(monkeypatch):
    assert _different("connectivity") == []
    monkeypatch.setattr(grids, "connect", _wrong_element(grids.connect))
    assert _different("connectivity") == ["copies"]


def test_another_order_of_summation_is_seen(monkeypatch):
    def turned(*mesh):
        table = connect(*mesh)
        swapped = np.where(table.copies[1] >= 0, table.copies[[1, 0, 2]], table.copies)
        return dataclasses.replace(table, copies=swapped)

    connect = grids.connect
    monkeypatch.setattr(grids, "connect", turned)
    assert _different("connectivity") == ["copies"]


def test_a_planet_that_turns_a_millionth_too_slowly_is_seen(monkeypatch):
    assert _different("planet", 1) == []
    slower = {**model.CONSTANTS, "cam": model.CONSTANTS["cam"].replace(omega=2.0 * np.pi / 86164.1)}
    monkeypatch.setattr(model, "CONSTANTS", slower)
    assert _different("planet", 1) == ["omega"]


def test_a_sponge_that_is_a_level_short_is_seen(monkeypatch):
    assert _different("levels") == []
    monkeypatch.setattr(theta_l_parts, "_depth", lambda profile, given: int(np.count_nonzero(profile)) - 1)
    assert _different("levels") == ["sponge"]


def test_a_grid_is_loaded_again_after_fortran_has_made_its_own():
    fortran, gradient, grid = FortranSide(FORTRAN["r8_strict"]), lookup("gradient_sphere"), sphere(3)
    steeper = grid.replace(derivative_matrix=2.0 * grid.derivative_matrix)
    case, mesh = gradient.cases()[0], lookup("connectivity").cases()[1]
    first = fortran(gradient, case.inputs, steeper, case.settings)["ds"]
    fortran(lookup("connectivity"), mesh.inputs, None, mesh.settings)
    np.testing.assert_array_equal(fortran(gradient, case.inputs, steeper, case.settings)["ds"], first)


@pytest.mark.parametrize(("name", "parts"), [("numpy-f64", {}), ("mpi-2", {"ranks": 2}), ("sharded-4", {"devices": 4})])
def test_a_run_is_told_where_to_run_and_is_not_compiled_for_it(name, parts):
    told = {}
    port = lambda x, grid, settings: told.update(settings) or {"c": np.ones(1)}  # noqa: E731
    kernel = Kernel("made_up", port=port, outputs={"c": "1"}, as_user=True)
    side = PortSide(CONFIGURATIONS[name])
    assert side(kernel, {}, None, {"ne": 2})["c"] == 1.0
    assert told == {"ne": 2, "backend": {"name": CONFIGURATIONS[name].backend, "precision": 64, **parts}}


def test_a_whole_run_is_not_timed_as_a_kernel():
    with pytest.raises(
        BadInput, match="theta_l_whole_run is a whole run, set-up included, so perf has nothing to time"
    ):
        perf.large(lookup("theta_l_whole_run"))
