"""One bad input to ``pysces-verify``, and what every one must keep: it ends soon, in a sentence or a valid acceptance.

For each input: no traceback (status 3), no SystemExit, no hang above LIMIT, nothing changed in test_data or the folder
of inputs, and a refusal is one short line. An acceptance must obey the rule of its group, stated where it is made.
The examples are fixed by SEED; counts are printed (pytest -s shows them), and each file of tests holds its own to its
share of FEWEST, which together are what docs/evidence/reliability.md promises.
"""

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from pysces_harness import cli, errors

from tests.harness.bad_inputs.made_up import snapshot

SEED, LIMIT = 12, 10.0
FEWEST = {"records": 421, "rows": 222, "words": 597}
COUNTS: Counter = Counter()
QUICK = settings(
    max_examples=60,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
WORDS = st.sampled_from(
    ["", " ", "x", "no/../such", "-1", "nan", "1e999", "0", "a\nb", "a\tb", "é", "\ud800", "x" * 300, "a:b", "*"]
) | st.text(max_size=12)


def tried(group, words, room, capsys, allowed=()):
    """Exit status and message of one input, held to the promises that every input has. allowed : may be written."""
    before, start = snapshot(room), time.monotonic()
    status = cli.main([str(word) for word in words])
    took, said = time.monotonic() - start, capsys.readouterr().err
    assert status in (0, 1, 2), f"{words}: status {status}\n{said}"
    assert took < LIMIT, f"{words} took {took:.1f} s"
    assert "Traceback" not in said
    after = snapshot(room)
    written = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert written <= set(allowed), f"{words} wrote {written - set(allowed)}: {said}"
    if status == 2:
        assert said.startswith("pysces-verify: ") and said.count("\n") <= 4, said
        assert all(len(line) <= errors.LONGEST + 20 for line in said.splitlines()), said
        assert not written, f"{words} was refused and wrote {written}"
    COUNTS[f"{group}: {'refused' if status == 2 else 'accepted'}"] += 1
    return status, said


def assert_enough(groups, fewest, request):
    """Every group was tried, and at least so many inputs; skipped where pytest runs a part of the file only."""
    if missing := left_out(request):
        pytest.skip(f"only some tests of this file are run here: {len(missing)} are not")
    counts = Counter()
    for key, count in COUNTS.items():
        counts[key.rpartition(": ")[0]] += count
    assert not set(groups) - set(counts), f"no input of {sorted(set(groups) - set(counts))}"
    assert sum(counts[group] for group in groups) >= fewest, counts


def left_out(request):
    """The tests of the file that asks, parametrised ones one by one, which this process does not run."""
    everything = {item.nodeid for item in request.node.getparent(pytest.Module).collect()}
    words = getattr(request.config, "workerinput", {}).get("mainargv", ["loadfile"])
    whole_files = any("loadfile" in word for word in words)  # else xdist deals tests one by one to its processes
    return everything - {item.nodeid for item in request.session.items} if whole_files else everything
