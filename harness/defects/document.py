"""docs/evidence/defects.md: what became of every planted defect."""

from __future__ import annotations

from collections.abc import Sequence

from ..judging.compare import DIFFERENT
from .examine import Finding

HEAD = """# Planted defects

Written by `python -m pysces_harness.defects`; do not edit. Each row is one edit of one file, made on a copy of
`pysces/`; `harness/defects/edits.toml` lists them. First come kinds that porters of a dycore often make, in theta-l or
in what both models share, then those in CAM-SE.
*Caught by* lists kernels whose own checks (`pysces-verify run`, `golden`) turn DIFFERENT; *located at* is what
`pysces-verify locate` names without help: the first savepoint that does not hold when it is fed with the reference's
inputs. How that works: [locating.md](../verify/locating.md).

| kind | what was done, where | caught by | located at | what it looks like |
|---|---|---|---|---|
"""


def document(findings: Sequence[Finding]) -> str:
    """The page as text."""
    rows = "".join(_row(finding) for finding in findings)
    sentences = "".join(f"* **{finding.defect.name}**: {finding.sentence}\n" for finding in findings)
    return f"{HEAD}{rows}\n## The sentences\n\n{sentences}"


def _row(finding: Finding) -> str:
    defect, culprit = finding.defect, finding.culprit
    verdicts = (finding.verdicts or {}).items()
    kernels = ", ".join(f"`{kernel}`" for kernel, verdict in verdicts if verdict == DIFFERENT)
    place = f"step {culprit['step']}, {culprit['stage']}: `{culprit['savepoint']}`, field {culprit['field']}"
    cells = (defect.name, f"{defect.what} (`{defect.file}`)", kernels or "-", place, finding.looks or "-")
    return "| " + " | ".join(cells) + " |\n"
