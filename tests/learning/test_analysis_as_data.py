"""An analysis on latitudes, longitudes and pressures becomes windows, and a network learns from them."""

import numpy as np
import pytest

xarray = pytest.importorskip("xarray")
pytest.importorskip("h5netcdf")

from pysces.driver.cli import main
from pysces.learning.network import untrained
from pysces.learning.rollout import pushed, with_network_alone
from pysces.learning.training import Lesson, Stage, train
from pysces.learning.windows import column_scales, recorded

PRESSURES = np.array([1000.0, 850.0, 700.0, 500.0, 300.0, 200.0, 100.0, 50.0, 10.0])  # hPa


@pytest.fixture
def nodes(tmp_path):
    """Four times, six hours apart, of a jet that air below warms by 1 K a day, as ERA5 has them; and on the nodes."""
    lat, lon = np.arange(90.0, -90.1, -7.5), np.arange(0.0, 360.0, 7.5)
    north, depth = np.radians(lat)[:, None], PRESSURES[:, None, None] / 1000.0
    time = np.datetime64("2020-01-01T00") + 6 * np.arange(4).astype("timedelta64[h]")
    still = np.zeros((time.size, PRESSURES.size, lat.size, lon.size))
    warmer = 0.25 * np.arange(time.size)[:, None, None, None] * depth
    fields = {
        "u": still + 30.0 * np.cos(north) * (1.0 - depth),
        "v": still,
        "t": still + 290.0 + 30.0 * np.log(depth) * np.cos(north) + warmer,
    }
    names = ("valid_time", "pressure_level", "latitude", "longitude")
    data = {name: (names, x) for name, x in fields.items()} | {"sp": (names[:1] + names[2:], still[:, 0] + 1.0e5)}
    level = ("pressure_level", PRESSURES, {"units": "hPa"})
    dataset = xarray.Dataset(data, {"valid_time": time, "pressure_level": level, "latitude": lat, "longitude": lon})
    source, target = tmp_path / "era5.nc", tmp_path / "nodes.nc"
    dataset.to_netcdf(source, engine="h5netcdf")
    assert main(["regrid", str(source), str(target), "--to-ne", "2", "--nlev", "10"]) == 0
    return target


def test_windows_of_an_analysis_teach_a_network(made, nodes):
    truth = recorded(nodes, made.run)
    np.testing.assert_allclose(truth.days - truth.days[0], [0.0, 0.25, 0.5, 0.75], atol=1e-9)
    windows = truth.windows(truth.days[:3], 6.0, 1)
    rise = windows.temperature[:, 0] - np.stack([truth.fields(day).temperature for day in truth.days[:3]])
    assert np.all(rise >= -1e-9) and rise[..., -1].min() > 0.2
    calls = round(6 * 3600 / made.run.dt_remap)
    lesson = Lesson(made.run.dycore, calls, windows, windows, pushed, with_network_alone)
    network = untrained(column_scales(windows, made.run.dycore), (8,))
    losses = train(network, lesson, (Stage(1, 40, 3, 3e-2),), say=lambda _: None).losses
    assert losses[-1] < 0.5 * losses[0]


def test_other_levels_than_the_run_has_are_refused(made, nodes):
    with xarray.open_dataset(nodes, engine="h5netcdf") as data:
        moved = data.load().assign({name: data[name] * 0.9 for name in ("hyai", "hyam")})
    moved.to_netcdf(nodes, engine="h5netcdf")
    with pytest.raises(ValueError, match="other levels than the run"):
        recorded(nodes, made.run).fields(0.0)
