"""Results as JUnit XML: a test suite per configuration, a test case per check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as xml

from ..errors import printable
from ..judging.compare import NOT_OFFERED, NOT_RUN
from ..judging.results import Result
from . import steps as planned
from .steps import Step

NOT_DONE = (NOT_RUN, NOT_OFFERED)


def write(results: list, path: Path, steps: Sequence[Step] = ()) -> None:
    """One <testsuite> per configuration, and one of the steps that were planned; an expected NOT-RUN is skipped,
    everything else that is not ok has failed."""
    root = xml.Element("testsuites", name="pysces-verify")
    for name in dict.fromkeys(r.configuration for r in results):
        members = [r for r in results if r.configuration == name]
        suite = xml.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(members)),
            failures=str(sum(not r.ok for r in members)),
            skipped=str(sum(r.ok and r.verdict in NOT_DONE for r in members)),
        )
        for r in members:
            _case(suite, r)
    if steps:
        _steps(root, steps)
    _make_printable(root)
    xml.indent(root)
    path.write_bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _steps(root: xml.Element, steps: Sequence[Step]) -> None:
    counts = {"failures": planned.NOT_RUN, "skipped": planned.SKIPPED}
    numbers = {key: str(sum(step.state == state for step in steps)) for key, state in counts.items()}
    suite = xml.SubElement(root, "testsuite", {"name": "steps", "tests": str(len(steps)), **numbers})
    for step in steps:
        case = xml.SubElement(suite, "testcase", classname="steps", name=step.name)
        if step.state == planned.NOT_RUN:
            xml.SubElement(case, "failure", message=f"NOT-RUN: {step.reason}")
        elif step.state == planned.SKIPPED:
            xml.SubElement(case, "skipped", message=step.reason)


def _make_printable(root: xml.Element) -> None:
    """XML has no way to write control characters and lone surrogates."""
    for node in root.iter():
        node.text = None if node.text is None else printable(node.text)
        node.attrib.update({key: printable(value) for key, value in node.attrib.items()})


def _case(suite: xml.Element, r: Result) -> None:
    name = f"{r.kernel}[{r.producer}/{r.case}, {r.mesh} mesh, {r.side} against {r.reference}]"
    case = xml.SubElement(suite, "testcase", classname=r.kernel, name=name)
    if not r.ok:
        xml.SubElement(case, "failure", message=f"{r.verdict}: {r.reason}")
    elif r.verdict in NOT_DONE:
        xml.SubElement(case, "skipped", message=r.reason)
    xml.SubElement(case, "system-out").text = "compared " + (r.comparison or "nothing")
