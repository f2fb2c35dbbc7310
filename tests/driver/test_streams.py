"""Streams of output: what they hold is what they say, and runs that stop in between lose nothing of it."""

import numpy as np
import pytest
from conventions import complaints

pytest.importorskip("netCDF4")
xarray = pytest.importorskip("xarray")

from pysces.config.presets import cam_se, homme
from pysces.config.streams import regular_grid
from pysces.diagnostics.catalogue import fields_of
from pysces.driver.cli import main
from pysces.driver.session import run_with_output
from pysces.driver.simulation import simulation
from pysces.driver.stream_files import run_files
from pysces.io.history_writing import History
from pysces.io.restart import read_restart

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}
KESSLER = {"physics": {"suite": "kessler"}}
FIELDS = ["T", "U", "V", "OMEGA", "Z3", "Q", "PRECT", "PTTEND", "vorticity"]
STREAMS = {
    "means.nc": {"every_hours": 2.0, "fields": FIELDS, "average": True},
    "instants.nc": {"every_steps": 3, "fields": FIELDS},
    "pressures.nc": {"every_hours": 1.5, "fields": ["T", "ps"], "pressure_levels": [700, 500], "precision": 32},
    "regular.nc": {"every_hours": 3.0, "fields": ["T", "V", "PINT"], "latlon": "19x36", "records_per_file": 1},
    "middle.nc": {"every_hours": 1.5, "fields": ["T"], "start_hours": 1.0, "end_hours": 5.0, "records_per_file": 2},
    "mean.nc": {"every_hours": 2.0, "fields": ["T"], "start_hours": 1.0, "end_hours": 5.0, "average": True},
    "cells.nc": {"every_hours": 3.0, "fields": ["T"], "levels": [3, 0], "grid_files": True},
}


def configuration(folder, ndays=0.25, streams=None, **output):
    """Six hours of a moist wave with Kessler's rain, a record of history every two and a half."""
    named = STREAMS if streams is None else streams
    table = {
        "output": {
            "file": str(folder / "wave.nc"),
            "restart": str(folder / "wave.restart.nc"),
            "stream": [{"file": str(folder / name), **options} for name, options in named.items()],
            **output,
        },
        **KESSLER,
        "time": {"start_date": "2000-02-28", "calendar": "gregorian"},
    }
    moist = {"tracers": True, "case_options": {"moist": True}}
    return homme(ne=2, ndays=ndays, every_hours=2.5, **moist).with_table(LEVELS | table)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder with all files of a run that was never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    assert run_with_output(configuration(folder)) == 0
    return folder


def contents(path):
    """{variable: values} of a file."""
    with xarray.open_dataset(path, decode_times=False, mask_and_scale=False) as data:
        return {name: data[name].values for name in data.variables}


def test_the_history_is_opened_in_one_line(whole):
    with xarray.open_dataset(whole / "wave.nc") as data:
        assert data.T.isel(time=-1, lev=3).dims == ("ncol",)
        assert data.time.values[-1] == np.datetime64("2000-02-28T06:00:00")
        np.testing.assert_allclose(data.area.sum(), 4 * np.pi, rtol=1e-14)
        np.testing.assert_allclose((data.ps * data.area).sum("ncol") / data.area.sum(), 1e5, rtol=1e-2)
        assert {"ps", "phis", "T", "u", "v", "omega", "z3", "Q", "Q2", "Q3", "precl", "mass"} <= set(data.data_vars)


def test_a_mean_is_the_mean_of_its_instants(whole):
    means, instants = contents(whole / "means.nc"), contents(whole / "instants.nc")
    for name in ("ps", "T", "u", "v", "omega", "z3", "Q", "precl", "FT", "zeta"):
        of_four = instants[name][1:].reshape(3, 4, *instants[name].shape[1:]).mean(axis=1)
        np.testing.assert_allclose(means[name], of_four, rtol=1e-14, atol=1e-15 * np.abs(of_four).max(), err_msg=name)
        assert name == "precl" or (of_four != instants[name][4::4]).any(), name
    np.testing.assert_array_equal(means["time_bnds"], np.array([[0, 2], [2, 4], [4, 6]]) / 24.0)


def test_a_stream_begins_and_ends_when_it_is_told(whole):
    """Instants from 1 to 5 hours are those of 1.5, 3 and 4.5, and the one mean of whole two hours that of 2 to 4."""
    instants, means = contents(whole / "instants.nc"), contents(whole / "means.nc")
    names = sorted(path.name for path in whole.glob("middle.*.nc"))
    assert names == [f"middle.2000-02-28-{second:05d}.nc" for second in (5400, 16200)]
    middle, mean = [contents(whole / name) for name in names], contents(whole / "mean.nc")
    np.testing.assert_array_equal(np.concatenate([part["T"] for part in middle]), instants["T"][[3, 6, 9]])
    np.testing.assert_array_equal(mean["T"], means["T"][1:2])
    np.testing.assert_array_equal(mean["time_bnds"] * 24.0, [[2.0, 4.0]])


def test_a_run_that_stops_inside_a_mean_goes_on_to_the_bits_of_one_that_does_not(whole, tmp_path):
    assert run_with_output(configuration(tmp_path, ndays=0.125)) == 0  # an hour into the second mean
    restart = read_restart(tmp_path / "wave.restart.nc")
    assert any(name.startswith("average.") for name in restart.arrays)
    config = configuration(tmp_path)
    assert run_with_output(config, restart, run_files(config)) == 0
    for path in sorted(whole.glob("*.nc")):
        if not path.name.startswith("wave"):
            one, other = contents(path), contents(tmp_path / path.name)
            assert one.keys() == other.keys()
            for name in one:
                np.testing.assert_array_equal(one[name], other[name], err_msg=f"{path.name}: {name}")


def test_pressures_levels_and_precision_are_those_asked_for(whole):
    pressures, native, cells = (contents(whole / f"{name}.nc") for name in ("pressures", "instants", "cells"))
    assert pressures["T"].dtype == pressures["ps"].dtype == np.float32
    np.testing.assert_array_equal(pressures["pressure"], [70000.0, 50000.0])
    np.testing.assert_array_equal(cells["T"], native["T"][::6, [3, 0]])
    np.testing.assert_array_equal(cells["lev"], native["lev"][[3, 0]])
    p = native["hyam"] * 1e5 + native["hybm"] * native["ps"][-1][:, None]
    expected = [np.interp(np.log(70000.0), np.log(p[n]), native["T"][-1, :, n]) for n in range(len(p))]
    np.testing.assert_allclose(pressures["T"][-1, 0], expected, rtol=1e-6)


def test_a_stream_on_a_regular_grid_is_what_regridding_makes_of_the_nodes(whole, tmp_path):
    assert main(["regrid", str(whole / "instants.nc"), str(tmp_path / "regular.nc"), "--grid", "19x36"]) == 0
    regridded = contents(tmp_path / "regular.nc")
    names = sorted(path.name for path in whole.glob("regular.*.nc"))
    assert names == [f"regular.2000-02-28-{second:05d}.nc" for second in (0, 10800, 21600)]
    for record, name in zip((0, 6, 12), names):
        streamed = contents(whole / name)
        assert streamed["T"].shape == (1, 4, 19, 36) and streamed["pint"].shape == (1, 5, 19, 36)
        for field in ("T", "v", "ps"):
            exact = regridded[field][record]
            np.testing.assert_allclose(streamed[field][0], exact, rtol=1e-13, atol=1e-13 * np.abs(exact).max())


def test_the_cells_beside_a_stream_have_its_areas(whole):
    area = contents(whole / "cells.nc")["area"]
    scrip, ugrid = contents(whole / "cells.scrip.nc"), contents(whole / "cells.ugrid.nc")
    np.testing.assert_allclose(scrip["grid_area"], area, rtol=1e-14)
    np.testing.assert_allclose(ugrid["area"], area, rtol=1e-14)
    np.testing.assert_allclose(ugrid["lat"], contents(whole / "cells.nc")["lat"], atol=1e-12)


@pytest.mark.parametrize("name", ["wave.nc", "means.nc", "pressures.nc", "regular.2000-02-28-00000.nc"])
def test_the_files_follow_the_conventions(whole, tmp_path, name):
    assert not complaints(whole / name, tmp_path)


@pytest.mark.parametrize("name", ["wave.nc", "means.nc", "pressures.nc"])
def test_units_that_need_it_say_what_they_are_of(whole, name):
    """CF 1.11: degrees on a scale are no differences, and calendars of the world must say what leap seconds do."""
    with xarray.open_dataset(whole / name, decode_times=False) as data:
        said = {n: v.attrs.get("units_metadata", "") for n, v in data.variables.items()}
    known = {"time": "leap_seconds: none", "T": "temperature: on_scale", "FT": "temperature: difference"}
    assert {n: text for n, text in said.items() if text} == {n: text for n, text in known.items() if n in said}
    assert {"time", "T"} <= set(said)


def test_a_record_that_cannot_be_written_ends_the_run(tmp_path, monkeypatch):
    """It is written beside the run; the restart that is there afterwards is of a time before it."""
    written = History.write

    def full(history, seconds, *rest):
        if seconds > 7200.0 and "instants" in str(history._path):
            raise OSError(28, "No space left on device", str(history._path))
        written(history, seconds, *rest)

    monkeypatch.setattr(History, "write", full)
    with pytest.raises(OSError, match="No space left on device"):
        run_with_output(configuration(tmp_path, streams={"instants.nc": STREAMS["instants.nc"]}))
    assert read_restart(tmp_path / "wave.restart.nc").calls == 0
    assert contents(tmp_path / "instants.nc")["time"][-1] * 24.0 == 2.0


BAD = {
    "Temp": ({"fields": ["Temp"]}, "has no field 'Temp'; did you mean T"),
    "no interval": ({"every_hours": 0.0}, "needs one of every_hours, every_steps, every_months above 0"),
    "both intervals": ({"every_steps": 3}, "needs one of every_hours, every_steps, every_months above 0"),
    "half calls": ({"every_hours": 0.7}, "not a whole number of them; use 0.5 or 1."),
    "a negative interval": ({"every_hours": -1.0}, "every_hours must be at least 0"),
    "an end before the start": ({"start_hours": 3.0, "end_hours": 2.0}, "ends before it begins, found start_hours = 3"),
    "no field": ({"fields": []}, "has no fields; name some"),
    "a field twice": ({"fields": ["U", "u"]}, "two of its fields ['U', 'u'] are one"),
    "a level that is not": ({"levels": [4]}, "there is no level 4; the run has 0 to 3"),
    "two kinds of levels": ({"levels": [1], "pressure_levels": [500]}, "has levels and pressure_levels"),
    "levels of interfaces": ({"fields": ["PINT"], "levels": [1]}, "PINT lies at interfaces"),
    "levels of none": ({"fields": ["PS"], "pressure_levels": [500]}, "but no field with levels"),
    "no grid": ({"latlon": "181"}, "'181' is not a regular grid"),
    "grid files of a regular grid": ({"latlon": "19x36", "grid_files": True}, "has latlon and grid_files"),
    "an unknown option": ({"evry_hours": 1.0}, "has no option 'evry_hours'; did you mean 'every_hours'?"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_written_is_refused_in_one_sentence(what, tmp_path):
    entries, sentence = BAD[what]
    with pytest.raises(ValueError, match=r"^[^\n]*[.?]$") as refused:
        simulation(configuration(tmp_path, streams={"s.nc": {"every_hours": 1.0, "fields": ["T"]} | entries}))
    assert sentence in str(refused.value)


def test_a_run_does_not_go_on_without_a_file_of_its_stream(whole, tmp_path):
    """The file with the records before would else begin anew, and nothing would say that they are lost."""
    assert run_with_output(configuration(tmp_path, ndays=0.125)) == 0
    gone = tmp_path / "means.nc"
    gone.rename(tmp_path / "elsewhere.nc")
    with pytest.raises(ValueError, match=r"means\.nc, a file of a stream, is not there; put it back"):
        run_with_output(configuration(tmp_path), read_restart(tmp_path / "wave.restart.nc"))
    assert not gone.exists()


def test_files_of_others_are_left_alone(whole, tmp_path):
    two = configuration(tmp_path).table()["output"]["stream"][:2]
    two[1]["file"] = two[0]["file"]
    with pytest.raises(ValueError, match="Two streams have the file"):
        configuration(tmp_path, stream=two)
    with pytest.raises(ValueError, match="The history and the stream 1 would be one file"):
        run_with_output(configuration(tmp_path, file=two[0]["file"], stream=two[:1]))
    before = (whole / "means.nc").read_bytes()
    other = configuration(tmp_path, stream=[two[0] | {"file": str(whole / "means.nc")}])
    with pytest.raises(ValueError, match=r"means\.nc exists; continue its run"):
        run_with_output(other)
    restart = read_restart(whole / "wave.restart.nc")
    fewer = configuration(whole, ndays=0.5, stream=[two[0] | {"file": str(whole / "means.nc"), "fields": ["T"]}])
    with pytest.raises(ValueError, match="is of a stream with other options than here"):
        run_with_output(fewer, restart)
    assert (whole / "means.nc").read_bytes() == before


def test_rain_is_what_the_suite_lets_fall():
    """Air of 123 % humidity rains; in the runs above none does yet."""
    run = simulation(homme(ne=2, tracers=True, case_options={"moist": True}).with_table(LEVELS | KESSLER))
    moist = run.state.replace(tracer_mass=run.state.tracer_mass * np.array([1.5, 1.0, 1.0]).reshape(3, 1, 1, 1, 1))
    later = run.dycore.run(moist, 2)
    sample = run.model.sample(run.config, run.dycore, later)
    (rain,) = (kind for kind in fields_of(run.model, run.host, run.state, run.tracers) if kind.cam == "PRECT")
    lost = run.dycore.equations.constants.gravity * 1000.0 * 1800.0 * rain.compute(sample)
    water = -(sample.forced.tracers * sample.air.dp).sum(axis=(0, -1)) * 1800.0
    assert lost.max() > 0.0
    np.testing.assert_allclose(lost[..., 0], water, rtol=1e-10, atol=1e-12 * lost.max())


def test_regular_grids_have_both_poles():
    assert regular_grid("181x360") == regular_grid("1.0") == (181, 360)


def test_cam_names_are_cam_ses_own():
    run = simulation(cam_se(ne=2, output="h.nc").with_table(LEVELS))
    assert [kind.cam for kind in run.history.kinds] == ["PS", "PHIS", "T", "U", "V", "OMEGA", "Z3", "Q"]
