"""What a word of a namelist can be here, and tables of them: every word is one of four things, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACTS, ONE_VALUE, IDLE, NOT_THERE = "acts", "one value", "idle", "not there"
KINDS = {
    ACTS: "it sets options of the run",
    ONE_VALUE: "only the values that pysces supports are accepted, any other is refused",
    IDLE: "it cannot change results: passed over and listed",
    NOT_THERE: "it changes the science and is not there: refused",
}


@dataclass(frozen=True)
class Word:
    """One word.

    says : what it acts on, what is done instead, or why it is passed over or refused; the end of a sentence.
    option : (section, option) of the same meaning.   default : what the model takes where the word is left out.
    values : those that pysces does.   cause : what is missing; words of one cause are refused in one sentence.
    several : it may hold more than one value.
    """

    kind: str
    says: str
    option: tuple[str, str] | None = None
    default: Any = None
    values: tuple = ()
    cause: str = ""
    several: bool = False


Table = Mapping[str, Word]


def acts(section: str, option: str, default: Any = None, says: str = "") -> Word:
    """A word that is an option of ours, by the same value."""
    return Word(ACTS, says or f"[{section}] {option}", (section, option), default)


def acts_on(says: str, default: Any = None, several: bool = False) -> Word:
    """A word that is translated together with others."""
    return Word(ACTS, says, None, default, several=several)


def one_value(*values: Any, says: str, cause: str = "") -> Word:
    """A word that may have these values, the first of which it has when it is left out."""
    return Word(ONE_VALUE, says, None, values[0], values, cause)


def idle(says: str, several: bool = True) -> Word:
    """A word that is passed over."""
    return Word(IDLE, says, several=several)


def not_there(says: str, cause: str = "") -> Word:
    """A word that is refused whatever it says."""
    return Word(NOT_THERE, says, cause=cause, several=True)


def words(kind: Word, *names: str) -> dict[str, Word]:
    """Several words of the same kind and reason, one or more in each text."""
    return {name: kind for text in names for name in text.split()}
