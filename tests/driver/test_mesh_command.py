"""pysces mesh: makes, checks, draws and converts meshes; what is there is not lost, what is wrong is one sentence."""

import json
import re

import numpy as np
import pytest

netCDF4 = pytest.importorskip("netCDF4")

from exodus import write_exodus

from pysces.driver.cli import main
from pysces.io.mesh_file import read_exodus
from pysces.mesh.made import refined_mesh, stretched_mesh, uniform_mesh
from pysces.mesh.refine import box, cap


def _mesh(*words) -> int:
    return main(["mesh", *map(str, words)])


@pytest.fixture
def stretched_file(tmp_path):
    assert _mesh("stretch", "--ne", 2, "--factor", 2, "--lat", 45, "--lon", 106, tmp_path / "mesh.g") == 0
    return tmp_path / "mesh.g"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["uniform", "--ne", 3], lambda: uniform_mesh(3)),
        (["stretch", "--ne", 3, "--factor", 1.5, "--lat", -10, "--lon", 20], lambda: stretched_mesh(3, 1.5, -10, 20)),
        (["refine", "--ne", 4, "--cap", -45, 106, 30], lambda: refined_mesh(4, [cap(-45, 106, 30)])),
        (
            ["refine", "--ne", 4, "--cap", 0, 0, 20, "--cap", 0, 180, 20, "--box", 50, 80, 60, 120, "--levels", 2],
            lambda: refined_mesh(4, [cap(0, 0, 20), cap(0, 180, 20), box(50, 80, 60, 120)], 2),
        ),
    ],
)
def test_a_mesh_is_made_as_told(tmp_path, capsys, words, expected):
    assert _mesh(*words, tmp_path / "mesh.g") == 0
    points, vertices = read_exodus(tmp_path / "mesh.g")
    np.testing.assert_array_equal(points, expected()[0])
    np.testing.assert_array_equal(vertices, expected()[1])
    assert f"{len(vertices)} elements, {points.shape[1]} vertices" in capsys.readouterr().out


def test_a_mesh_that_was_made_runs(stretched_file, capsys):
    assert main(["run", "--mesh", str(stretched_file), "--nlev", "6", "--set", "time.nmax=3"]) == 0
    assert "24 elements, 218 nodes" in capsys.readouterr().out


def test_info_says_what_a_mesh_is_and_what_a_run_chooses(stretched_file, tmp_path, capsys):
    assert _mesh("info", stretched_file, "--json", tmp_path / "info.json") == 0
    printed, report = capsys.readouterr().out, json.loads((tmp_path / "info.json").read_text())
    assert report["elements"] == 24 and report["nodes"] == 218 and report["valences"] == {"3": 8, "4": 18}
    assert abs(report["area_misfit"]) < 1e-13 and report["equivalent_ne"][0] < 1.3 and report["equivalent_ne"][1] > 3
    assert f"tstep {report['tstep_s']:g} s" in printed and "nu 3.4e-08 s-1, hypervis_subcycle" in printed
    nu = report["constant"]["nu"]
    capsys.readouterr()
    assert main(["run", "--mesh", str(stretched_file), "--nlev", "6", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert f"tstep {report['tstep_s']:g} s" in said and f"nu = {nu:.4g} m4 s-1" in said


def test_a_picture_is_drawn(stretched_file, tmp_path):
    pytest.importorskip("matplotlib")
    for name, more in (("one.png", []), ("other.png", ["--centre", "-45", "30"])):
        assert _mesh("plot", stretched_file, "-o", tmp_path / name, *more) == 0
        assert (tmp_path / name).read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "other.png").read_bytes()


def test_a_mesh_is_described_for_other_tools(stretched_file, tmp_path, capsys):
    files = {name: tmp_path / f"{name}.nc" for name in ("scrip", "ugrid", "latlon")}
    words = [word for name, path in files.items() for word in (f"--{name}", path)]
    assert _mesh("convert", stretched_file, *words) == 0
    assert "218 cells, areas equal to quadrature weights within" in capsys.readouterr().out
    with netCDF4.Dataset(files["scrip"]) as one, netCDF4.Dataset(files["ugrid"]) as other:
        np.testing.assert_array_equal(one["grid_area"][:], other["area"][:])
    with netCDF4.Dataset(files["latlon"]) as data:
        assert list(data["grid_dims"][:]) == [26, 13]  # 218 nodes: 13.1 cells as wide from pole to pole
    assert _mesh("convert", "--ne", 2, "--scrip", tmp_path / "ne2.nc", "--latlon", tmp_path / "n5.nc", "--nlat", 5) == 0
    with netCDF4.Dataset(tmp_path / "ne2.nc") as one, netCDF4.Dataset(tmp_path / "n5.nc") as other:
        assert len(one.dimensions["grid_size"]) == 218 and list(other["grid_dims"][:]) == [10, 5]


@pytest.mark.parametrize(
    "words",
    [
        ["uniform", "--ne", 2, "FILE"],
        ["convert", "--ne", 2, "--ugrid", "FILE"],
        ["plot", "--ne", 2, "-o", "FILE.png"],
        ["info", "--ne", 2, "--json", "FILE.json"],
    ],
)
def test_a_file_that_is_there_is_kept_unless_told_otherwise(tmp_path, capsys, words):
    if words[0] == "plot":
        pytest.importorskip("matplotlib")
    words = [str(word).replace("FILE", str(tmp_path / "out")) for word in words]
    assert _mesh(*words) == 0
    (path,) = tmp_path.iterdir()
    before = path.stat().st_mtime_ns
    assert _mesh(*words) == 2 and path.stat().st_mtime_ns == before
    assert f"{path} exists; replace it with --overwrite" in capsys.readouterr().err
    assert _mesh(*words, "--overwrite") == 0 and path.stat().st_mtime_ns > before


def test_what_pysces_mesh_did_not_write_stays(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["run", "--ne", "2", "--nlev", "6", "--set", "time.nmax=3", "--output", str(tmp_path / "wave.nc")]) == 0
    for name in ("notes.txt", "wave.nc"):
        before = (tmp_path / name).read_bytes()
        assert _mesh("uniform", "--ne", 2, tmp_path / name, "--overwrite") == 2
        assert (tmp_path / name).read_bytes() == before
        assert "was not written by pysces mesh, so --overwrite does not replace it" in capsys.readouterr().err


SPOILT = {  # how a good mesh becomes a bad one, and what is said
    "no file": (None, "Cannot read mesh"),
    "a duplicated edge": (lambda p, v: (p, [np.concatenate([v, v[:1]])]), "edge|Edge|side"),
    "a hole": (lambda p, v: (p, [v[1:]]), "edge|Edge|side"),
    "a flipped element": (lambda p, v: (p, [np.concatenate([v[:1, ::-1], v[1:]])]), "lement (0|1)"),
    "triangles": (lambda p, v: (p, [v[:, :3]]), "quadrilaterals"),
    "NaN coordinates": (lambda p, v: (np.where(np.arange(p.shape[1]) == 4, np.nan, p), [v]), "."),
    "an empty block": (lambda p, v: (p, []), "no element blocks"),
}


@pytest.mark.parametrize("what", [*SPOILT, "a truncated file"])
def test_a_bad_mesh_is_one_sentence(tmp_path, capfd, what):
    path = tmp_path / "bad.g"
    spoil, sentence = SPOILT.get(what, (lambda p, v: (p, [v]), "."))
    if spoil:
        write_exodus(path, *spoil(*uniform_mesh(2)))
    if what == "a truncated file":
        path.write_bytes(path.read_bytes()[:700])
    for words in (["info", path], ["convert", path, "--scrip", tmp_path / "out.nc"]):
        assert _mesh(*words) == 2
        said = capfd.readouterr()
        assert said.err.startswith("pysces: ") and said.err.count("\n") == 1 and said.out == ""
        assert "Traceback" not in said.err
        assert re.search(sentence, said.err), said.err
    assert not (tmp_path / "out.nc").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["info"], "takes either a mesh file or --ne"),
        (["info", "mesh.g", "--ne", 2], "takes either a mesh file or --ne"),
        (["convert", "--ne", 2], "has nothing to write; give --scrip, --ugrid or --latlon"),
        (["convert", "--ne", 2, "--scrip", "a.nc", "--ugrid", "./a.nc"], "would be one file"),
        (["convert", "--ne", 2, "--latlon", "a.nc", "--nlat", 0], "found --nlat 0; give 2 or more"),
        (["refine", "--ne", 2, "a.g"], "needs a region to refine; give --cap or --box"),
        (["refine", "--ne", 2, "--cap", 0, 0, 500, "a.g"], "found 0 0 500; give degrees"),
        (["uniform", "--ne", 0, "a.g"], "ne=0"),
        (["uniform", "--ne", 2, "nowhere/a.g"], "there is no folder"),
        (["plot", "--ne", 2, "-o", "a.txt"], "must end in one of"),
    ],
)
def test_a_wrong_command_is_one_sentence(tmp_path, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    assert _mesh(*words) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
