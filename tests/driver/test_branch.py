"""A new run that starts from the state of a restart: HOMME's runtype = 2."""

import numpy as np
import pytest

from pysces.driver.cli import main
from pysces.io.restart import read_restart

pytest.importorskip("netCDF4")
RUN = ["run", "--case", "jablonowski_williamson", "--ne", "2", "--every-hours", "1.5", "--quiet"]
LEVELS = ["--set", "vertical.table.family=even_sigma", "--set", "vertical.table.nlev=6"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("branch")
    assert main([*RUN, *LEVELS, "--days", "0.0625", "--output", str(made / "a.nc")]) == 0
    return made


def branch(folder, name, *more, of="a"):
    return main(
        [*RUN, *LEVELS, "--set", f"case.branch={folder}/{of}.restart.nc", "--output", str(folder / f"{name}.nc"), *more]
    )


def test_a_branch_starts_at_time_zero_from_the_state_and_is_as_one_run(folder):
    """With the same options it is what the run would have been, but for its clock."""
    assert branch(folder, "b", "--days", "0.0625") == 0
    assert main([*RUN, *LEVELS, "--days", "0.125", "--output", str(folder / "whole.nc")]) == 0
    b, whole = (read_restart(folder / f"{name}.restart.nc") for name in ("b", "whole"))
    assert (b.calls, whole.calls) == (3, 6) and b.arrays["time"] == 5400.0 and whole.arrays["time"] == 10800.0
    for name in whole.arrays.keys() - {"time"}:
        np.testing.assert_array_equal(b.arrays[name], whole.arrays[name])


def test_a_branch_may_have_other_options_and_goes_on_from_its_own_restart(folder):
    assert branch(folder, "c", "--days", "0.0625", "--set", "viscosity.nu=5e18") == 0
    assert main(["run", "--resume", str(folder / "c.restart.nc"), "--days", "0.125", "--quiet"]) == 0
    assert read_restart(folder / "c.restart.nc").calls == 6


def test_a_namelist_asks_for_one_with_runtype_2(folder, capsys):
    words = "test_case='jw_baroclinic', u_perturb=1.0, ne=2, tstep=600., nmax=3, rsplit=3, theta_hydrostatic_mode=T"
    text = f"&ctl_nl\n {words}\n runtype=2, restartfile='{folder}/a.restart.nc', hypervis_order=2, nu=1e18\n/\n"
    (folder / "branch.nl").write_text(f"{text}&vert_nl vfile_int='sabi-6.ascii' /\n")
    assert main(["run", str(folder / "branch.nl")]) == 0
    assert f"{folder}/a.restart.nc: theta_l ne2 L6" in capsys.readouterr().out
    assert main(["run", str(folder / "branch.nl"), "--nml"]) == 0
    assert f"runtype = 2\n  restartfile = '{folder}/a.restart.nc'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "more, sentence",
    [
        (["--set", "vertical.table.nlev=5"], "The mesh or the levels are not those that the restart was written on"),
        (["--set", "case.tracers=true"], "Restart holds nothing for tracer_mass"),
        (["--set", "case.ncdata=x.nc"], "[case] has ncdata and branch, and a run starts from one file"),
    ],
)
def test_a_state_of_another_run_is_refused(folder, more, sentence, capsys):
    levels = LEVELS[:2] if "vertical" in more[1] else LEVELS
    assert main([*RUN, *levels, "--days", "0.0625", "--set", f"case.branch={folder}/a.restart.nc", *more]) == 2
    message = capsys.readouterr().err
    assert sentence in message and message.count("\n") == 1


def test_a_restart_that_a_branch_reads_is_not_overwritten(folder, capsys):
    assert branch(folder, "a", "--days", "0.0625", "--overwrite") == 2
    assert "would be one file" in capsys.readouterr().err
