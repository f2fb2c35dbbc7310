"""``pysces-verify list``, ``doctor`` and ``history``: what is here, and what was."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..errors import BadInput
from ..golden import record as golden
from ..kernels.catalogue import registry
from ..ledger import history
from ..report import terminal
from ..running import doctor
from ..running.configurations import CONFIGURATIONS, FORTRAN


def run_list(options: argparse.Namespace) -> int:
    """Kernels, configurations, golden records."""
    try:
        records = [golden.read(path) for path in golden.find([golden.test_data()])]
    except BadInput:
        records = []
    terminal.listing(registry(), {**CONFIGURATIONS, **FORTRAN}, records)
    return 0


def run_doctor(options: argparse.Namespace) -> int:
    """Compilers, flags, instruction set, library versions, devices; warns of known-bad combinations."""
    facts = doctor.facts()
    problems = doctor.problems(facts)
    terminal.doctor(facts, problems)
    if options.json:
        options.json.write_text(json.dumps({"facts": facts, "problems": problems}, indent=1))
    return 1 if problems else 0


def run_history(options: argparse.Namespace) -> int:
    """What changed between the two newest entries of a ledger: R that doubled, verdicts that got worse."""
    rows = history.read(Path(options.words[0])) if options.words else []
    if not rows:
        raise BadInput("history needs the path of a ledger with at least one entry; --ledger FILE writes one.")
    found = history.warnings(rows)
    for line in found or ["Nothing got worse."]:
        print(line)
    return 1 if found else 0
