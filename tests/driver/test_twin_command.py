"""pysces twin: what is wanted stands beside what was got, the status says whether all is, bad input is one sentence."""

import json

import pytest

from pysces.driver import twin_command
from pysces.driver.cli import main
from pysces.driver.figures import at_least, at_most, table, within

CALLED = {}


def experiment(say, ne, model, levels):
    """Stands in for an experiment."""
    CALLED.update(ne=ne, model=model)
    say("half done")
    yield at_most("error [K]", 0.5, 0.25)
    yield within("2 J / N", 1.0, 0.1, 1.0 if ne == 2 else float("nan"), reason="there are too many elements")


@pytest.fixture
def twin(monkeypatch):
    options = {
        "ne": twin_command.Option(2, "elements", least=2),
        "model": twin_command.Option("one", "equations", ("one", "other")),
        "levels": twin_command.Option(10, "levels", acts_with=("model", ("one",))),
    }
    monkeypatch.setitem(
        twin_command.TWINS, "made_up", twin_command.Twin("made up", ".driver.twin_command:_made_up", options)
    )
    monkeypatch.setattr(twin_command, "_made_up", experiment, raising=False)
    return lambda *words: main(["twin", "made_up", *map(str, words)])


def test_figures_are_printed_and_written(twin, tmp_path, capsys):
    file = tmp_path / "figures.json"
    assert twin("--json", file, "--model", "other") == 0
    shown = capsys.readouterr()
    assert CALLED == {"ne": 2, "model": "other"} and "half done\nerror [K]: 0.25 (wanted <= 0.5)\n" in shown.err
    assert [line.split() for line in shown.out.splitlines()][1] == ["error", "[K]", "<=", "0.5", "0.25", "ok"]
    rows = json.loads(file.read_text())
    assert rows[0] == {"figure": "error [K]", "wanted": "<= 0.5", "got": 0.25, "ok": True}
    assert twin("--json", file) == 0, "figures of an earlier experiment are replaced"


def test_a_missed_figure_gives_its_reason_and_status_1(twin, tmp_path, capsys):
    file = tmp_path / "figures.json"
    assert twin("--ne", 3, "--json", file) == 1
    shown = capsys.readouterr().out
    assert "MISSED" in shown and "2 J / N: there are too many elements" in shown
    assert json.loads(file.read_text())[1] == {"figure": "2 J / N", "wanted": "1 +- 0.1", "got": None, "ok": False}


def test_figures_are_kept_as_soon_as_they_are_known(twin, tmp_path, monkeypatch):
    """Who is stopped half way has what was known by then."""

    def stopped(**words):
        yield next(experiment(**words))
        raise KeyboardInterrupt

    monkeypatch.setattr(twin_command, "_made_up", stopped)
    file = tmp_path / "figures.json"
    assert twin("--json", file) != 0
    assert [row["figure"] for row in json.loads(file.read_text())] == ["error [K]"]


def test_bad_input_is_one_sentence_before_anything_runs(twin, tmp_path, capsys):
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    CALLED.clear()
    for words in (("--ne", 1), ("--json", other), ("--json", tmp_path / "no" / "where.json"), ("--json", tmp_path)):
        assert twin(*words) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and said.startswith("pysces: ")
    assert not CALLED and other.read_text() == "mine"
    for words in (("--model", "third"), ("--ne", "two"), ("--size", 3)):
        with pytest.raises(SystemExit) as ended:
            twin(*words)
        assert ended.value.code == 2


def test_an_option_that_the_choice_of_another_makes_idle_is_refused(twin, capsys):
    said = "pysces: --levels has no use with --model other; leave it out, or choose --model one.\n"
    assert twin("--model", "other", "--levels", 10) == 2 and capsys.readouterr().err == said
    assert twin("--levels", 10) == 0


def test_every_experiment_is_listed(capsys):
    with pytest.raises(SystemExit):
        main(["twin", "--help"])
    assert "4dvar" in capsys.readouterr().out


def test_figures_are_judged_at_their_limits():
    assert at_most("a", 0.5, 0.5).ok and not at_most("a", 0.5, 0.51).ok and not at_most("a", 0.5, float("nan")).ok
    assert at_least("a", 2.0, 2.0).ok and not at_least("a", 2.0, 1.9).ok
    assert within("a", 2.0, 0.05, 1.96).ok and not within("a", 2.0, 0.05, 2.06).ok
    assert table([at_most("a", 0.5, 0.6, "why")]).splitlines()[1].split() == ["a", "<=", "0.5", "0.6", "MISSED"]
