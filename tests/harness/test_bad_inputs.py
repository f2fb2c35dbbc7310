"""A generator of bad inputs for ``pysces-verify``: every one ends soon, in one sentence or in a valid acceptance.

For each input: no traceback (status 3), no SystemExit, no hang above LIMIT, nothing changed in test_data or the folder
of inputs, and a refusal is one short line. An acceptance must obey the rule of its group, stated where it is made.
The examples are fixed by SEED; counts are printed (pytest -s shows them) and held to FEWEST.
"""

import json
import os
import random
import shutil
import sys
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pysces_harness import cli, errors, limits, sizes
from pysces_harness.errors import BadInput
from pysces_harness.golden import record as golden
from pysces_harness.judging import plan, verify
from pysces_harness.judging.results import write

from tests.harness.bad_inputs_made_up import (
    DATA,
    MAPPING,
    MESH,
    ODD,
    RECORD,
    RECORDS,
    SPOILED,
    VALUES,
    change,
    entry,
    flat,
    snapshot,
    with_setting,
)
from tests.harness.report import results_made_up as reported

pytest.importorskip("jinja2")
SEED, LIMIT, FEWEST = 12, 10.0, 400
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


@pytest.mark.parametrize("command", [command.name for command in cli.COMMANDS] + ["", "golde", "matrixx", "--x"])
def test_command_lines(command, room, capsys):
    """Accepted: none, because every line has a word or a number that no command takes."""
    bad = ["--config", "--no-such-option", "--json=no/such/folder/x", "--report=notes.txt", "--ne=-1", "--days=nan"]
    bad += ["--members=x", "--rounds=0", "--threads=-1", "--parts=0", "--steps=1e9", "--defect=inf", "--ne=500000"]
    bad += ["--config=numpy-f65", "--junit=/proc/x", "--json=notes.txt", "--json=."]
    for word in bad:
        words = ([command] if command else []) + [word]
        status, said = tried("command line", words, room, capsys)
        assert status == 2, (words, said)


def test_words_of_any_kind(room, capsys):
    """Accepted: only words that are files or folders of records, or a ledger, that are there."""

    @seed(SEED)
    @QUICK
    @given(st.sampled_from(["golden", "history", "compare", "report", "case", "run", "locate", "doctor"]), WORDS)
    def check(command, word):
        status, said = tried("words", [command, "--", word], room, capsys)
        assert status == 2 or command == "report", (command, word, said)

    check()


def test_golden_records(room, capsys, tmp_path_factory):
    """Accepted: only what ``golden.read`` takes, on a mesh of at most a million elements, and then all is judged."""
    folder = tmp_path_factory.mktemp("records")
    for n, spoil in enumerate(RECORDS.values()):
        path = folder / f"{n}.nc"
        shutil.copy(RECORD, path)
        spoil(path)
        status, said = tried("golden record", ["golden", path], room, capsys)
        if status != 2:
            (check, *_) = plan.golden_checks([path])
            assert check.case.grid is None or check.case.grid.lat.shape[0] <= 10**6, said


def test_damaged_bytes_of_records(room, capsys, tmp_path_factory):
    """Accepted: only where every input and output that is read is finite and of the record's shape."""
    folder, rng = tmp_path_factory.mktemp("bytes"), random.Random(SEED)
    original, whole = RECORD.read_bytes(), golden.read(RECORD)
    for n in range(60):
        content = bytearray(original)
        for _ in range(1 + n % 7):
            content[rng.randrange(min(len(content), 4000 if n % 2 else len(content)))] ^= 1 << rng.randrange(8)
        path = folder / f"{n}.nc"
        path.write_bytes(content[: rng.randrange(len(content))] if n % 5 == 0 else content)
        status, said = tried("damaged record", ["golden", path], room, capsys)
        if status != 2:
            found = golden.read(path)
            assert all(np.isfinite(f.values).all() for f in {**found.inputs, **found.outputs}.values()), said
            assert found.outputs["ds"].values.shape == whole.outputs["ds"].values.shape


def test_one_unusable_record_does_not_stop_the_others(room, capsys):
    shutil.copy(RECORD, room / "b.nc")
    change(room / "b.nc", kernel="no_such_kernel")
    words = ["golden", "record.nc", "b.nc", "--json", "out.json"]
    before = time.monotonic()
    assert cli.main(words) == 2 and time.monotonic() - before < LIMIT
    rows = json.loads((room / "out.json").read_text())
    assert [row["verdict"] for row in rows] == ["ROUNDOFF", "ROUNDOFF", "NOT-RUN"] or len(rows) >= 2
    assert rows[-1]["verdict"] == "NOT-RUN" and "b.nc" in rows[-1]["reason"] and not rows[-1]["ok"]
    assert "b.nc" in capsys.readouterr().err


def test_a_mesh_of_ne_500_is_refused_within_a_second(room, capsys):
    with_setting(room / "record.nc", ne=500)
    start = time.monotonic()
    assert cli.main(["golden", "record.nc"]) == 2 and time.monotonic() - start < 1.0
    assert "500" in capsys.readouterr().err
    with pytest.raises(BadInput, match="GB"):
        sizes.check("a mesh of ne 50000", sizes.of_run(50_000, 0))


@pytest.mark.parametrize("name", ["producer", "kernel", "case"])
def test_names_of_records_never_become_paths(name, room, store, capsys):
    """Accepted: a name of letters, digits, _-. only, and then the record lies below test_data."""
    before, everywhere = snapshot(store), snapshot(store.parent)
    texts = [value for value in ODD if isinstance(value, str)]
    for value in [*texts, "/etc/x", "a/b", "..", ".", "-", "a" * 130, "a\x01b", "C:\\x"]:
        shutil.copy(RECORD, room / "odd.nc")
        change(room / "odd.nc", **{name: value})
        status, said = tried("golden add", ["golden", "add", "odd.nc"], room, capsys)
        assert status == 2 or value == "-", said
        if status == 2:
            assert snapshot(store) == before
        else:
            (added,) = (path for path in snapshot(store) if path.name == "odd.nc")
            added.unlink()
            before = snapshot(store)
    assert {p for p in snapshot(store.parent) if store not in p.parents} == set(everywhere) - set(before)


def test_links_are_not_followed_out_of_test_data(room, store, capsys):
    outside = room / "outside"
    outside.mkdir()
    (store / "linked").symlink_to(outside)
    change(room / "record.nc", producer="linked")
    with_setting(room / "record.nc", mesh=None)
    status, said = tried("golden add", ["golden", "add", "record.nc"], room, capsys)
    (store / "linked").unlink()
    assert status == 2 and "link" in said and not any(outside.iterdir())


def test_add_replaces_no_other_record(room, store, capsys):
    shutil.copy(RECORD, room / "smooth.nc")
    change(room / "smooth.nc", notes="another")
    status, said = tried("golden add", ["golden", "add", "smooth.nc"], room, capsys)
    assert status == 2 and "--overwrite" in said


def test_mappings(room, capsys, tmp_path_factory):
    """Accepted: only a mapping whose record ``golden.read`` takes."""
    folder = tmp_path_factory.mktemp("mappings")
    lines = MAPPING.splitlines()
    trials = [
        MAPPING,
        "",
        "[",
        "\x00",
        "a" * 10**5,
        "[a]\n" * 3000,
        "x=" + "[" * 3000,
        MAPPING + "[axes]\na = 3",
        MAPPING * 2,
    ]
    tables = ("[select]\ntime", "[select]\nlev", "[columns]\nlat", "[columns]\nlon", "[axes]\nlev", "[axes]\nelem")
    trials += [f"{MAPPING}{table} = {value}" for table in tables for value in ("3", '"x"', "[1]")]
    for n, line in enumerate(lines):
        key = line.partition(" = ")[0]
        trials += ["\n".join([*lines[:n], *lines[n + 1 :]])]
        trials += ["\n".join([*lines[:n], f"{key} = {v}", *lines[n + 1 :]]) for v in VALUES if " = " in line]
    for n, text in enumerate(trials):
        rules, target = folder / f"{n}.toml", folder / f"{n}.nc"
        rules.write_text(text)
        words = ["golden", "convert", "flat.nc", "--mapping", rules, "-o", target]
        status, _ = tried("mapping", words, room, capsys)
        assert (status == 2 and not target.exists()) or golden.read(target)
    assert not list(folder.glob("*.part"))


def test_conversion_takes_no_other_file_s_place(room, capsys):
    (room / "map.toml").write_text(MAPPING)
    (room / "link.nc").symlink_to("flat.nc")
    os.link(room / "flat.nc", room / "hard.nc")
    for target in ("flat.nc", "./flat.nc", "link.nc", "hard.nc", "map.toml", "notes.txt", ".", "good.json", "a\0b"):
        words = ["golden", "convert", "flat.nc", "--mapping", "map.toml", "-o", target]
        assert tried("convert target", words, room, capsys)[0] == 2
        if target != "notes.txt" and target != "good.json":
            assert tried("convert target", [*words, "--overwrite"], room, capsys)[0] == 2


def test_names_of_ports(room, capsys):
    """Accepted: none of these."""
    fixed = ["", "x", "a:", ":b", ":", "a:b:c", "a b:c", "os", "os:", "no_such_module:f", "math:no_such", "math:pi",
             "../x:f", "a.:f", ".a:f", "1a:f", "a\n:b", "x" * 9999, "é:f", "json:__doc__", "os:path"]  # fmt: skip
    for port in fixed:
        status, said = tried("port", ["run", "gradient_sphere", f"--port={port}"], room, capsys)
        assert status == 2 and len(said) < 300, said

    @seed(SEED)
    @QUICK
    @given(WORDS.filter(lambda word: not word.isidentifier() and ":" not in word))
    def check(port):
        assert tried("port", ["run", "gradient_sphere", f"--port={port}"], room, capsys)[0] == 2

    check()


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


def test_targets(room, capsys):
    """Accepted: none; each names a folder, an input, another option's file, or a file of another kind."""
    (room / "folder").mkdir()
    (room / "dangling").symlink_to("no/such/place")
    os.link(room / "good.json", room / "same.json")
    places = ["notes.txt", "folder", ".", "/", "no/such/x", "record.nc", "dangling", "/dev/full/x", "/proc/x", "a\0b",
              "x" * 300, "good.json/x", "notes.txt/x"]  # fmt: skip
    for option in ("--json", "--junit", "--markdown"):
        for place in places:
            assert tried("target", ["golden", "record.nc", f"{option}={place}"], room, capsys)[0] == 2, (option, place)
    for words in (
        ["report", "good.json", "--json", "good.json"],
        ["report", "good.json", "--json", "same.json"],
        ["report", "good.json", "--json", "./good.json"],
        ["report", "good.json", "--json", "new", "--markdown", "new"],
        ["report", "good.json", "--json", "new", "--ledger", "folder/../new"],
        ["report", "good.json", "--report", "notes.txt"],
        ["report", "good.json", "--report", "r", "--json", "r/index.html"],
        ["report", "good.json", "--ledger", "good.json"],
        ["report", "good.json", "--ledger", "notes.txt"],
        ["compare", "good.json", "good.json", "--json", "good.json"],
        ["compare", "good.json", "-1", "--ledger", "ledger.jsonl", "--json", "ledger.jsonl"],
        ["case", "--image", "notes.txt"],
        ["growth", "--image", "no/such/x.png"],
        ["locate", "--left", "notes.txt"],
        ["locate", "--replay", "record.nc", "--left", "record.nc"],
        ["list", "--json", "new"],
        ["history", "ledger.jsonl", "--report", "new"],
    ):
        assert tried("target", words, room, capsys)[0] == 2, words


def test_numbers(room, capsys):
    """Accepted: none of these reach the work, because a check of numbers comes first."""

    @seed(SEED)
    @QUICK
    @given(
        st.sampled_from(sorted(limits.RANGES)),
        st.sampled_from(["growth", "perf", "locate", "scaling", "case", "conserve"]),
        st.sampled_from(["nan", "-inf", "1e400", "x", "", "-5", "99999999999", "9" * 400, "0x10", "1e-400", "١e99"]),
    )
    def check(option, command, value):
        assert tried("number", [command, f"--{option}={value}"], room, capsys)[0] == 2

    check()


def test_at_least_as_many_inputs_as_promised_were_tried():
    assert sum(COUNTS.values()) >= FEWEST or len(COUNTS) < 12, COUNTS  # fewer groups: only some tests were asked for
