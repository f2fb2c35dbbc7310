"""docs/evidence/defects.md: what became of every planted defect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..judging.compare import DIFFERENT
from .edits import defects
from .examine import Finding

HEAD = """# Planted defects

Written by `python -m pysces_harness.defects`; do not edit. Each row is one edit of one file, made on a copy of
`pysces/`; `harness/defects/edits.toml` lists them. First come mistakes that are common when a dycore is ported, in
theta-l or in what both models share, then mistakes in CAM-SE, then mistakes in what is assembled from the kernels:
options, setup, physics, cases, output, restart, parts of a mesh, one backend alone.
*Caught by* lists the kernels whose own checks (`pysces-verify run`, `golden`) become DIFFERENT, the runs of the
assembled product (`pysces-verify assembled`) that do, and the tests that fail on the copy and pass without the defect.
*Located at* is what `pysces-verify locate` names without help: the first savepoint that does not hold when it gets the
reference's inputs. For a defect outside of what it walks, it is the worst field of the check, or the tests that failed.
[locating.md](../verify/locating.md) explains how that works.

| kind | what was done, where | caught by | located at | what it looks like |
|---|---|---|---|---|
"""
MOST_TESTS = 3  # that failed, by name


def document(findings: Sequence[Finding], page: str = "") -> str:
    """The page as text; what is not among the findings stays as it is on a page that is given."""
    rows = _entries(page, "| ") | {f.defect.name: _row(f) for f in findings}
    told = {f.defect.name: f"* **{f.defect.name}**: {f.sentence}\n" for f in findings}
    sentences = _entries(page, "* **") | {f.defect.name: told[f.defect.name] if f.sentence else "" for f in findings}
    known = [name for name in defects() if name in rows]
    listed = "".join(sentences.get(name, "") for name in known)
    return f"{HEAD}{''.join(rows[name] for name in known)}\n## The sentences\n\n{listed}"


def _entries(page: str, start: str) -> dict[str, str]:
    """{name: line} of the lines of a page that begin with a start and a name."""
    lines = (line for line in page.splitlines(keepends=True) if line.startswith(start))
    return {re.split(r" \||\*\*", line.removeprefix(start))[0].strip(): line for line in lines}


def _row(finding: Finding) -> str:
    defect = finding.defect
    what = f"{defect.what} (`{defect.file}`)"
    cells = (defect.name, what, catchers(finding) or "nothing", place(finding) or "nowhere", _looks(finding) or "-")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def catchers(finding: Finding) -> str:
    """The kernels and the files of tests that notice."""
    kernels = [f"`{kernel}`" for kernel, _ in _different(finding)]
    kernels = [f"{', '.join(kernels)} on {_configuration(finding)}"] if kernels and _configuration(finding) else kernels
    files = dict.fromkeys(test.partition("::")[0] for test, failed in finding.failed.items() if failed)
    return ", ".join([*kernels, *(f"`{file}`" for file in files)])


def place(finding: Finding) -> str:
    """Where it is: locate's savepoint, the worst points of checks, or the tests that failed."""
    if finding.culprit is not None:
        culprit = finding.culprit
        if "step" not in culprit:
            return ""
        return f"step {culprit['step']}, {culprit['stage']}: `{culprit['savepoint']}`, field {culprit['field']}"
    failed = list(dict.fromkeys(name for tests in finding.failed.values() for name in tests))
    names = [f"`{name}`" for name in failed[:MOST_TESTS]] + [f"{len(failed) - MOST_TESTS} more"] * (
        len(failed) > MOST_TESTS
    )
    return "; ".join([*(f"`{kernel}`{_point(row)}" for kernel, row in _different(finding)), *names])


def _looks(finding: Finding) -> str:
    """What locate makes of the difference, or how large it is, or what the first test that failed says."""
    if finding.looks:
        return finding.looks
    rows = [finding.culprit] if finding.culprit is not None else [row for _, row in _different(finding)]
    for row in rows:
        if row.get("max_abs_error") is not None and row.get("scale"):
            return f"off by {row['max_abs_error'] / row['scale']:.2g} of scale{_where(row.get('worst'))}"
    return next((said for tests in finding.failed.values() for said in tests.values()), "")


def _different(finding: Finding) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((kernel, row) for kernel, row in (finding.checks or {}).items() if row["verdict"] == DIFFERENT)


def _configuration(finding: Finding) -> str:
    name = finding.defect.expected.configuration
    return "" if name == "numpy-f64" else name


def _point(row: Mapping[str, Any]) -> str:
    """The worst field of a check."""
    name = str(row.get("reason", "")).partition(":")[0]
    return f", field {name}" if name and " " not in name else ""


def _where(worst: Mapping[str, Any] | None) -> str:
    if not worst or worst.get("elem") is None:
        return ""
    nodes = f", {worst['node_class']}" if worst.get("node_class") else ""
    return f" at element {worst['elem']}, i {worst['i']}, j {worst['j']}, level {worst['lev']}{nodes}"
