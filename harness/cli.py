"""``pysces-verify``: the command line. Exit status 0: everything holds; 1: something does not; 2: bad input;
3: pysces-verify itself is wrong; 130: interrupted."""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .commands import assembled, compare, explain, gradient, growth, locate, look, runs, scaling, verify
from .commands import perf as timing
from .errors import LONGEST, BadInput, brief, near, sentence
from .guards import limits, targets
from .inputs import seeds
from .report import command as report
from .whole_runs import conservation

BAD_INPUT, BUG, INTERRUPTED = 2, 3, 130
EVERY = ("json", "report", "markdown", "junit", "ledger")  # what commands with verdicts write
REPORT_IT = "This is a mistake in pysces-verify, not in your input: please report it with the lines above."


@dataclass(frozen=True)
class Command:
    """name, what it runs (its docstring is the help), what its words are, and its own arguments, if it has any.

    words : their name in the help, then what they are; empty where the command takes none.
    writes : the common options for files that it follows; the others are refused, never passed over.
    in_configurations : whether it follows --config.
    """

    name: str
    run: Callable[[argparse.Namespace], int]
    words: tuple[str, str] | tuple[()] = ()
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    writes: tuple[str, ...] = EVERY
    reads_ledger: bool = False
    in_configurations: bool = True


KERNELS = ("KERNEL", "a kernel of `pysces-verify list` (repeatable); default: all of them")
ONE_KERNEL = ("KERNEL", "a kernel of `pysces-verify list` (repeatable)")
RECORDS = ("PATH", "a golden record, or a folder of them (repeatable), or add, or convert; default: all of test_data")
WAVES = ("RECORD", "a record of a whole run's days (repeatable); default: those of test_data")
RUNS = (
    "RECORD",
    "a record of a run, a folder of them, or made-up (repeatable); default: all that is short",
)
RESULTS = ("FILE", "what a command wrote with --json (repeatable)")
ENTRIES = ("LEDGER", "the file that --ledger appended to")
PAIR = ("A B", "two files of --json, or with --ledger two entries: commits or numbers")
MODELS = (
    "MODEL[:CONFIGURATION]",
    "shallow_water, theta_l or cam_se, or one configuration of it (repeatable); default: all models",
)
START = ("CASE", "a case of `pysces cases`, or the path of a golden record; default: air over a hill")

COMMANDS = (
    Command("doctor", look.run_doctor, writes=("json",), in_configurations=False),
    Command("list", look.run_list, writes=(), in_configurations=False),
    Command("explain", explain.run, ONE_KERNEL, writes=(), in_configurations=False),
    Command("golden", verify.run_golden, RECORDS, verify.golden_arguments),
    Command("run", verify.run_live, KERNELS, verify.live_arguments),
    Command("assembled", assembled.run, RUNS),
    Command("matrix", verify.run_matrix, KERNELS, verify.matrix_arguments),
    Command("spread", verify.run_spread, KERNELS),
    Command("mutate", verify.run_mutate, KERNELS, verify.mutate_arguments),
    Command("case", runs.run_case, WAVES, runs.case_arguments, ("json",)),
    Command("report", report.run, RESULTS, report.arguments, in_configurations=False),
    Command("history", look.run_history, ENTRIES, writes=(), in_configurations=False),
    Command("compare", compare.run, PAIR, writes=("json", "ledger"), reads_ledger=True, in_configurations=False),
    Command("perf", timing.run_perf, KERNELS, timing.arguments, ("json", "ledger")),
    Command("scaling", scaling.run, arguments=scaling.arguments, writes=("json", "report"), in_configurations=False),
    Command("locate", locate.run, START, locate.arguments, ("json",)),
    Command("conserve", conservation.run, arguments=conservation.arguments, writes=("json",)),
    Command("growth", growth.run, arguments=growth.arguments, writes=("json",)),
    Command("gradient", gradient.run, MODELS, gradient.arguments, ("json",), in_configurations=False),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what a user must read about bad input goes to stderr in one sentence."""
    _say_anything()
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _refuse("Interrupted; what was not finished is not written.", INTERRUPTED)
    except Exception as error:
        if told := sentence(error):
            _leave_pipe(error)
            return _refuse(told, BAD_INPUT)
        traceback.print_exc()
        return _refuse(REPORT_IT, BUG)


def _say_anything() -> None:
    """Names of files and foreign text must not stop a message because the terminal lacks a character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _leave_pipe(error: Exception) -> None:
    """Where nobody reads, Python's last flush would fail again."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _refuse(message: str, status: int) -> int:
    print(f"pysces-verify: {brief(message, LONGEST)}", file=sys.stderr)
    return status


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    command: Command = options.of
    _known(options, command)
    limits.check(options)
    targets.check(options, command.reads_ledger)
    seeds.use(options.seed)
    try:
        return command.run(options)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich ends the program when nobody reads
            raise end.__context__ from None
        raise RuntimeError(f"{command.name} was ended by sys.exit({end.code!r})") from end


def _known(options: argparse.Namespace, command: Command) -> None:
    """Words and options that a command has no use for are refused."""
    if options.words and not command.words:
        raise BadInput(f"{command.name} takes no words, found {brief(options.words[0], 40)!r}.")
    if options.config and not command.in_configurations:
        raise BadInput(f"{command.name} does not follow --config; leave it out.")
    for name in EVERY:
        if getattr(options, name) is not None and name not in command.writes:
            raise BadInput(f"{command.name} does not follow --{name}; leave it out.")
    for name, value in vars(options).items():
        _usable("An argument" if name == "words" else f"--{name}", value if isinstance(value, list) else [value])


def _usable(name: str, values: list) -> None:
    """What no option and no name of a file can be."""
    for value in values:
        if value == "" or (isinstance(value, (str, Path)) and "\0" in str(value)):
            raise BadInput(f"{name} is empty or has a character that no name may have; give another value.")


class _Parser(argparse.ArgumentParser):
    """Arguments that cannot be parsed are bad input like any other: one sentence, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        found = re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)", message, re.DOTALL)
        if found is None:
            raise BadInput(f"{brief(message)}; {self.prog} --help lists what it takes.")
        known = re.findall(r"[\w.-]+", found.group(2))
        raise BadInput(f"{brief(found.group(1), 40)!r} is unknown{near(found.group(1), known)} See {self.prog} --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="pysces-verify", description="How well pysces agrees with Fortran, everywhere.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        text = command.run.__doc__
        subparser = subparsers.add_parser(command.name, help=text, description=text)
        subparser.set_defaults(of=command, name=command.name)
        _common(subparser, command.words)
        command.arguments(subparser)
    return parser


def _common(parser: argparse.ArgumentParser, words: tuple[str, str] | tuple[()]) -> None:
    """The options that every command takes."""
    name, meaning = words or (argparse.SUPPRESS, argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", metavar=name, help=meaning)
    parser.add_argument(
        "--config", action="append", metavar="C", help="a configuration (repeatable); default: the four main ones"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="results as a list of JSON objects")
    parser.add_argument("--report", type=Path, metavar="DIR", help="a self-contained HTML page")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="a summary for a pull request")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="JUnit XML")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="append a summary to this ledger and draw it")
    parser.add_argument("--deep", action="store_true", help="include the long runs")
    parser.add_argument("--seed", type=int, default=0, help="seed of generated inputs and ensembles (default: 0)")
    parser.add_argument("--all", action="store_true", help="also list passing checks in the terminal")


if __name__ == "__main__":
    sys.exit(main())
