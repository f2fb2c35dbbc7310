"""Plant defects in copies of pysces, and say who catches each and where ``pysces-verify locate`` finds it.

    python -m pysces_harness.defects               # all of them; writes docs/evidence/defects.md
    python -m pysces_harness.defects sign metric   # these, on the terminal

Exit status 0 only if every defect is caught, and located at the savepoint that edits.toml names; 2 for bad input.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import BadInput
from .document import document
from .edits import named
from .examine import Finding, examine

DOCUMENT = Path("docs/evidence/defects.md")


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
    parser.add_argument("--locate-only", action="store_true", help="leave the kernels' own checks out")
    return parser


def _run(options: argparse.Namespace) -> int:
    written = not options.names and not options.locate_only
    if written and not DOCUMENT.is_file():
        raise BadInput(f"{DOCUMENT} is not below this folder; run from the repository, or name defects.")
    findings = []
    for defect in named(options.names):
        findings.append(examine(defect, not options.locate_only))
        print(_line(findings[-1]), flush=True)
    if written:
        DOCUMENT.write_text(document(findings))
    return 0 if all(f.caught and f.located for f in findings) else 1


def _line(finding: Finding) -> str:
    caught = "caught" if finding.caught else "MISSED"
    located = "located" if finding.located else "NOT LOCATED"
    return f"{finding.defect.name}: {caught}, {located}\n  {finding.sentence}"
