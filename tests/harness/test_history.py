"""The ledger notices what got worse between two runs."""

from dataclasses import replace

import pytest
from pysces_harness import history
from pysces_harness.registry import BadInput
from pysces_harness.verify import Result

GOOD = Result(
    "dss",
    "smooth",
    "port",
    "r8_strict",
    "jax-cpu-f64",
    "generated",
    "generated",
    "ROUNDOFF",
    r_global=0.4,
    r_level=0.5,
    r_point=2.0,
)


def ledger(tmp_path, *runs):
    path = tmp_path / "ledger.jsonl"
    for results in runs:
        history.append(results, path)
    return history.read(path)


def test_a_doubled_ratio_is_reported_though_it_passes(tmp_path):
    found = history.warnings(ledger(tmp_path, [GOOD], [replace(GOOD, r_point=4.5)]))
    assert len(found) == 1 and "r_point went from 2 to 4.5" in found[0]


def test_a_worse_verdict_is_reported(tmp_path):
    found = history.warnings(ledger(tmp_path, [GOOD], [replace(GOOD, verdict="DIFFERENT")]))
    assert len(found) == 1 and "ROUNDOFF became DIFFERENT" in found[0]


def test_an_unchanged_run_is_silent(tmp_path):
    assert history.warnings(ledger(tmp_path, [GOOD], [GOOD])) == []


def test_a_damaged_ledger_is_refused(tmp_path):
    (tmp_path / "bad").write_text("{nonsense")
    with pytest.raises(BadInput, match="ledger"):
        history.read(tmp_path / "bad")
