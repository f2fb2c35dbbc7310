"""Descriptions of grids: what ncremap and ESMF read as SCRIP, uxarray as UGRID; areas add up to the sphere."""

import numpy as np
import pytest

netCDF4 = pytest.importorskip("netCDF4")

from pysces.constants import E3SM
from pysces.geometry.control_cells import control_cells
from pysces.geometry.grid import sphere_grid
from pysces.io.grid_descriptions import write_scrip, write_scrip_latlon, write_ugrid
from pysces.mesh.made import stretched_mesh
from pysces.mesh.quadrilaterals import elements_from_corners
from pysces.mesh.quality import triangle_areas


@pytest.fixture(scope="module")
def mesh():
    elements = elements_from_corners(*stretched_mesh(3, 2.0, 45.0, 106.0))
    grid = sphere_grid(elements, E3SM, 2, 0.0, 0.0)
    return grid, control_cells(elements, grid)


def _read(path):
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        return {name: (v[...], v.__dict__, v.dimensions) for name, v in data.variables.items()}


def _sphere(lat, lon):
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def _areas(corners):
    return triangle_areas(corners[:, :1], corners[:, 1:-1], corners[:, 2:]).sum(axis=1)


def _check_scrip(found, size, corners, dims):
    shapes = {name: values.shape for name, (values, _, _) in found.items()}
    assert shapes == {
        "grid_dims": (len(dims),),
        "grid_center_lat": (size,),
        "grid_center_lon": (size,),
        "grid_corner_lat": (size, corners),
        "grid_corner_lon": (size, corners),
        "grid_area": (size,),
        "grid_imask": (size,),
    }
    assert list(found["grid_dims"][0]) == dims and (found["grid_imask"][0] == 1).all()
    for name in ("center", "corner"):
        lat, lon = (found[f"grid_{name}_{axis}"] for axis in ("lat", "lon"))
        assert lat[1]["units"] == lon[1]["units"] == "degrees"
        assert np.abs(lat[0]).max() <= 90 and lon[0].min() >= 0 and lon[0].max() <= 360
    assert found["grid_area"][1]["units"] == "radians^2"
    assert found["grid_area"][0].sum() == pytest.approx(4 * np.pi, rel=1e-12)


def test_scrip_of_the_nodes(tmp_path, mesh):
    grid, cells = mesh
    write_scrip(tmp_path / "scrip.nc", cells, "cells")
    found = _read(tmp_path / "scrip.nc")
    size = 9 * grid.nelem + 2
    _check_scrip(found, size, 5, [size])  # triangles, quadrilaterals, pentagons
    corners = _sphere(found["grid_corner_lat"][0], found["grid_corner_lon"][0])
    np.testing.assert_allclose(_areas(corners), found["grid_area"][0], rtol=1e-11)
    lat = np.zeros(size)
    lat[grid.global_id] = np.degrees(grid.lat[..., 0])
    np.testing.assert_allclose(found["grid_center_lat"][0], lat, atol=1e-12)


def test_scrip_of_a_regular_grid(tmp_path):
    write_scrip_latlon(tmp_path / "latlon.nc", 6, "regular")
    found = _read(tmp_path / "latlon.nc")
    _check_scrip(found, 72, 4, [12, 6])
    lat, lon = (found[f"grid_corner_{axis}"][0] for axis in ("lat", "lon"))
    np.testing.assert_allclose(lat.mean(axis=1), found["grid_center_lat"][0])
    np.testing.assert_allclose(lon.mean(axis=1), found["grid_center_lon"][0])
    assert found["grid_center_lon"][0][1] == 45.0 and found["grid_center_lat"][0][1] == -75.0  # longitude runs fastest
    assert (_areas(_sphere(lat, lon)) > 0).all()  # counterclockwise
    bands = np.ptp(np.sin(np.radians(lat)), axis=1) * np.radians(np.ptp(lon, axis=1))  # parallels, not great circles
    np.testing.assert_allclose(found["grid_area"][0], bands, rtol=1e-13)


def test_ugrid_of_the_nodes(tmp_path, mesh):
    grid, cells = mesh
    write_ugrid(tmp_path / "ugrid.nc", cells, grid.global_id, "cells")
    found = _read(tmp_path / "ugrid.nc")
    topology = found["mesh"][1]
    assert topology["cf_role"] == "mesh_topology" and topology["topology_dimension"] == 2
    assert topology["node_coordinates"].split() == ["mesh_node_lon", "mesh_node_lat"]
    faces, about, dimensions = found[topology["face_node_connectivity"]]
    assert about["cf_role"] == "face_node_connectivity" and about["start_index"] == 0 and about["_FillValue"] == -1
    assert dimensions[0] == topology["face_dimension"] == "ncol"
    np.testing.assert_array_equal(faces, cells.polygons)
    points = _sphere(found["mesh_node_lat"][0], found["mesh_node_lon"][0])
    np.testing.assert_allclose(points.T, cells.points, atol=1e-15)
    for name, words in (("lat", ("degrees_north", "latitude")), ("mesh_node_lon", ("degrees_east", "longitude"))):
        assert (found[name][1]["units"], found[name][1]["standard_name"]) == words
    area, about, _ = found["area"]
    assert area.sum() == pytest.approx(4 * np.pi, rel=1e-12) and (about["mesh"], about["location"]) == ("mesh", "face")
    np.testing.assert_array_equal(found["column"][0], grid.global_id)
