"""Plant defects in copies of pysces, and say who catches each and where it is located.

    python -m pysces_harness.defects               # all of them; writes docs/evidence/defects.md
    python -m pysces_harness.defects sign metric   # these, on the terminal
    python -m pysces_harness.defects --update sign # the same, and their rows of docs/evidence/defects.md
    python -m pysces_harness.defects --sample 8    # as many as CI has time for, others every day

Exit status 0 only if every defect is caught, and located at the savepoint that edits.toml names; 2 for bad input.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import BadInput
from .document import catchers, document, place
from .edits import SourceEdit, named
from .examine import Finding, examine
from .planted import Planted
from .tests import failures

DOCUMENT = Path("docs/evidence/defects.md")
SECONDS_PER_DAY = 86400


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except BadInput as error:
        print(f"pysces_harness.defects: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pysces_harness.defects", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"defects (default: all, and {DOCUMENT} is written)")
    parser.add_argument("--locate-only", action="store_true", help="leave the kernels' own checks and the tests out")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="so many at a time (default: %(default)s)"
    )
    parser.add_argument("--update", action="store_true", help=f"put the rows of the named ones into {DOCUMENT}")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, the next ones every day")
    return parser


def today() -> int:
    """The day that a sample is of."""
    return int(time.time()) // SECONDS_PER_DAY


def sample(many: Sequence[SourceEdit], count: int, day: int) -> list[SourceEdit]:
    """count of many, other ones on each day until all have had their turn."""
    if not 1 <= count <= len(many):
        raise BadInput(f"--sample takes 1 to {len(many)} defects, found {count}.")
    start = day * count
    return [many[(start + n) % len(many)] for n in range(count)]


def _run(options: argparse.Namespace) -> int:
    part = bool(options.names or options.sample is not None)
    written = (options.update or not part) and not options.locate_only
    if written and not DOCUMENT.is_file():
        raise BadInput(f"{DOCUMENT} is not below this folder; run from the repository, or name defects.")
    chosen = named(options.names)
    if options.sample is not None:
        chosen = sample(chosen, options.sample, today())
    if not options.locate_only:
        _check_that_tests_pass(chosen)
    findings = []
    with ThreadPoolExecutor(max(options.jobs, 1)) as pool:
        for finding in pool.map(lambda defect: _examined(defect, not options.locate_only), chosen):
            findings.append(finding)
            print(line(finding), flush=True)
    if written:
        DOCUMENT.write_text(document(findings, DOCUMENT.read_text() if part else ""))
    lost = [f.defect.name for f in findings if not (f.caught and f.located)]
    print(f"{len(findings) - len(lost)} of {len(findings)} defects caught and located" + _named(lost))
    return 1 if lost else 0


def _examined(defect: SourceEdit, with_kernels: bool) -> Finding:
    """As examine; where something comes to no verdict, nobody has caught the defect, and the others are examined."""
    try:
        return examine(defect, with_kernels)
    except RuntimeError as error:
        print(f"pysces_harness.defects: {defect.name}: {error}", file=sys.stderr, flush=True)
        return Finding(defect, {})


def _named(lost: list[str]) -> str:
    return f"; not {', '.join(lost)}" if lost else ""


def _check_that_tests_pass(chosen: Sequence[SourceEdit]) -> None:
    """What fails without a defect would catch every one."""
    tests = sorted({test for defect in chosen for test in defect.expected.tests})
    if not tests:
        return
    with tempfile.TemporaryDirectory(prefix="pysces-no-defect-") as name:
        failed = failures(Planted(None, Path(name)), tests)
    if failed:
        raise BadInput(f"{', '.join(failed)} fails without a defect too; mend it, or pysces.")


def line(finding: Finding) -> str:
    """A finding on the terminal."""
    caught = f"caught by {catchers(finding)}" if finding.checks is not None else "caught (not asked)"
    caught = caught if finding.caught else f"MISSED ({catchers(finding) or 'by all'})"
    located = f"located at {place(finding)}" if finding.located else f"NOT LOCATED ({place(finding) or 'nowhere'})"
    told = f"\n  {finding.sentence}" if finding.sentence else ""
    return f"{finding.defect.name}: {caught}; {located}{told}"
