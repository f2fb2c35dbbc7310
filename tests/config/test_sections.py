"""Configurations: HOMME's defaults, TOML, and one clear sentence for everything that is wrong."""

import dataclasses

import pytest

from pysces.config.namelists import read_namelist
from pysces.config.presets import homme, preset, read_toml
from pysces.models.registry import MODELS


def _write(folder, text):
    path = folder / "run.toml"
    path.write_text(text)
    return path


def test_toml_changes_only_what_it_names(tmp_path):
    path = _write(tmp_path, "[grid]\nne = 8\n[viscosity]\nnu = 1e15\nnu_div = 2\n[case.options]\nmoist = true\n")
    config = read_toml(path)
    assert config.grid.ne == 8 and config.viscosity.nu_div == 2.0 and config.case.options == {"moist": True}
    assert config.time == homme().time and homme().with_table(config.table()) == config


def test_files_in_a_toml_lie_beside_it(tmp_path):
    config = read_toml(_write(tmp_path, '[vertical]\nvfile_int = "levels.ascii"\n'))
    assert config.vertical.vfile_int == str(tmp_path / "levels.ascii")


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("[gird]\nne = 4", r"There is no section \[gird\] \(in .*run.toml\); did you mean 'grid'\?"),
        (
            "[viscosity]\nnu_dvi = 1.0",
            r"Section \[viscosity\] has no option 'nu_dvi' \(in .*\); did you mean 'nu_div'\?",
        ),
        ("[grid]\nne = 0", r"\[grid\] ne must be at least 2, found 0"),
        ("[grid]\nne = 4.5", r"\[grid\] ne must be a whole number, found 4.5"),
        ("[time]\ntstep = nan", r"\[time\] tstep must be finite, found nan"),
        ("[dynamics]\nlimiter_option = 7", r"limiter_option must be one of 0, 4, 8, 9, found 7"),
        ("[backend]\nname = 'jaxx'", r"name must be one of 'numpy', 'jax', found 'jaxx'"),
        ("[time]\ntstep = '5'", r"^.*run.toml: \[time\] tstep must be a number \[s\], found '5'\.$"),
        ("[time]\ntstep = -5", r"^.*run.toml: \[time\] tstep must be at least 0 s, found -5\.0\.$"),
        ("grid = 3", r"Expected sections \(in .*\), found grid = 3 .* options of 'grid' stand below a line \[grid\]"),
        ("ne = 4\n[time]", r"found ne = 4 outside of them; it belongs under \[grid\]\.$"),
        ("levels = 'cam_l26'", r"it belongs under \[vertical\], as name = 'cam_l26'\.$"),
        ("nes = 4", r"found nes = 4 outside of them; did you mean 'ne'\?$"),
        ("[grid\nne=1", r"Configuration .*run.toml is not valid TOML"),
    ],
)
def test_a_wrong_configuration_gets_one_sentence(tmp_path, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_toml(_write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"Cannot read configuration .*none.toml: No such file"):
        read_toml(tmp_path / "none.toml")


@pytest.mark.parametrize("read, sentence", [(read_toml, "give a file of TOML"), (read_namelist, "pysces run --resume")])
def test_what_is_no_text_is_named(tmp_path, read, sentence):
    file = tmp_path / "wave.nc"
    file.write_bytes(b"\x89HDF\r\n\x1a\n\xda")
    with pytest.raises(ValueError, match=rf"wave.nc is no text file; .*{sentence}"):
        read(file)


def test_every_option_is_described():
    for model in MODELS:
        for section in preset(model).sections().values():
            for f in dataclasses.fields(section):
                assert f.metadata["long_name"], f"{model}: {section.__name__}.{f.name}"


@pytest.mark.parametrize(
    "date, sentence",
    [
        ("2000-02-28T06:00:00Z", "has a time zone, and models count in UTC alone; give the date in UTC without 'Z'."),
        ("2000-02-28 06:00:00+01:00", "has a time zone, and models count in UTC alone; .* without '\\+01:00'."),
        ("2000-02-28T06:00:00.5", "has a fraction of a second, and runs .*; give '2000-02-28 06:00:00'."),
        ("2000-02-28T06:00:00", "has a T before its time; give '2000-02-28 06:00:00'."),
        ("2000-02-28 06:00", "is not a date of calendar 'noleap'; give .*, as 2000-01-31 or 2000-01-31 06:00:00."),
        ("2000-02-29", "is not a date of calendar 'noleap'"),
        ("2000-02-29 00:00:00.5", "has a fraction of a second"),
        ("28.2.2000", "is not a date of calendar 'noleap'"),
    ],
)
def test_a_wrong_date_is_refused_for_what_is_wrong_with_it(date, sentence):
    with pytest.raises(ValueError, match=f"^\\[time\\] start_date '.*' {sentence}"):
        preset("theta_l").with_options(start_date=date)


def test_a_date_of_toml_needs_no_quotes():
    import tomllib

    for written, read in (("2000-02-28", "2000-02-28"), ("2000-02-28T06:00:00", "2000-02-28 06:00:00")):
        config = preset("theta_l").with_table(tomllib.loads(f"[time]\nstart_date = {written}"))
        assert config.time.start_date == read
