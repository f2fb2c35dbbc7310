"""``pysces run --case`` of a small planet: the settings of its document, each of which may be said otherwise."""

import pytest

from pysces.cases.catalogue import CASES
from pysces.config.presets import preset
from pysces.driver.cli import main
from pysces.driver.small_planets import PUBLISHED


def toml_of(capsys, *words):
    assert main(["run", *words, "--toml"]) == 0
    return capsys.readouterr().out


def test_a_word_stands_for_planet_form_levels_and_case(capsys):
    found = toml_of(capsys, "--case", "mountain_wave", "--ne", "8")
    for line in (
        "rearth = 12752.0",
        'test = "2_1", nlev = 60',
        "theta_hydrostatic_mode = false",
        'suite = "schaer_sponge"',
    ):
        assert line in found
    assert 'name = "schaer_waves"' in found


def test_a_case_on_the_whole_earth_is_warned_of_with_the_words_that_bring_its_planet():
    for name, case in CASES.items():
        words = tuple(word for word, settings in PUBLISHED.items() if settings.case == name)
        assert case.complete == words
        notes = preset("theta_l").with_options(case=name).notes()
        assert bool(words) == any(f"which pysces run --case {' or '.join(words)} brings along." in n for n in notes)


def test_what_is_said_beside_it_acts(capsys):
    words = ("--case", "gravity_wave", "--ne", "4", "--nlev", "20", "--set", "time.tstep_type=9", "--days", "0.125")
    found = toml_of(capsys, *words)
    assert 'test = "3", nlev = 20' in found and "tstep_type = 9" in found and "ndays = 0.125" in found


def test_steps_and_viscosity_go_by_the_size_of_elements():
    coarse, fine = (PUBLISHED["supercell"].table(ne, None, 3) for ne in (4, 8))
    assert coarse["time"]["tstep"] == pytest.approx(2 * fine["time"]["tstep"], rel=0.05)
    assert coarse["viscosity"]["nu"] == pytest.approx(2**3.2 * fine["viscosity"]["nu"])


@pytest.mark.parametrize("rsplit", [2, 3, 5])
def test_records_lie_where_they_should_with_any_number_of_steps(capsys, rsplit):
    found = toml_of(capsys, "--case", "gravity_wave", "--ne", "8", "--set", f"time.rsplit={rsplit}")
    calls = 900.0 / (rsplit * float(found.split("\ntstep = ")[1].split()[0]))
    assert calls == pytest.approx(round(calls), abs=1e-9)


def test_a_case_set_by_its_option_brings_its_planet_too(capsys):
    assert "rearth = 53133.0" in toml_of(capsys, "--set", "case.name=supercell", "--ne", "4")


def test_a_small_planets_case_on_the_earth_is_said():
    (note,) = preset("cam_se").with_table({"case": {"name": "gravity_wave"}}).notes()
    assert "planet of 50969.8 m" in note and "set [grid] rearth" in note


@pytest.mark.parametrize("word, value", [("grid.ne", "0"), ("grid.ne", '"abc"'), ("time.rsplit", "-1")])
def test_bad_numbers_beside_a_word_are_refused_by_their_name(capsys, word, value):
    assert main(["run", "--case", "gravity_wave", "--set", f"{word}={value}", "--toml"]) == 2
    assert f"[{word.split('.')[0]}] {word.split('.')[1]} must be" in capsys.readouterr().err


def test_other_models_and_meshes_take_none_of_it(capsys):
    assert "rearth" not in toml_of(capsys, "--case", "gravity_wave", "--model", "cam_se")
    assert main(["run", "--case", "supercell", "--mesh", "mesh.g"]) == 2
    assert "--ne" in capsys.readouterr().err


def test_every_word_is_of_a_case():
    assert {p.case for p in PUBLISHED.values()} <= CASES.keys()


def test_a_run_is_headed_by_the_word_and_the_case_it_stands_for(capsys):
    assert main(["run", "--case", "mountain_wave", "--ne", "4", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("mountain_wave (case schaer_waves): theta_l ne4 L60")
    assert main(["run", "--case", "sheared_mountain_wave", "--ne", "4", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("sheared_mountain_wave (case schaer_waves): theta_l")
    assert main(["run", "--case", "gravity_wave", "--ne", "4", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("gravity_wave: theta_l")
