"""The command pysces: what it lists and draws, and what it says where a file or a library is not there."""

import sys

import pytest
from driver.tiny_runs import run_tiny

from pysces.cases.catalogue import CASES
from pysces.driver.cli import main

pytest.importorskip("netCDF4")


def test_what_cannot_be_drawn_is_said_before_the_image_is_looked_at(tmp_path, capsys):
    assert run_tiny(tmp_path, "wave", "--days", "0.0625") == 0
    layer = ["run", "--model", "layer_advection", "--ne", "2", "--days", "0.0625"]
    assert main([*layer, "--output", str(tmp_path / "layer.nc")]) == 0
    image = tmp_path / "there.png"
    image.write_bytes(b"mine")
    for name, sentence in {
        "nowhere.nc": "There is no history",
        "wave.restart.nc": "is a restart, which holds one state; give the history that lies beside it.",
        "layer.nc": "has no field 'ps' to draw, but dp; name one.",
        "there.png": "is not a history",
        "wave.nc": "there.png exists; replace it with --overwrite",
    }.items():
        assert main(["plot", str(tmp_path / name), "--image", str(image)]) == 2
        message = capsys.readouterr().err
        assert sentence in message and message.count("\n") == 1
    assert image.read_bytes() == b"mine"


def test_a_missing_library_is_said_with_what_installs_it(tmp_path, monkeypatch, capsys):
    assert run_tiny(tmp_path, "wave", "--days", "0.0625") == 0
    monkeypatch.setitem(sys.modules, "netCDF4", None)
    assert main(["plot", str(tmp_path / "wave.nc"), "--image", str(tmp_path / "wave.png")]) == 2
    message = "pysces: this needs netCDF4, which is not installed; pip install netCDF4.\n"
    assert capsys.readouterr().err == message


def test_a_climate_is_of_held_suarez(tmp_path, capsys):
    assert run_tiny(tmp_path, "wave", "--days", "0.0625") == 0
    assert main(["climate", str(tmp_path / "wave.nc")]) == 2
    message = capsys.readouterr().err
    assert "is of case 'baroclinic_wave' with suite 'none', found no 'held_suarez'" in message
    assert message.count("\n") == 1
    assert run_tiny(tmp_path, "unforced", "--days", "0.0625", "--case", "held_suarez") == 0
    capsys.readouterr()
    main(["climate", str(tmp_path / "unforced.nc")])
    said = capsys.readouterr()
    assert "the run has suite 'none', so its climate is not that of Held and Suarez" in said.err
    assert "southern jet" in said.out and "nan" not in said.out  # at ne2 a band's neighbour may have no node


def test_options_say_what_they_may_be(capsys):
    assert main(["options"]) == 0
    printed = capsys.readouterr().out
    assert "array library; one of 'numpy', 'jax'\n" in printed
    assert "elements along a cube edge, at least 2; 0 with a mesh\n" in printed
    assert "; at least 1 or -1\n" in printed and "; only 'theta_l'\n" in printed


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_option_of_a_case_is_described(case):
    assert list(case.options) == list(case.defaults())


def test_cases_and_options_are_listed(capsys):
    assert main(["cases"]) == 0 and main(["options"]) == 0
    printed = capsys.readouterr().out
    assert "rest_over_mountain" in printed and "hypervis_subcycle" in printed and "m4 s-1" in printed
    assert "    height = 2000                     of the summit [m]\n" in printed


def test_a_history_can_be_drawn(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert run_tiny(tmp_path, "wave", "--days", "0.0625") == 0
    assert main(["plot", str(tmp_path / "wave.nc"), "--image", str(tmp_path / "wave.png")]) == 0
    assert (tmp_path / "wave.png").read_bytes().startswith(b"\x89PNG")
    one = ["plot", str(tmp_path / "wave.nc"), "u", "--level", "0", "--day", "0", "--image", str(tmp_path / "u.png")]
    assert main(one) == 0 and (tmp_path / "u.png").read_bytes() != (tmp_path / "wave.png").read_bytes()
    capsys.readouterr()
    for wrong, sentence in (("9", "u has no level 9; give 0 to"), ("-1", "u has no level -1; give 0 to")):
        assert main([*one[:3], "--level", wrong, "--image", str(tmp_path / "no.png")]) == 2
        assert sentence in capsys.readouterr().err and not (tmp_path / "no.png").exists()
