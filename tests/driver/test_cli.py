"""The command pysces: tiny runs from the command line, files, interruption and resumption, and its sentences."""

import os
import signal
import sys

import numpy as np
import pytest

from pysces.cases.catalogue import CASES
from pysces.driver import session
from pysces.driver.cli import main
from pysces.io.history import read_history
from pysces.io.history_writing import History
from pysces.io.restart import read_restart

pytest.importorskip("netCDF4")
TINY = ["run", "--ne", "2", "--nlev", "6", "--every-hours", "1.5"]


def _run(folder, name: str, *arguments: str) -> int:
    return main([*TINY, "--output", str(folder / f"{name}.nc"), *arguments])


def _assert_same_bits(folder, one: str, other: str) -> None:
    a, b = (read_restart(folder / f"{name}.restart.nc") for name in (one, other))
    assert a.calls == b.calls and a.arrays.keys() == b.arrays.keys()
    for name in a.arrays:
        assert a.arrays[name].tobytes() == b.arrays[name].tobytes(), name
    for left, right in zip(*(read_history(folder / f"{n}.nc", "time", "ps", "u", "T") for n in (one, other))):
        np.testing.assert_array_equal(left, right)


def test_a_run_prints_its_progress_and_writes_its_history(tmp_path, capsys):
    assert _run(tmp_path, "wave", "--days", "0.125") == 0
    printed = capsys.readouterr().out
    assert "baroclinic_wave: theta_l ne2 L6, tstep 600 s, 6 calls of 1800 s, numpy-f64" in printed
    assert "gravity waves" in printed and "SYPD" in printed and "1000.0000" in printed
    days, ps = read_history(tmp_path / "wave.nc", "time", "ps")
    np.testing.assert_allclose(days, [0.0, 0.0625, 0.125])
    assert ps.shape == (3, 24, 4, 4) and not np.array_equal(ps[0], ps[2])
    ps_min, kinetic = read_history(tmp_path / "wave.nc", "ps_min", "kinetic_energy")
    np.testing.assert_array_equal(ps_min, ps.min(axis=(1, 2, 3)))
    assert kinetic.shape == (3,) and (kinetic > 1e5).all()


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_a_resumed_run_has_the_same_bits(tmp_path, backend):
    if backend == "jax":
        pytest.importorskip("jax")
    cache = f"backend.cache={os.environ['PYSCES_COMPILATION_CACHE']}/tests"
    on_backend = ["--backend", backend, "--set", cache]
    assert _run(tmp_path, "whole", "--days", "0.25", *on_backend) == 0
    assert _run(tmp_path, "parts", "--days", "0.125", *on_backend) == 0
    assert main(["run", "--days", "0.25", "--resume", str(tmp_path / "parts.restart.nc")]) == 0
    _assert_same_bits(tmp_path, "whole", "parts")


def test_an_interrupted_run_can_be_resumed_bit_for_bit(tmp_path, monkeypatch, capsys):
    assert _run(tmp_path, "whole", "--days", "0.25") == 0
    write = History.write

    def write_and_interrupt(self, seconds, fields, *more):
        write(self, seconds, fields, *more)
        if seconds == 5400.0:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(History, "write", write_and_interrupt)
    assert _run(tmp_path, "parts", "--days", "0.25") == 130
    assert "stopped; continue with: pysces run --resume" in capsys.readouterr().out
    assert read_restart(tmp_path / "parts.restart.nc").calls == 3
    monkeypatch.undo()
    assert _run(tmp_path, "parts", "--days", "0.25", "--resume", str(tmp_path / "parts.restart.nc")) == 0
    _assert_same_bits(tmp_path, "whole", "parts")


def test_a_resumed_run_keeps_its_configuration(tmp_path, capsys):
    assert _run(tmp_path, "wave", "--days", "0.0625") == 0
    resume = ["--resume", str(tmp_path / "wave.restart.nc")]
    assert main(["run", "--days", "0.125", "--ne", "3", *resume]) == 2
    assert "[grid] ne is 3 here but 2 in the run that --resume goes on with" in capsys.readouterr().err
    assert main(["run", "--days", "0.125", "--ne", "2", "--output", str(tmp_path / "later.nc"), *resume]) == 0
    np.testing.assert_allclose(read_history(tmp_path / "later.nc", "time")[0], [0.125])


def test_ctrl_c_is_given_back_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with session.stop_requested() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set() and signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


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


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--case", "baroclinic"], "did you mean 'baroclinic_wave'?"),
        (["--set", "time.tstep=9000", "--set", "time.nmax=3"], "is unstable: gravity waves"),
        (
            ["--set", "viscosity.nu_div=1e20", "--set", "viscosity.hypervis_subcycle=1"],
            "hypervis_subcycle = 1 is unstable",
        ),
        (["--set", "viscosity.nu_dvi=1"], "did you mean 'nu_div'?"),
        (["--set", "time.nmax=4"], "nmax = 4 is not a whole number of calls of 3 steps; use 3."),
        (["--set", "tstep"], "--set takes SECTION.OPTION=VALUE"),
        (["--set", "vertical.nlev=7"], "[vertical] nlev is 7 but the coordinate has 6 levels"),
        (["--model", "fv3"], "[dynamics] model must be one of theta_l, cam_se"),
        (["--backend", "cupy"], "must be one of 'numpy', 'jax', found 'cupy'"),
        (["--resume", "none.nc"], "Cannot read restart file none.nc"),
        (["missing.toml"], "Cannot read configuration missing.toml"),
        (["--output", "no/such/folder/h.nc"], "there is no folder"),
        (["--set", "dynamics.vert_remap_q_alg=3"], "vert_remap"),
        (["--days", "0.25"], "--days is given twice, as 0.125 and 0.25; leave one of them out."),
        (
            ["--set", "time.ndays=0.25"],
            "time.ndays is given twice, by --days 0.125 and by --set time.ndays=0.25; leave one out.",
        ),
        (
            ["--set", "vertical.name=cam_l32"],
            "vertical.name is given twice, by --nlev 6 and by --set vertical.name=cam_l32; leave one out.",
        ),
        (["--set", "vertical.table.nlev=5"], "vertical.table.nlev is given twice, by --nlev 6 and by"),
        (["--set", 'vertical.table={family="eta",eta=[0.0,1.0]}'], "vertical.table.family is given twice, by --nlev 6"),
        (["--set", "viscosity.nu=1e15", "--set", "viscosity.nu=2e15"], "viscosity.nu is given twice, by --set visc"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(arguments, sentence, capsys):
    assert main([*TINY, "--days", "0.125", *arguments]) == 2
    message = capsys.readouterr().err
    assert message.startswith("pysces: ") and sentence in message and message.count("\n") == 1


@pytest.mark.parametrize("extra", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    "more", [["--nlev", "26", "--set", "vertical.name=cam_l26"], ["--nlev", "6", "--set", "vertical.table.eta_top=0.1"]]
)
def test_an_option_may_be_said_twice_with_one_value(more, extra, capsys):
    length = ["--days", "0.0625", "--days", "0.0625", "--set", "time.ndays=0.0625"]
    assert main(["run", "--ne", "2", "--case", "solid_body_rotation", *length, *more, *extra]) == 0
    assert "3 calls of 1800 s" in capsys.readouterr().out


def test_beside_published_levels_no_table_is_said(capsys):
    for said in ('vertical.table={family="even_sigma",nlev=4}', "vertical.table.nlev=5", "vertical.vfile_int=x"):
        assert main(["run", "--ne", "2", "--nlev", "26", "--set", said]) == 2
        message = capsys.readouterr().err
        assert "is given twice, by --nlev 26" in message and message.count("\n") == 1


def test_a_word_that_is_no_option_points_to_the_help_of_its_command(capsys):
    for words, meant in {
        "run --ndays": " (did you mean --days?); see pysces run --help.",
        "run --nlevs": " (did you mean --nlev?); see pysces run --help.",
        "run --nu_div=1e15": " (did you mean --set viscosity.nu_div=VALUE?); see pysces run --help.",
        "run --nu-div": " (did you mean --set viscosity.nu_div=VALUE?); see pysces run --help.",
        "run --xyz": "; see pysces run --help.",
        "plot x.nc --imgae": " (did you mean --image?); see pysces plot --help.",
    }.items():
        with pytest.raises(SystemExit, match="2"):
            main(words.split())
        assert capsys.readouterr().err == f"pysces: unrecognized arguments: {words.split()[-1]}{meant}\n"


def test_a_history_is_told_from_its_restart(tmp_path, capsys):
    assert _run(tmp_path, "wave", "--days", "0.0625") == 0
    history, restart = tmp_path / "wave.nc", tmp_path / "wave.restart.nc"
    resume = ["run", "--days", "0.125", "--resume"]
    assert main([*resume, str(history)]) == 2
    assert f"wave.nc is a history, no restart, but one lies beside it; give --resume {restart}." in (
        capsys.readouterr().err
    )
    assert main([*resume, str(history.rename(tmp_path / "lone.nc"))]) == 2
    assert "lone.nc is a history, no restart, and there is no" in capsys.readouterr().err
    damaged = tmp_path / "damaged.nc"
    damaged.write_bytes(restart.read_bytes()[:-1])
    assert main([*resume, str(damaged)]) == 2
    assert "is not a restart file of pysces, or is cut off" in capsys.readouterr().err


def test_a_run_that_is_at_its_end_says_so(tmp_path, capsys):
    again = ("--days", "0.0625", "--resume", "auto")
    assert _run(tmp_path, "wave", *again) == 0
    assert "already at" not in capsys.readouterr().out
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert _run(tmp_path, "wave", *again) == 0
    assert "already at day 0.0625; nothing left, give more --days\n" in capsys.readouterr().out
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_run_in_steps_that_is_at_its_end_asks_for_steps(tmp_path, capsys):
    assert _run(tmp_path, "wave", "--set", "time.nmax=6") == 0
    resume = ["run", "--resume", str(tmp_path / "wave.restart.nc")]
    assert main(resume) == 0
    assert "nothing left, give a larger --set time.nmax\n" in capsys.readouterr().out
    assert main([*resume, "--set", "time.nmax=3"]) == 2
    assert "after the end of the run at day 0.0208333; give a larger --set time.nmax." in capsys.readouterr().err


def test_days_of_the_command_line_win_over_steps_of_a_file(tmp_path, capsys):
    (tmp_path / "run.toml").write_text("[time]\nnmax = 6\n[grid]\nne = 2\n")
    assert main(["run", str(tmp_path / "run.toml"), "--days", "0.125", "--toml"]) == 0
    printed = capsys.readouterr()
    assert "ndays = 0.125" in printed.out and "nmax" not in printed.out + printed.err
    assert main(["run", str(tmp_path / "run.toml"), "--set", "time.ndays=0.125", "--set", "time.nmax=3", "--toml"]) == 0
    assert "nmax = 3" in capsys.readouterr().out


def test_what_cannot_be_drawn_is_said_before_the_image_is_looked_at(tmp_path, capsys):
    assert _run(tmp_path, "wave", "--days", "0.0625") == 0
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
    assert _run(tmp_path, "wave", "--days", "0.0625") == 0
    monkeypatch.setitem(sys.modules, "netCDF4", None)
    assert main(["plot", str(tmp_path / "wave.nc"), "--image", str(tmp_path / "wave.png")]) == 2
    message = "pysces: this needs netCDF4, which is not installed; pip install netCDF4.\n"
    assert capsys.readouterr().err == message


def test_a_climate_is_of_held_suarez(tmp_path, capsys):
    assert _run(tmp_path, "wave", "--days", "0.0625") == 0
    assert main(["climate", str(tmp_path / "wave.nc")]) == 2
    message = capsys.readouterr().err
    assert "is of case 'baroclinic_wave' with suite 'none', found no 'held_suarez'" in message
    assert message.count("\n") == 1
    assert _run(tmp_path, "unforced", "--days", "0.0625", "--case", "held_suarez") == 0
    capsys.readouterr()
    main(["climate", str(tmp_path / "unforced.nc")])
    said = capsys.readouterr()
    assert "the run has suite 'none', so that its climate is not Held-Suarez'" in said.err
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
    assert _run(tmp_path, "wave", "--days", "0.0625") == 0
    assert main(["plot", str(tmp_path / "wave.nc"), "--image", str(tmp_path / "wave.png")]) == 0
    assert (tmp_path / "wave.png").read_bytes().startswith(b"\x89PNG")
    one = ["plot", str(tmp_path / "wave.nc"), "u", "--level", "0", "--day", "0", "--image", str(tmp_path / "u.png")]
    assert main(one) == 0 and (tmp_path / "u.png").read_bytes() != (tmp_path / "wave.png").read_bytes()
    capsys.readouterr()
    for wrong, sentence in (("9", "u has no level 9; give 0 to"), ("-1", "u has no level -1; give 0 to")):
        assert main([*one[:3], "--level", wrong, "--image", str(tmp_path / "no.png")]) == 2
        assert sentence in capsys.readouterr().err and not (tmp_path / "no.png").exists()
