"""What the words of pysces run may be, one beside another, and the sentences where they may not."""

import pytest
from driver.tiny_runs import TINY

from pysces.driver.cli import main

pytest.importorskip("netCDF4")


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
    nu_div = "did you mean --set viscosity.nu_div=VALUE? See pysces run --help."
    for words, meant in {
        "run --ndays": "There is no option --ndays; did you mean --days? See pysces run --help.",
        "run --nlevs": "There is no option --nlevs; did you mean --nlev? See pysces run --help.",
        "run --nu_div=1e15": f"There is no option --nu_div; {nu_div}",
        "run --nu-div": f"There is no option --nu-div; {nu_div}",
        "run --xyz": "There is no option --xyz; see pysces run --help.",
        "plot x.nc --imgae": "There is no option --imgae; did you mean --image? See pysces plot --help.",
        "plot x.nc T temperature": "'temperature' is one word too many; leave it out; see pysces plot --help.",
    }.items():
        assert _refused(words, capsys) == f"pysces: {meant}\n"


def test_what_argparse_refuses_is_said_in_the_words_of_the_rest(capsys):
    """Those of argparse differ from one Python to the next; none of them must come through."""
    for words, sentence in {
        "": "command is missing; see pysces --help.",
        "runn": "There is no command 'runn'; did you mean 'run'? See pysces --help.",
        "mesh inof": "There is no command 'inof'; did you mean 'info'? See pysces mesh --help.",
        "run --ne two": "--ne must be a whole number, found 'two'; see pysces run --help.",
        "run --ne 1_0": "--ne must be a whole number, found '1_0'; see pysces run --help.",
        "run --days ten": "--days must be a number, found 'ten'; see pysces run --help.",
        "run --output": "--output needs a value; see pysces run --help.",
        "run --quiet=1": "--quiet takes no value, found '1'; see pysces run --help.",
        "run --nml --toml": "--toml and --nml exclude each other; leave one of them out; see pysces run --help.",
        "run --as preq": "--as must be one of theta_l, found 'preq'; see pysces run --help.",
        "run --n 4": "--n is the beginning of --ne, --nlev, --nml",
        "plot": "history is missing; see pysces plot --help.",
        "regrid": "these are missing: input, output; see pysces regrid --help.",
        "mesh plot --centre 1": "--centre needs 2 values; see pysces mesh plot --help.",
    }.items():
        assert _refused(words, capsys).startswith(f"pysces: {sentence}")


def _refused(words, capsys):
    """What a command line that ends with status 2 prints: one line."""
    with pytest.raises(SystemExit, match="2"):
        main(words.split())
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    return printed


def test_days_of_the_command_line_win_over_steps_of_a_file(tmp_path, capsys):
    (tmp_path / "run.toml").write_text("[time]\nnmax = 6\n[grid]\nne = 2\n")
    assert main(["run", str(tmp_path / "run.toml"), "--days", "0.125", "--toml"]) == 0
    printed = capsys.readouterr()
    assert "ndays = 0.125" in printed.out and "nmax" not in printed.out + printed.err
    assert main(["run", str(tmp_path / "run.toml"), "--set", "time.ndays=0.125", "--set", "time.nmax=3", "--toml"]) == 0
    assert "nmax = 3" in capsys.readouterr().out
