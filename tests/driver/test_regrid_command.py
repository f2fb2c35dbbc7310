"""Files of other programs on a regular grid: columns in any order, on either map, winds whole at the poles."""

import numpy as np
import pytest

netCDF4 = pytest.importorskip("netCDF4")

from pysces.driver.cli import main
from pysces.geometry.columns import columns_of
from pysces.geometry.grid import cubed_sphere_grid

NEAR = 2e-3  # of their size: what elements of ne4 make of a sine, and of single precision


def write_columns_file(path, number, shuffled):
    """Two records as CAM-SE and HOMME write them, of fields that are known everywhere."""
    grid = cubed_sphere_grid(4, cubed_sphere_map=number)
    columns = columns_of(grid)
    order = np.random.default_rng(1).permutation(columns.count) if shuffled else np.arange(columns.count)
    lat, lon = (columns.gathered(x)[order, 0] for x in (grid.lat, grid.lon))
    with netCDF4.Dataset(path, "w") as data:
        for name, size in {"time": None, "lev": 3, "ncol": columns.count}.items():
            data.createDimension(name, size)
        for name, values, units in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
            data.createVariable(name, "f8", ("ncol",))[:] = np.degrees(values)
            data[name].units = units
        for name in ("time", "date"):
            data.createVariable(name, "f8", ("time",))
        for name in ("T", "U", "V"):
            data.createVariable(name, "f4", ("time", "lev", "ncol"), fill_value=np.float32(1e20))
        for record in range(2):
            data["time"][record] = data["date"][record] = record
            data["T"][record] = 250.0 + np.arange(3)[:, None] * 10.0 * np.sin(lat) + record
            data["U"][record], data["V"][record] = np.ones((3, 1)) * np.cos(lat), 0.0


@pytest.mark.parametrize("number, shuffled", [(0, False), (2, True)])
def test_files_of_cam_se_and_homme_are_regridded(number, shuffled, tmp_path, capsys):
    source, target = (str(tmp_path / name) for name in ("in.nc", "out.nc"))
    write_columns_file(source, number, shuffled)
    assert main(["regrid", source, target, "--grid", "19x36"]) == 0
    assert "wrote" in capsys.readouterr().out
    with netCDF4.Dataset(target) as data:
        lat = np.radians(data["lat"][:])[:, None]
        assert data["T"].dimensions == ("time", "lev", "lat", "lon") and data["date"][1] == 1.0
        for level in range(3):
            exact = np.broadcast_to(251.0 + 10.0 * level * np.sin(lat), (19, 36))
            np.testing.assert_allclose(data["T"][1, level], exact, atol=10.0 * NEAR)
        np.testing.assert_allclose(data["U"][0, 0], np.broadcast_to(np.cos(lat), (19, 36)), atol=NEAR)
        np.testing.assert_allclose(data["V"][0, 0], 0.0, atol=NEAR)


@pytest.mark.parametrize("marks", [{}, {"missing_value": np.float32(-999.0)}, {"_FillValue": np.float32(-999.0)}])
def test_what_the_source_has_not_the_target_has_not(marks, tmp_path):
    source, target = (str(tmp_path / name) for name in ("in.nc", "out.nc"))
    write_columns_file(source, 2, False)
    with netCDF4.Dataset(source, "a") as data:
        variable = data.createVariable("TS", "f4", ("time", "ncol"), fill_value=marks.get("_FillValue"))
        variable.setncatts({name: value for name, value in marks.items() if name == "missing_value"})
        south = data["lat"][:] < -45.0
        variable.set_auto_mask(False)
        variable[:] = np.tile(np.where(south, next(iter(marks.values()), np.nan), 280.0), (2, 1))
    assert main(["regrid", source, target, "--grid", "19x36"]) == 0
    with netCDF4.Dataset(target) as data:
        found, lat = data["TS"][:], data["lat"][:]
        assert np.ma.getmaskarray(found)[:, lat < -60.0].all() and not np.ma.getmaskarray(found)[:, lat > -25.0].any()
        np.testing.assert_allclose(found.compressed(), 280.0, rtol=1e-6)
        assert all(np.ravel(data["TS"].getncattr(name))[0] == value for name, value in marks.items())


@pytest.mark.parametrize("number", [0, 2])
def test_a_history_of_shallow_water_on_elements_is_regridded(number, tmp_path):
    """HOMME's sweqx leaves the areas of map 0 as its quadrature has them, which makes another mesh of it."""
    source, target = str(tmp_path / "in.nc"), str(tmp_path / "out.nc")
    words = ["--set", f"grid.cubed_sphere_map={number}", "--set", "output.layout=element", "--set", "time.nmax=1"]
    run = ["run", "--model", "shallow_water", "--case", "williamson2", "--ne", "2", "--quiet", "--output", source]
    assert main([*run, *words]) == 0 and main(["regrid", source, target, "--grid", "19x36"]) == 0
    with netCDF4.Dataset(target) as data:
        assert np.ptp(data["h"][:]) > 1000.0


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--grid", "19x36"], "out.nc exists; replace it with --overwrite"),
        (["--grid", "7", "--overwrite"], "'7' is not a regular grid"),
        (["--resolution", "0.7", "--overwrite"], "'0.7' is not a regular grid"),
        ([], "give one."),
        (["--grid", "19x36", "--resolution", "1.0"], "give one."),
        (["--grid", "19x36", "--mesh", "none.g", "--overwrite"], "none.g"),
    ],
)
def test_what_cannot_be_regridded_is_refused_in_one_sentence(words, sentence, tmp_path, capsys):
    source, target = tmp_path / "in.nc", tmp_path / "out.nc"
    write_columns_file(source, 0, False)
    target.write_text("somebody's")
    assert main(["regrid", str(source), str(target), *words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and sentence in said
    assert target.read_text() == "somebody's"
