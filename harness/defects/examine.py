"""What becomes of a planted defect: which checks turn DIFFERENT, and what ``locate`` names."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..judging.compare import DIFFERENT
from .edits import SourceEdit
from .planted import Planted

NOWHERE = {"savepoint": "nowhere", "field": ""}


@dataclass(frozen=True)
class Finding:
    """One defect and what was said of it.

    verdicts : {kernel: verdict} of the kernels' own checks, None where they were left out.
    culprit, looks, sentence : as ``locate --json`` writes them.
    """

    defect: SourceEdit
    verdicts: Mapping[str, str] | None
    culprit: Mapping[str, Any]
    looks: str
    sentence: str

    @property
    def caught(self) -> bool:
        """Whether every check that must notice did; True where they were left out."""
        verdicts = self.verdicts
        return verdicts is None or (bool(verdicts) and all(v == DIFFERENT for v in verdicts.values()))

    @property
    def located(self) -> bool:
        """Whether locate named the place that edits.toml says."""
        expected = self.defect.expected
        return self.culprit["savepoint"] == expected.savepoint and expected.field in ("", self.culprit["field"])


def examine(defect: SourceEdit, with_kernels: bool = True) -> Finding:
    """Plant a defect, run the checks that must notice it (unless told not to) and locate; RuntimeError if one fails."""
    with tempfile.TemporaryDirectory(prefix="pysces-defect-") as name:
        planted = Planted(defect, Path(name))
        verdicts = _verdicts(defect, planted) if with_kernels else None
        found = _located(defect, planted)
    return Finding(defect, verdicts, found["culprit"] or NOWHERE, found["looks"], found["sentence"])


def _located(defect: SourceEdit, planted: Planted) -> dict[str, Any]:
    """The object that ``locate --json`` writes."""
    return planted.verify(["locate", "--model", defect.expected.model, "--ne", "2", "--nlev", "8"])


def _verdicts(defect: SourceEdit, planted: Planted) -> dict[str, str]:
    """{kernel: verdict}; DIFFERENT where one of its checks is."""
    expected, data = defect.expected, planted.environment["PYSCES_TEST_DATA"]
    records = [f"{data}/{record}" for record in expected.records]
    runs = [["run", *expected.kernels]] * bool(expected.kernels) + [["golden", *records]] * bool(records)
    found: dict[str, list[str]] = {}
    for words in runs:
        for row in planted.verify([*words, "--config", "numpy-f64"]):
            found.setdefault(row["kernel"], []).append(row["verdict"])
    return {kernel: DIFFERENT if DIFFERENT in verdicts else verdicts[0] for kernel, verdicts in found.items()}
