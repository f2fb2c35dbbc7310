"""The end of every command: files for people and machines, the terminal's tables, the ledger, the exit status."""

from __future__ import annotations

import argparse
import sys

from ..errors import LONGEST, brief
from ..guards import targets
from ..judging.results import write
from ..ledger import history
from ..running import doctor
from . import html, junit, markdown, terminal
from .material import Material
from .standing import compared, failing


def publish(options: argparse.Namespace, material: Material, tables: bool = True) -> int:
    """Everything the common options ask for; returns the exit status. tables : in the terminal too, not only totals."""
    results = material.results
    problems = doctor.problems(doctor.facts()) if any(r.configuration.startswith("jax") for r in results) else []
    if options.json:
        targets.replace(options.json, lambda place: write(results, place))
    if options.ledger:
        history.append(results, options.ledger, material.perf)
        material.ledger = history.read(options.ledger) if options.ledger.exists() else []
    if options.junit:
        targets.replace(options.junit, lambda place: junit.write(results, place, material.steps))
    if options.markdown:
        targets.text(options.markdown, markdown.text(material))
    if options.report:
        print(html.write(material, options.report))
    if results:
        terminal.results(results, everything=options.all) if tables else terminal.totals(results)
    for problem in [*problems, *material.problems, *history.warnings(material.ledger)]:
        print(f"pysces-verify: {brief(problem, LONGEST)}", file=sys.stderr)
    return 1 if problems else status(material)


def status(material: Material) -> int:
    """0 if every check and every measurement holds and anything was compared at all."""
    if compared(material):
        return 1 if failing(material) else 0
    if not material.results:
        print("pysces-verify: Nothing was compared: there is no check.", file=sys.stderr)
    elif not all(r.unusable for r in material.results):  # of those, the command says why
        words = "every check is NOT-RUN or NOT-OFFERED, or failed before there was anything to compare"
        print(f"pysces-verify: Nothing was compared: {words}.", file=sys.stderr)
    return 1
