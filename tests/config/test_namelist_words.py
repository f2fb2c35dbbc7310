"""Forms of namelists that are read, and every word of users' namelists in one of the four kinds."""

import pytest

from pysces.config.namelists import cam, read_namelist
from pysces.config.namelists.document import every_group, markdown
from pysces.config.namelists.homme import GROUPS
from pysces.config.namelists.parser import parse
from pysces.config.namelists.words import ACTS, KINDS, NOT_THERE, ONE_VALUE

USERS = {  # words of 198 namelists of HOMME, by their groups
    "analysis_nl": """
        interp_gridtype interp_lon0 interp_nlat interp_nlon interp_type interpolate_analysis io_stride
        num_io_procs output_dir output_end_time output_frequency output_prefix output_start_time
        output_timeunits output_type output_varnames1 output_varnames2 output_varnames3 tool
    """,
    "ctl_nl": """
        bubble_cosine bubble_dt bubble_moist bubble_moist_dq bubble_moist_drh bubble_prec_type
        bubble_rh_background bubble_t0 bubble_xyradius bubble_zcenter bubble_zradius bubble_ztop
        cubed_sphere_map dcmip16_mu dcmip16_mu_s dcmip16_pbl_type dcmip16_prec_type dcmip2_0_rm dcmip2_0_zetam
        dcmip2_x_d dcmip2_x_h0 dcmip2_x_ueq dcmip2_x_xi dcmip4_moist dcmip4_x disable_diagnostics dp3d_thresh
        dt_remap_factor dt_tracer_factor geometry hv_ref_profiles hv_theta_correction hypervis_order
        hypervis_power hypervis_scaling hypervis_subcycle hypervis_subcycle_q hypervis_subcycle_tom
        integration internal_diagnostics_level lftfreq limiter_option lx ly mesh_file moisture ndays ne ne_x
        ne_y nmax nthreads ntrac nu nu_div nu_p nu_q nu_s nu_top omega partmethod pgrad_correction
        planar_slice prescribed_wind qsize qsplit rearth restartfile restartfreq rk_stage_user rotate_grid
        rsplit runtype se_ftype semi_lagrange_cdr_alg semi_lagrange_cdr_check semi_lagrange_diagnostics
        semi_lagrange_halo semi_lagrange_hv_q semi_lagrange_nearest_point_lev
        semi_lagrange_trajectory_nsubstep semi_lagrange_trajectory_nvelocity smooth smooth_phis_nudt
        smooth_phis_numcycle statefreq sx sy test_case theta_advect_form theta_hydrostatic_mode topology
        transport_alg tstep tstep_type u_perturb vert_remap_q_alg vert_remap_u_alg vtheta_thresh vthreads
        which_vlaplace
    """,
    "filter_nl": """
        filter_freq filter_mu filter_type kcut_fm p_bv s_bv transfer_type wght_fm
    """,
    "solver_nl": """
        debug_level maxits precon_method tol
    """,
    "vert_nl": """
        vanalytic vfile_int vfile_mid vtop
    """,
}
ALL = every_group()
CAM_WORDS = """
    se_ne se_nsplit se_rsplit se_qsplit se_tstep_type se_nu se_nu_div se_nu_p se_nu_top se_hypervis_subcycle
    se_hypervis_subcycle_q se_hypervis_subcycle_sponge se_hypervis_scaling se_hypervis_power se_ftype se_mesh_file
    se_refined_mesh se_fine_ne se_max_hypervis_courant se_limiter_option se_kmin_jet se_sponge_del4_nu_fac
    se_sponge_del4_nu_div_fac se_sponge_del4_lev se_vert_remap_t se_vert_remap_uvtq_alg se_vert_remap_tracer_alg
    nhtfrq mfilt fincl1 fincl2 ncdata bnd_topo
"""  # of the issue that asked for them
MINIMAL = "test_case = 'jw_baroclinic', ne = 2, tstep = 300., theta_hydrostatic_mode = T"
LEVELS = "&vert_nl\n vfile_int = 'sabi-6.ascii'\n/\n"


def table_of(tmp_path, words, more=LEVELS):
    """The configuration's table that a namelist of some words becomes."""
    (tmp_path / "in.nl").write_text(f"&ctl_nl\n {MINIMAL}\n {words}\n/\n{more}")
    return read_namelist(tmp_path / "in.nl")[0]


@pytest.mark.parametrize("group", USERS)
def test_every_word_of_users_is_known(group):
    missing = set(USERS[group].split()) - set(GROUPS[group])
    assert not missing


def test_every_word_of_cam_is_known():
    assert not set(CAM_WORDS.split()) - {word for table in cam.GROUPS.values() for word in table}


def test_every_word_is_of_one_kind_in_one_group_with_its_reason():
    for groups in (GROUPS, cam.GROUPS):
        everywhere = [word for table in groups.values() for word in table]
        assert len(everywhere) == len(set(everywhere))
    for table in ALL.values():
        for word, about in table.items():
            assert about.kind in KINDS and about.says, word
            assert (about.kind == ONE_VALUE) == bool(about.values), word
            assert about.option is None or about.kind == ACTS, word
            assert about.kind != NOT_THERE or about.cause or about.says, word


def test_the_page_has_the_tables_as_they_are():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "use" / "namelists.md").read_text()
    assert markdown(ALL) in page


@pytest.mark.parametrize(
    "text, group, words",
    [
        ("&a\n b(2)=4.,b(3)=5.\n/\n", "a", {"b": [None, 4.0, 5.0]}),
        ("&a\n b=1,,3\n/\n", "a", {"b": [1, None, 3]}),
        ("&a\n b=3*0.5\n/\n", "a", {"b": [0.5, 0.5, 0.5]}),
        ("$ctl_nl\n a=1\n$end\n", "ctl_nl", {"a": 1}),
        ("&a\n v%x = 3\n/\n", "a", {"v%x": 3}),
        (
            "&a\n s='a&end b', t=\"it's\" u='it''s ! fine' ! a comment\n/\n",
            "a",
            {"s": "a&end b", "t": "it's", "u": "it's ! fine"},
        ),
        (
            "&A\n X=1.5d-3 L1=.TRUE. l2=f l3=.F. n=1,\n 2\n 3\n&END\n",
            "a",
            {"x": 1.5e-3, "l1": True, "l2": False, "l3": False, "n": [1, 2, 3]},
        ),
        ("words before\n&a ne = 4, ne = 5 /\nwords after\n", "a", {"ne": 5}),
        ("nhtfrq = -24\n se_ne = 30 ! a comment\n", "user_nl_cam", {"nhtfrq": -24, "se_ne": 30}),
    ],
)
def test_forms_that_fortran_reads_are_read(text, group, words):
    assert parse(text).values == {group: words}


def test_of_a_group_that_stands_twice_the_first_counts():
    groups = parse("&ctl_nl\n ne=2\n/\n&ctl_nl\n ne=3\n/\n")
    assert groups.values == {"ctl_nl": {"ne": 2}} and "second group ctl_nl is passed over" in groups.notes[0]


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("&ctl_nl\n ne = 4\n", "does not end; close it with a line '/'"),
        ("&ctl_nl\n test_case = 1e\n ne = 2\n/\n", "test_case in ctl_nl has a value that cannot be read"),
        ("&ctl_nl\n ne = 4\n&vert_nl\n vtop = 1.0\n/\n", "Group ctl_nl in namelist text does not end before vert_nl"),
        ("&ctl_nl ne = 4 &vert_nl vtop = 1.0 /\n", "Group ctl_nl in namelist text does not end before vert_nl"),
        ("&ctl_nl\n ne 4\n nu = 1\n/\n", "Group ctl_nl in namelist text begins with 'ne', which has no value"),
        ("&a\n x = ${NE}\n/\n", r"has a placeholder \$\{NE\}; put a value in its place"),
        ("&a\n x = 1.0_r8\n/\n", "has 1.0_r8, but a namelist's numbers have no kind|has 1.0_r8; a namelist's numbers"),
        ("&a\n s = 'abc\n y = 3\n/\n", 'a text without its second quote, in "s = \'abc"; close it'),
        ("&a\n b(0) = 1, b(1) = 2\n/\n", r"b\(0\)"),
    ],
)
def test_what_fortran_does_not_read_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence) as refused:
        parse(text)
    assert "\n" not in str(refused.value)


def test_what_is_left_out_is_what_homme_takes(tmp_path):
    config = table_of(tmp_path, "")
    assert (config.time.nmax, config.time.rsplit, config.time.qsplit, config.time.tstep_type) == (12, 0, 1, 5)
    assert config.viscosity.hypervis_order == 0
    assert (config.dynamics.theta_advect_form, config.dynamics.pgrad_correction) == (0, 0)
    assert config.dynamics.vert_remap_q_alg == 0 and config.case.options == {"perturbation": 0.0}
    viscous = table_of(tmp_path, "hypervis_order = 2").viscosity
    assert (viscous.nu, viscous.hv_ref_profiles) == (7.0e5, 0)


@pytest.mark.parametrize(
    "unit, frequency, hours",
    [(0, 12, 1.0), (1, 2, 48.0), (2, 6, 6.0), (3, 1800, 0.5)],
    ids=["steps", "days", "hours", "s"],
)
def test_records_come_in_every_unit(tmp_path, unit, frequency, hours):
    output = f"{LEVELS}&analysis_nl\n output_timeunits = {unit}\n output_frequency = {frequency}\n/\n"
    found = table_of(tmp_path, "", output).output
    assert found.every_hours == hours and found.file == "./movies/jw_baroclinic1.nc"


def test_the_form_of_levels_of_older_namelists_is_passed_over(tmp_path):
    table_of(tmp_path, "", LEVELS.replace("\n/", "\n vform = 'ccm'\n/"))


def test_a_small_planet_is_that_of_dcmip4_x(tmp_path):
    words = "test_case = 'dcmip2012_test4', dcmip4_x = 100.0, dcmip4_moist = 0"
    grid = table_of(tmp_path, words).grid
    assert grid.rearth == 6.376e6 / 100.0 and grid.omega == 7.292e-5 * 100.0


def test_a_restart_is_gone_on_from_for_as_long_again(tmp_path, monkeypatch, capsys):
    from pysces.driver.cli import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.nl").write_text(f"&ctl_nl\n {MINIMAL}, nmax = 2\n/\n{LEVELS}")
    again = f"{MINIMAL}, nmax = 2, runtype = 1, restartfile = 'a.restart.nc'"
    (tmp_path / "again.nl").write_text(f"&ctl_nl\n {again}\n/\n{LEVELS}")
    (tmp_path / "long.nl").write_text(f"&ctl_nl\n {MINIMAL}, nmax = 4\n/\n{LEVELS}")
    assert main(["run", "new.nl", "--output", "a.nc"]) == 0
    assert main(["run", "long.nl", "--output", "b.nc"]) == 0
    assert main(["run", "again.nl", "--output", "a.nc"]) == 0, capsys.readouterr().err
    import netCDF4

    with netCDF4.Dataset("a.nc") as a, netCDF4.Dataset("b.nc") as b:
        assert a["time"][-1] == b["time"][-1]
        assert (a["u"][-1] == b["u"][-1]).all()


def test_binary_levels_are_taken_by_their_name(tmp_path):
    (tmp_path / "cami-26.fbin.littleendian").write_bytes(bytes(range(200)))
    levels = "&vert_nl\n vfile_int = 'cami-26.fbin.littleendian', vfile_mid = 'camm-26.fbin.littleendian'\n/\n"
    assert table_of(tmp_path, "", levels).vertical.name == "cam_l26"
    (tmp_path / "habi-18.fbin").write_bytes(bytes(200))
    with pytest.raises(ValueError, match=r"habi-18.fbin, which are binary; put the file at .*habi-18.ascii"):
        table_of(tmp_path, "", levels.replace("cami-26.fbin.littleendian", "habi-18.fbin"))


def test_levels_come_from_netcdf_too(tmp_path):
    netCDF4 = pytest.importorskip("netCDF4")
    from pysces.models.model import vertical_coordinate
    from pysces.vertical.coordinate_files import named_coordinate

    known = named_coordinate("cam_l26")
    with netCDF4.Dataset(tmp_path / "levels.nc", "w") as file:
        file.createDimension("lev", 26)
        file.createDimension("ilev", 27)
        for name, size in (("hyai", "ilev"), ("hybi", "ilev"), ("hyam", "lev"), ("hybm", "lev")):
            file.createVariable(name, "f8", (size,))[:] = getattr(known, name)
        file.createVariable("P0", "f8", ())[...] = 1.0e5
    config = table_of(tmp_path, "", "&vert_nl\n vfile_int = 'levels.nc'\n/\n")
    found = vertical_coordinate(config, 1.0e5)
    assert all((getattr(found, name) == getattr(known, name)).all() for name in ("hyai", "hybi", "hyam", "hybm"))


@pytest.mark.parametrize(
    "words, steps",
    [
        ("ndays = 1, tstep = 33., rsplit = 0", 2618),  # 2618.2 of them
        ("ndays = 1, tstep = 33., rsplit = 3", 2619),
        ("nmax = 7, rsplit = 2, qsplit = 2", 8),
        ("nmax = 8, rsplit = 2, qsplit = 2", 8),
        ("ndays = 1, tstep = 0.3", 0),
    ],
)
def test_a_run_ends_where_homme_ends_it(tmp_path, words, steps):
    """nmax = ndays * (secpday / tstep) in whole numbers, and whole remap calls while there are less than nmax steps."""
    time = table_of(tmp_path, words).time
    assert time.nmax == steps and (steps or time.ndays == 1)


@pytest.mark.parametrize(
    "word, value, kind",
    [
        ("nmax", "NMAX", "number"),
        ("qsplit", "'one'", "number"),
        ("rsplit", "1.5", "whole number"),
        ("dt_tracer_factor", "2.0", "whole number"),
    ],
)
def test_a_count_that_is_none_is_refused_by_its_name(tmp_path, word, value, kind):
    with pytest.raises(ValueError, match=f"{word} must be a {kind}, found .*; give one."):
        table_of(tmp_path, f"{word} = {value}")


def test_streams_begin_and_end_as_they_are_told(tmp_path):
    from config.namelist_files import FILES

    output = read_namelist(next(file for file in FILES if file.stem == "output_window"))[0].output
    assert not output.file and output.restart == "./movies/jw_baroclinic1.restart.nc" and output.every_hours == 2.0
    assert [(s.file[-4:], s.every_steps, s.start_hours, s.end_hours, s.fields) for s in output.stream] == [
        ("1.nc", 12, 6.0, 0.0, ["ps", "T", "pmid"]),
        ("2.nc", 6, 0.0, 12.0, ["u", "v"]),
        ("4.nc", 9, 6.0, 0.0, ["omega"]),
    ]


def test_tapes_of_cam_become_streams():
    from config.namelist_files import FILES

    output = read_namelist(next(file for file in FILES if file.stem == "cam_wave"))[0].output
    assert output.every_hours == 3.0 and not output.file
    assert [
        (s.file, s.every_hours, s.fields, s.average, s.precision, s.records_per_file, s.latlon) for s in output.stream
    ] == [
        ("cam.h0a.nc", 3.0, ["U"], True, 32, 2, ""),
        ("cam.h0i.nc", 3.0, ["V"], False, 32, 2, ""),
        ("cam.h1.nc", 6.0, ["T", "Q"], False, 64, 30, "19x36"),
        ("cam.h2.nc", 4.5, ["OMEGA"], True, 32, 0, ""),
    ]


def test_fields_of_cams_tapes_are_fields_of_streams():
    from pysces.config.namelists.cam_output import FIELDS, OF_PHYSICS
    from pysces.diagnostics.catalogue import listed_fields

    assert {*FIELDS, *OF_PHYSICS} <= {kind.cam for kind in listed_fields(False)}


def test_streams_after_the_first_become_streams(tmp_path):
    output = """&analysis_nl
     output_timeunits = 0, 0, 3, 2, 0, output_frequency = 3, 2, 2000, 1, 0, output_dir = './', output_prefix = 'a-'
     output_varnames2 = 'T', 'omega', 'pnh', output_varnames3 = 'Q', 'Q3', 'w', output_varnames5 = 'u'
    /\n"""
    found = table_of(tmp_path, "qsize = 2, rsplit = 3", LEVELS + output).output
    assert found.file == "./a-jw_baroclinic1.nc" and found.every_hours == 0.25
    streams = [(stream.file, stream.every_steps, stream.fields) for stream in found.stream]
    assert streams == [  # tracer 3 is not carried, w is not hydrostatic; 4 names nothing, 5 is off
        ("./a-jw_baroclinic2.nc", 3, ["T", "omega", "pmid"]),
        ("./a-jw_baroclinic3.nc", 9, ["Q"]),
    ]


@pytest.mark.parametrize("text", ["&a\n x = 600/2, y = 1\n/\n", "x = 600\n/\ny = 1\n", "y = 1\n&a\n x = 600\n/\n"])
def test_words_outside_of_groups_are_named(text):
    found = parse(text)
    assert list(found.values.values()) == [{"x": 600}]
    assert "outside of groups is passed over" in found.notes[0] and "y = 1" in found.notes[0]


def test_suites_take_as_many_tracers_in_namelists_as_they_have():
    from pysces.config.namelists.homme_cases import WATER
    from pysces.models.suites import SUITES

    assert {name: len(suite.tracers) for name, suite in SUITES.items() if suite.tracers} == WATER
