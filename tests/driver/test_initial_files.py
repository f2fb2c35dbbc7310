"""Initial files as a run writes them, and as it starts from them: nothing lost, nothing overwritten, any layout."""

import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from exodus import write_exodus
from refined import refined_corners

from pysces.config.presets import preset
from pysces.driver.cli import main
from pysces.driver.simulation import simulation
from pysces.geometry.columns import columns_of
from pysces.geometry.grid import cubed_sphere_grid
from pysces.io.initial_writing import date_of
from pysces.io.restart import read_restart
from tests.columns import hill, write_columns

MODELS = ("theta_l", "cam_se")
LEVELS = ["--nlev", "5"]
MOIST = ["--set", "case.tracers=true", "--set", "case.options.moist=true"]
ULPS = 4 * 2.0**-52  # products and quotients of a few numbers, one exponential and its inverse


def run(*words):
    """Of pysces run, which must end well."""
    assert main(["run", *map(str, words)]) == 0


def mesh_of(name, folder):
    """Words for a cubed sphere, or for a refined mesh."""
    if name == "cubed_sphere":
        return ["--ne", "2"]
    points, corners = refined_corners()
    write_exodus(folder / "mesh.g", points, [corners])
    return ["--mesh", folder / "mesh.g", "--set", "time.tstep=300.0", "--set", "viscosity.nu=1e15"]


def from_file(path, **options):
    return preset("theta_l").with_options(ncdata=str(path), tracers=True, **options)


def fields(path):
    """{name: values} of everything with columns."""
    with netCDF4.Dataset(path) as data:
        return {name: np.asarray(v[...]) for name, v in data.variables.items() if "ncol" in v.dimensions}


def same(one, other, exactly=(), within=ULPS):
    """Whether two files hold the same fields: some bit for bit, the others within a part of their largest number."""
    ours, theirs = fields(one), fields(other)
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        if name in exactly:
            np.testing.assert_array_equal(values, theirs[name], err_msg=name)
        assert np.abs(values - theirs[name]).max() <= within * np.abs(values).max(), name


@pytest.mark.parametrize("mesh", ["cubed_sphere", "refined"])
@pytest.mark.parametrize("model", MODELS)
def test_a_state_comes_back(model, mesh, tmp_path):
    """Winds, and temperature where it is prognostic, bit for bit on the first copy of a node; all else to round-off."""
    words = ["--model", model, *mesh_of(mesh, tmp_path), *LEVELS, *MOIST, "--set", "time.nmax=3"]
    run(*words, "--output", tmp_path / "wave.nc", "--write-initial", tmp_path / "end.nc")
    written = read_restart(tmp_path / "wave.restart.nc").arrays
    again = ["--model", model, *mesh_of(mesh, tmp_path), "--set", "case.tracers=true", "--days", "0"]
    run(
        *again,
        "--set",
        f"case.ncdata={tmp_path / 'end.nc'}",
        "--output",
        tmp_path / "again.nc",
        "--write-initial",
        tmp_path / "e.nc",
    )
    read = read_restart(tmp_path / "again.restart.nc").arrays
    assert read.keys() == written.keys()
    columns = columns_of(simulation(preset(model).with_table(mesh_table(mesh, tmp_path))).where.grid)
    for name in written.keys() - {"time"}:
        ours = columns.gathered(np.moveaxis(np.atleast_1d(written[name]), (-4, -3, -2), (0, 1, 2)))
        theirs = columns.gathered(np.moveaxis(np.atleast_1d(read[name]), (-4, -3, -2), (0, 1, 2)))
        if name in ("dynamics.wind", "dynamics.temperature"):
            np.testing.assert_array_equal(ours, theirs)
        assert np.abs(ours - theirs).max() <= ULPS * np.abs(ours).max(), name
        assert not np.array_equal(ours, ours.flat[0] + 0 * ours)


def mesh_table(mesh, folder):
    """The same mesh as mesh_of's, for a configuration."""
    grid = {"ne": 2} if mesh == "cubed_sphere" else {"mesh": str(folder / "mesh.g")}
    return {"grid": grid, "time": {"tstep": 300.0}, "viscosity": {"nu": 1e15}}


def test_a_start_is_written_without_a_day_and_without_it_there_is_no_run(tmp_path, capsys):
    run("--ne", "2", *LEVELS, "--days", "0", "--write-initial", tmp_path / "start.nc")
    assert fields(tmp_path / "start.nc")["PS"].min() == 1e5
    assert main(["run", "--ne", "2", *LEVELS, "--days", "0"]) == 2
    assert "ndays = 0 runs nothing" in capsys.readouterr().err


def test_dates_are_those_of_years_without_leap_days(tmp_path):
    run("--ne", "2", *LEVELS, "--days", "0.0625", "--write-initial", tmp_path / "day.nc")
    with netCDF4.Dataset(tmp_path / "day.nc") as data:
        found = [int(np.ravel(data[name][...])[0]) for name in ("nbdate", "date", "datesec", "nscur")]
        assert found == [10101, 10101, 5400, 5400]
        assert data["time"][0] == 0.0625 and data["time"].calendar == "noleap"
    assert [date_of(day) for day in (0, 58, 59, 364, 365)] == [10101, 10228, 10301, 11231, 20101]


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    """The moist wave after a call of each model, on one mesh with one set of constants: {model: initial file}."""
    folder, found = tmp_path_factory.mktemp("waves"), {}
    for model in MODELS:
        found[model] = folder / f"{model}.nc"
        run("--model", model, *ALIKE, *LEVELS, *MOIST, "--set", "time.nmax=3", "--write-initial", found[model])
    return found


ALIKE = ["--ne", "2", "--set", "grid.cubed_sphere_map=2", "--set", "grid.constants=e3sm"]


@pytest.mark.parametrize(("writer", "reader"), [MODELS, MODELS[::-1]])
def test_the_other_model_keeps_what_is_in_a_file(writer, reader, waves, tmp_path):
    """Read by the other model and written at once: the same form, and the same numbers to round-off."""
    other = ["--model", reader, *ALIKE, "--set", "case.tracers=true", "--days", "0"]
    run(*other, "--set", f"case.ncdata={waves[writer]}", "--write-initial", tmp_path / "other.nc")
    same(waves[writer], tmp_path / "other.nc", exactly=("U", "V", "PHIS", "lat", "lon", "area"))
    assert ("PS" in fields(waves[writer])) == (writer == "theta_l")
    assert fields(waves[writer])["Q"].max() > 1e-3


@pytest.mark.parametrize("writer", MODELS)
def test_both_models_find_the_same_air_in_a_file(writer, waves):
    """Mass of dry air and of vapor of every layer, temperature, surface pressure: models differ by round-off alone."""
    table = {"grid": {"ne": 2, "cubed_sphere_map": 2, "constants": "e3sm"}}
    table |= {"case": {"ncdata": str(waves[writer]), "tracers": True}}
    moist, dry = (simulation(preset(model).with_table(table)) for model in MODELS)
    vapor, layers = moist.state.tracer_mass[0], moist.state.dynamics.dp
    np.testing.assert_allclose(dry.state.tracer_mass[0], vapor, rtol=1e-14, atol=0.0)
    np.testing.assert_allclose(dry.state.dynamics.dp_dry, layers - vapor, rtol=1e-13)
    own = [run.model.air(run.host, run.state, run.tracers) for run in (moist, dry)]
    np.testing.assert_allclose(own[0].temperature, own[1].temperature, rtol=ULPS)
    lowest = [float(run.model.watch(run.host, run.state).lowest.values) for run in (moist, dry)]
    assert abs(lowest[0] / lowest[1] - 1.0) < ULPS


@pytest.mark.parametrize("model", MODELS)
def test_water_and_other_tracers_come_by_name(model, waves, tmp_path):
    """Clouds of a file are carried and, by cam_se, weighed; what is no water only if it is asked for."""
    air, place = tmp_path / "air.nc", {"grid": {"ne": 2, "cubed_sphere_map": 2}}
    grid = simulation(preset(model).with_table(place)).where.grid
    ours = {
        name: columns_of(grid).spread(values[0].T if values.ndim == 3 else values[0][:, None])
        for name, values in fields(waves["theta_l"]).items()
        if values.shape[0] == 1
    }
    ours |= {"CLDICE": 1e-3 + 0.0 * ours["Q"], "SMOKE": 0.1 + 0.0 * ours["Q"]}
    write_columns(air, grid, ours, simulation(from_file(waves["theta_l"], **place["grid"])).where.coordinate)
    table = {"ncdata": str(air), "tracers": True, **place["grid"]}
    built = simulation(preset(model).with_options(**table, ncdata_tracers="SMOKE"))
    assert set(built.tracers) - {"CLDLIQ", "RAINQM"} == {"Q", "CLDICE", "SMOKE"}
    assert set(simulation(preset(model).with_options(**table)).tracers) - {"CLDLIQ", "RAINQM"} == {"Q", "CLDICE"}
    layers = built.host.equations.layer_mass(built.state.dynamics)
    ratio = built.state.tracer_mass[built.tracers.index("SMOKE")] / layers
    dry_per_moist = 1.0 - ours["Q"] - ours["CLDICE"] if model == "cam_se" else 1.0
    np.testing.assert_allclose(ratio, 0.1 / dry_per_moist + 0.0 * ratio, rtol=1e-13)
    if model == "cam_se":
        assert built.host.equations.species.names == ("Q", "CLDICE")


def test_jax_starts_from_and_writes_the_same_bits(waves, tmp_path):
    pytest.importorskip("jax")
    for backend in ("numpy", "jax"):
        words = [*ALIKE, "--set", "case.tracers=true", "--days", "0", "--backend", backend]
        run(*words, "--set", f"case.ncdata={waves['theta_l']}", "--write-initial", tmp_path / f"{backend}.nc")
    same(tmp_path / "numpy.nc", tmp_path / "jax.nc", within=0.0)


def test_two_ranks_start_from_and_write_the_bits_of_one_process(waves, tmp_path):
    pytest.importorskip("mpi4py")
    words = [*ALIKE, "--set", "case.tracers=true", "--set", "time.nmax=3", "--set", f"case.ncdata={waves['theta_l']}"]
    run(*words, "--write-initial", tmp_path / "one.nc")
    run(*words, "--write-initial", tmp_path / "two.nc", "--ranks", "2")
    same(tmp_path / "one.nc", tmp_path / "two.nc", within=0.0)


def test_single_precision_comes_back_to_its_round_off(waves, tmp_path):
    words = [*ALIKE, "--set", "case.tracers=true", "--days", "0", "--set", "backend.precision=32"]
    run(*words, "--set", f"case.ncdata={waves['theta_l']}", "--write-initial", tmp_path / "single.nc")
    same(waves["theta_l"], tmp_path / "single.nc", within=1e-6)


def test_a_file_that_is_there_is_lost_only_if_asked_for(waves, tmp_path, capsys):
    words, path = ["run", "--ne", "2", *LEVELS, "--days", "0", "--write-initial"], tmp_path / "start.nc"
    path.write_text("of somebody else")
    assert main([*words, str(path)]) == 2 and main([*words, str(path), "--overwrite"]) == 2
    assert path.read_text() == "of somebody else" and "not written by pysces" in capsys.readouterr().err
    path.write_bytes(waves["cam_se"].read_bytes())
    assert main([*words, str(path)]) == 2 and path.read_bytes() == waves["cam_se"].read_bytes()
    assert main([*words, str(path), "--overwrite"]) == 0 and path.read_bytes() != waves["cam_se"].read_bytes()
    assert main(["run", "--ne", "2", "--set", f"case.ncdata={path}", "--write-initial", str(path), "--overwrite"]) == 2
    assert "would be one file" in capsys.readouterr().err


def test_a_run_that_goes_on_replaces_its_own_and_no_other(waves, tmp_path, capsys):
    """The end of a run in two pieces is the end of the run in one."""
    end, whole = tmp_path / "end.nc", tmp_path / "whole.nc"
    words = [*ALIKE, "--set", "case.tracers=true", "--set", f"case.ncdata={waves['cam_se']}"]
    run(*words, "--days", "0.0625", "--output", tmp_path / "a.nc", "--write-initial", end)
    restart = str(tmp_path / "a.restart.nc")
    assert main(["run", "--resume", restart, "--days", "0.125", "--write-initial", str(waves["theta_l"])]) == 2
    assert "give another --write-initial" in capsys.readouterr().err
    run("--resume", restart, "--days", "0.125")
    run(*words, "--days", "0.125", "--output", tmp_path / "b.nc", "--write-initial", whole)
    same(end, whole, within=0.0)


def test_a_surface_that_changed_behind_a_restart_is_noticed(tmp_path, capsys):
    grid, surface = cubed_sphere_grid(2), tmp_path / "surface.nc"
    write_columns(surface, grid, {"PHIS": hill(grid)})
    words = ["--ne", "2", *LEVELS, "--case", "held_suarez", "--set", f"case.topography={surface}"]
    run(*words, "--days", "0.0625", "--output", tmp_path / "a.nc")
    write_columns(surface, grid, {"PHIS": hill(grid, 1001.0)})
    assert main(["run", "--resume", str(tmp_path / "a.restart.nc"), "--days", "0.125"]) == 2
    assert "The surface is not that of the restart" in capsys.readouterr().err


def test_a_model_without_initial_files_says_so(tmp_path, capsys):
    assert main(["run", "--model", "layer_advection", "--ne", "2", "--write-initial", str(tmp_path / "x.nc")]) == 2
    assert "no initial file can hold states of model 'layer_advection'" in capsys.readouterr().err
    assert not (tmp_path / "x.nc").exists()
