"""Words and options of the command line that nobody should give: tried.py says what each must keep."""

import os
from pathlib import Path

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st
from pysces_harness import cli
from pysces_harness.guards import limits

from tests.harness.bad_inputs.tried import FEWEST, QUICK, SEED, WORDS, assert_enough, tried

pytest.importorskip("jinja2")
PAGE = Path(__file__).parents[3] / "docs" / "evidence" / "reliability.md"
GROUPS = ("command line", "words", "port", "target", "number")


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


def test_the_page_promises_as_many_inputs_as_all_files_hold_themselves_to():
    assert f"`bad_inputs` tries {sum(FEWEST.values()):,} bad inputs" in PAGE.read_text()


def test_at_least_as_many_inputs_as_promised_were_tried(request):
    assert_enough(GROUPS, FEWEST["words"], request)
