"""The ledger notices what got worse between two runs, and compare says what changed between any two."""

import json
from dataclasses import replace

import pytest
from pysces_harness.cli import main
from pysces_harness.errors import BadInput
from pysces_harness.judging.results import write
from pysces_harness.ledger import history

from tests.harness.report import results_made_up as reported

GOOD = reported.result("dss", "jax-cpu-f64", fields=[reported.field("ds", r_point=2.0)])
WORSE = replace(GOOD, fields=[reported.field("ds", r_point=4.5)])
TIME = reported.perf_row()


def at(result, commit):
    return replace(result, provenance={**result.provenance, "commit": commit})


def ledger(tmp_path, *runs, perf=()):
    path = tmp_path / "ledger.jsonl"
    for results in runs:
        history.append(results, path, perf)
    return history.read(path)


def compared(tmp_path, capsys, *words):
    """(exit status, what was printed) of compare with the ledger in the folder."""
    status = main(["compare", *map(str, words), "--ledger", str(tmp_path / "ledger.jsonl")])
    return status, capsys.readouterr().out


def test_a_doubled_ratio_is_reported_though_it_passes(tmp_path):
    found = history.warnings(ledger(tmp_path, [GOOD], [WORSE]))
    assert len(found) == 1 and "r_point went from 2 to 4.5" in found[0]


def test_a_loosened_field_may_jump(tmp_path):
    loosened = [replace(r, fields=[r.fields[0] | {"known_difference": "ties"}]) for r in (GOOD, WORSE)]
    assert history.warnings(ledger(tmp_path, *([r] for r in loosened))) == []


def test_a_worse_verdict_is_reported(tmp_path):
    found = history.warnings(ledger(tmp_path, [GOOD], [replace(GOOD, verdict="DIFFERENT")]))
    assert len(found) == 1 and "ROUNDOFF became DIFFERENT" in found[0]


def test_a_defect_noticed_a_decade_later_is_reported(tmp_path):
    coarse = replace(GOOD, smallest_detected={**reported.LADDER, "coefficient": 1e-14})
    found = history.warnings(ledger(tmp_path, [GOOD], [coarse]))
    assert len(found) == 1 and "smallest_coefficient went from 1e-15 to 1e-14" in found[0]


def test_slower_is_reported_only_where_the_intervals_do_not_touch(tmp_path):
    path = tmp_path / "ledger.jsonl"
    for low, high in ((0.47, 0.52), (0.50, 0.55), (0.60, 0.70)):
        history.append([], path, [{**TIME, "low": low, "high": high, "ratio": (low + high) / 2}])
    rows = history.read(path)
    assert history.warnings(rows[:2]) == []
    assert "time ratio went from 0.525 to 0.65" in history.warnings(rows)[0]


def test_an_unchanged_run_is_silent_and_not_written_twice(tmp_path):
    rows = ledger(tmp_path, [GOOD], [GOOD])
    assert len(rows) == 1 and history.warnings(rows) == []


def test_a_gross_defect_is_not_taken_for_the_smallest():
    (row,) = history.summary([reported.result(reference="golden")])
    assert row["smallest_coefficient"] is None


def test_a_damaged_ledger_is_refused(tmp_path):
    (tmp_path / "bad").write_text("{nonsense")
    with pytest.raises(BadInput, match="ledger"):
        history.read(tmp_path / "bad")


@pytest.mark.parametrize("words", [("0", "1"), ("-2", "-1"), ("aaaa", "bbbb"), ("aa", "-1")])
def test_entries_are_named_by_number_or_commit(tmp_path, capsys, words, monkeypatch):
    ledger(tmp_path, [at(GOOD, "aaaa111")], [at(WORSE, "bbbb222")])
    status, said = compared(tmp_path, capsys, *words)
    assert status == 1 and "worse: dss in jax-cpu-f64 against r8_strict: r_point went from 2 to 4.5." in said


def test_better_is_said_and_passes(tmp_path, capsys):
    ledger(tmp_path, [at(WORSE, "a")], [at(GOOD, "b")])
    status, said = compared(tmp_path, capsys, 0, 1)
    assert status == 0 and "better: dss" in said and "1 compared: 0 figures worse, 1 better" in said


def test_files_of_results_can_be_compared_with_each_other_and_with_an_entry(tmp_path, capsys):
    write([GOOD, reported.result()], tmp_path / "a.json")
    write([replace(GOOD, verdict="DIFFERENT")], tmp_path / "b.json")
    ledger(tmp_path, [GOOD])
    status, said = compared(tmp_path, capsys, tmp_path / "a.json", tmp_path / "b.json")
    assert status == 1 and "no longer there: gradient_sphere in numpy-f64" in said
    assert compared(tmp_path, capsys, "-1", tmp_path / "b.json")[0] == 1
    assert compared(tmp_path, capsys, tmp_path / "a.json", "-1")[0] == 0


def test_changes_are_json_objects(tmp_path, capsys):
    ledger(tmp_path, [at(GOOD, "a")], [at(WORSE, "b")])
    main(["compare", "a", "b", "--ledger", str(tmp_path / "ledger.jsonl"), "--json", str(tmp_path / "c.json")])
    (change,) = json.loads((tmp_path / "c.json").read_text())
    assert (change["figure"], change["before"], change["now"], change["worse"]) == ("r_point", 2.0, 4.5, True)


@pytest.mark.parametrize("words", [["a"], ["a", "zzz"], ["7", "a"], ["a", "a", "a"]])
def test_what_cannot_be_compared_is_refused(tmp_path, capsys, words):
    ledger(tmp_path, [at(GOOD, "a")])
    assert main(["compare", *words, "--ledger", str(tmp_path / "ledger.jsonl")]) == 2
    assert capsys.readouterr().err.startswith("pysces-verify: ")


def test_a_program_with_more_kernels_is_reported(tmp_path):
    row = {"run": "hydrostatic", "device": "h100", "ne": 8, "kernels": 100.0, "host": 0.0, "passes": 400.0}
    path = tmp_path / "ledger.jsonl"
    for found in (row, row | {"kernels": 102.0, "commit": "later"}):
        history.append([], path, [found])
    (said,) = history.warnings(history.read(path))
    assert "hydrostatic in ne8 on h100 against compiled: kernels went from 100 to 102" in said
