"""``pysces-verify``: the command line. Exit status 0: everything holds; 1: something does not; 2: bad input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import foreign
from .commands import compare, growth, locate, look, runs, scaling, verify
from .commands import perf as timing
from .errors import BadInput
from .measuring import perf
from .report import command as report
from .whole_runs import conservation


@dataclass(frozen=True)
class Command:
    """name, what it runs (its docstring is the help), what its words are, and its own arguments, if it has any."""

    name: str
    run: Callable[[argparse.Namespace], int]
    words: str = ""
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


COMMANDS = (
    Command("doctor", look.run_doctor),
    Command("list", look.run_list),
    Command("golden", verify.run_golden, "PATH", verify.golden_arguments),
    Command("run", verify.run_live, "KERNEL", foreign.arguments),
    Command("matrix", verify.run_matrix, "KERNEL"),
    Command("spread", verify.run_spread, "KERNEL"),
    Command("mutate", verify.run_mutate, "KERNEL"),
    Command("case", runs.run_case, "RECORD", runs.case_arguments),
    Command("report", report.run, "FILE"),
    Command("history", look.run_history, "LEDGER"),
    Command("compare", compare.run, "A B"),
    Command("perf", timing.run_perf, "KERNEL", perf.arguments),
    Command("scaling", scaling.run, arguments=scaling.arguments),
    Command("locate", locate.run, "CASE", locate.arguments),
    Command("conserve", conservation.run, arguments=conservation.arguments),
    Command("growth", growth.run, arguments=growth.arguments),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what a user must read about bad input goes to stderr in one sentence."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except BadInput as error:
        print(f"pysces-verify: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pysces-verify", description="How well pysces agrees with Fortran, everywhere."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        text = command.run.__doc__
        subparser = subparsers.add_parser(command.name, help=text, description=text)
        subparser.set_defaults(command=command.run, name=command.name)
        _common(subparser, command.words)
        command.arguments(subparser)
    return parser


def _common(parser: argparse.ArgumentParser, words: str) -> None:
    """The options that every command takes."""
    parser.add_argument("words", nargs="*", metavar=words or argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument(
        "--config", action="append", metavar="C", help="a configuration (repeatable); default: the four main ones"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="results as a list of JSON objects")
    parser.add_argument("--report", type=Path, metavar="DIR", help="a self-contained HTML page")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="a summary for a pull request")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="JUnit XML")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="append a summary to this ledger and draw it")
    parser.add_argument("--deep", action="store_true", help="with the long runs")
    parser.add_argument("--all", action="store_true", help="list passing checks in the terminal too")


if __name__ == "__main__":
    sys.exit(main())
