"""Golden records from anywhere: judged by their kernel, refused with one sentence where something is wrong."""

import json
import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.errors import BadInput
from pysces_harness.golden import record as golden
from pysces_harness.golden import store

DATA = golden.test_data()
RECORD = DATA / "homme" / "gradient_sphere" / "rough.nc"


@pytest.fixture
def outside(tmp_path):
    """A record and its mesh in a folder of their own, under other names."""
    (tmp_path / "mesh").mkdir()
    (tmp_path / "held_out").mkdir()
    mesh = golden.read(RECORD).settings["mesh"]
    shutil.copy(DATA / "homme" / "mesh" / f"{mesh}.nc", tmp_path / "mesh" / f"{mesh}.nc")
    copy = tmp_path / "held_out" / "another name.nc"
    shutil.copy(RECORD, copy)
    return copy


def run(path, *options):
    return cli.main(["golden", str(path), "--config", "numpy-f64", *options])


def change(path, group, name, function):
    with netCDF4.Dataset(path, "a") as file:
        variable = file[group][name]
        variable[...] = function(variable[...].filled())


def test_a_record_outside_the_repository_is_judged(outside, tmp_path):
    assert run(outside.parent.parent) == 0


def test_the_mesh_beside_a_record_is_the_one_used(outside):
    mesh = next((outside.parent.parent / "mesh").glob("*.nc"))
    change(mesh, "output", "Dinv", lambda a: a * (1 + 1e-12))
    assert run(outside) == 1


@pytest.mark.parametrize(
    ("mesh", "status"),
    [("", 0), ('"mesh": "ne4_map2_x1", ', 0), ('"mesh": "mesh_nobody_has", ', 2), ('"mesh": "../mesh/ne4_map2", ', 2)],
)
def test_only_a_record_that_names_no_mesh_or_a_small_planet_gets_one_from_its_settings(outside, mesh, status):
    with netCDF4.Dataset(outside, "a") as file:
        assert '"mesh": "ne4_map2", ' in file.settings
        file.settings = file.settings.replace('"mesh": "ne4_map2", ', mesh)
    assert run(outside) == status


@pytest.mark.parametrize("size", [1e-3, 1e-9, 1e-13])
def test_a_changed_output_fails(outside, size):
    change(outside, "output", "ds", lambda a: a * (1 + size))
    assert run(outside) == 1


def test_one_changed_point_fails_and_is_named(outside, tmp_path):
    def spoil(a):
        a[1, 7, 2, 3] += 1e-12 * np.abs(a).max()
        return a

    change(outside, "output", "ds", spoil)
    assert run(outside, "--json", str(tmp_path / "r.json")) == 1
    worst = next(r for r in json.loads((tmp_path / "r.json").read_text()) if r["side"] == "port")["worst"]
    assert (worst["elem"], worst["i"], worst["j"], worst["node_class"]) == (7, 2, 3, "edge")


def test_a_changed_input_fails(outside):
    change(outside, "input", "s", lambda a: a * (1 + 1e-12))
    assert run(outside) == 1


def bad_nan(path):
    change(path, "output", "ds", lambda a: np.where(np.arange(a.size).reshape(a.shape) == 5, np.nan, a))


def bad_attribute(path):
    with netCDF4.Dataset(path, "a") as file:
        file.delncattr("settings")


def bad_kernel(path):
    with netCDF4.Dataset(path, "a") as file:
        file.kernel = "no_such_kernel"


def bad_schema(path):
    with netCDF4.Dataset(path, "a") as file:
        file.schema = 7


def bad_settings(path):
    with netCDF4.Dataset(path, "a") as file:
        file.settings = "{not json"


def bad_truncated(path):
    path.write_bytes(path.read_bytes()[:1000])


def bad_text(path):
    path.write_text("this is no NetCDF")


def bad_map(path):
    with netCDF4.Dataset(path, "a") as file:
        file.settings = file.settings.replace('"cubed_sphere_map": 2', '"cubed_sphere_map": 1')


def bad_ne(path):
    with netCDF4.Dataset(path, "a") as file:
        file.settings = file.settings.replace('"ne": 4', '"ne": 0')


def missing_input(path):
    with netCDF4.Dataset(path, "a") as file:
        file["input"].renameVariable("s", "something_else")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (bad_nan, "NaN"),
        (bad_attribute, "settings"),
        (bad_kernel, "no_such_kernel"),
        (bad_schema, "schema"),
        (bad_settings, "settings"),
        (bad_truncated, "cannot be read"),
        (bad_text, "cannot be read"),
        (bad_map, "cubed_sphere_map"),
        (bad_ne, "ne"),
        (missing_input, "'s'"),
    ],
)
def test_bad_files_are_refused_with_one_sentence(outside, capsys, spoil, says):
    spoil(outside)
    assert run(outside) == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith("pysces-verify: ") and says in message and "\n" not in message


def test_a_wrong_checksum_is_refused(outside, capsys):
    root = outside.parent.parent
    store.write_manifest(root)
    change(outside, "output", "ds", lambda a: a + 0.0)
    with netCDF4.Dataset(outside, "a") as file:
        file.notes = "changed"
    assert run(outside) == 2
    assert "sha256" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["golden", "/no/such/folder"], ["run", "no_such_kernel"], ["run", "--config", "no-such"]]
)
def test_unknown_names_are_refused(words, capsys):
    assert cli.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"holds no \.nc file"):
        golden.find([tmp_path])


def test_the_manifest_lists_every_record_of_test_data_and_all_checksums_hold():
    rows = golden.manifest(DATA.resolve())
    files = sorted(DATA.rglob("*.nc"))
    assert {path.relative_to(DATA).as_posix() for path in files} == set(rows)
    for path in files:
        golden.verify_checksum(path)
        row = rows[path.relative_to(DATA).as_posix()]
        assert (path.stat().st_size, path.parent.name) == (row["bytes"], row["kernel"])


def test_add_copies_a_record_and_lists_it(outside, tmp_path, monkeypatch):
    target = tmp_path / "store"
    target.mkdir()
    monkeypatch.setenv("PYSCES_TEST_DATA", str(target))
    assert cli.main(["golden", "add", str(outside)]) == 0
    kept = target / "homme" / "gradient_sphere" / Path(outside).name
    assert (
        kept.is_file() and golden.manifest(target)[kept.relative_to(target).as_posix()]["kernel"] == "gradient_sphere"
    )
