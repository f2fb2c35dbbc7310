"""Exodus files give back the mesh that was written, in either spelling; other files are refused."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("netCDF4")
sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from exodus import write_exodus
from refined import refined_corners, refined_grid

from pysces.geometry.grid import unstructured_grid
from pysces.io.mesh_file import count_elements, read_exodus, read_mesh

KINDS = ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4", "NETCDF4_CLASSIC"]


@pytest.mark.parametrize(("together", "cuts"), [(True, []), (False, [20, 30])])
def test_a_mesh_comes_back(tmp_path, together, cuts):
    points, corners = refined_corners()
    write_exodus(tmp_path / "mesh.g", points, np.split(corners, cuts), together)
    grid, expected = unstructured_grid(*read_exodus(tmp_path / "mesh.g")), refined_grid()
    np.testing.assert_array_equal(grid.jacobian, expected.jacobian)
    np.testing.assert_array_equal(grid.global_id, expected.global_id)


def test_files_that_hold_no_mesh_of_the_sphere_are_refused(tmp_path):
    points, corners = refined_corners()
    for name, spoilt, sentence in (
        ("flat", (points[:2], [corners], True), "has points of 2 coordinates"),
        ("line", (points[:2], [corners], False), "has neither coord nor coordx, coordy, coordz"),
        ("triangles", (points, [corners[:, :3]], True), "has connect1 of elements of 3 points; give quadrilaterals"),
        ("none", (points, [], True), r"has no element blocks \(connect1\)"),
        ("empty", (points, [corners, corners[:0]], True), "has connect2 without elements; leave empty blocks out"),
    ):
        write_exodus(tmp_path / f"{name}.g", *spoilt)
        with pytest.raises(ValueError, match=sentence):
            read_mesh(tmp_path / f"{name}.g")


@pytest.mark.parametrize("kind", ["SHELL4", "shell", "QUAD", "quad4", "", None])
def test_elements_of_four_points_may_be_called_anything_that_is_a_quadrilateral(tmp_path, kind):
    points, corners = refined_corners()
    write_exodus(tmp_path / "mesh.g", points, [corners], elem_type=kind)
    np.testing.assert_array_equal(read_mesh(tmp_path / "mesh.g")[1], corners)


def test_tetrahedra_have_four_points_too_and_are_refused(tmp_path):
    points, corners = refined_corners()
    write_exodus(tmp_path / "mesh.g", points, [corners], elem_type="TETRA")
    with pytest.raises(ValueError, match=r"has connect1 of elements 'TETRA'; give quadrilaterals \(SHELL4, QUAD4\)"):
        read_mesh(tmp_path / "mesh.g")


@pytest.mark.parametrize("file_format", KINDS)
def test_every_kind_of_netcdf_is_read(tmp_path, file_format):
    points, corners = refined_corners()
    integers = "i8" if file_format in ("NETCDF4", "NETCDF3_64BIT_DATA") else "i4"
    write_exodus(tmp_path / "mesh.g", points, [corners[:7], corners[7:]], False, file_format, integers)
    found = read_mesh(tmp_path / "mesh.g")
    np.testing.assert_array_equal(found[0], points)
    np.testing.assert_array_equal(found[1], corners)
    assert found[1].dtype == np.int64 and count_elements(tmp_path / "mesh.g") == 44


@pytest.mark.parametrize("file_format", KINDS)
def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path, file_format):
    """The library finds zeros behind the end of a classic file, and says nothing."""
    whole, cut = tmp_path / "mesh.g", tmp_path / "cut.g"
    points, corners = refined_corners()
    write_exodus(whole, points, [corners], file_format=file_format)
    data = whole.read_bytes()
    for kept in (0, 3, 50, len(data) // 4, len(data) // 2, len(data) - 700, len(data) - 1):
        cut.write_bytes(data[:kept])
        with pytest.raises(ValueError, match=f"(Cannot read mesh|File) .*{cut.name}.*[.]$"):
            read_mesh(cut)


def test_what_is_no_netcdf_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"Cannot read mesh .*none.g: No such file or directory[.]$"):
        read_mesh(tmp_path / "none.g")
    (tmp_path / "text.g").write_text("a mesh\n")
    with pytest.raises(ValueError, match=r"Cannot read mesh .*text.g: NetCDF: Unknown file format; give"):
        read_mesh(tmp_path / "text.g")
    write_exodus(tmp_path / "float.g", *(refined_corners()[0], [refined_corners()[1]]), integers="f8")
    with pytest.raises(ValueError, match="has connect1 of type float64"):
        read_mesh(tmp_path / "float.g")


def _coordinates(shapes):
    """Writes coord, or coordx, coordy and coordz, of any shapes, beside corners of a mesh."""

    def write(path):
        import netCDF4

        with netCDF4.Dataset(path, "w") as data:
            data.createDimension("four", 4)
            data.createVariable("connect1", "i4", ("four", "four"))[:] = 1
            for name, shape in shapes.items():
                for size in shape:
                    data.createDimension(f"{name}{size}", size)
                data.createVariable(name, "f8", tuple(f"{name}{size}" for size in shape))[...] = 1.0

    return write


def _promises(elements):
    def write(path):
        import netCDF4

        with netCDF4.Dataset(path, "w") as data:
            for name, size in (("axis", 3), ("points", 8), ("elements", elements), ("corners", 4)):
                data.createDimension(name, size)
            data.createVariable("coord", "f8", ("axis", "points"))[:] = 1.0
            data.createVariable("connect1", "i4", ("elements", "corners"), chunksizes=(1000, 4))

    return write


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (_coordinates({"coord": ()}), r"Mesh .* has coordinates of shape \(\); give three of each point"),
        (_coordinates({"coord": (24,)}), r"has coordinates of shape \(24,\)"),
        (_coordinates({"coordx": (8,), "coordy": (8,), "coordz": (9,)}), r"of shapes \(8,\), \(8,\), \(9,\); give all"),
        (_promises(10**11), "has 100000000000 elements and 8 points; quadrilaterals that close a sphere have two"),
        (os.mkfifo, "is a pipe, where nothing can be looked up; give a file"),
    ],
)
def test_headers_of_no_sense_are_refused(tmp_path, write, sentence):
    """Before anything as large as they say is read."""
    write(tmp_path / "mesh.g")
    with pytest.raises(ValueError, match=sentence):
        read_mesh(tmp_path / "mesh.g")


def test_a_fault_of_the_mesh_names_its_file(tmp_path):
    points, corners = refined_corners()
    write_exodus(tmp_path / "hole.g", points, [corners[1:]])
    with pytest.raises(ValueError, match=r"Mesh .*hole.g: the edge between points \d+ and \d+ belongs to 1 element"):
        read_mesh(tmp_path / "hole.g")
