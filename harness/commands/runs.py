"""``pysces-verify case``: a whole run beside HOMME's."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..guards import targets
from ..report import terminal
from ..running.configurations import configuration
from ..whole_runs import case


def case_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``case`` takes beside the common options."""
    parser.add_argument("--days", type=int, default=10, help="how many days to run (default: 10)")
    parser.add_argument("--image", type=Path, metavar="FILE", help="draw surface pressure beside the reference's")


def run_case(options: argparse.Namespace) -> int:
    """Compare a whole run with the daily curves of the real model; jax-cpu-f64 unless --config says otherwise."""
    sides = [configuration(name) for name in options.config or ["jax-cpu-f64"]]
    finished = []
    for record in case.records(options.words):
        for chosen in sides:
            terminal.case_head(record, chosen)
            finished.append(case.run_case(record, chosen, options.days, terminal.case_day))
            if options.image:
                print(case.draw(finished[-1], options.image))
    if options.json:
        targets.text(options.json, json.dumps([row for run in finished for row in case.rows(run)], indent=1))
    return 0 if all(run.ok for run in finished) else 1
