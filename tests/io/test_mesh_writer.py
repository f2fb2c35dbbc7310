"""Exodus files that are written are those that HOMME reads: names, sizes, types, and the mesh itself."""

import numpy as np
import pytest

netCDF4 = pytest.importorskip("netCDF4")

from pysces.io.mesh_file import read_exodus
from pysces.io.mesh_writer import new_netcdf, write_exodus
from pysces.mesh.made import stretched_mesh


def test_a_mesh_comes_back_as_it_was(tmp_path):
    points, vertices = stretched_mesh(3, 2.0, 10.0, 20.0)
    write_exodus(tmp_path / "mesh.g", points, vertices, "a mesh")
    found_points, found_vertices = read_exodus(tmp_path / "mesh.g")
    np.testing.assert_array_equal(found_points, points)
    np.testing.assert_array_equal(found_vertices, vertices)


def test_a_file_has_what_homme_looks_for(tmp_path):
    write_exodus(tmp_path / "mesh.g", *stretched_mesh(2, 2.0, 10.0, 20.0), "a mesh")
    assert (tmp_path / "mesh.g").read_bytes()[:4] == b"CDF\x02"
    with netCDF4.Dataset(tmp_path / "mesh.g") as data:
        sizes = {name: len(dimension) for name, dimension in data.dimensions.items()}
        assert sizes["num_dim"] == 3 and sizes["num_nodes"] == 26 and sizes["num_elem"] == 24
        assert sizes["num_el_blk"] == 1 and sizes["num_el_in_blk1"] == 24 and sizes["num_nod_per_el1"] == 4
        assert data["coord"].dtype == np.float64 and data["coord"].dimensions == ("num_dim", "num_nodes")
        connect = data["connect1"]
        assert connect.dtype == np.int32 and connect.elem_type == "SHELL4"
        assert connect.dimensions == ("num_el_in_blk1", "num_nod_per_el1")
        assert connect[:].min() == 1 and connect[:].max() == 26
        assert data.floating_point_word_size == 8 and data.api_version == np.float32(5.0)


def test_an_error_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "mesh.g"
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError), new_netcdf(path, "a mesh"):
        raise RuntimeError
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]
