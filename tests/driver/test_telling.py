"""What a run tells: its version, its lines or none, a bar on a terminal, a log, and a configuration that repeats it."""

import os
import re

import numpy as np
import pytest

from pysces.driver import voice
from pysces.driver.cli import main
from pysces.driver.voice import Voice
from pysces.io.restart import read_restart

LAYER = [
    "run",
    "--model",
    "layer_advection",
    "--ne",
    "2",
    "--nlev",
    "2",
    "--every-hours",
    "12",
    "--set",
    "time.tstep=3600",
]


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"pysces \S+(, commit [0-9a-f]{12}\+?)?\n", capsys.readouterr().out)


def test_a_quiet_run_prints_nothing_and_writes_the_same(tmp_path, capsys):
    assert main([*LAYER, "--output", str(tmp_path / "told.nc")]) == 0
    assert capsys.readouterr().out.count("\n") > 4
    assert main([*LAYER, "--output", str(tmp_path / "quiet.nc"), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "quiet.log").read_text().count("\n") == (tmp_path / "told.log").read_text().count("\n")


def test_the_log_has_who_how_and_every_line_and_is_gone_on_with(tmp_path, capsys):
    output = ["--output", str(tmp_path / "layer.nc")]
    assert main([*LAYER, *output]) == 0
    printed, log = capsys.readouterr().out, tmp_path / "layer.log"
    first = log.read_text()
    assert printed in first and f"# command  pysces {' '.join([*LAYER, *output])}\n" in first
    for known in (
        "# program  pysces ",
        "# machine  ",
        "numpy ",
        '\n[dynamics]\nmodel = "layer_advection"\n',
        "# ended ",
    ):
        assert known in first
    resume = ["run", "--resume", str(tmp_path / "layer.restart.nc")]
    assert main([*resume, "--days", "2"]) == 0
    both = log.read_text()
    assert both.startswith(first) and both.count("# log of pysces run") == 2
    assert main([*resume, "--days", "2"]) == 0
    assert log.read_text() == both  # nothing was left to do


def test_a_file_that_is_no_log_is_left_alone(tmp_path, capsys):
    (tmp_path / "layer.log").write_text("mine\n")
    assert main([*LAYER, "--output", str(tmp_path / "layer.nc"), "--overwrite"]) == 2
    assert "layer.log exists and is not a log of pysces run; move it away" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["layer.log"]


def test_the_configuration_that_is_printed_makes_the_same_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for model in ("theta_l", "cam_se", "shallow_water"):
        levels = [] if model == "shallow_water" else ["--nlev", "6"]
        asked = ["run", "--model", model, "--ne", "2", *levels, "--days", "0.0625", "--output", f"{model}.nc"]
        assert main([*asked, "--toml"]) == 0
        text = capsys.readouterr().out
        assert "\nnu = " in text and "= -1" not in text
        (tmp_path / "again.toml").write_text(text.replace(model + ".", "again."))
        assert main(asked) == 0 and main(["run", "again.toml", "--overwrite"]) == 0
        one, other = (read_restart(f"{name}.restart.nc").arrays for name in (model, "again"))
        assert all(one[name].tobytes() == other[name].tobytes() for name in one)
        assert capsys.readouterr().err == ""


def test_a_run_goes_on_with_the_other_array_library_and_says_so(tmp_path, capsys):
    pytest.importorskip("jax")
    paths = {name: ["--output", str(tmp_path / f"{name}.nc")] for name in ("mixed", "numpy")}
    assert main([*LAYER, *paths["mixed"]]) == 0 and main([*LAYER, *paths["numpy"], "--days", "3"]) == 0
    restart = str(tmp_path / "mixed.restart.nc")
    for days, backend, before in (("2", "jax", "numpy"), ("3", "numpy", "jax")):
        capsys.readouterr()
        cache = f"backend.cache={os.environ['PYSCES_COMPILATION_CACHE']}/tests"
        assert main(["run", "--resume", restart, "--backend", backend, "--days", days, "--set", cache]) == 0
        said = capsys.readouterr()
        assert f"made on {before} and continues on {backend}: the same to round-off, not bit for bit." in said.err
        assert f"{backend}-f64" in said.out
    one, other = (read_restart(tmp_path / f"{name}.restart.nc").arrays["dynamics.dp"] for name in paths)
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_bar_moves_between_records_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(voice, "_is_terminal", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    assert main(LAYER) == 0
    printed = capsys.readouterr().out
    assert re.search(r"\D0/\d+\D.*calls,.*gone,.*left", printed) and "dp_min" in printed
    told = Voice()
    with told.showing(4, 1):
        told.reached(3)
        told.say("a line")
    printed = capsys.readouterr().out
    assert "75.0 %" in printed and "3/4" in printed and "a line" in printed


def test_no_bar_is_drawn_off_a_terminal(capsys):
    assert main(LAYER) == 0
    assert "gone," not in capsys.readouterr().out
