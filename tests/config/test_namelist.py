"""Namelists of HOMME: understood, and one clear sentence for everything that is wrong."""

import pytest

from pysces.config.namelist import parse_namelist, read_namelist

NAMELIST = """
&ctl_nl
  NThreads = 1           ! ignored here
  topology = "cube", test_case = 'dcmip2016_test1'
  ne = 8
  ndays = 10
  tstep = 6.0D2
  rsplit = 3, qsplit = 1
  tstep_type = 5
  nu = 6.9e16
  nu_top = 0.0
  hypervis_subcycle = 2
  theta_hydrostatic_mode = .true.
  vert_remap_q_alg = 10
  statefreq = 144
/
&vert_nl
  vfile_int = './levels_i.ascii'
  vfile_mid = './levels_m.ascii'
/
&analysis_nl
  output_timeunits = 1,0,
  output_frequency = 2,0
  output_varnames1 = 'ps','geo!',"T"
/
"""


def _write(folder, text):
    path = folder / "homme.nl"
    path.write_text(text)
    return path


def test_a_homme_namelist_is_understood(tmp_path):
    config, passed_over = read_namelist(_write(tmp_path, NAMELIST))
    assert (config.grid.ne, config.time.tstep, config.time.ndays) == (8, 600.0, 10.0)
    assert (config.viscosity.nu, config.viscosity.hypervis_subcycle, config.time.rsplit) == (6.9e16, 2, 3)
    assert config.case.name == "baroclinic_wave" and config.output.every_hours == 48.0
    assert config.vertical.vfile_int == str(tmp_path / "levels_i.ascii")
    assert sorted(passed_over) == ["nthreads", "output_varnames1", "statefreq"]


def test_time_step_factors_win_over_splits(tmp_path):
    text = "&ctl_nl\n dt_remap_factor = 6\n dt_tracer_factor = 2, qsplit=1, rsplit=9\n/\n"
    time = read_namelist(_write(tmp_path, text))[0].time
    assert (time.qsplit, time.rsplit) == (2, 3)


def test_fortran_constants():
    groups = parse_namelist("&a\n x=1.5d-3, l1=.TRUE. l2 = f\n s='it''s ! fine' n = 1,\n 2\n 3 /\n &b\n&end\n")
    assert groups == {"a": {"x": 1.5e-3, "l1": True, "l2": False, "s": "it's ! fine", "n": [1, 2, 3]}, "b": {}}


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("&ctl_nl\n nu_dvi = 1.0\n/", r"has an unknown word 'nu_dvi'; did you mean 'nu_div'\?"),
        (
            "&ctl_nl\n theta_hydrostatic_mode = .false.\n/",
            r"asks for theta_hydrostatic_mode = False, but pysces has only",
        ),
        (
            "&ctl_nl\n hypervis_power = 3.3\n/",
            r"hypervis_power = 3.3, but pysces has only constant and tensor hyperviscosity",
        ),
        (
            "&ctl_nl\n test_case = 'dcmip2012_test3'\n/",
            r"asks for test_case 'dcmip2012_test3'; pysces has dcmip2016_test1",
        ),
        ("&ctl_nl\n ne = 4\n", r"Group ctl_nl in namelist .* does not end"),
        ("&other\n/", r"has no group ctl_nl; found other"),
        ("&ctl_nl\n dt_remap_factor=3, dt_tracer_factor=2\n/", r"must be a multiple of dt_tracer_factor=2, found 3"),
        ("&ctl_nl\n ne = 'four'\n/", r"\[grid\] ne must be of type int, found 'four'"),
    ],
)
def test_a_wrong_namelist_gets_one_sentence(tmp_path, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_namelist(_write(tmp_path, text))


def test_what_has_no_effect_is_said(tmp_path):
    """As in HOMME ndays wins over nmax; output in steps is not there yet."""
    text = "&ctl_nl\n ndays=2, nmax=7, u_perturb=1\n/\n&analysis_nl\n output_frequency=6\n/\n"
    config, passed_over = read_namelist(_write(tmp_path, text))
    assert (config.time.ndays, config.time.nmax, config.output.every_hours) == (2.0, 0, 24.0)
    assert [word.split()[0] for word in passed_over] == ["nmax", "output_frequency", "u_perturb"]


@pytest.mark.parametrize(("word", "found"), [("'conus.g'", "conus.g"), *((w, "") for w in ("'NONE'", "'null'", "''"))])
def test_a_mesh_file_is_the_mesh_unless_it_is_none(tmp_path, word, found):
    ne = "0" if found else "3"
    config, _ = read_namelist(_write(tmp_path, f"&ctl_nl\n ne={ne}, mesh_file={word}\n/\n"))
    assert config.grid.mesh == (str(tmp_path / found) if found else "") and config.grid.ne == int(ne)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("&ctl_nl\n ne=2\n/\n&ctl_nl\n ndays=1\n/\n", "Group ctl_nl stands twice"),
        ("&ctl_nl\n ne=3, mesh_file='conus.g'\n/\n", r"\[grid\] has ne = 3 and mesh = '.*conus.g'"),
        ("&ctl_nl\n test_case='jw_baroclinic', u_perturb='a'\n/\n", "u_perturb must be a number, found 'a'"),
    ],
)
def test_what_would_be_misread_is_refused(tmp_path, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_namelist(_write(tmp_path, text))
