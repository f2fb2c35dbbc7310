"""A mesh from a file, from its name in a configuration or on the command line to a run, its files and its restart."""

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("netCDF4")
sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from exodus import write_exodus
from refined import refined_corners

from pysces import preset
from pysces.config.presets import read_toml
from pysces.config.sections import GridOptions
from pysces.driver.cli import main
from pysces.io.history import history_head
from pysces.io.restart import read_restart

SHORT = ["--nlev", "26", "--set", "time.tstep=300", "--set", "time.nmax=3", "--set", "viscosity.nu=1e15"]


@pytest.fixture
def mesh(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    points, corners = refined_corners()
    write_exodus(tmp_path / "patch.g", points, [corners])
    return "patch.g"


def run(*words: str) -> int:
    return main(["run", *SHORT, *words])


def test_a_run_says_what_its_mesh_is_and_so_do_its_files(mesh, capsys):
    assert run("--mesh", mesh, "--output", "wave.nc") == 0
    said = capsys.readouterr().out.splitlines()
    assert "theta_l patch.g L26" in said[0]
    assert said[1].startswith("mesh patch.g: 44 elements, 398 nodes, spacing ") and said[1].endswith(" km")
    header, days = history_head("wave.nc")
    assert header.attributes["mesh"] == mesh and len(header.attributes["mesh_sha256"]) == 64 and len(days) == 2
    assert read_restart("wave.restart.nc").config["grid"] == {
        **preset("theta_l").table()["grid"],
        "mesh": mesh,
        "ne": 0,
    }


def test_a_restart_goes_on_where_its_mesh_is_now_and_on_no_other(mesh, capsys):
    assert run("--mesh", mesh, "--output", "wave.nc") == 0
    Path("moved.g").write_bytes(Path(mesh).read_bytes())
    longer = ["run", "--resume", "wave.restart.nc", "--set", "time.nmax=6"]
    points, corners = refined_corners()
    write_exodus(mesh, points, [np.roll(corners, 1, axis=0)])
    capsys.readouterr()
    assert main(longer) == 2
    assert "not those that the restart was written on (patch.g)" in capsys.readouterr().err
    assert main([*longer, "--mesh", "moved.g"]) == 0


def test_a_mesh_lies_beside_the_file_that_names_it(mesh, tmp_path):
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "run.toml").write_text('[grid]\nmesh = "../patch.g"\n')
    grid = read_toml("deep/run.toml").grid
    assert (grid.mesh, grid.ne, grid.cubed_sphere_map) == ("deep/../patch.g", 0, 2)


def test_with_a_mesh_the_map_is_element_local_and_without_one_it_is_the_models():
    usual = preset("cam_se")
    meshed = usual.with_options(mesh="patch.g")
    assert meshed.grid == GridOptions(ne=0, mesh="patch.g", cubed_sphere_map=2, constants="cam")
    assert meshed.with_options(mesh="").grid == usual.grid
    assert usual.with_options(mesh="patch.g", ne=0).grid == meshed.grid


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--mesh", "patch.g", "--ne", "4"], "[grid] has ne = 4 and mesh = 'patch.g'"),
        (["--mesh", "patch.g", "--set", "grid.cubed_sphere_map=0"], "cubed_sphere_map must be 2 (element-local)"),
        (["--mesh", "nofile.g"], "Cannot read mesh nofile.g: No such file or directory"),
        (["--mesh", "."], "Cannot read .: it is a folder"),
        (["--mesh", "patch.g", "--output", "patch.g"], "would be one file"),
        (["--ne", "0"], "[grid] ne must be at least 2, found 0; or name a mesh"),
        (["--ne", "1"], "[grid] ne must be at least 2, found 1"),
    ],
)
def test_what_does_not_fit_a_mesh_is_refused(mesh, capsys, words, sentence):
    assert run(*words) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
