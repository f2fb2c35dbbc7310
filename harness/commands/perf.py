"""``pysces-verify perf``: time against optimised Fortran."""

from __future__ import annotations

import argparse
import json

from ..guards import targets
from ..ledger import history
from ..measuring import perf
from ..report import terminal


def run_perf(options: argparse.Namespace) -> int:
    """pysces against r8_fast on the same work."""
    rows = perf.measure(
        options.words, options.config or list(perf.DEFAULT), options.rounds, options.threads, options.ne
    )
    terminal.perf(rows)
    if options.json:
        targets.text(options.json, json.dumps(rows, indent=1))
    if options.ledger:
        history.append([], options.ledger, rows)
    return 0 if rows and all(row["agrees"] for row in rows) else 1
