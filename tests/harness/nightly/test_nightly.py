"""A night goes piece by piece: nothing is left out, what was done is not done again, and what fails is said."""

import subprocess
import sys

import pytest
from pysces_harness.defects.edits import defects
from pysces_harness.golden.record import test_data as folder_of_records
from pysces_harness.judging.results import Result, write
from pysces_harness.kernels.catalogue import registry
from pysces_harness.nightly import diary, pages, pieces, run
from pysces_harness.report import levels_off, smallest_defects


def test_every_kernel_record_and_defect_has_its_piece():
    found = {part: pieces.pieces([part], 10) for part in pieces.PARTS}
    assert {p.command[4] for p in found["seeds"]} == {k.name for k in registry().values() if k.cases}
    assert all(f"dss-{c}" in {p.name for p in found["seeds"]} for c in pieces.OF_SEEDS)
    assert {word for p in found["defects"] for word in p.command} >= set(defects())
    folders = {word for p in found["levels"] for word in p.command}
    assert {str(path.parent) for path in folder_of_records().rglob("*.nc")} <= folders
    assert len({(p.part, p.name) for of_part in found.values() for p in of_part}) == sum(map(len, found.values()))
    short = {k.name for k in registry().values() if not k.long}
    assert {p.name for p in found["numbers"]} >= short


@pytest.fixture
def night(tmp_path, monkeypatch):
    """A function that runs a night of two pieces, each of which notes that it ran and ends with a given status."""
    monkeypatch.chdir(tmp_path)

    def done(*words, first=0, second=0):
        code = "import sys; open(sys.argv[1], 'a').write('ran '); sys.exit(int(open(sys.argv[1] + '.status').read()))"
        made_up = []
        for name, status in (("first", first), ("second", second)):
            (tmp_path / f"{name}.status").write_text(str(status))
            made_up.append(pieces.Piece("levels", name, (sys.executable, "-c", code, name), writes=False))
        monkeypatch.setattr(run, "pieces", lambda parts, count, pattern: made_up)
        status = run.main(list(words))
        return status, {path.stem: _ran(path.with_suffix("")) for path in sorted(tmp_path.glob("*.status"))}

    return done


def _ran(note):
    return note.read_text().count("ran") if note.exists() else 0


def table(said):
    """{part: (pieces, hold, do not hold, not done, left)} at the end of what a night said."""
    lines = said[said.index("part ") :].splitlines()[1:]
    return {words[0]: tuple(map(int, words[1:])) for words in map(str.split, lines) if len(words) == 6}


def test_a_night_that_holds_is_not_done_twice(night, capsys):
    assert night() == (0, {"first": 1, "second": 1})
    assert "2 of 2  levels second: holds; about 0 min left" in capsys.readouterr().out
    assert night() == (0, {"first": 1, "second": 1})
    assert table(capsys.readouterr().out) == {"levels": (2, 2, 0, 0, 0)}
    assert night("--fresh") == (0, {"first": 2, "second": 2})


def test_what_does_not_hold_fails_the_night_and_what_was_not_done_is_tried_again(night, capsys):
    assert night(first=1, second=-9) == (1, {"first": 1, "second": 1})
    said = capsys.readouterr().out
    assert "levels first: DOES NOT HOLD" in said and "NOT DONE, status" in said
    assert table(said) == {"levels": (2, 0, 1, 1, 0)}
    assert night(first=0, second=0) == (1, {"first": 1, "second": 2})


def test_other_sources_are_another_night(night, monkeypatch, capsys):
    assert night() == (0, {"first": 1, "second": 1})
    monkeypatch.setattr(diary, "sources", lambda: "others")
    assert night() == (0, {"first": 2, "second": 2})
    assert "2 pieces were done with other sources" in capsys.readouterr().out


def test_ctrl_c_is_one_sentence_and_what_was_done_stays(night, monkeypatch, capsys):
    real, calls = subprocess.run, []

    def second_is_interrupted(*words, **more):
        calls.append(words)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*words, **more)

    monkeypatch.setattr(run.subprocess, "run", second_is_interrupted)
    (status, _), said = night(), capsys.readouterr()
    assert status == 130 and "continues from here" in said.err
    assert table(said.out) == {"levels": (2, 1, 0, 0, 1)}
    monkeypatch.setattr(run.subprocess, "run", real)
    assert night() == (0, {"first": 1, "second": 1})


def test_a_night_with_too_little_time_says_what_is_left_and_another_goes_on(night, capsys):
    assert night("--hours", "1e-12") == (1, {"first": 0, "second": 0})
    said = capsys.readouterr().out
    assert table(said) == {"levels": (2, 0, 0, 0, 2)} and "2 of 2 pieces are left; the same command" in said
    assert night("--hours", "1") == (0, {"first": 1, "second": 1})
    capsys.readouterr()
    assert night("--hours", "1e-12") == (0, {"first": 1, "second": 1})
    assert table(capsys.readouterr().out) == {"levels": (2, 2, 0, 0, 0)}


@pytest.mark.parametrize("words", [["--seeds", "0"], ["--match", "nothing"], ["--pages", "nowhere"], ["--hours", "0"]])
def test_bad_input_is_one_sentence(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1 and not list(tmp_path.iterdir())


def test_the_page_counts_alarms_and_says_each(tmp_path):
    one = {"side": "port", "reference": "r8_strict", "mesh": "generated", "producer": "generated"}
    good = Result(kernel="dss", case="smooth, seed 1", configuration="numpy-f64", verdict="ROUNDOFF", **one)
    bad = Result(kernel="dss", case="smooth, seed 2", configuration="numpy-f64", verdict="DIFFERENT", reason="s", **one)
    left_out = Result(kernel="dss", case="rough, seed 2", configuration="jax-cpu-f64", verdict="NOT-RUN", **one)
    write([good, bad, left_out], tmp_path / "dss.json")
    results = pages.of_seeds([tmp_path / "dss.json"])
    page = pages.false_alarms([tmp_path / "dss.json"], 2)
    assert pages.rate(results) == "1 of 2 checks alarm, 50.00 %" and "with 2 seeds" in page
    assert "| dss | 1 of 2 |  |  |  |" in page and "* dss/smooth, seed 2 in numpy-f64: s" in page


def test_a_page_keeps_what_a_night_did_not_get_to_and_says_where_kernels_do_not_run(tmp_path):
    one = {"side": "port", "reference": "r8_strict", "mesh": "generated", "producer": "generated", "case": "a, seed 1"}
    dss = Result(kernel="dss", configuration="numpy-f64", verdict="DIFFERENT", reason="s", **one)
    planet = Result(kernel="planet", configuration="numpy-f64", verdict="DIFFERENT", reason="t", **one)
    mended = Result(kernel="dss", configuration="numpy-f64", verdict="ROUNDOFF", **one)

    def page_of(results, page=""):
        write(results, tmp_path / "seeds.json")
        return pages.false_alarms([tmp_path / "seeds.json"], 1, page)

    page = page_of([dss, planet])
    assert page_of([planet], page) == page and "**2 of 2 checks alarm, 100.00 %.**" in page
    page = page_of([mended], page)
    assert "| dss | 0 of 1 |  |  |  |" in page and "| planet | 1 of 1 | - | - | - |" in page
    assert "* dss/" not in page and "* planet/a, seed 1 in numpy-f64: t" in page


def test_the_page_of_numbers_keeps_the_rows_of_kernels_that_are_not_tried_again():
    kernel = {"kernel": "dss", "configuration": "numpy-f64", "defect": "bad_point", "smallest_detected": 1e-15}
    number = {"kernel": "dss", "configuration": "numpy-f64", "number": "radius", "smallest_detected": None}
    number["reason"] = ""
    others = {"kernel": "planet"}
    page = smallest_defects.page([kernel, kernel | others], [number, number | others])
    again = smallest_defects.page([kernel | {"smallest_detected": 1e-9}], [], page, ["planet", "dss"])
    assert "| planet | 1e-15 |\n| dss | 1e-09 |" in again and "| planet | radius | never |  |\n| dss | radius" in again
    assert smallest_defects.page([], [], again) == again


def test_the_page_of_levels_counts_and_lists_what_is_not_noticed():
    one = {"case": "a", "side": "port", "reference": "golden", "configuration": "numpy-f64", "mesh": "golden"}
    one |= {"producer": "homme", "verdict": "ROUNDOFF", "source": "somewhere/homme/remap1/a.nc"}
    row = {"field": "Qdp", "item": 1, "share": 1e-20, "s": 0.0, "why": "column"}
    blind = [row | {"level": n} for n in (0, 1, 2, 5)] + [row | {"level": 9, "why": ""}]
    page = levels_off.page([Result(kernel="remap1", levels_off=20, blind=blind, **one)])
    assert (
        "| homme/remap1/a | 1 | 20 | 15 | 4 | 0 | 0 | 0 | 1 |" in page
        and "**1 records: 15 of 20 levels noticed" in page
    )
    assert "* homme/remap1/a: Qdp[1], column, levels 0-2, 5\n" in page and "UNEXCUSED, levels 9" in page
    other = Result(kernel="dss", levels_off=3, **one | {"source": "somewhere/homme/dss/b.nc"})
    both = levels_off.page([other], page)
    assert "**2 records: 18 of 23" in both and "* homme/remap1/a: Qdp[1], column" in both
    assert levels_off.page([], both) == both
