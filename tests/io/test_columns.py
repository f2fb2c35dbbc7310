"""Histories become columns without losing anything, and three lines of uxarray draw them on the cells."""

import importlib.util

import numpy as np
import pytest

pytest.importorskip("netCDF4")
pytest.importorskip("xarray")

from pysces.driver.cli import main
from pysces.io.columns import history_columns
from pysces.io.history import read_history

DRAWING = ("hvplot", "cartopy", "spatialpandas")  # what uxarray draws with


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A refined mesh, a short run on it, and its description: as a user makes them."""
    folder = tmp_path_factory.mktemp("refined")
    mesh, wave, grid, scrip = (str(folder / name) for name in ("mesh.g", "wave.nc", "grid.nc", "scrip.nc"))
    assert main(["mesh", "refine", "--ne", "2", "--cap", "45", "106", "50", mesh]) == 0
    assert main(["mesh", "convert", mesh, "--ugrid", grid, "--scrip", scrip]) == 0
    assert main(["run", "--mesh", mesh, "--nlev", "4", "--set", "time.nmax=3", "--output", wave]) == 0
    return wave, grid, scrip


def test_columns_hold_every_node_once(files):
    wave, grid, _ = files
    ps, u, area = read_history(wave, "ps", "u", "area")
    found = history_columns(wave, grid, "ncol")
    assert found["ps"].dims == ("time", "ncol") and found["u"].dims == ("time", "ncol", "lev")
    assert found.sizes["ncol"] == 9 * ps.shape[1] + 2
    import xarray

    with xarray.open_dataset(grid) as description:
        cells, number = description["area"].values, description["column"].values
    np.testing.assert_allclose(found["ps"].values[:, number], ps, rtol=1e-14)  # copies may differ in their last bit
    np.testing.assert_allclose(found["u"].values[:, number], u, atol=1e-13 * np.abs(u).max())
    np.testing.assert_allclose((found["ps"].values * cells).sum(axis=1), (ps * area).sum(axis=(1, 2, 3)), rtol=1e-13)


def test_another_mesh_is_refused(files, tmp_path):
    wave, _, scrip = files
    for name, words in (
        ("uniform", ["uniform", "--ne", "3"]),
        ("moved", ["refine", "--ne", "2", "--cap", "-45", "106", "50"]),
    ):
        assert main(["mesh", *words, str(tmp_path / f"{name}.g")]) == 0
        assert main(["mesh", "convert", str(tmp_path / f"{name}.g"), "--ugrid", str(tmp_path / f"{name}.nc")]) == 0
    with pytest.raises(ValueError, match="elements; give two of the same mesh"):
        history_columns(wave, tmp_path / "uniform.nc")
    with pytest.raises(ValueError, match="nodes at other places; give two of the same mesh"):
        history_columns(wave, tmp_path / "moved.nc")
    with pytest.raises(ValueError, match="does not say which column each node is; make it by pysces mesh convert"):
        history_columns(wave, scrip)


def test_uxarray_opens_the_descriptions(files):
    uxarray = pytest.importorskip("uxarray")
    wave, grid, scrip = files
    ugrid, of_scrip = uxarray.open_grid(grid), uxarray.open_grid(scrip)
    assert ugrid.n_face == of_scrip.n_face == history_columns(wave, grid).sizes["n_face"]
    assert ugrid.n_max_face_nodes == of_scrip.n_max_face_nodes and ugrid.n_node == of_scrip.n_node
    # Its areas are by quadrature on triangles, 8e-9 off at 25,022 cells; concave cells would be counted twice in part.
    np.testing.assert_allclose(float(ugrid.face_areas.sum()), 4 * np.pi, rtol=1e-4)


def test_three_lines_draw_a_history(files):
    uxarray = pytest.importorskip("uxarray")
    wave, grid, _ = files
    data = history_columns(wave, grid)
    surface = uxarray.UxDataset(data, uxgrid=uxarray.open_grid(grid))["ps"][-1]
    if all(importlib.util.find_spec(name) for name in DRAWING):
        picture = surface.plot()
        assert len(picture.data if hasattr(picture, "data") else picture.last.data) > 0
    assert surface.uxgrid.n_face == surface.sizes["n_face"]
    np.testing.assert_array_equal(surface.values, data["ps"][-1].values)
