"""What docs/verify shows works: lines of ``python -c`` run, words of pysces-verify parse."""

import re
import shlex
import subprocess
import sys

import pytest
from docs.places import ROOT
from pysces_harness.cli import _parser

PAGES = sorted((ROOT / "docs" / "verify").glob("*.md"))
TEXT = "\n".join(page.read_text() for page in PAGES)
LINES = re.findall(r"^    (python -c .*)$", TEXT, flags=re.MULTILINE)
COMMANDS = re.findall(r"^    pysces-verify (.*)$", TEXT, flags=re.MULTILINE)


def test_there_are_lines_to_try():
    assert LINES and len(COMMANDS) >= 15


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_python_runs_and_prints(line):
    _, *words = shlex.split(line)
    ran = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0 and ran.stdout.strip(), ran.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_parses(command):
    _parser().parse_args(shlex.split(command, comments=True))
