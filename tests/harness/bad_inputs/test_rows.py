"""Rows, plans and ledgers that no command writes: tried.py says what each must keep."""

import json
import random

import pytest

from tests.harness.bad_inputs.made_up import SPOILED, entry
from tests.harness.bad_inputs.tried import FEWEST, SEED, assert_enough, tried

pytest.importorskip("jinja2")
GROUPS = ("report input", "compare input", "plan", "ledger")


def test_files_for_reports(room, capsys, tmp_path_factory):
    """Accepted: rows with every text and number in its place; else NOT-RUN, status 1, and compare refuses the file."""
    folder, rng = tmp_path_factory.mktemp("rows"), random.Random(SEED)
    text = (room / "good.json").read_text()
    trials = [*SPOILED, *(text[: rng.randrange(1, len(text) - 3)] for _ in range(10))]
    for key in ("verdict", "fields", "kernel", "reference", "worst", "compared", "smallest_detected", "r_point"):
        row = json.loads(text)[0]
        trials += [json.dumps([{**row, key: wrong}]) for wrong in ({"a": 1}, [1], True, "\ud800") if row[key] != wrong]
    for n, content in enumerate(trials):
        path = folder / f"{n}.json"
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        status, said = tried("report input", ["report", path, "--markdown", folder / f"{n}.md"], room, capsys)
        taken = (folder / f"{n}.md").read_text()
        refused = "pysces-verify: NOT-RUN " in said
        assert refused == ("**NOT-RUN**" in taken) and status == (1 if said else 0), (content[:80], said)
        if refused:
            assert tried("compare input", ["compare", path, "good.json"], room, capsys)[0] == 2
            assert "checks hold" not in taken


def test_plans_of_reports(room, capsys, tmp_path_factory):
    """Accepted: a plan whose every line has an event, a name and a value; what is not done is NOT-RUN, status 1."""
    folder = tmp_path_factory.mktemp("plans")
    trials = ["", "\n", "planned", "planned\tx", "planned\tx\t", "other\tx\ty", "planned\tx\ty\tz", "ended\tx\t0",
              "planned\tx\t/no/such", "planned\tx\t.\nended\tx\t0", "\x00", "planned\tx\ta\x00b\nended\tx\t0",
              "planned\tx\tgood.json\nended\tx\t-9", "planned\tx\tgood.json\nended\tx\t1"]  # fmt: skip
    for n, content in enumerate(trials):
        (folder / str(n)).write_text(content)
        assert tried("plan", ["report", "--plan", folder / str(n)], room, capsys)[0] in (1, 2)


def test_ledgers(room, capsys, tmp_path_factory):
    """Accepted: only lines with the columns of a ledger, each of its own type."""
    folder = tmp_path_factory.mktemp("ledgers")
    bad = [entry(**{key: wrong}) for key in ("commit", "date", "kernel", "verdict", "r_point", "configuration")
           for wrong in (3.5, [], {}, "x", -1)]  # fmt: skip
    trials = [*SPOILED, *(json.dumps(row) for row in bad if not isinstance(row["commit"], int))]
    texts = ("commit", "date", "kernel", "configuration")
    for n, content in enumerate(trials):
        path = folder / str(n)
        path.write_text(content)
        status, said = tried("ledger", ["history", path], room, capsys)
        valid = content.startswith('{"date"') and all(isinstance(json.loads(content)[k], str) for k in texts)
        assert status == 2 or valid, (content[:80], said)
        if status == 2:
            assert tried("ledger", ["run", "dss", "--ledger", path], room, capsys)[0] in (0, 1, 2)


def test_at_least_as_many_inputs_as_promised_were_tried(request):
    assert_enough(GROUPS, FEWEST["rows"], request)
