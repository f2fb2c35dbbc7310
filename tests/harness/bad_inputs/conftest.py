"""Where bad inputs are tried: a working folder with one good input of each kind, and a copy of test_data."""

import json
import shutil
import sys

import pytest
from pysces_harness.judging import verify
from pysces_harness.judging.results import write

from tests.harness.bad_inputs.made_up import DATA, MESH, RECORD, entry, flat, snapshot
from tests.harness.bad_inputs.tried import COUNTS
from tests.harness.report import results_made_up as reported


@pytest.fixture(scope="module", autouse=True)
def test_data_is_untouched():
    before = snapshot(DATA)
    yield
    assert snapshot(DATA) == before
    print(f"\nbad inputs: {sum(COUNTS.values())}: {dict(sorted(COUNTS.items()))}", file=sys.__stderr__)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Stands for test_data: two records of a mesh, so that what would be written lands here."""
    folder = tmp_path_factory.mktemp("store") / "test_data"
    for path in (RECORD, MESH):
        target = folder / path.relative_to(DATA)
        target.parent.mkdir(parents=True)
        shutil.copy(path, target)
    return folder


@pytest.fixture
def room(tmp_path, store, monkeypatch):
    """A working folder with one good input of each kind; nothing heavy is run from it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYSCES_TEST_DATA", str(store))
    monkeypatch.setattr(verify, "verify", lambda checks, *_, **__: [good() for _ in checks])
    write([good()], tmp_path / "good.json")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "ledger.jsonl").write_text(json.dumps(entry()) + "\n")
    shutil.copy(RECORD, tmp_path / "record.nc")
    flat(tmp_path / "flat.nc")
    return tmp_path


def good():
    return reported.result(configuration="numpy-f64")
