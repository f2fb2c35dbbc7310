"""Configurations written as namelists of HOMME: read again they are the same; what HOMME has not is refused."""

import tomllib

import pytest
from config.namelist_files import ACCEPTED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pysces.config.namelists import read_namelist
from pysces.config.namelists.writing import namelist_text
from pysces.config.presets import preset, read_toml
from pysces.config.toml_text import toml_text
from pysces.driver.cli import main

OF_HOMME = [f for f in ACCEPTED if not f.stem.startswith("cam_")]
CASES = {  # with words that fit them
    "jw_baroclinic": {"u_perturb": st.floats(0.0, 2.0), "qsize": st.sampled_from([0, 1, 4, 10])},
    "held_suarez0": {"se_ftype": st.sampled_from([0, 2, -1])},
    "dcmip2012_test2_0": {"dcmip2_0_h0": st.floats(1.0, 3000.0), "dcmip2_0_zetam": st.floats(0.1, 1.0)},
    "dcmip2012_test2_1": {"dcmip2_x_h0": st.floats(1.0, 500.0), "rearth": st.floats(1e4, 2e4)},
    "dcmip2012_test2_2": {"dcmip2_x_ueq": st.floats(1.0, 30.0), "omega": st.just(0.0)},
    "dcmip2012_test3": {"qsize": st.sampled_from([0, 1])},
    "dcmip2012_test4": {"dcmip4_x": st.sampled_from([1.0, 10.0]), "dcmip4_moist": st.sampled_from([0, 1])},
    "dcmip2016_test1": {
        "qsize": st.sampled_from([6, 7]),
        "dcmip16_prec_type": st.sampled_from([-1, 0, 1]),
        "dcmip16_pbl_type": st.just(-1),
    },
    "dcmip2016_test2": {
        "qsize": st.sampled_from([3, 5]),
        "dcmip16_prec_type": st.sampled_from([0, 1]),
        "dcmip16_pbl_type": st.just(0),
    },
}
COMMON = {
    "ne": st.integers(2, 64),
    "tstep": st.floats(0.1, 600.0),
    "nmax": st.integers(1, 1000),
    "ndays": st.integers(0, 20),
    "rsplit": st.integers(0, 6),
    "qsplit": st.integers(1, 3),
    "tstep_type": st.sampled_from([1, 4, 5]),
    "nu": st.floats(0.0, 1e18),
    "nu_div": st.one_of(st.just(-1.0), st.floats(0.0, 1e18)),
    "nu_top": st.floats(0.0, 1e6),
    "hypervis_order": st.sampled_from([0, 2]),
    "hypervis_subcycle": st.integers(1, 4),
    "hypervis_scaling": st.sampled_from([0.0, 3.0]),
    "limiter_option": st.sampled_from([0, 4, 8, 9]),
    "vert_remap_q_alg": st.sampled_from([0, 1, 10]),
    "theta_advect_form": st.sampled_from([0, 1]),
    "moisture": st.sampled_from(["'dry'", "'wet'"]),
    "cubed_sphere_map": st.sampled_from([-1, 0, 2]),
}
LEVELS = ["vfile_int = 'sabi-7.ascii'", "vfile_int = 'cami-30.ascii', vfile_mid = 'camm-30.ascii'"]


@st.composite
def namelists(draw):
    """The text of a namelist that is accepted."""
    case = draw(st.sampled_from(sorted(CASES)))
    chosen = draw(st.lists(st.sampled_from(sorted(COMMON)), unique=True))
    words = {word: draw(COMMON[word]) for word in {*chosen, "ne", "tstep", "nu"}}
    words |= {word: draw(values) for word, values in CASES[case].items()}
    lines = "".join(f"  {word} = {value}\n" for word, value in words.items())
    levels = draw(st.sampled_from(LEVELS))
    unit, every = draw(st.sampled_from([(1, 2), (2, 5), (3, 700)]))
    output = f"&analysis_nl\n  output_timeunits = {unit}, output_frequency = {every}, output_dir = './'\n/\n"
    head = f"  test_case = '{case}', theta_hydrostatic_mode = .true.\n"
    return f"&ctl_nl\n{head}{lines}/\n&vert_nl\n  {levels}\n/\n{output if draw(st.booleans()) else ''}"


def round_trip(text, folder):
    """A namelist's configuration, and that of the namelist written of it."""
    (folder / "a.nl").write_text(text)
    config, _ = read_namelist(folder / "a.nl")
    (folder / "b.nl").write_text(namelist_text(config))
    return config, read_namelist(folder / "b.nl")[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=namelists())
def test_a_configuration_is_the_same_after_a_namelist(text, tmp_path):
    config, again = round_trip(text, tmp_path)
    assert config.table() == again.table()


@pytest.mark.parametrize("file", OF_HOMME, ids=lambda file: file.stem)
def test_our_own_namelists_are_the_same_after_writing(file, tmp_path):
    config, again = round_trip(file.read_text(), tmp_path)
    assert config.table() == again.table()


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.stem)
def test_toml_of_a_namelist_is_the_same_run(file, tmp_path, capsys):
    assert main(["namelist", str(file), "--toml"]) == 0
    config, _ = read_namelist(file, preset(read_model(file)))
    table = tomllib.loads(capsys.readouterr().out)
    again = preset(table["dynamics"]["model"]).with_table(table)
    assert again.table() == config.table() and tomllib.loads(toml_text(again)) == table


def read_model(file):
    if file.stem.startswith("given_"):
        return "prescribed_wind"
    others = {"cam": "cam_se", "water": "shallow_water"}
    return others.get(file.stem.split("_")[0], "theta_l")


def differing(one, other):
    """{(section.option, value, other value)} of two configurations' tables."""
    places = {(s, n) for table in (one, other) for s, section in table.items() for n in section}
    pairs = {f"{s}.{n}": (one.get(s, {}).get(n), other.get(s, {}).get(n)) for s, n in places}
    return {(name, str(a), str(b)) for name, (a, b) in pairs.items() if a != b}


LEVELS_OF = "{{'family': 'dcmip2012', 'test': '{}', 'nlev': 30}}"
SAID_BY_NAMELISTS = {  # where pysces leaves it to the case: its perturbation, its tracers, its (same) levels
    ("case.options", "{'perturbation': 1.0}", "{}"),
    ("case.qsize", "2", "0"),
    ("vertical.table", LEVELS_OF.format("1_2"), LEVELS_OF.format("1_1")),
}


@pytest.mark.parametrize(
    "words",
    [
        ["--case", "jablonowski_williamson", "--nlev", "26"],
        ["--model", "shallow_water", "--case", "galewsky", "--set", "time.integration=explicit"],
        ["--model", "prescribed_wind", "--case", "hadley", "--set", "case.planet=6.37122e6"],
    ],
    ids=["theta_l", "shallow_water", "prescribed_wind"],
)
def test_the_command_prints_a_namelist_that_it_takes(words, tmp_path, capsys):
    """With numbers for what is left to be chosen, so that the namelist makes the run that TOML makes."""
    words = ["run", *words, "--ne", "2", "--days", "2"]
    assert main([*words, "--nml"]) == 0
    (tmp_path / "run.nl").write_text(capsys.readouterr().out)
    assert main([*words, "--toml"]) == 0
    (tmp_path / "run.toml").write_text(capsys.readouterr().out)
    config, other = read_namelist(tmp_path / "run.nl")[0], read_toml(tmp_path / "run.toml")
    assert main(["namelist", str(tmp_path / "run.nl")]) == 0
    assert capsys.readouterr().out
    assert differing(config.table(), other.table()) <= SAID_BY_NAMELISTS


@pytest.mark.parametrize(
    "changed, sentence",
    [
        ({}, "nu, found -1.0, is not HOMME's; pysces chooses it"),
        ({"nu": 1e15, "case": "solid_body_rotation"}, "is not a test case of HOMME"),
        ({"nu": 1e15, "constants": "cam"}, "constants, found 'cam', is not HOMME's"),
        ({"nu": 1e15, "case_options": {"perturbation": "none"}}, "options.perturbation, found 'none', is not HOMME's"),
        ({"nu": 1e15, "suite": "held_suarez"}, "suite, found 'held_suarez', is not HOMME's"),
        ({"nu": 1e15, "levels": "cam_l32", "output": "mine.nc"}, "it names its history itself"),
    ],
)
def test_what_homme_has_not_is_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence) as refused:
        namelist_text(preset("theta_l").with_options(**changed))
    assert "\n" not in str(refused.value)


def test_other_models_are_not_hommes():
    with pytest.raises(
        ValueError, match="HOMME's namelists are for theta_l, shallow_water, prescribed_wind, found model 'cam_se'"
    ):
        namelist_text(preset("cam_se"))


RUNS = {
    "theta_l": {"nu": 1e15, "levels": "cam_l32", "case": "jablonowski_williamson"},
    "shallow_water": {"case": "galewsky", "nu": 1e15, "hypervis_subcycle": 1, "integration": "explicit"},
    "prescribed_wind": {"case": "hadley", "case_options": {}},
}
STREAM = {"file": "s2.nc", "every_steps": 3, "fields": ["T"]}
UNSAID = {
    "start_date": ({"time": {"start_date": "2001-02-03"}}, "[time] start_date, found '2001-02-03'"),
    "calendar": ({"time": {"calendar": "360_day"}}, "[time] calendar, found '360_day'"),
    "initial": ({"output": {"initial": "end.nc"}}, "[output] initial, found 'end.nc'"),
    "layout": ({"output": {"layout": "element"}}, "[output] layout, found 'element'"),
    "names": ({"output": {"names": "cam"}}, "[output] names, found 'cam'"),
    "stream": ({"output": {"stream": [STREAM]}}, "[[output.stream]] without [output] file"),
}


@pytest.mark.parametrize("model", RUNS)
@pytest.mark.parametrize("what", UNSAID)
def test_no_file_or_date_vanishes(model, what):
    table, said = UNSAID[what]
    config = preset(model).with_options(**RUNS[model])
    with pytest.raises(ValueError, match=r"^[^\n]*\.$") as refused:
        namelist_text(config.with_table(table))
    assert said in str(refused.value) and "is not HOMME's" in str(refused.value)


def test_a_case_of_shallow_water_is_named_as_it_has_it(tmp_path):
    (tmp_path / "a.nl").write_text("&ctl_nl\n  test_case = 'sj1', ne = 2, nmax = 1\n/\n")
    with pytest.raises(ValueError, match="where it is called swsj1"):
        read_namelist(tmp_path / "a.nl")
