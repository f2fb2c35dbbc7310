"""Results as JUnit XML: a test suite per configuration, a test case per check."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as xml

from ..judging.compare import NOT_RUN


def write(results: list, path: Path) -> None:
    """One <testsuite> per configuration; an expected NOT-RUN is skipped, everything else that is not ok has failed."""
    root = xml.Element("testsuites", name="pysces-verify")
    for name in dict.fromkeys(r.configuration for r in results):
        members = [r for r in results if r.configuration == name]
        suite = xml.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(members)),
            failures=str(sum(not r.ok for r in members)),
            skipped=str(sum(r.ok and r.verdict == NOT_RUN for r in members)),
        )
        for r in members:
            _case(suite, r)
    xml.indent(root)
    path.write_bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _case(suite: xml.Element, r) -> None:
    name = f"{r.kernel}[{r.producer}/{r.case}, {r.mesh} mesh, {r.side} against {r.reference}]"
    case = xml.SubElement(suite, "testcase", classname=r.kernel, name=name)
    if not r.ok:
        xml.SubElement(case, "failure", message=f"{r.verdict}: {r.reason}")
    elif r.verdict == NOT_RUN:
        xml.SubElement(case, "skipped", message=r.reason)
    xml.SubElement(case, "system-out").text = "compared " + (r.comparison or "nothing")
