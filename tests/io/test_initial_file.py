"""Initial files and topography of others, read on the nodes of a mesh; what is wrong with one is said in a sentence."""

import dataclasses

import netCDF4
import numpy as np
import pytest
from pysces_harness.golden import record as golden

from pysces.driver.cli import main
from pysces.geometry.columns import columns_of, partners, unit_vectors
from pysces.geometry.grid import cubed_sphere_grid, unstructured_grid
from pysces.io.initial_file import read_initial
from pysces.io.mesh_file import read_exodus
from pysces.io.topography import read_topography
from pysces.vertical.coordinate import even_pressure
from tests.columns import hill, write_columns

GRID = cubed_sphere_grid(2)
LEVELS = even_pressure(4, 0.05)
LAYERS = np.zeros((*GRID.lat.shape[:3], 4))


def field(k):
    """Another smooth field for each k, of order 1, different on every level."""
    return np.cos(GRID.lat + k) * np.sin(GRID.lon + k) + 0.1 * np.arange(4) + LAYERS


AIR = {"U": field(1), "V": field(2), "T": 280.0 + field(3), "Q": 0.01 * field(4) ** 2, "PS": 1e5 + field(5)[..., :1]}
AIR |= {"PHIS": hill(GRID), "CLDLIQ": 1e-3 + 0.0 * LAYERS, "SMOKE": field(6)}


@pytest.fixture
def path(tmp_path):
    """An initial file whose columns stand in an order of their own."""
    write_columns(tmp_path / "air.nc", GRID, AIR, LEVELS, records=(0.25,))
    return tmp_path / "air.nc"


@pytest.mark.parametrize("path", sorted(golden.test_data().glob("*/mesh/*.nc")), ids=lambda path: path.stem)
def test_columns_are_in_hommes_order(path):
    """HOMME numbers a point by its first element and node; a column is the rank of that number."""
    record = golden.read(path)
    of, numbers = record.settings, record.outputs["gdofP"].values
    file = path.with_suffix(".g")
    own = unstructured_grid(*read_exodus(file)) if file.exists() else cubed_sphere_grid(of["ne"], cubed_sphere_map=0)
    columns = columns_of(own)
    theirs = numbers.reshape(columns.number.shape)
    np.testing.assert_array_equal(columns.number, np.unique(theirs, return_inverse=True)[1].reshape(theirs.shape))
    np.testing.assert_array_equal(columns.gathered(columns.number), np.arange(columns.count))


def test_areas_of_columns_sum_to_the_sphere():
    area = columns_of(GRID).summed(GRID.mass_matrix[..., 0])
    assert abs(area.sum() - 4 * np.pi) < 1e-13 and area.min() > 0


def test_fields_come_to_their_nodes_whatever_the_order(path):
    air = read_initial(path, GRID, 1e5, tracers=("SMOKE",))
    columns = columns_of(GRID)
    found = {"U": air.wind[0], "V": air.wind[1], "T": air.temperature, "PS": air.surface_pressure, "PHIS": air.phis}
    for name, values in (found | air.tracers).items():
        np.testing.assert_array_equal(values, columns.spread(columns.gathered(AIR[name])), err_msg=name)
    assert list(air.tracers) == ["Q", "CLDLIQ", "SMOKE"] and not air.dry
    np.testing.assert_array_equal(air.coordinate.hyai, LEVELS.hyai)


def test_a_record_is_chosen_and_the_last_is_usual(path):
    first = read_initial(path, GRID, 1e5, record=0)
    np.testing.assert_array_equal(first.temperature, read_initial(path, GRID, 1e5, record=1).temperature + 0.25)
    with pytest.raises(ValueError, match="has records 0 to 1; found 2 asked for"):
        read_initial(path, GRID, 1e5, record=2)


def test_ps_counts_where_both_pressures_are_as_in_cam(tmp_path):
    dry = {name: x for name, x in AIR.items() if name != "PS"} | {"PSDRY": AIR["PS"] - 500.0}
    write_columns(tmp_path / "dry.nc", GRID, dry, LEVELS)
    assert read_initial(tmp_path / "dry.nc", GRID, 1e5).dry
    write_columns(tmp_path / "both.nc", GRID, dry | AIR, LEVELS)
    assert not read_initial(tmp_path / "both.nc", GRID, 1e5).dry


def test_the_nodes_of_the_dynamics_count_before_those_of_the_physics(path):
    """A file of E3SM's physics grid: PHIS lies on its own columns, PHIS_d on the nodes."""
    with netCDF4.Dataset(path, "a") as data:
        for old, new in (("ncol", "ncol_d"), ("PHIS", "PHIS_d"), ("lat", "lat_d"), ("lon", "lon_d")):
            (data.renameDimension if old == "ncol" else data.renameVariable)(old, new)
        data.createDimension("ncol", 24)
        data.createVariable("PHIS", "f8", ("ncol",))[:] = -1.0
    np.testing.assert_array_equal(
        read_topography(path, GRID), columns_of(GRID).spread(columns_of(GRID).gathered(hill(GRID)))
    )
    assert read_initial(path, GRID, 1e5).temperature.shape == LAYERS.shape


def test_places_in_single_precision_are_the_same(path):
    with netCDF4.Dataset(path, "a") as data:
        for name in ("lat", "lon"):
            data[name][:] = np.float32(data[name][:])
    read_topography(path, GRID)


def test_partners_are_found_across_the_borders_of_cells():
    """Every place of a random set is found from anywhere nearer than the distance asked for, and from nowhere else."""
    rng = np.random.default_rng(0)
    places = unit_vectors(np.arcsin(rng.uniform(-1, 1, 4000)), rng.uniform(0, 2 * np.pi, 4000))
    away = rng.uniform(-0.99e-6, 0.99e-6, places.shape)
    np.testing.assert_array_equal(partners(places + away, places, 1e-6), np.arange(4000))
    assert (partners(places + 2.1e-6, places, 1e-6) < 0).all()


def spoiled(change):
    """A change of the file that is open for it."""
    return pytest.param(change, id=change.__name__)


def no_temperature(data):
    data.renameVariable("T", "TT")


def no_vapor(data):
    data.renameVariable("Q", "QQ")


def no_pressure(data):
    data.renameVariable("PS", "P")


def no_levels(data):
    data.renameVariable("hyai", "a")


def no_places(data):
    data.renameVariable("lat", "latitude")


def other_levels(data):
    data["hybi"][1] = 0.9


def nan(data):
    data["T"][1, 2, 3] = np.nan


def fill_value(data):
    data["V"][1, 0, 7] = 1e36


def hectopascals_said(data):
    data["PS"].units = "hPa"


def hectopascals(data):
    data["PS"][:] = data["PS"][:] / 100.0


def celsius(data):
    data["T"][:] = data["T"][:] - 273.15


def grams(data):
    data["Q"].units = "g/kg"


def radians(data):
    data["lat"].units = "radians"


def other_p0(data):
    data["P0"][...] = 101325.0


def another_place(data):
    data["lon"][5] = data["lon"][5] + 1.0


def a_place_twice(data):
    data["lat"][5], data["lon"][5] = data["lat"][6], data["lon"][6]


SPOILED = {
    no_temperature: "has no variable T; give one",
    no_vapor: "has no variable Q;",
    no_pressure: "has no variable PS;",
    no_levels: "has no variable hyai;",
    no_places: "has no variable lat;",
    other_levels: "must increase downwards",
    nan: "has 1 missing or infinite numbers in T, one at latitude",
    fill_value: "has 1 missing or infinite numbers in V, one at latitude",
    hectopascals_said: "has PS in 'hPa'; it must be in 'Pa'",
    hectopascals: "has PS = 1000.01",
    celsius: "in K it lies between 50 and 5000",
    grams: "has Q in 'g/kg'",
    radians: "in 'radians'; it must be of (ncol) and in degrees",
    other_p0: "has P0 = 101325 Pa",
    another_place: "has no column at 1 of the mesh's 218 nodes, the farthest",
    a_place_twice: "has no column at 1 of the mesh's 218 nodes, the farthest",
}


@pytest.mark.parametrize("change", [spoiled(change) for change in SPOILED])
def test_a_file_that_is_wrong_is_refused_in_a_sentence(change, path, capsys):
    with netCDF4.Dataset(path, "a") as data:
        change(data)
    assert main(["run", "--ne", "2", "--set", f"case.ncdata={path}"]) == 2
    said = capsys.readouterr().err
    assert SPOILED[change] in said and "air.nc" in said
    assert said.startswith("pysces: ") and said.endswith(".\n") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--ne", "3"], "has 218 columns (as ne2), the mesh has 488 nodes (as ne3)"),
        (["--ne", "2", "--set", "grid.cubed_sphere_map=0"], "(of the other [grid] cubed_sphere_map?)"),
        (["--ne", "2", "--nlev", "26"], "[vertical] has 26 levels that are not the 4 of"),
        (["--ne", "2", "--set", "case.ncdata_record=7"], "has records 0 to 1; found 7 asked for"),
        (["--ne", "2", "--set", "case.ncdata_tracers=DUST", "--set", "case.tracers=true"], "has no variable DUST"),
    ],
)
def test_a_file_that_does_not_fit_the_run_is_refused_in_a_sentence(words, sentence, path, capsys):
    assert main(["run", *words, "--set", f"case.ncdata={path}"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert sentence in said and said.endswith(".")


@pytest.mark.parametrize("option", ["ncdata", "topography"])
def test_what_is_no_file_of_columns_is_refused_in_a_sentence(option, tmp_path, path, capsys):
    whole = path.read_bytes()
    (tmp_path / "text.nc").write_text("no NetCDF")
    (tmp_path / "short.nc").write_bytes(whole[: len(whole) // 3])
    for name in ("text.nc", "short.nc", "absent.nc", "."):
        assert main(["run", "--ne", "2", "--days", "0.0625", "--set", f"case.{option}={tmp_path / name}"]) == 2, name
        said = capsys.readouterr().err
        assert said.startswith("pysces: ") and said.count("\n") == 1, said


def test_a_case_in_balance_over_its_own_surface_is_refused_another(path, capsys):
    wave = ["run", "--ne", "2", "--case", "jablonowski_williamson", "--set", f"case.topography={path}"]
    assert main(wave) == 2
    assert "is in balance over its own surface alone" in capsys.readouterr().err
    mountain = ["run", "--ne", "2", "--case", "rest_over_mountain", "--set", "case.options.height=500.0"]
    assert main([*mountain, "--set", f"case.topography={path}"]) == 2
    assert "Option height of case 'rest_over_mountain' shapes the surface" in capsys.readouterr().err


def test_a_coordinate_is_the_files_own(path):
    """Not the 30 levels that a configuration has without a word."""
    air = read_initial(path, GRID, 1e5)
    assert air.coordinate.nlev == 4 and dataclasses.is_dataclass(air)
