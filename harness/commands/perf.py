"""``pysces-verify perf``: time against optimised Fortran; programs for other devices; first calls."""

from __future__ import annotations

import argparse
import json

from ..errors import BadInput
from ..guards import targets
from ..ledger import history
from ..measuring import perf
from ..measuring.compiled import first_call, program
from ..measuring.waves import RUNS
from ..report import speed


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``perf`` takes beside the common options."""
    perf.arguments(parser)
    runs = f"words are then runs of {', '.join(map(repr, RUNS))}"
    parser.add_argument(
        *("--compile-for",),
        choices=sorted(program.DEVICES),
        help=f"count kernels, traffic and waits of a step as XLA compiles it for a device that is not here; {runs}",
    )
    parser.add_argument(
        "--first-call",
        action="store_true",
        help="seconds that the first call of a run and of a gradient takes, cold and with all kept",
    )


def run_perf(options: argparse.Namespace) -> int:
    """pysces against r8_fast on the same work, or what its options say."""
    if options.compile_for or options.first_call:
        return _compiled(options)
    names = options.config or list(perf.DEFAULT)
    rows = perf.measure(options.words, names, options.rounds, options.threads, options.ne)
    speed.perf(rows)
    _write(options, rows)
    return 0 if rows and all(row["agrees"] for row in rows) else 1


def _compiled(options: argparse.Namespace) -> int:
    if options.compile_for and options.first_call:
        raise BadInput("perf takes --compile-for or --first-call, found both; call it twice.")
    if options.compile_for:
        if options.config:
            raise BadInput("--compile-for compiles by XLA for its device, found --config; leave it out.")
        rows = program.measure(options.compile_for, options.words, options.ne)
        speed.compiled(rows)
    else:
        rows = [
            row
            for kernels in _kernels(options.config)
            for row in first_call.measure(options.words, [options.ne], kernels)
        ]
        speed.first_calls(rows)
    _write(options, rows)
    return 0


def _kernels(names: list[str] | None) -> list[str]:
    """Who compiles, from the names of configurations."""
    known = {"jax-cpu-f64": "xla", "jax-cpu-f64-native": "native"}
    for name in names or ():
        if name not in known:
            raise BadInput(f"--first-call is for {' and '.join(known)}, found {name}.")
    return [known[name] for name in names or ["jax-cpu-f64"]]


def _write(options: argparse.Namespace, rows: list[dict]) -> None:
    if options.json:
        targets.text(options.json, json.dumps(rows, indent=1))
    if options.ledger:
        history.append([], options.ledger, rows)
