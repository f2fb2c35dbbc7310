"""Files: a history that xarray understands and that weighs like the model, a restart that gives back the bits."""

import numpy as np
import pytest

from pysces.arrays.pytree import pytree
from pysces.geometry.grid import cubed_sphere_grid
from pysces.io.history import create_history, read_history, reopen_history
from pysces.io.restart import named_arrays, read_restart, restore, write_restart
from pysces.models.model import OutputField
from pysces.vertical.coordinate import even_pressure

pytest.importorskip("netCDF4")
GRID, COORDINATE = cubed_sphere_grid(2), even_pressure(5, 0.1)


@pytree
class Dynamics:
    wind: np.ndarray
    dp: np.ndarray


@pytree
class State:
    dynamics: Dynamics
    tracer_mass: object
    time: np.ndarray


def _state(dtype=np.float64) -> State:
    values = np.random.default_rng(1).standard_normal((3, 24, 4, 4, 5)).astype(dtype)
    return State(Dynamics(values[:2], values[2]), None, np.asarray(1800.0, dtype))


def _fields(value: float) -> list[OutputField]:
    ps = np.full((24, 4, 4), value)
    return [
        OutputField("ps", ps, "Pa", "surface pressure"),
        OutputField("u", ps[..., None] * np.ones(5), "m s-1", "wind"),
    ]


def test_xarray_opens_a_history_with_units_and_coordinates(tmp_path):
    xarray = pytest.importorskip("xarray")
    path = tmp_path / "h.nc"
    with create_history(path, GRID, COORDINATE, {"config": "{}"}) as history:
        history.write(0.0, _fields(1e5))
        history.write(43200.0, _fields(9e4))
    with xarray.open_dataset(path, decode_times=xarray.coders.CFDatetimeCoder(use_cftime=True)) as data:
        assert data.ps.dims == ("time", "elem", "i", "j") and data.u.dims == ("time", "elem", "i", "j", "lev")
        assert data.ps.units == "Pa" and data.u.long_name == "wind" and {"lat", "lon", "lev"} <= set(data.coords)
        assert (data.time[1] - data.time[0]).dt.total_seconds() == 43200.0
        mean = (data.ps * data.area).sum(("elem", "i", "j")) / data.area.sum()
        np.testing.assert_allclose(mean, [1e5, 9e4], rtol=1e-14)
        np.testing.assert_allclose(data.lat.max(), 90.0, atol=1e-12)


def test_a_reopened_history_overwrites_what_lies_after_the_restart(tmp_path):
    path = tmp_path / "h.nc"
    with create_history(path, GRID, COORDINATE, {}) as history:
        for k in range(4):
            history.write(3600.0 * k, _fields(float(k)))
    with reopen_history(path, 3600.0) as history:
        history.write(7200.0, _fields(20.0))
    days, ps = read_history(path, "time", "ps")
    np.testing.assert_allclose(days * 24.0, [0.0, 1.0, 2.0, 3.0], rtol=1e-14)
    np.testing.assert_array_equal(ps[:, 0, 0, 0], [0.0, 1.0, 20.0, 3.0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_restart_gives_back_the_bits(tmp_path, dtype):
    state = _state(dtype)
    write_restart(tmp_path / "r.nc", state, {"grid": {"ne": 2}}, 7)
    restart = read_restart(tmp_path / "r.nc")
    assert restart.calls == 7 and restart.config == {"grid": {"ne": 2}}
    back = named_arrays(restore(state * 0.0, restart))
    for name, array in named_arrays(state).items():
        assert back[name].dtype == dtype and back[name].tobytes() == array.tobytes()
    assert not (tmp_path / "r.nc.part").exists()


def test_a_restart_of_another_shape_is_refused(tmp_path):
    write_restart(tmp_path / "r.nc", _state(), {}, 0)
    other = _state(np.float32)
    with pytest.raises(
        ValueError, match=r"Restart holds float64\(2, 24, 4, 4, 5\) for dynamics.wind, expected float32"
    ):
        restore(other, read_restart(tmp_path / "r.nc"))


def test_files_of_another_kind_are_refused(tmp_path):
    (tmp_path / "text.nc").write_text("not NetCDF")
    with pytest.raises(ValueError, match="Cannot read restart file"):
        read_restart(tmp_path / "text.nc")
    create_history(tmp_path / "h.nc", GRID, COORDINATE, {}).close()
    with pytest.raises(ValueError, match=r"is not a restart file of pysces"):
        read_restart(tmp_path / "h.nc")
    with pytest.raises(ValueError, match=r"has no variable 'ps'"):
        read_history(tmp_path / "h.nc", "ps")
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere"):
        create_history(tmp_path / "nowhere" / "h.nc", GRID, COORDINATE, {})
