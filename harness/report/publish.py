"""The end of every command: files for people and machines, the terminal's tables, the ledger, the exit status."""

from __future__ import annotations

import sys

from ..judging.results import write
from ..ledger import history
from ..running import doctor
from . import growth, html, junit, markdown, terminal
from .material import Material


def publish(options, material: Material, tables: bool = True) -> int:
    """Everything the common options ask for; returns the exit status. tables : in the terminal too, not only totals."""
    results = material.results
    problems = doctor.problems(doctor.facts()) if any(r.configuration.startswith("jax") for r in results) else []
    if options.json:
        write(results, options.json)
    if options.ledger:
        history.append(results, options.ledger, material.perf)
        material.ledger = history.read(options.ledger)
    if options.junit:
        junit.write(results, options.junit)
    if options.markdown:
        options.markdown.write_text(markdown.text(material))
    if options.report:
        print(html.write(material, options.report))
    if results:
        terminal.results(results, everything=options.all) if tables else terminal.totals(results)
    for problem in [*problems, *history.warnings(material.ledger)]:
        print(f"pysces-verify: {problem}", file=sys.stderr)
    return 1 if problems else status(material)


def status(material: Material) -> int:
    """0 if every check and every measurement holds and anything was compared at all."""
    results, judged = material.results, [*material.cases, *material.growth]
    if results and not any(r.compared.get("points") for r in results):
        print("pysces-verify: Nothing was compared: every check is NOT-RUN.", file=sys.stderr)
        return 1
    if not any(
        (results, judged, material.conservation, material.perf, material.scaling, material.located, material.detection)
    ):
        print("pysces-verify: Nothing was compared: there is no check.", file=sys.stderr)
        return 1
    wrong = [row for row in judged if row.get("verdict") in ("DIFFERENT", "VACUOUS")]
    apart = [row for row in material.perf if not row["agrees"]]
    wrong += [row for row in material.conservation if not growth.conserved(row)]
    guilty = [walk for walk in material.located if walk["culprit"]]
    return 0 if all(r.ok for r in results) and not (wrong or apart or guilty) else 1
