"""``--port``, ``--case`` and ``--output`` on the command line: what is offered is judged, the rest is said."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable

from ..errors import BadInput, near
from ..judging import verify
from ..judging.compare import NOT_OFFERED
from ..judging.plan import Check
from ..judging.results import Result
from ..running.configurations import Configuration
from .port import Named, chosen_by, configuration, parts

IMPORT_LIMIT = 300  # s
FOUND = "FOUND "


def arguments(parser: argparse.ArgumentParser) -> None:
    """What commands take that can judge somebody else's port."""
    parser.add_argument(
        "--port",
        metavar="MODULE:NAME",
        help="judge this function of one kernel, or dict {kernel: function}, not pysces",
    )
    parser.add_argument("--precision", type=int, default=64, metavar="BITS", help="of --port: 64 (default) or 32")
    parser.add_argument(
        "--case", action="append", default=[], metavar="CASE", help="of --port: judge these cases only (repeatable, *)"
    )
    parser.add_argument(
        "-o", "--output", action="append", default=[], metavar="NAME", help="of --port: judge these outputs only"
    )


def refuse(options: argparse.Namespace) -> None:
    """Options that say something of a port where there is none."""
    for name in ("case", "output"):
        if options.port is None and getattr(options, name):
            raise BadInput(f"--{name} belongs to --port; leave it out.")


def offered(options: argparse.Namespace) -> list[str] | None:
    """The kernels that ``--port`` names; None where it names one function, or is not there."""
    refuse(options)
    if options.port is None:
        return None
    parts(options.port)
    return tried(options.port)


def judged(options: argparse.Namespace, checks: list[Check], lacking: Iterable[str] = ()) -> list[Result]:
    """The verdicts on ``--port``, and a NOT-OFFERED for each kernel and case that it is not asked for or has not."""
    given, checks = checks, [check for check in checks if check.mesh != "own"]  # the port is judged, not pysces' mesh
    if given and not checks:
        raise BadInput(f"{given[0].source}: kernel {given[0].kernel.name} makes meshes, which ports are given.")
    mine = _of_one_port(options, checks)
    here = {check.kernel.name for check in mine}
    lacking = dict.fromkeys([*lacking, *(c.kernel.name for c in checks if c.kernel.name not in here)])
    _known(options.case, [check.case.name for check in mine], "case")
    _known(options.output, [name for check in mine for name in check.case.settings["outputs"]], "output")
    side = configuration(Named(options.port, tuple(options.output)), options.precision)
    chosen = [c for c in mine if chosen_by(c.case.name, options.case)]
    left_out = [c for c in mine if not chosen_by(c.case.name, options.case)]
    rows = [_row(side, name, "all", "the port has no such kernel") for name in lacking]
    rows += [_row(side, c.kernel.name, c.case.name, "--case leaves it out", c.producer) for c in left_out]
    elsewhere = [c for c in chosen if not c.runs_in(side.name)]
    rows += [_row(side, c.kernel.name, c.case.name, _elsewhere(c), c.producer) for c in elsewhere]
    return verify.verify(chosen, [side]) + rows


def _elsewhere(check: Check) -> str:
    places = "double precision" if check.runs_in("numpy-f64") else " or ".join(check.kernel.only)
    return f"judged in {places} alone"


def _of_one_port(options: argparse.Namespace, checks: list[Check]) -> list[Check]:
    """The checks of kernels that the port has; of a single function, all are of one kernel."""
    names = offered(options)
    if names is not None:
        return [check for check in checks if check.kernel.name in names]
    kernels = sorted({check.kernel.name for check in checks})
    if len(kernels) != 1:
        raise BadInput(f"--port computes one kernel; name one (KERNEL, or its records), found {len(kernels)}.")
    return checks


def _known(patterns: Iterable[str], names: list[str], what: str) -> None:
    """A pattern that nothing fits is a mistake, and not a port that offers nothing."""
    for pattern in patterns:
        if not any(chosen_by(name, [pattern]) for name in names):
            known = near(pattern, names, f": {', '.join(dict.fromkeys(names))}.")
            raise BadInput(f"--{what} {pattern}: there is none{known}")


def _row(side: Configuration, kernel: str, case: str, reason: str, producer: str = "generated") -> Result:
    return Result(
        kernel,
        case,
        "port",
        reference="golden" if producer != "generated" else side.fortran,
        configuration=side.name,
        mesh="generated" if producer == "generated" else "golden",
        producer=producer,
        verdict=NOT_OFFERED,
        reason=reason,
        expected=True,
    )


TRIAL = """
import json, sys
from pysces_harness.foreign.port import load
try:
    found = load(sys.argv[1])
except ValueError as error:
    print("REFUSED", error)
else:
    print("FOUND", json.dumps(None if callable(found) else list(found)))
"""


def tried(where: str) -> list[str] | None:
    """The kernels of a dict of functions, None for a function, once a process of its own has found it; importing
    somebody else's module may do anything."""
    command = [sys.executable, "-c", TRIAL, where]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=IMPORT_LIMIT)
    except subprocess.TimeoutExpired:
        raise BadInput(f"--port {where}: importing it takes more than {IMPORT_LIMIT} s.") from None
    said = (ended.stdout.strip().splitlines() or [""])[-1]
    if said.startswith("REFUSED"):
        raise BadInput(said.removeprefix("REFUSED "))
    if not said.startswith(FOUND):
        raise BadInput(f"--port {where}: importing it ended its process with status {ended.returncode}.")
    return json.loads(said.removeprefix(FOUND))
