"""Files: a history that xarray understands and that weighs like the model, a restart that gives back the bits."""

import errno
import os

import numpy as np
import pytest

from pysces.arrays.pytree import pytree
from pysces.geometry.grid import cubed_sphere_grid
from pysces.io.history import read_history
from pysces.io.history_writing import create_native_history, reopen_history
from pysces.io.layouts import ElementLayout
from pysces.io.restart import Damaged, named_arrays, newest_restart, read_restart, restore, write_restart
from pysces.models.model import OutputField
from pysces.vertical.coordinate import even_pressure

netCDF4 = pytest.importorskip("netCDF4")
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
    with create_native_history(path, GRID, COORDINATE, {"config": "{}"}) as history:
        history.write(0.0, _fields(1e5))
        history.write(43200.0, _fields(9e4))
    with xarray.open_dataset(path, decode_times=xarray.coders.CFDatetimeCoder(use_cftime=True)) as data:
        assert data.ps.dims == ("time", "elem", "i", "j") and data.u.dims == ("time", "elem", "i", "j", "lev")
        assert data.ps.units == "Pa" and data.u.long_name == "wind" and {"lat", "lon", "lev"} <= set(data.coords)
        assert (data.time[1] - data.time[0]).dt.total_seconds() == 43200.0
        mean = (data.ps * data.area).sum(("elem", "i", "j")) / data.area.sum()
        np.testing.assert_allclose(mean, [1e5, 9e4], rtol=1e-14)
        np.testing.assert_allclose(data.lat.max(), 90.0, atol=1e-12)


def test_a_reopened_history_cuts_off_what_lies_after_the_restart(tmp_path):
    path = tmp_path / "h.nc"
    with create_native_history(path, GRID, COORDINATE, {}) as history:
        for k in range(4):
            history.write(3600.0 * k, _fields(float(k)))
    with reopen_history(path, 3600.0, ElementLayout(GRID, COORDINATE)) as history:
        history.write(7200.0, _fields(20.0))
    days, ps = read_history(path, "time", "ps")
    np.testing.assert_allclose(days * 24.0, [0.0, 1.0, 2.0], rtol=1e-14)
    np.testing.assert_array_equal(ps[:, 0, 0, 0], [0.0, 1.0, 20.0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_restart_gives_back_the_bits(tmp_path, dtype):
    state = _state(dtype)
    write_restart(tmp_path / "r.nc", state, {"grid": {"ne": 2}}, 7, {"mass": 0.1})
    restart = read_restart(tmp_path / "r.nc")
    assert restart.calls == 7 and restart.config == {"grid": {"ne": 2}} and restart.start == {"mass": 0.1}
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


def test_every_bit_that_flips_in_a_restart_is_noticed(tmp_path):
    """In the arrays, the header or the sum itself; 100 of 100."""
    path, random = tmp_path / "r.nc", np.random.default_rng(12)
    write_restart(path, _state(), {"grid": {"ne": 2}}, 7)
    whole = path.read_bytes()
    for bit in random.choice(8 * len(whole), 100, replace=False):
        spoilt = bytearray(whole)
        spoilt[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(spoilt)
        with pytest.raises(ValueError, match=r"r\.nc"):
            read_restart(path)
    path.write_bytes(whole)
    assert read_restart(path).calls == 7


@pytest.mark.parametrize("length", [0, 1, 3, 70, 200, 5000, -1])
def test_a_restart_that_is_cut_off_is_refused(tmp_path, length):
    path = tmp_path / "r.nc"
    write_restart(path, _state(), {}, 7)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Damaged, match=r"r.nc .*; there is no whole one before it\.$"):
        read_restart(path)


def test_the_generation_before_is_kept_and_named(tmp_path):
    path = tmp_path / "wave.restart.nc"
    assert newest_restart(path) == (None, "")
    for calls in (1, 2, 3):
        write_restart(path, _state(), {}, calls)
    previous = tmp_path / "wave.restart.previous.nc"
    assert (read_restart(path).calls, read_restart(previous).calls) == (3, 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["wave.restart.nc", "wave.restart.previous.nc"]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(Damaged, match=r"the one before it is whole, after 2 calls: --resume .*wave.restart.previous"):
        read_restart(path)
    restart, said = newest_restart(path)
    assert restart.calls == 2 and "is not a restart file of pysces, or is cut off" in said and str(previous) in said
    path.unlink()
    restart, said = newest_restart(path)
    assert restart.calls == 2 and "is not there" in said
    previous.write_text("")
    path.write_text("")
    with pytest.raises(Damaged):
        newest_restart(path)


def test_other_programs_read_a_restart(tmp_path):
    state = _state()
    write_restart(tmp_path / "r.nc", state, {}, 7)
    with netCDF4.Dataset(tmp_path / "r.nc") as data:
        assert data.calls == 7 and data.schema == 2
        np.testing.assert_array_equal(data["dynamics.wind"][:], state.dynamics.wind)


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    """fsync is where a full disk is noticed at the latest."""
    history = create_native_history(tmp_path / "h.nc", GRID, COORDINATE, {})
    history.write(0.0, _fields(1.0))
    write_restart(tmp_path / "r.nc", _state(), {}, 1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr("os.fsync", _no_space)
    for write in (
        lambda: history.write(3600.0, _fields(2.0)),
        lambda: write_restart(tmp_path / "r.nc", _state(), {}, 2),
        lambda: create_native_history(tmp_path / "new.nc", GRID, COORDINATE, {}).write(0.0, _fields(1.0)),
    ):
        with pytest.raises(OSError, match=r"No space left on device: '.*\.nc'"):
            write()
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    monkeypatch.undo()
    history.write(3600.0, _fields(2.0))
    np.testing.assert_array_equal(read_history(tmp_path / "h.nc", "ps")[0][:, 0, 0, 0], [1.0, 2.0])


def _no_space(_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_history_is_readable_between_any_two_writes(tmp_path):
    """Between writes of 1000 bytes, everything that the file counts is there, read by netCDF's own library."""
    path, seen = tmp_path / "h.nc", []
    with create_native_history(path, GRID, COORDINATE, {}) as history:
        history.write(0.0, _fields(0.0))
        history._file = InPieces(history._file, lambda: seen.append(_whole_records(path)))
        for n in (1, 2):
            history.write(3600.0 * n, _fields(float(n)))
    assert set(seen) == {1, 2, 3} and len(seen) > 40


class InPieces:
    """A file whose writes reach the disk 1000 bytes at a time, with a look in between."""

    def __init__(self, file, look):
        self._file, self._look = file, look

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, data) -> None:
        for start in range(0, len(data), 1000):
            self._file.write(data[start : start + 1000])
            self._file.flush()
            self._look()


def _whole_records(path) -> int:
    ps, u = read_history(path, "ps", "u")
    assert all((ps[n] == n).all() and (u[n] == n).all() for n in range(len(ps)))
    return len(ps)


def test_a_record_that_lies_on_the_disk_is_let_go_of(tmp_path, monkeypatch):
    """Else a long run fills the memory with files that it never reads."""
    asked, synced = [], os.fsync

    def fsync(number):
        asked.append("sync")
        synced(number)

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("os.posix_fadvise", lambda *a: asked.append(a[1:]))
    with create_native_history(tmp_path / "h.nc", GRID, COORDINATE, {}) as history:
        history.write(0.0, _fields(1e5))
        before, asked[:] = os.path.getsize(tmp_path / "h.nc"), []
        history.write(3600.0, _fields(9e4))
    record = os.path.getsize(tmp_path / "h.nc") - before
    assert asked == ["sync", "sync", (before, record, os.POSIX_FADV_DONTNEED)]


def test_a_history_on_another_mesh_or_of_other_fields_is_not_continued(tmp_path):
    path = tmp_path / "h.nc"
    with create_native_history(path, GRID, COORDINATE, {}) as history:
        history.write(0.0, _fields(0.0))
        with pytest.raises(ValueError, match="has other fields than this run writes"):
            history.write(3600.0, _fields(0.0)[:1])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="lies on another mesh than this run"):
        reopen_history(path, 0.0, ElementLayout(cubed_sphere_grid(3), COORDINATE))
    path.write_bytes(before[:-1])
    with pytest.raises(ValueError, match="it counts 1 records but is too short for them"):
        reopen_history(path, 0.0, ElementLayout(GRID, COORDINATE))


def test_files_of_another_kind_are_refused(tmp_path):
    (tmp_path / "text.nc").write_text("not NetCDF")
    with pytest.raises(ValueError, match=r"text.nc is not a restart file of pysces"):
        read_restart(tmp_path / "text.nc")
    with pytest.raises(ValueError, match="Cannot read restart file"):
        read_restart(tmp_path / "none.nc")
    with netCDF4.Dataset(tmp_path / "old.nc", "w") as data:
        data.schema = 1
    with pytest.raises(ValueError, match=r"old.nc was written by an older pysces"):
        read_restart(tmp_path / "old.nc")
    with create_native_history(tmp_path / "h.nc", GRID, COORDINATE, {}) as history:
        history.write(0.0, _fields(0.0)[1:])
    with pytest.raises(ValueError, match=r"is not a restart file of pysces"):
        read_restart(tmp_path / "h.nc")
    with pytest.raises(ValueError, match=r"has no variable 'ps'"):
        read_history(tmp_path / "h.nc", "ps")
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere"):
        create_native_history(tmp_path / "nowhere" / "h.nc", GRID, COORDINATE, {})
