"""What users run is what is verified: records' settings as namelists and words, run by `pysces run` itself, judged."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("netCDF4")
from pysces_harness.cli import main
from pysces_harness.golden import record as golden
from pysces_harness.running.configurations import CONFIGURATIONS, FORTRAN, configuration
from pysces_harness.sides.pysces.cam_se import coordinate as cam_coordinate
from pysces_harness.sides.pysces.theta_l import coordinate_of
from pysces_harness.whole_runs.assembled import check, forced, live, made_up
from pysces_harness.whole_runs.assembled.words import write

from pysces.config.namelists import read_namelist
from pysces.config.presets import preset
from pysces.constants import CAM, E3SM
from pysces.models.model import World
from tests.daily import DAY, share, turn

NUMPY = configuration("numpy-f64")
RUNS = "homme/theta_l_run"
# One of these in every run of the tests, another one every day: each takes about ten seconds of NumPy.
SAMPLE = (f"{RUNS}/ne4_hydrostatic.nc", f"{RUNS}/ne4_hydrostatic_moist_tracers.nc", "cam_se/cam_se_step/moist_wave.nc")
TODAY = SAMPLE[DAY % len(SAMPLE)]
SHARES = 3  # of the made-up runs


def short(name):
    """A record of test_data as a run to its first outputs."""
    return check.assembled(golden.read(golden.test_data() / name), thorough=False)


def one_call(run):
    """A run that ends after its first remap call."""
    settings = run.record.settings
    steps = round(run.asked.call / settings.get("tstep", settings.get("dt_dynamics")))
    return replace(run, asked=replace(run.asked, words=(*run.asked.words, "--set", f"time.nmax={steps}")))


@pytest.fixture(scope="module")
def over_mountains():
    """CAM-SE's record over topography, a state that is no case of pysces."""
    return short("cam_se/cam_se_step/topo.nc")


def test_a_record_becomes_a_namelist_that_means_its_settings(tmp_path):
    record = golden.read(golden.test_data() / RUNS / "ne4_hydrostatic_tensor.nc")
    asked = check.assembled(record).asked
    write(asked, tmp_path)
    config, passed_over = read_namelist(tmp_path / "run.nl", preset("theta_l"))
    settings = record.settings
    words = {"time": ("tstep", "rsplit", "qsplit"), "viscosity": ("nu", "nu_top", "hypervis_scaling")}
    for section, names in words.items():
        assert all(getattr(getattr(config, section), name) == settings[name] for name in names)
    assert (config.grid.ne, config.case.name, config.time.nmax) == (4, "baroclinic_wave", 144)
    assert asked.own_start and "nu_s" in passed_over


def test_levels_of_ones_own_are_written_to_the_last_bit(tmp_path):
    (run,) = (run for run in made_up.runs() if run.record.case == "dry")
    write(run.asked, tmp_path)
    config, _ = read_namelist(tmp_path / "run.nl", preset("theta_l"))
    assert config.vertical.vfile_int.endswith("interfaces.ascii") and "--nlev" not in run.asked.words


def test_what_is_built_for_a_record_and_started_from_is_the_records():
    """Runs of one call, for their constants, coefficients, levels, meshes and initial states; a sixth every day."""
    records = check.records([], {})
    assert len(records) >= 6
    rows = check.judge([one_call(check.assembled(record)) for record in share(records, 6)], [NUMPY])
    assert rows
    for row in rows:
        found = {f["field"]: f["verdict"] for f in row.fields if f["field"].startswith(("built/", "mesh/", "start/"))}
        different = [name for name, verdict in found.items() if verdict == "DIFFERENT"]
        assert not different and len(found) > 35, (row.case, different)
        assert ("built/nlev_tom" in found) == ("tensor" in row.case)


def test_what_pysces_run_makes_of_todays_record_is_the_record():
    (row,) = check.judge([short(TODAY)], [NUMPY])
    assert row.verdict == "ROUNDOFF", (TODAY, row.reason)
    names = {f["field"].partition("/")[0] for f in row.fields}
    assert {"built", "mesh", "time", "start", "restart"} < names and row.mesh == "assembled"
    assert row.compared["points"] > 500_000


@turn(1, 2)
def test_a_state_of_ones_own_is_run_as_a_case_over_mpi_ranks_too(over_mountains):
    if reason := CONFIGURATIONS["mpi-2"].missing():
        pytest.skip(reason)
    rows = check.judge([over_mountains], [CONFIGURATIONS["mpi-2"]])
    assert [(r.configuration, r.verdict) for r in rows] == [("numpy-f64", "ROUNDOFF"), ("mpi-2", "BITWISE")]
    starts = [f for f in rows[0].fields if f["field"].startswith("start/")]
    assert len(starts) == 4 and all(f["verdict"] == "BITWISE" for f in starts if f["field"] != "start/Qdp")


OTHER_WORDS = {
    "viscosity.hypervis_subcycle=4": "built/se_hypervis_subcycle",
    "grid.constants='e3sm'": "built/rearth",
    "dynamics.cam_compatible=false": "built/nu_scale_top",
}


def test_a_user_who_asks_for_something_else_does_not_get_the_record(over_mountains):
    asked = over_mountains.asked
    others = [replace(asked, words=(*asked.words, "--set", word)) for word in OTHER_WORDS]
    rows = check.judge([replace(over_mountains, asked=other) for other in others], [NUMPY])
    for row, field in zip(rows, OTHER_WORDS.values(), strict=True):
        different = [f["field"] for f in row.fields if f["verdict"] == "DIFFERENT"]
        assert row.verdict == "DIFFERENT" and field in different and "phys1/T" in different


def test_what_pysces_run_refuses_is_not_run_and_says_why():
    record = golden.read(golden.test_data() / RUNS / "ne4_hydrostatic.nc")
    semi_lagrangian = replace(record, settings=record.settings | {"transport_alg": 12})
    (row,) = check.judge([check.assembled(semi_lagrangian)], [NUMPY])
    assert row.verdict == "NOT-RUN" and not row.ok and "transport_alg" in row.reason, row.reason


@pytest.mark.skipif(bool(FORTRAN["r8_strict"].missing()), reason="reference_fortran is not built")
def test_todays_made_up_settings_run_as_fortran_does():
    """A third of them, another one every day; all of them: pysces-verify assembled made-up."""
    many = made_up.runs()
    rows = live.judge(share(many, SHARES), [NUMPY])
    assert len(many) >= 14 and len(rows) >= len(many) // SHARES
    assert {row.verdict for row in rows} == {"ROUNDOFF"}, [(r.case, r.reason) for r in rows]
    assert all(row.r_point is not None and row.smallest_detected for row in rows)


def test_made_up_forcings_act_but_for_the_ftypes_that_do_nothing():
    """What the second writing of a forcing makes of a start; ftypes -1, 1 and 3 do nothing outside of E3SM."""
    changed = {}
    for run in made_up.runs():
        settings, x, grid = run.record.settings, run.check.case.inputs, run.check.case.grid
        if settings.get("suite", "none") == "none":
            continue
        if run.model == "cam_se":
            given = forced.cam_forcing(x, settings, World(grid, cam_coordinate(x, settings), CAM))
            found = {name for name in ("FT", "FM", "dq") if np.abs(given[name]).max() > 1e-6}
        else:
            after = forced.homme_forced(x, settings, World(grid, coordinate_of(x, settings), E3SM))
            found = {name for name in ("v", "vtheta_dp", "dp3d") if relative(after[name], x[name]) > 1e-6}
        changed[run.model, settings["ftype"]] = found
    rain, relaxation = {"vtheta_dp", "dp3d"}, {"v", "vtheta_dp"}
    assert [changed["theta_l", n] for n in (2, 4, 0, -1, 1, 3)] == [rain, rain, relaxation, set(), set(), set()]
    assert [changed["cam_se", n] for n in (2, 0)] == [{"FT", "dq"}, {"FT", "FM"}]


def relative(found, expected):
    """The largest difference of a field, of its largest value."""
    return np.abs(found - expected).max() / np.abs(expected).max()


def test_the_command_writes_rows_and_says_what_it_cannot_use(tmp_path, over_mountains, capsys):
    rows = tmp_path / "rows.json"
    words = ["assembled", str(over_mountains.record.path), str(golden.test_data() / "homme" / "mesh" / "ne2_map2.nc")]
    assert main([*words, "--config", "numpy-f64", "--json", str(rows)]) == 2
    assert "its kernel is 'mesh'" in capsys.readouterr().err
    judged = {row["kernel"]: row["verdict"] for row in json.loads(rows.read_text())}
    assert judged == {"cam_se_step": "ROUNDOFF", "unusable": "NOT-RUN"}


def test_single_precision_and_fortran_are_refused():
    for name in ("jax-cpu-f32", "r8_strict"):
        assert main(["assembled", "--config", name]) == 2
