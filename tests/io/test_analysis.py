"""An analysis on a regular grid arrives at the nodes: exactly where it is linear, else at second order, poles too."""

import errno

import numpy as np
import pytest

xarray = pytest.importorskip("xarray")
pytest.importorskip("h5netcdf")

from pysces.driver.cli import main
from pysces.geometry.columns import columns_of
from pysces.geometry.grid import cubed_sphere_grid
from pysces.io.analysis import Bilinear, on_levels, write_analysis
from pysces.io.initial_file import read_initial
from pysces.vertical.coordinate_files import coordinate_from_table

GRID = cubed_sphere_grid(2)
LEVELS = coordinate_from_table({"family": "even_pressure", "nlev": 4, "eta_top": 0.1})
PRESSURES = np.array([1000.0, 850.0, 500.0, 250.0, 100.0, 50.0])  # hPa


def rotation(lat, lon):
    """Solid-body rotation about an axis in the equator's plane, which blows straight across the poles."""
    return 20.0 * np.sin(lat) * np.cos(lon), -20.0 * np.sin(lon)


def analysis(path, step=2.0, **changed):
    """Rotation, a temperature linear in ln p, a surface pressure of one harmonic; north first, as ERA5 has it."""
    lat, lon = np.arange(90.0, -90.1, -step), np.arange(0.0, 360.0, step)
    north, east = np.radians(lat)[:, None], np.radians(lon)
    u, v = rotation(north, east)
    shape = (2, PRESSURES.size, lat.size, lon.size)
    t = 300.0 + 20.0 * np.log(PRESSURES / 1000.0)[:, None, None] + 0.0 * (north + east)
    data = {
        name: (("valid_time", "pressure_level", "latitude", "longitude"), np.broadcast_to(x, shape))
        for name, x in (("u", u + 0.0 * north), ("v", v + 0.0 * north), ("t", t))
    }
    data["sp"] = (
        ("valid_time", "latitude", "longitude"),
        np.broadcast_to(1e5 + 1e3 * np.sin(north) + 0.0 * east, shape[::2] + shape[3:]),
    )
    coordinates = {"latitude": lat, "longitude": lon, "valid_time": [0.0, 6.0]}
    dataset = xarray.Dataset(data, coordinates | {"pressure_level": ("pressure_level", PRESSURES, {"units": "hPa"})})
    dataset.assign(**changed).to_netcdf(path, engine="h5netcdf")


def errors(tmp_path, step):
    """Largest errors of wind and of surface pressure."""
    source, target = tmp_path / f"{step}.nc", tmp_path / f"nodes_{step}.nc"
    analysis(source, step)
    write_analysis(source, target, GRID, LEVELS)
    air = read_initial(target, GRID, LEVELS.p0, 1)
    wind = np.stack(rotation(GRID.lat, GRID.lon))
    expected = 300.0 + 20.0 * np.log(LEVELS.p_mid(air.surface_pressure) / 1e5)
    assert np.abs(air.temperature - expected).max() < 1e-10 * 300.0
    assert not np.any(air.tracers["Q"])
    return np.abs(air.wind - wind).max(), np.abs(air.surface_pressure - 1e5 - 1e3 * np.sin(GRID.lat)).max()


def test_wind_crosses_the_poles_and_errors_fall_with_the_square_of_the_spacing(tmp_path):
    coarse, fine = errors(tmp_path, 4.0), errors(tmp_path, 2.0)
    for far, near, scale in zip(coarse, fine, (20.0, 1e3)):
        assert near < scale * np.radians(2.0) ** 2 / 4.0  # h^2 / 8 of the second derivative in each direction
        assert 3.0 < far / near < 5.5


def test_a_grid_without_poles_is_closed_by_the_mean_of_its_last_row():
    lat, lon = np.arange(-88.0, 88.1, 4.0), np.arange(-180.0, 180.0, 4.0)
    found = Bilinear(lat, lon, GRID)(np.sin(np.radians(lon)) ** 2 + np.radians(lat)[:, None])
    node_lat = columns_of(GRID).gathered(GRID.lat)[:, 0]
    for pole, mean in ((-np.pi / 2, 0.5 - np.radians(88.0)), (np.pi / 2, 0.5 + np.radians(88.0))):
        there = np.abs(node_lat - pole) < 1e-9
        assert there.any()
        np.testing.assert_allclose(found[there], mean, atol=1e-12)


@pytest.mark.parametrize("start", [0.0, -180.0, 150.0])
@pytest.mark.parametrize("turned", [1, -1])
def test_latitudes_and_longitudes_in_any_order_are_the_same_values(start, turned):
    lat, lon = np.arange(-90.0, 90.1, 10.0), np.arange(0.0, 360.0, 10.0)
    u, v = rotation(np.radians(lat)[:, None], np.radians(lon))
    v = v + 0.0 * u
    expected = Bilinear(lat, lon, GRID)
    given = ((lon - start) % 360.0 + start)[::turned]
    order = [int(np.argmin(np.abs(lon - x % 360.0))) for x in given]
    found = Bilinear(lat[::turned], given, GRID)
    np.testing.assert_allclose(found(u[::turned][:, order]), expected(u), rtol=0, atol=1e-13 * 20.0)
    for one, other in zip(found.wind(u[::turned][:, order], v[::turned][:, order]), expected.wind(u, v)):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13 * 20.0)


@pytest.mark.parametrize(
    ("lat", "lon", "said"),
    [
        ((-90.0, 90.1, 5.0), (0.0, 181.0, 5.0), "longitudes leave out 180 to 360 degrees"),
        ((30.0, 60.1, 5.0), (0.0, 360.0, 5.0), "latitudes leave out -90 to 30 degrees"),
    ],
)
def test_an_analysis_of_a_region_is_refused(lat, lon, said):
    with pytest.raises(ValueError, match=said):
        Bilinear(np.arange(*lat), np.arange(*lon), GRID)


def test_nothing_is_extrapolated_beyond_the_levels():
    x = np.array([1.0, 2.0])[None, :, None]
    found = on_levels(x, np.array([1e4, 1e5]), np.array([[[1e3, np.sqrt(1e9), 2e5]]]))
    np.testing.assert_allclose(found, [[[1.0, 1.5, 2.0]]])


@pytest.mark.parametrize(("changed", "said"), [({"sp": lambda d: d.sp / 100.0}, "give one in Pa")])
def test_pressure_in_hectopascals_is_refused(tmp_path, changed, said):
    analysis(tmp_path / "a.nc", 10.0, **changed)
    with pytest.raises(ValueError, match=said):
        write_analysis(tmp_path / "a.nc", tmp_path / "b.nc", GRID, LEVELS)


@pytest.mark.parametrize("name", ["valid_time", "time"])
def test_one_time_may_be_a_number(tmp_path, name):
    analysis(tmp_path / "two.nc", 10.0)
    with xarray.open_dataset(tmp_path / "two.nc") as two:
        two.isel(valid_time=0).rename(valid_time=name).to_netcdf(tmp_path / "one.nc", engine="h5netcdf")
    for source in ("two", "one"):
        write_analysis(tmp_path / f"{source}.nc", tmp_path / f"{source}_nodes.nc", GRID, LEVELS)
    with xarray.open_dataset(tmp_path / "two_nodes.nc") as two, xarray.open_dataset(tmp_path / "one_nodes.nc") as one:
        assert one.sizes["time"] == 1
        np.testing.assert_array_equal(one["U"], two["U"][:1])


def test_one_level_is_refused(tmp_path):
    analysis(tmp_path / "a.nc", 10.0)
    with xarray.open_dataset(tmp_path / "a.nc") as data:
        data.isel(pressure_level=slice(0, 1)).to_netcdf(tmp_path / "one.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match=r"has 1 pressure level\(s\); give one of 2 or more"):
        write_analysis(tmp_path / "one.nc", tmp_path / "b.nc", GRID, LEVELS)


def test_a_full_disk_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    def half(_, path, **options):
        open(path, "wb").write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    analysis(tmp_path / "a.nc", 10.0)
    (tmp_path / "b.nc").write_text("good")
    monkeypatch.setattr(xarray.Dataset, "to_netcdf", half)
    with pytest.raises(OSError, match="No space left") as refused:
        write_analysis(tmp_path / "a.nc", tmp_path / "b.nc", GRID, LEVELS)
    assert refused.value.filename == str(tmp_path / "b.nc")
    assert (tmp_path / "b.nc").read_text() == "good" and sorted(f.name for f in tmp_path.iterdir()) == ["a.nc", "b.nc"]


def test_a_missing_field_is_named(tmp_path):
    xarray.Dataset({"u": ("x", [1.0])}).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match="has no V, under none of the names v, va, V"):
        write_analysis(tmp_path / "a.nc", tmp_path / "b.nc", GRID, LEVELS)


def test_the_command_brings_an_analysis_to_the_nodes(tmp_path, capsys):
    source, target = str(tmp_path / "era5.nc"), str(tmp_path / "nodes.nc")
    analysis(source, 10.0)
    assert main(["regrid", source, target, "--to-ne", "2", "--nlev", "4"]) == 0
    assert "on the nodes of ne2 and 4 levels" in capsys.readouterr().out
    assert read_initial(target, GRID, LEVELS.p0, 1).temperature.shape == (24, 4, 4, 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to-ne", "2", "--grid", "19x36"], "--to-ne and --to-mesh; give one"),
        (["--grid", "19x36", "--nlev", "4"], "--nlev and --model are for --to-ne"),
        (["--to-ne", "2", "--mesh", "a.g"], "an analysis has none; give --to-mesh"),
        (["--to-ne", "1"], "ne must be at least 2"),
        (["--to-ne", "2", "--nlev", "0"], "--nlev must be at least 2, found 0"),
        (["--to-mesh", ""], "--to-mesh needs the name of an Exodus file, found ''"),
        (["--to-ne", "2"], "No such file"),
    ],
)
def test_words_that_do_not_go_together_are_refused_in_a_sentence(tmp_path, capsys, words, said):
    assert main(["regrid", str(tmp_path / "a.nc"), str(tmp_path / "b.nc"), *words]) == 2
    assert said in capsys.readouterr().err


def test_nodes_of_a_model_without_levels_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["regrid", str(tmp_path / "a.nc"), str(tmp_path / "b.nc"), "--to-ne", "2", "--model", "shallow_water"])
    assert "--model must be one of theta_l, cam_se, found 'shallow_water'" in capsys.readouterr().err
