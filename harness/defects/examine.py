"""What becomes of a planted defect: which checks and tests notice it, and where it is located."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..judging.compare import DIFFERENT
from .edits import SourceEdit
from .planted import Planted
from .tests import failures

NOWHERE = {"savepoint": "nowhere", "field": ""}


@dataclass(frozen=True)
class Finding:
    """One defect and what was said of it.

    checks : {kernel: the worst row of its own checks}, None where checks and tests were left out.
    failed : {tests that must notice: {those of them that failed: what they say}}.
    culprit, looks, sentence : as ``locate --json`` writes them; no culprit where edits.toml names no savepoint.
    """

    defect: SourceEdit
    checks: Mapping[str, Mapping[str, Any]] | None = None
    failed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    culprit: Mapping[str, Any] | None = None
    looks: str = ""
    sentence: str = ""

    @property
    def caught(self) -> bool:
        """Whether every check and test that must notice did; True where they were left out."""
        if self.checks is None:
            return True
        noticed = [row["verdict"] == DIFFERENT for row in self.checks.values()]
        noticed += [bool(failed) for failed in self.failed.values()]
        return bool(noticed) and all(noticed)

    @property
    def located(self) -> bool:
        """Whether locate named the place that edits.toml says; where it says none, whoever caught it is the place."""
        expected = self.defect.expected
        if not expected.savepoint or self.culprit is None:
            return not expected.savepoint and self.caught
        return self.culprit["savepoint"] == expected.savepoint and expected.field in ("", self.culprit["field"])


def examine(defect: SourceEdit, with_kernels: bool = True) -> Finding:
    """Plant a defect, run what must notice it (unless told not to) and locate.

    Raises
    ------
    RuntimeError where one of them comes to no verdict.
    """
    with tempfile.TemporaryDirectory(prefix="pysces-defect-") as name:
        planted = Planted(defect, Path(name))
        checks = _checks(defect, planted) if with_kernels else None
        tests = defect.expected.tests if with_kernels else ()
        failed = {test: failures(planted, [test]) for test in tests}
        if not defect.expected.savepoint:
            return Finding(defect, checks, failed)
        found = _located(defect, planted)
    return Finding(defect, checks, failed, found["culprit"] or NOWHERE, found["looks"], found["sentence"])


def _located(defect: SourceEdit, planted: Planted) -> dict[str, Any]:
    """The object that ``locate --json`` writes."""
    expected = defect.expected
    words = ["locate", "--model", expected.model, "--ne", "2", "--nlev", "8", "--config", expected.configuration]
    return planted.verify(words)


def _checks(defect: SourceEdit, planted: Planted) -> dict[str, dict[str, Any]]:
    """{kernel, or what was assembled: row}; the first that is DIFFERENT where one of its checks is."""
    expected = defect.expected
    runs = [["run", *expected.kernels]] * bool(expected.kernels)
    runs += [["golden", *(_place(record, planted) for record in expected.records)]] * bool(expected.records)
    found: dict[str, dict[str, Any]] = {}
    for words in runs:
        for row in planted.verify([*words, "--config", expected.configuration]):
            _add(found, row["kernel"], row)
    for word in expected.assembled:
        for row in planted.verify(["assembled", _place(word, planted), "--config", expected.configuration]):
            _add(found, f"assembled {word}", row)
    return found


def _place(word: str, planted: Planted) -> str:
    """The path of a record; a word that is none stays."""
    path = Path(planted.environment["PYSCES_TEST_DATA"]) / word
    return str(path) if path.exists() else word


def _add(found: dict[str, dict[str, Any]], name: str, row: dict[str, Any]) -> None:
    before = found.setdefault(name, row)
    if row["verdict"] == DIFFERENT and before["verdict"] != DIFFERENT:
        found[name] = row
