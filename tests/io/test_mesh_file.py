"""Exodus files give back the mesh that was written, in either spelling; other files are refused."""

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("netCDF4")
sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from exodus import write_exodus
from refined import refined_corners, refined_grid

from pysces.geometry.grid import unstructured_grid
from pysces.io.mesh_file import read_exodus


@pytest.mark.parametrize(("together", "cuts"), [(True, []), (False, [20, 30])])
def test_a_mesh_comes_back(tmp_path, together, cuts):
    points, corners = refined_corners()
    write_exodus(tmp_path / "mesh.g", points, np.split(corners, cuts), together)
    grid, expected = unstructured_grid(*read_exodus(tmp_path / "mesh.g")), refined_grid()
    np.testing.assert_array_equal(grid.jacobian, expected.jacobian)
    np.testing.assert_array_equal(grid.global_id, expected.global_id)


def test_files_that_hold_no_mesh_of_the_sphere_are_refused(tmp_path):
    points, corners = refined_corners()
    with pytest.raises(ValueError, match="Cannot read mesh"):
        read_exodus(tmp_path / "none.g")
    for name, spoilt, sentence in (
        ("flat", (points[:2], [corners], True), "has points of 2 coordinates"),
        ("line", (points[:2], [corners], False), "has neither coord nor coordx, coordy, coordz"),
        ("triangles", (points, [corners[:, :3]], True), r"has connect1 of \(44, 3\); give a mesh of quadrilaterals"),
        ("empty", (points, [], True), "has no element blocks"),
    ):
        write_exodus(tmp_path / f"{name}.g", *spoilt)
        with pytest.raises(ValueError, match=sentence):
            read_exodus(tmp_path / f"{name}.g")
