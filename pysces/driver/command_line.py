"""The parser of the command line, whose sentences are those of the rest of pysces: what, what was found, what to do."""

from __future__ import annotations

import argparse
import re
from difflib import get_close_matches
from typing import Any, NoReturn

from ..config.run import suggest
from .edge import brief
from .request import way_to_say

_SENTENCES = (  # of argparse, and ours
    (r"argument (\S+): expected one argument", r"\1 needs a value"),
    (r"argument (\S+): expected (\d+) arguments", r"\1 needs \2 values"),
    (r"argument (\S+): expected at least one argument", r"\1 needs a value or more"),
    (r"argument (\S+): ignored explicit argument (.*)", r"\1 takes no value, found \2"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 and \2 exclude each other; leave one of them out"),
    (r"ambiguous option: (\S+) could match (.*)", r"\1 is the beginning of \2; write one of them out"),
    (r"the following arguments are required: ([^,]*)", r"\1 is missing"),
    (r"the following arguments are required: (.*)", r"these are missing: \1"),
    (r"argument ([^:]+): (.*)", r"\1 \2"),
)


class Parser(argparse.ArgumentParser):
    """One sentence for a wrong command line, and where the right ones are listed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.register("type", int, _whole)
        self.register("type", float, _number)

    def error(self, message: str) -> NoReturn:
        """End with a sentence, and the command that lists what is right."""
        sentence = brief(_reworded(message))
        self.exit(2, f"pysces: {sentence}{' See' if sentence.endswith(('?', '.')) else '; see'} {self.prog} --help.\n")

    def refuse_unknown(self, word: str) -> NoReturn:
        """End with a sentence about a word that the command does not know, and the option that is nearest to it."""
        name = word.partition("=")[0]
        if not name.startswith("-"):
            self.error(f"{word!r} is one word too many; leave it out")
        near = get_close_matches(name, re.findall(r"(?m)^  (?:-\w.*?, )?(--[\w-]+)", self.format_help()), n=1)
        said = way_to_say(name.lstrip("-").replace("-", "_")) if self.prog.endswith("run") else ""
        meant = f"; did you mean {said or near[0]}?" if said or near else ""
        self.error(f"There is no option {name}{meant}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        if isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(None, f"There is no command {value!r}; {suggest(value, known)}")
        raise argparse.ArgumentError(action, f"must be one of {', '.join(known)}, found {value!r}")


def _reworded(message: str) -> str:
    """A sentence of argparse's in our words; any other as it is."""
    for theirs, ours in _SENTENCES:
        if found := re.fullmatch(theirs, message, re.DOTALL):
            return re.sub(r"-\w/(?=--)", "", found.expand(ours))
    return message


def _whole(text: str) -> int:
    try:
        return int(text.replace("_", "?"))  # 1_0 is Python's way to write ten, and nobody's on a command line
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, found {text!r}") from None


def _number(text: str) -> float:
    try:
        return float(text.replace("_", "?"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, found {text!r}") from None
