"""What is read of the real HOMME and written for it, without HOMME: a shell script stands in for its program."""

import f90nml
import numpy as np
import pytest
from pysces_harness.errors import BadInput
from pysces_harness.measuring import real_homme
from pysces_harness.measuring.waves import wave

TIMES = """name                      on  processes  threads        count      walltotal   wallmax (proc   thrd  )
"Total"                    -          2        2 2.000000e+00   2.292082e+01    11.465 (     1      0)
"prim_main_loop"           -          2        2 2.000000e+00   4.500000e+00     2.250 (     1      0)
    "prim_main_loop"                     -       1    -      11.100742    11.100742    11.100742
"""
SAID = """
 qv(  1)=   0.0000000000000000E+00  0.8000000000000000E+00  0.6407099983296538E+06
      ps=   0.100000000000000E+06  0.100000000000000E+06  0.614400000000000E+09
 qv(  1)=  -0.1160756896052210E-19  0.5000000000000000E+00  0.6407099983296536E+06
 qv( 10)=   0.2500000000000000E+00  0.1000000000000000E+01  0.6407099983296536E+06
      ps=   0.998851214172262E+05  0.100106666971027E+06  0.614400396870965E+09
"""


@pytest.fixture
def stand_in(tmp_path):
    """A program of sh, and where HOMME's files would be."""

    def made(script):
        program = tmp_path / "theta-l"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return real_homme.Homme(program, ("env",), tmp_path)

    return made


@pytest.fixture
def levels(tmp_path):
    """Two files of two layers, as HOMME's are written: a block of hya, one of hyb."""
    blocks = (((0.1, 0.05, 0.0), (0.0, 0.5, 1.0)), ((0.075, 0.025), (0.25, 0.75)))
    for name, block in zip(real_homme.LEVELS, blocks):
        (tmp_path / name).write_text("".join(f"{len(x)}\n{' '.join(map(str, x))}\n" for x in block))
    return tmp_path


def test_the_time_is_that_of_a_process_in_the_loop():
    assert real_homme.loop_seconds(TIMES) == (2.25, 2)
    with pytest.raises(BadInput, match="no line of"):
        real_homme.loop_seconds(TIMES.replace("prim_main_loop", "Total"))


def test_the_last_state_that_was_printed_counts():
    expected = [(99885.1214172262, 100106.666971027), (-1.160756896052210e-20, 0.5), (0.25, 1.0)]
    np.testing.assert_array_equal(real_homme.last_extremes(SAID), expected)
    with pytest.raises(BadInput, match="no surface pressure"):
        real_homme.last_extremes(SAID.replace("ps=", "T ="))


def test_a_difference_is_relative_to_the_larger_extreme_and_of_all_fields():
    homme = np.array([(1e5, 2e5), (0.0, 1.0)])
    assert real_homme.difference(homme, homme) == 0.0
    assert real_homme.difference(np.array([(1e5 + 2e-3, 2e5), (0.0, 1.0)]), homme) == pytest.approx(1e-8)
    assert real_homme.difference(np.array([(1e5, 2e5), (3e-6, 1.0)]), homme) == pytest.approx(3e-6)
    with pytest.raises(BadInput, match="printed 1 tracers where pysces has 0"):
        real_homme.difference(homme[:1], homme)


def test_extremes_of_ours_are_of_pressure_and_mixing_ratios():
    dycore, state = wave("hydrostatic, 4 tracers", 2)
    found = real_homme.extremes(dycore, state)
    assert found.shape == (5, 2)
    assert found[0] == pytest.approx(1e5, rel=0.1)
    assert (found[1:, 1] <= 2.0).all()


def test_the_namelist_is_the_run_and_prints_seldom(levels):
    config = real_homme.homme_wave("hydrostatic, 10 tracers", 2, levels)
    control = f90nml.reads(real_homme.namelist_of(config, 30))["ctl_nl"]
    words = ("test_case", "ne", "nmax", "qsize", "rsplit", "hypervis_subcycle", "limiter_option", "tstep_type")
    assert [control[word] for word in words] == ["jw_baroclinic", 2, 30, 10, 3, 2, 9, 5]
    assert control["nu"] > 0 and control["statefreq"] == real_homme.NEVER
    assert f90nml.reads(real_homme.namelist_of(config, 30))["prof_inparm"]["profile_single_file"]


def test_a_run_gets_its_namelist_and_gives_its_times(stand_in, levels):
    (levels / "said").write_text(SAID)
    (levels / "times").write_text(TIMES)
    homme = stand_in("grep -q jw_baroclinic && test -d movies && cp times HommeTime && cat said")
    printed = homme.run(real_homme.homme_wave("hydrostatic", 2, levels), 6)
    assert (printed.wall, printed.processes) == (2.25, 2) and printed.processor >= 0
    np.testing.assert_array_equal(printed.extremes, real_homme.last_extremes(SAID))


def test_a_run_that_stops_is_refused_with_its_last_words(stand_in, levels):
    (levels / "HommeTime").write_text(TIMES)  # of a run before
    homme = stand_in("echo start; echo ' 2  ERROR: qsize is too large'; echo NOTE; exit 7")
    with pytest.raises(BadInput, match="stopped with 7 and said: 2 ERROR: qsize is too large"):
        homme.run(real_homme.homme_wave("hydrostatic", 2, levels), 6)


def test_the_last_line_is_said_where_none_is_of_an_error():
    assert real_homme.complaint("a\n b\n\n") == "b"
    assert real_homme.complaint("") == "nothing"


def test_a_run_that_waits_for_ever_is_ended(stand_in, levels, monkeypatch):
    monkeypatch.setattr(real_homme, "PATIENCE", 0.05)
    with pytest.raises(BadInput, match="did not end within 0 s; start it with the mpiexec of its own MPI"):
        stand_in("exec sleep 60").run(real_homme.homme_wave("hydrostatic", 2, levels), 6)


def test_what_is_not_there_is_refused_in_a_sentence(tmp_path):
    program = tmp_path / "theta-l"
    with pytest.raises(BadInput, match=f"{program} is no file; build HOMME"):
        real_homme.Homme(program, ("mpiexec",), tmp_path)
    program.touch()
    with pytest.raises(BadInput, match="no-such-mpiexec -n 2' starts nothing"):
        real_homme.Homme(program, ("no-such-mpiexec", "-n", "2"), tmp_path)
    with pytest.raises(BadInput, match=r"lacks cami-30\.ascii; name"):
        real_homme.homme_wave("hydrostatic", 2, tmp_path / "nowhere")


def test_cam_se_is_no_run_of_homme(levels):
    with pytest.raises(BadInput, match="is one of cam_se, which HOMME does not have"):
        real_homme.homme_wave("cam_se, 3 subcycles", 2, levels)


def test_homme_runs_on_as_many_processes_as_we_have_cores():
    real_homme.check_cores(2, (0, 1))
    with pytest.raises(BadInput, match=r"ran as 1 process\(es\) where pysces may use 2 cores"):
        real_homme.check_cores(1, (0, 1))
