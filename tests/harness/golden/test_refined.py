"""Records on meshes from files: judged with the mesh record beside them, or with the Exodus file alone."""

import json
import shutil

import netCDF4
import pytest
from pysces_harness import cli
from pysces_harness.golden import mesh_files, meshes, store
from pysces_harness.golden import record as golden

DATA = golden.test_data() / "homme"
NAME = "ne3_x3patch"


@pytest.fixture
def outside(tmp_path):
    """A record, its mesh record and its Exodus file in folders of their own, the mesh under a name nobody knows."""
    (tmp_path / "mesh").mkdir()
    for suffix in (".nc", ".g"):
        shutil.copy(DATA / "mesh" / f"{NAME}{suffix}", tmp_path / "mesh" / f"unheard_of{suffix}")
    path = tmp_path / "records" / "another.nc"
    path.parent.mkdir()
    shutil.copy(DATA / "dss" / f"{NAME}_discontinuous.nc", path)
    with netCDF4.Dataset(path, "a") as file:
        file.settings = json.dumps(json.loads(file.settings) | {"mesh": "unheard_of"})
    return path


def judged(path, *options):
    return cli.main(["golden", str(path), "--config", "numpy-f64", *options])


def mesh_of(path, suffix):
    return path.parents[1] / "mesh" / f"unheard_of{suffix}"


@pytest.mark.parametrize("kept", [(".nc", ".g"), (".nc",), (".g",)])
def test_a_mesh_is_found_in_its_record_or_in_its_file(outside, kept, tmp_path):
    for suffix in {".nc", ".g"} - {*kept}:
        mesh_of(outside, suffix).unlink()
    assert judged(outside, "--json", str(tmp_path / "r.json")) == 0
    assert {row["verdict"] for row in json.loads((tmp_path / "r.json").read_text())} == {"BITWISE"}


def test_a_wrong_copy_of_a_node_is_found(outside):
    """Two elements of the file change places: the record's fields belong to others."""
    mesh_of(outside, ".nc").unlink()
    with netCDF4.Dataset(mesh_of(outside, ".g"), "a") as file:
        elements = file["connect1"][:]
        file["connect1"][:2] = elements[1::-1]
    assert judged(outside) == 1


def swapped(outside):
    with netCDF4.Dataset(mesh_of(outside, ".g"), "a") as file:
        file["connect1"][:2] = file["connect1"][1::-1]


def gone(outside):
    for suffix in (".nc", ".g"):
        mesh_of(outside, suffix).unlink()


def bare(outside):
    mesh_of(outside, ".g").unlink()
    with netCDF4.Dataset(mesh_of(outside, ".nc"), "a") as file:
        file["input"].renameVariable("node_coord", "somewhere")


def broken(outside):
    mesh_of(outside, ".nc").unlink()
    mesh_of(outside, ".g").write_bytes(b"CDF\x02 and no more")


def other(outside):
    mesh_of(outside, ".nc").unlink()
    shutil.copy(DATA / "mesh" / "ne4_schmidt2.g", mesh_of(outside, ".g"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (swapped, "is not the mesh that unheard_of.nc was computed on"),
        (gone, "unheard_of.nc is not in ../mesh"),
        (bare, "put unheard_of.g beside it"),
        (broken, "unheard_of.g"),
        (other, "has 120 elements, but unheard_of.g means 96"),
    ],
)
def test_a_mesh_that_cannot_be_used_is_one_sentence(outside, capsys, spoil, says):
    spoil(outside)
    assert judged(outside) == 2
    message = capsys.readouterr().err.strip()
    assert says in message and "\n" not in message and "Traceback" not in message


def test_records_are_taken_into_test_data_with_their_exodus_file(outside, tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("PYSCES_TEST_DATA", str(tmp_path / "own"))
    placed = {str(path.relative_to(tmp_path / "own")) for path in store.add([outside])}
    assert placed == {"homme/dss/another.nc", "homme/mesh/unheard_of.nc", "homme/mesh/unheard_of.g"}


def test_corners_of_a_record_are_those_of_its_file():
    mesh = golden.read(DATA / "mesh" / f"{NAME}.nc")
    assert meshes.find_corners(mesh) == mesh.path and mesh_files.is_unstructured(mesh.settings)
    points, corners = mesh_files.corners_of(DATA / "mesh" / f"{NAME}.g")
    assert points.shape[0] == 3 and corners.shape == (120, 4) and corners.min() == 0
