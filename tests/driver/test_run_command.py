"""The command pysces run: tiny runs from words, files and namelists, and what they print and write."""

import numpy as np
import pytest
from driver.tiny_runs import TINY, run_tiny

from pysces.driver.cli import main
from pysces.io.history import read_history

pytest.importorskip("netCDF4")


def test_a_run_prints_its_progress_and_writes_its_history(tmp_path, capsys):
    assert run_tiny(tmp_path, "wave", "--days", "0.125") == 0
    printed = capsys.readouterr().out
    assert "baroclinic_wave: theta_l ne2 L6, tstep 600 s, 6 calls of 1800 s, numpy-f64" in printed
    assert "gravity waves" in printed and "SYPD" in printed and "1000.0000" in printed
    days, ps = read_history(tmp_path / "wave.nc", "time", "ps")
    np.testing.assert_allclose(days, [0.0, 0.0625, 0.125])
    assert ps.shape == (3, 24, 4, 4) and not np.array_equal(ps[0], ps[2])
    ps_min, kinetic = read_history(tmp_path / "wave.nc", "ps_min", "kinetic_energy")
    np.testing.assert_array_equal(ps_min, ps.min(axis=(1, 2, 3)))
    assert kinetic.shape == (3,) and (kinetic > 1e5).all()


def test_a_run_from_a_toml_file(tmp_path, capsys):
    path = tmp_path / "run.toml"
    path.write_text(
        '[grid]\nne = 2\n[vertical.table]\nfamily = "even_sigma"\nnlev = 4\n'
        '[case]\nname = "solid_body_rotation"\n[time]\nnmax = 3\n'
    )
    assert main(["run", str(path)]) == 0
    assert "solid_body_rotation: theta_l ne2 L4" in capsys.readouterr().out


def test_a_run_from_a_homme_namelist(tmp_path, capsys):
    path = tmp_path / "homme.nl"
    words = "test_case='jw_baroclinic', u_perturb=1.0\n ne=2, nmax=3, tstep=300, statefreq=9"
    path.write_text(f"&ctl_nl\n {words}\n theta_hydrostatic_mode=.true.\n/\n")
    assert main(["run", str(path), "--nlev", "6"]) == 0
    printed = capsys.readouterr().out
    assert "passed over statefreq" in printed and "jablonowski_williamson: theta_l ne2 L6, tstep 300 s" in printed


def test_the_folder_of_a_namelists_output_is_made(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = "test_case='jw_baroclinic', ne=2, nmax=3, tstep=300, theta_hydrostatic_mode=.true."
    output = "&analysis_nl\n output_dir='./movies/', output_frequency=3\n/\n"
    (tmp_path / "homme.nl").write_text(f"&ctl_nl\n {words}\n/\n{output}")
    assert main(["run", "homme.nl", "--nlev", "6"]) == 0
    assert "homme.nl: made the folder movies\n" in capsys.readouterr().out
    assert (tmp_path / "movies" / "jw_baroclinic1.nc").exists()
    assert main(["run", "homme.nl", "--nlev", "6", "--output", "no/such/h.nc"]) == 2


def test_a_toml_file_that_names_cam_se_starts_from_its_choices(tmp_path, capsys):
    path = tmp_path / "run.toml"
    path.write_text('[dynamics]\nmodel = "cam_se"\n[grid]\nne = 2\n[time]\nnmax = 3\n')
    assert main(["run", str(path), "--nlev", "6"]) == 0
    assert "baroclinic_wave: cam_se ne2 L6, tstep 300 s, 1 calls of 900 s" in capsys.readouterr().out


def test_every_case_runs_with_every_model(capsys):
    for model in ("theta_l", "cam_se"):
        for case in ("baroclinic_wave", "jablonowski_williamson", "solid_body_rotation", "rest_over_mountain"):
            assert main([*TINY, "--set", "time.nmax=3", "--model", model, "--case", case]) == 0
    assert capsys.readouterr().out.count("L6, tstep") == 8


def test_a_run_that_blows_up_says_where(capsys):
    assert main([*TINY, "--case", "solid_body_rotation", "--days", "2", "--set", "case.options={speed=3000.0}"]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and " at element " in message and ", level " in message
