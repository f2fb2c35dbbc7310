"""The inverse mass matrix: within an ulp, the same at all copies of a node, and assembling keeps mass."""

import numpy as np
import pytest

from pysces.constants import CAM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.geometry.inverse_mass import mass_keeping

pytestmark = pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="long double is double on this machine")


def gain(grid, inverse, field):
    """Relative change of mass when a continuous field is assembled in exact arithmetic with that inverse."""
    mass = grid.mass_matrix.astype(np.longdouble)
    excess = grid.assembly.assemble(mass) * inverse - 1.0
    return abs(float((mass * excess * field).sum() / (mass * field).sum()))


@pytest.mark.parametrize("ne", [4, 5, 8])
def test_assembling_smooth_fields_keeps_their_mass(ne):
    """Ten days are some 5000 assemblies one after the other: 1e-14 of mass, shared among them, is 2e-18 for each."""
    grid = cubed_sphere_grid(ne, CAM, 0)
    fields = [1.0 + 0.0 * grid.lat, np.cos(grid.lat) ** 4, np.maximum(0.0, np.sin(3 * grid.lon) * np.cos(grid.lat))]
    nearest, kept = grid.inverse_mass_matrix, mass_keeping(grid).inverse_mass_matrix
    assert max(gain(grid, kept, field) for field in fields) < 2e-18
    assert max(gain(grid, nearest, field) for field in fields) > 4e-18


def test_inverses_are_within_an_ulp_and_mostly_the_nearest():
    grid = cubed_sphere_grid(4)
    nearest = grid.inverse_mass_matrix
    ulps = (mass_keeping(grid).inverse_mass_matrix - nearest) / np.spacing(nearest)
    assert np.abs(ulps).max() == 1.0 and np.mean(ulps != 0.0) < 0.15


def test_copies_of_a_node_have_one_inverse():
    grid = mass_keeping(cubed_sphere_grid(3))
    inverse, ids = grid.inverse_mass_matrix.ravel(), grid.global_id.ravel()
    first = np.unique(ids, return_index=True)[1]
    assert np.array_equal(inverse[first][ids], inverse)
