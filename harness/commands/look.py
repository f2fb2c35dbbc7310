"""``pysces-verify list``, ``doctor`` and ``history``: what is here, and what was."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..errors import LONGEST, BadInput, brief
from ..golden import record as golden
from ..guards import targets
from ..kernels.catalogue import registry
from ..ledger import history
from ..report import terminal
from ..running import doctor
from ..running.configurations import CONFIGURATIONS, FORTRAN


def run_list(options: argparse.Namespace) -> int:
    """Kernels, configurations, golden records."""
    records: list[golden.Record] = []
    refused: list[str] = []
    for path in golden.find([place]) if (place := golden.own_records()) is not None else []:
        try:
            records.append(golden.read(path))
        except BadInput as error:
            refused.append(str(error))
    terminal.listing(registry(), {**CONFIGURATIONS, **FORTRAN}, records)
    for said in refused:
        print(f"pysces-verify: {brief(said, LONGEST)}", file=sys.stderr)
    return 2 if refused else 0


def run_doctor(options: argparse.Namespace) -> int:
    """Compilers, flags, instruction set, library versions, devices; warns of known-bad combinations."""
    facts = doctor.facts()
    problems = doctor.problems(facts)
    terminal.doctor(facts, problems)
    if options.json:
        targets.text(options.json, json.dumps({"facts": facts, "problems": problems}, indent=1))
    return 1 if problems else 0


def run_history(options: argparse.Namespace) -> int:
    """What changed between the two newest entries of a ledger: R that doubled, verdicts that got worse."""
    rows = history.read(Path(options.words[0])) if len(options.words) == 1 else []
    if not rows:
        raise BadInput("history needs the path of one ledger with at least one entry; --ledger FILE writes one.")
    found = history.warnings(rows)
    for line in found or ["Nothing got worse."]:
        print(line)
    return 1 if found else 0
