"""Histories become columns without losing anything, and three lines of uxarray draw them on the cells."""

import re
from pathlib import Path

import numpy as np
import pytest
from conventions import complaints

pytest.importorskip("netCDF4")
pytest.importorskip("xarray")

from pysces.driver.cli import main
from pysces.io.columns import history_columns
from pysces.io.history import read_history

GUIDE = Path(__file__).parents[2] / "docs" / "use" / "making_meshes.md"
RUN = ["run", "--nlev", "4", "--set", "time.nmax=3"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A refined mesh, a short run on it, and its description: as a user makes them."""
    folder = tmp_path_factory.mktemp("refined")
    mesh, wave, grid, scrip = (str(folder / name) for name in ("mesh.g", "wave.nc", "grid.nc", "scrip.nc"))
    assert main(["mesh", "refine", "--ne", "2", "--cap", "45", "106", "50", mesh]) == 0
    assert main(["mesh", "convert", mesh, "--ugrid", grid, "--scrip", scrip]) == 0
    assert main([*RUN, "--mesh", mesh, "--output", wave]) == 0
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


def test_a_history_on_a_refined_mesh_follows_the_conventions_and_is_read_in_one_line(files, tmp_path):
    import xarray

    assert not complaints(files[0], tmp_path)
    with xarray.open_dataset(files[0]) as data:
        assert data.T.isel(time=-1, lev=2).dims == ("ncol",)


def last_level(history, grid):
    """u of the last record on level 1."""
    with history_columns(history, grid) as found:
        return found["u"].isel(time=-1, lev=1).values


def test_columns_are_read_as_they_are_asked_for(files, tmp_path):
    """A level of one record of a long history takes little more memory than itself."""
    import tracemalloc

    import netCDF4

    wave, grid, _ = files
    elements = str(tmp_path / "wave.nc")
    by_elements = [*RUN, "--mesh", str(Path(wave).parent / "mesh.g"), "--set", "output.layout=element"]
    assert main([*by_elements, "--output", elements]) == 0
    for path in (wave, elements):
        long = tmp_path / f"long_{Path(path).name}"
        long.write_bytes(Path(path).read_bytes())
        with netCDF4.Dataset(long, "a") as data:
            u = data["u"]
            u[2:200] = np.broadcast_to(u[-1], (198, *u.shape[1:]))
            data["time"][2:200] = data["time"][1] + 1.0 + np.arange(198)
            size = u.size * 8
        last_level(path, grid)  # imports what it needs
        tracemalloc.start()
        last = last_level(long, grid)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 0.2 * size, (peak, size)
        np.testing.assert_array_equal(last, history_columns(path, grid)["u"].values[-1, :, 1])


def test_another_mesh_is_refused(files, tmp_path):
    wave, _, scrip = files
    for name, words in (
        ("uniform", ["uniform", "--ne", "3"]),
        ("moved", ["refine", "--ne", "2", "--cap", "-45", "106", "50"]),
    ):
        assert main(["mesh", *words, str(tmp_path / f"{name}.g")]) == 0
        assert main(["mesh", "convert", str(tmp_path / f"{name}.g"), "--ugrid", str(tmp_path / f"{name}.nc")]) == 0
    with pytest.raises(ValueError, match="columns; give two of the same mesh"):
        history_columns(wave, tmp_path / "uniform.nc")
    by_elements = [*RUN, "--mesh", str(Path(wave).parent / "mesh.g"), "--set", "output.layout=element"]
    assert main([*by_elements, "--output", str(tmp_path / "wave.nc")]) == 0
    with pytest.raises(ValueError, match="elements; give two of the same mesh"):
        history_columns(tmp_path / "wave.nc", tmp_path / "uniform.nc")
    for history in (wave, tmp_path / "wave.nc"):
        with pytest.raises(ValueError, match="nodes at other places; give two of the same mesh"):
            history_columns(history, tmp_path / "moved.nc")
    with pytest.raises(ValueError, match="does not say which column each node is; make it by pysces mesh convert"):
        history_columns(wave, scrip)


def test_uxarray_opens_the_descriptions(files):
    """Its own areas of the cells, by quadrature that is accurate enough, are the weights and cover the sphere."""
    uxarray = pytest.importorskip("uxarray", reason="uxarray is not installed: ci/uxarray.txt")
    import xarray

    wave, grid, scrip = files
    with xarray.open_dataset(grid) as description:
        weights = description["area"].values
    described, corners = map(uxarray.open_grid, (grid, scrip))
    assert described.n_max_face_nodes == corners.n_max_face_nodes and described.n_node == corners.n_node
    for opened in (described, corners):
        assert opened.n_face == weights.size == history_columns(wave, grid).sizes["n_face"]
        areas = np.asarray(opened.compute_face_areas(quadrature_rule="gaussian", order=10))
        np.testing.assert_allclose(areas, weights, rtol=1e-12)
        assert abs(areas.sum() / (4 * np.pi) - 1) < 1e-12


def test_the_three_lines_of_the_guide_draw_a_history(files, monkeypatch):
    pytest.importorskip("uxarray", reason="uxarray is not installed: ci/uxarray.txt")
    pytest.importorskip("cartopy", reason="cartopy is not installed: ci/uxarray.txt")
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    monkeypatch.chdir(Path(files[0]).parent)
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    exec(compile(code, GUIDE.name, "exec"), names := {})
    np.testing.assert_array_equal(names["surface"].values, history_columns(*files[:2])["ps"][-1].values)
    across_the_date_line = names["surface"].uxgrid.n_face - len(names["cells"].get_array())
    assert 0 <= across_the_date_line < 40 and matplotlib.image.imread("ps.png").std() > 0.05
