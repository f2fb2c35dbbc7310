"""``pysces-verify scaling``: a step over ranks and devices against the same step in one place."""

from __future__ import annotations

import argparse
import json
import os

from ..measuring.scaling.measure import LARGEST_OVERHEAD, NE, ROUNDS, measure, said
from ..report import html
from ..report.material import Material


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``scaling`` takes beside the common options."""
    parser.add_argument(
        "--parts", type=int, nargs="*", metavar="N", help="ranks and devices (default: 1, 2, 4 ... cores)"
    )
    parser.add_argument("--ne", type=int, default=NE, help=f"elements along a cube edge of one part (default: {NE})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"interleaved (default: {ROUNDS})")
    parser.add_argument("--over", choices=("ranks", "devices"), action="append", help="default: both")
    parser.add_argument("--platform", default="cpu", help="jax platform of the devices (default: cpu)")


def run(options: argparse.Namespace) -> int:
    """Weak and strong scaling of a step over MPI ranks and JAX devices, and what the parallel assemblies cost."""
    parts = options.parts or [n for n in (1, 2, 4, 8, 16, 32) if n <= (os.cpu_count() or 1)]
    rows = []
    for over in options.over or ("ranks", "devices"):
        for count in parts:
            rows += measure(over, count, options.ne, options.rounds, options.platform)
    for row in rows:
        print(said(row))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    if options.report:
        print(html.write(Material(scaling=rows), options.report))
    return 0 if rows and all(row["low"] < LARGEST_OVERHEAD for row in rows if row["kind"] == "overhead") else 1
