"""Namelists of our own writing: each is accepted, or refused for the one thing that its first line names."""

import os
import re
import warnings

import numpy as np
import pytest
from config.namelist_files import ACCEPTED, FILES, REFUSED

from pysces.arrays.backend import to_numpy
from pysces.arrays.pytree import tree_leaves
from pysces.config.namelists import read_namelist, translate
from pysces.config.namelists.document import every_group
from pysces.config.namelists.parser import read
from pysces.config.presets import preset
from pysces.driver.cli import main
from pysces.driver.simulation import simulation

EVERY_DAY = 6  # of the accepted ones that run in CI: another sixth each time the number below grows
TODAY = int(os.environ.get("PYSCES_NAMELISTS", "0"))  # all: every one runs


def by_name(file):
    return file.stem


def expected(file):
    """What the sentence must say."""
    return re.match(r"! refused: (.*)", file.read_text())[1]


def test_there_are_enough_of_them():
    assert len(FILES) >= 60 and len(ACCEPTED) >= 30


@pytest.mark.parametrize("file", ACCEPTED, ids=by_name)
def test_an_accepted_one_becomes_a_configuration(file, capsys):
    assert main(["namelist", str(file)]) == 0
    printed = capsys.readouterr()
    assert "accepted: model " in printed.out and not printed.err


@pytest.mark.parametrize("file", REFUSED, ids=by_name)
def test_a_refused_one_is_refused_for_the_one_thing(file, capsys):
    assert main(["namelist", str(file)]) == 2
    sentences = capsys.readouterr().err.strip().splitlines()
    assert len(sentences) == 1 and expected(file) in sentences[0] and sentences[0].endswith((".", "?"))
    assert main(["run", str(file)]) == 2
    assert expected(file) in capsys.readouterr().err


@pytest.mark.parametrize("file", ACCEPTED[TODAY % EVERY_DAY :: EVERY_DAY], ids=by_name)
def test_it_runs_two_steps(file):
    runs_two_steps(file)


@pytest.mark.skipif("PYSCES_NAMELISTS" not in os.environ, reason="every one: PYSCES_NAMELISTS=0 pytest tests/config")
@pytest.mark.parametrize("file", ACCEPTED, ids=by_name)
def test_every_one_runs_two_steps(file):
    runs_two_steps(file)


def runs_two_steps(file):
    config, _ = read_namelist(file)
    config = config.with_table({"output": {"file": "", "restart": ""}, "grid": {}})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = simulation(config)
    after = run.dycore.step(run.state)
    assert all(np.isfinite(np.asarray(leaf)).all() for leaf in tree_leaves(to_numpy(after)))


@pytest.mark.parametrize("off", ["hypervis_order = 0", "nu = 0.0"])
def test_what_a_note_calls_given_stands_in_the_file(off, tmp_path):
    """Also without hyperviscosity, whose other words HOMME has defaults for."""
    word, looked_at = off.split()[0], 0
    for file in ACCEPTED:
        text = re.sub(rf"\b{word} *= *[-+.\w]+", off, file.read_text())
        (tmp_path / file.name).write_text(text)
        translation = translate(tmp_path / file.name)
        if not translation.refusals:
            notes = preset(translation.model).with_table(translation.table).notes()
            given = [found[1] for note in notes if (found := re.match(r"\[\w+\] (\w+) is given", note))]
            assert all(re.search(rf"\b(se_)?{name}\b", text) for name in given), (file.name, given)
            looked_at += off in text
    assert looked_at >= 10


def test_together_they_have_every_word():
    """All words of the tables, whatever they are, stand in one of these files."""
    used = {
        word for file in FILES if "{" not in file.read_text() for g in read(str(file)).values.values() for word in g
    }
    known = {word for table in every_group().values() for word in table}
    assert known <= used, sorted(known - used)


@pytest.mark.parametrize("group", ["ctl_nl", "vert_nl", "analysis_nl", "filter_nl", "dyn_se_inparm"])
def test_a_word_of_no_kind_is_refused_by_its_name(group, tmp_path, capsys):
    start = "cam_user" if group.startswith("dyn") else "output_hours"
    text = next(file for file in FILES if file.stem == start).read_text()
    text = f"&dyn_se_inparm\n{text}/\n" if group.startswith("dyn") else text
    known = text if f"&{group}" in text else f"{text}&{group}\n/\n"
    (tmp_path / "in.nl").write_text(known.replace(f"&{group}\n", f"&{group}\n  no_such_word = 3\n"))
    assert main(["namelist", str(tmp_path / "in.nl")]) == 2
    assert f"has an unknown word 'no_such_word' in {group}" in capsys.readouterr().err


def test_the_second_model_of_a_namelist_may_be_said(tmp_path, capsys):
    file = next(f for f in REFUSED if f.stem == "no_mode")
    assert main(["namelist", str(file), "--as", "theta_l"]) == 0
    assert translate(file, as_theta_l=True).refusals == {}
    capsys.readouterr()
