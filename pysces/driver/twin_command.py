"""The command ``pysces twin``: experiments whose truth is known, and how close a method comes to it.

To add one, write a function and give it a line in ``TWINS``. It is called with the options of its line by name, and
with ``say``, which prints a line of progress; it returns or yields ``figures.Figure`` rows. Its module is loaded when
it runs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..io.durable import replacing
from .figures import Figure, reasons, table

EXAMPLE = "example: pysces twin 4dvar --model shallow_water --json figures.json"


@dataclass(frozen=True)
class Option:
    """One option of an experiment, of its default's type.

    choices : the words that it takes; empty where any value of that type will do.   least : the smallest number.
    acts_with : another option, and the words of it with which this one is of use; it is refused with any other.
    """

    default: Any
    about: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    acts_with: tuple[str, tuple[str, ...]] = ("", ())

    def check(self, word: str, value: Any, words: Mapping[str, Any]) -> None:
        """ValueError, by the name that the command line has for it, for a number that is too small or of no use."""
        if self.least is not None and not value >= self.least:
            raise ValueError(f"{_flag(word)} must be at least {self.least:g}, found {value}; give more.")
        other, fitting = self.acts_with
        if other and words[other] not in fitting:
            raise ValueError(
                f"{_flag(word)} has no use with {_flag(other)} {words[other]}; leave it out, or choose "
                f"{_flag(other)} {' or '.join(fitting)}."
            )


def _flag(word: str) -> str:
    return f"--{word.replace('_', '-')}"


@dataclass(frozen=True)
class Twin:
    """One experiment.

    about : one line.   runner : "module:function" of this package, after a dot.
    options : by the function's argument; an underscore is a hyphen on the command line.
    """

    about: str
    runner: str
    options: Mapping[str, Option]

    def run(
        self, words: Mapping[str, Any], say: Callable[[str], None], keep: Callable[[list[Figure]], None]
    ) -> list[Figure]:
        """The figures that it ends with; each is said as soon as it is known, and keep is given all so far."""
        module, _, function = self.runner.partition(":")
        runner = getattr(importlib.import_module(module, __package__.rpartition(".")[0]), function)
        figures = []
        for figure in runner(say=say, **words):
            figures.append(figure)
            say(f"{figure.figure}: {figure.got:.4g} (wanted {figure.wanted})")
            keep(figures)
        return figures


PARTS = ("both", "shallow_water", "held_suarez")
MODELS = ("theta_l", "cam_se", "shallow_water")
SITES = ("usual", "moving", "fixed")
TWINS = {
    "4dvar": Twin(
        "a 12-hour 4D-Var window that searches for a known state",
        ".assimilation.twin:four_d_var",
        {
            "model": Option("theta_l", "the equations", MODELS),
            "ne": Option(0, "elements along a cube edge; 0: 4, or 8 for shallow water", least=0),
            "nlev": Option(10, "levels of equal pressure steps", least=2, acts_with=("model", MODELS[:2])),
            "sites": Option(
                "usual", "observe other columns each time (moving; usual for air), or the same (fixed)", SITES
            ),
            "devices": Option(0, "jax devices to spread elements over; 0: one, undivided", least=0),
            "seed": Option(0, "seed of the random numbers", least=0),
        },
    ),
    "tuning": Twin(
        "viscosity and physics found from the weather that they produce",
        ".tuning.twin:tuning",
        {
            "part": Option("both", "viscosity of shallow water, Held and Suarez' numbers, or both", PARTS),
            "ne": Option(0, "elements along a cube edge; 0: 4, or 8 for shallow water", least=0),
            "spin_up": Option(
                100.0,
                "days that Held and Suarez' atmosphere spins up, kept for the next time",
                least=0,
                acts_with=("part", ("both", "held_suarez")),
            ),
            "seed": Option(
                0, "seed of the errors of observations", least=0, acts_with=("part", ("both", "shallow_water"))
            ),
        },
    ),
    "hybrid": Twin(
        "a network that learns physics that the model lacks",
        ".learning.twin:hybrid",
        {
            "ne": Option(4, "elements along a cube edge", least=2),
            "days": Option(400.0, "days of the truth, a quarter of them spin-up; kept for the next time", least=24.0),
            "windows": Option(200, "windows of the truth to learn from", least=1),
            "steps": Option(20, "training steps with 24 hours; twice as many with 12, four times with 6", least=1),
            "batch": Option(1, "windows in each step", least=1),
            "devices": Option(1, "jax devices to spread a batch over", least=1),
            "seed": Option(0, "seed of the network and the order of windows", least=0),
        },
    ),
}


def add_twin(parser: argparse.ArgumentParser) -> None:
    """Give a parser the experiments below ``pysces twin``."""
    parser.epilog = EXAMPLE
    commands = parser.add_subparsers(required=True, metavar="experiment")
    for name, twin in TWINS.items():
        command = commands.add_parser(name, help=twin.about, epilog=EXAMPLE)
        for word, option in twin.options.items():
            _add_option(command, word, option)
        command.add_argument(
            "--json", metavar="FILE", help="also write the figures, as they come, as a list of JSON objects"
        )
        command.set_defaults(command=_run, parser=command, twin=name)


def _add_option(parser: argparse.ArgumentParser, word: str, option: Option) -> None:
    parser.add_argument(
        _flag(word),
        dest=word,
        type=type(option.default),
        choices=option.choices or None,
        help=f"{option.about}; default {option.default}",
    )


def _run(options: argparse.Namespace) -> int:
    """Run one experiment and print its figures; 0 if each is as wanted, else 1."""
    twin = TWINS[options.twin]
    given = {word: value for word in twin.options if (value := getattr(options, word)) is not None}
    words = {word: option.default for word, option in twin.options.items()} | given
    for word, value in given.items():
        twin.options[word].check(word, value, words)
    if options.json:
        check_figures_file(options.json)

    def keep(figures: list[Figure]) -> None:
        if options.json:
            with replacing(options.json) as file:
                file.write(f"{json.dumps([figure.row() for figure in figures], indent=1)}\n".encode())

    figures = twin.run(words, lambda line: print(line, file=sys.stderr, flush=True), keep)
    print(table(figures))
    if reasons(figures):
        print(f"\n{reasons(figures)}")
    return 0 if figures and all(figure.ok for figure in figures) else 1


def check_figures_file(name: str) -> None:
    """Refuse a place where no file can be, and a file that is neither empty nor figures of an earlier experiment."""
    path = Path(name)
    if not path.absolute().parent.is_dir():
        raise ValueError(f"Cannot write {name}: its folder does not exist; make it, or give another name.")
    if os.path.lexists(name) and not _is_of_figures(path):
        raise ValueError(f"{name} exists and does not hold figures of pysces twin; move it away, or give another name.")


def _is_of_figures(path: Path) -> bool:
    if not path.is_file():
        return False
    text = path.read_bytes()
    if not text:
        return True
    try:
        rows = json.loads(text)
    except ValueError:
        return False
    return isinstance(rows, list) and all(isinstance(row, dict) and "figure" in row for row in rows)
