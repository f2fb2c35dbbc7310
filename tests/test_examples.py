"""Every example runs, small."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
EXAMPLES = [path for path in EXAMPLES if path.stem != "foreign_port"]  # draws nothing: tests/harness/test_foreign.py
SMALL = {"EXAMPLE_NE": "2", "EXAMPLE_DAYS": "0.0625", "EXAMPLE_BACKEND": "numpy"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_example_runs(path, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    for name, value in SMALL.items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(path), run_name="__main__")
    assert any(tmp_path.glob("*.png"))
