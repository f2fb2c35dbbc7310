"""``perf --compile-for`` and ``--first-call``, as a user calls them."""

import json

import pytest
from pysces_harness.cli import main
from pysces_harness.ledger import history
from pysces_harness.measuring.compiled import program

MOST = {"kernels": 107, "conditionals": 0, "host": 0, "passes": 433}  # of a step, ne2 L30: issue 19's first bar


def test_a_step_for_an_h100_stays_below_its_bar(tmp_path):
    pytest.importorskip("jax")
    if lacking := program.missing():
        pytest.skip(lacking)
    words = ["perf", "hydrostatic", "--compile-for", "h100", "--ne", "2"]
    assert main([*words, "--json", str(tmp_path / "rows.json"), "--ledger", str(tmp_path / "ledger")]) == 0
    (row,) = json.loads((tmp_path / "rows.json").read_text())
    assert {name: most for name, most in MOST.items() if row[name] > most} == {}
    assert row["kernels"] > 10 and row["memory_bound_s"] > 0
    (kept,) = history.read(tmp_path / "ledger")
    assert (kept["kernel"], kept["configuration"], kept["kernels"]) == ("hydrostatic", "ne2 on h100", row["kernels"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["perf", "balloon", "--compile-for", "h100"], "has no run 'balloon'; it has 'hydrostatic'"),
        (["perf", "balloon", "--first-call"], "has no run 'balloon'; it has 'hydrostatic'"),
        (["perf", "--first-call", "--config", "numpy-f64"], "--first-call is for jax-cpu-f64 and jax-cpu-f64-native"),
        (["perf", "--first-call", "--compile-for", "h100"], "found both; call it twice"),
    ],
)
def test_words_that_make_no_sense_are_refused(words, said, capsys):
    assert main(words) == 2 and said in capsys.readouterr().err


def test_without_the_compiler_one_sentence_says_what_to_install(monkeypatch, tmp_path, capsys):
    pytest.importorskip("jax")
    monkeypatch.setenv("PYSCES_GPU_COMPILER", str(tmp_path))
    assert main(["perf", "--compile-for", "h100"]) == 2
    assert "pip install jax-cuda12-plugin==" in capsys.readouterr().err
