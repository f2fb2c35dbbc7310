"""Tests of the repository run against a copy of pysces: which of them fail, and what they say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from ..errors import BadInput, brief
from .planted import Planted

NEEDED = ("tests", "pyproject.toml")  # of the folder that the command was started in
ALL_PASSED, SOME_FAILED = 0, 1  # pytest's own exit statuses; others mean that it came to no verdict
LONGEST = 160  # characters of what a failing test says


def failures(planted: Planted, tests: Sequence[str]) -> dict[str, str]:
    """{test: what it says} of those that fail on the copy.

    A test that cannot be set up has noticed nothing: RuntimeError, as where pytest comes to no verdict.
    """
    _link_tests(planted.folder)
    answer = planted.folder / "tests.xml"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={answer}", *tests]
    ended = subprocess.run(command, env=planted.environment, cwd=planted.folder, capture_output=True, text=True)
    if ended.returncode not in (ALL_PASSED, SOME_FAILED) or not answer.exists():
        raise RuntimeError(f"pytest {' '.join(tests)} ended with status {ended.returncode}: {ended.stdout[-2000:]}")
    cases = list(ElementTree.parse(answer).iter("testcase"))
    if broken := [case.get("name", "") for case in cases if case.find("error") is not None]:
        raise RuntimeError(f"{', '.join(broken)} of {' '.join(tests)} cannot be set up: {ended.stdout[-2000:]}")
    if not any(case.find("skipped") is None for case in cases):
        raise RuntimeError(f"{' '.join(tests)}: every test is skipped, so that nothing was tried.")
    failed = ((case, case.find("failure")) for case in cases)
    return {case.get("name", ""): _said(found) for case, found in failed if found is not None}


def _said(failure: ElementTree.Element) -> str:
    return brief(failure.get("message", "").partition("\n")[0], LONGEST)


def _link_tests(folder: Path) -> None:
    """The tests beside the copy, as they are in the folder that the command was started in."""
    for name in NEEDED:
        if not Path(name).exists():
            raise BadInput(f"{name} is not below this folder; run from the repository.")
        if not (folder / name).exists():
            (folder / name).symlink_to(Path(name).resolve())
