"""A namelist on its way to a configuration: what its words have become, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ..run import suggest
from .parser import Groups, Indexed
from .words import ACTS, IDLE, NOT_THERE, ONE_VALUE, Table, Word

REFUSED = "refused"
SAME = {"name": ("table", "vfile_int"), "ne": ("mesh",)}  # options that say what another one leaves out


@dataclass(frozen=True)
class Became:
    """What one word of a file has become."""

    group: str
    word: str
    value: Any
    kind: str
    text: str


@dataclass
class Translation:
    """What a namelist asks for.

    table : the configuration's, {section: {option: value}}.   became : every word, in the order of the file.
    refusals : {cause: sentence}; empty where it can be run.   notes : what is not honoured, in sentences.
    resume : the restart to go on from.   lacking : {(section, option): sentence} of what a command line may still say.
    """

    source: str
    model: str
    table: dict[str, dict[str, Any]] = field(default_factory=dict)
    became: list[Became] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    resume: str = ""
    lacking: dict[tuple[str, str], str] = field(default_factory=dict)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Make a refusal of the first value that cannot be read inside."""
        try:
            yield
        except ValueError as error:
            said = str(error)
            sentence = said if self.source in said else f"Namelist {self.source}: {said}"
            self.refusals.setdefault("value", sentence)

    def set(self, section: str, option: str, value: Any) -> None:
        """Give an option its value."""
        self.table.setdefault(section, {})[option] = value

    def refuse(self, cause: str, what: str, remedy: str) -> None:
        """Note that something is missing; once for every cause."""
        self.refusals.setdefault(cause, f"Namelist {self.source} {what}; {remedy}.")

    def lack(self, section: str, option: str, what: str, remedy: str) -> None:
        """Note that an option is not said, which HOMME cannot do without."""
        self.lacking[section, option] = f"Namelist {self.source} {what}; {remedy}."

    def became_idle(self, word: str, why: str) -> None:
        """Note that a word of the file has no effect beside the others."""
        self._say(word, kind=IDLE, text=why)

    def became_other(self, word: str, what: str) -> None:
        """Note what a word of the file acts as beside the others."""
        self._say(word, text=what)

    def _say(self, word: str, **changes: Any) -> None:
        self.became = [replace(b, **changes) if b.word == word else b for b in self.became]

    def passed_over(self) -> list[str]:
        """The words without effect."""
        return [b.word for b in self.became if b.kind == IDLE]

    def checked(self, said: Mapping[str, Mapping] | None = None) -> Translation:
        """Itself, where nothing is refused, or lacks that is not said elsewhere; else ValueError in a sentence."""
        if self.refusals:
            raise ValueError(self.sentence())
        for (section, option), sentence in self.lacking.items():
            if not any(o in (said or {}).get(section, {}) for o in (option, *SAME.get(option, ()))):
                raise ValueError(sentence)
        return self

    def sentence(self) -> str:
        """Why it is refused: for the first thing that is missing, and how many more there are."""
        first, *rest = self.refusals.values()
        more = f" ({len(rest)} more: `pysces namelist {self.source}` says which.)" if rest else ""
        return first + more


@dataclass
class Words:
    """The words of a file as handlers ask for them: their values, or what the model takes where they are left out."""

    groups: dict[str, Table]
    given: dict[str, Any]

    def __contains__(self, word: str) -> bool:
        return word in self.given

    def __getitem__(self, word: str) -> Any:
        return self.given[word] if word in self.given else self.about(word).default

    def about(self, word: str) -> Word:
        """What is known of it."""
        return next(table[word] for table in self.groups.values() if word in table)

    def number(self, word: str) -> float:
        """The value of a word that is one number, ValueError where it is none."""
        value = self[word]
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError(f"{word} must be a number, found {value!r}; give one.")
        return value

    def whole(self, word: str) -> int:
        """The value of a word that is one whole number, ValueError where it is none."""
        value = self.number(word)
        if not isinstance(value, int):
            raise ValueError(f"{word} must be a whole number, found {value!r}; give one.")
        return value

    def text(self, word: str) -> str:
        """The value of a word that is a text, ValueError where it is none."""
        value = self[word]
        if not isinstance(value, str):
            raise ValueError(f"{word} must be a text in quotes, found {value!r}; give one.")
        return value.strip()

    def first(self, word: str) -> Any:
        """The first of several values, as of streams of output; the default where it is left out."""
        value = self[word]
        value = value[0] if isinstance(value, list) and value else value
        return self.about(word).default if value is None else value


def classified(groups: Groups, tables: dict[str, Table], translation: Translation) -> Words:
    """Every word looked up: idle ones listed, wrong values and what is not there refused; the rest for the handlers."""
    given: dict[str, Any] = {}
    for group, word, value in _all(groups):
        about = _about(group, word, tables, translation)
        if about is None:
            continue
        _check_shape(word, value, about, translation)
        given[word] = value
        _REFUSERS.get(about.kind, _accept)(group, word, value, about, translation)
    return Words(tables, given)


def _all(groups: Groups) -> Iterator[tuple[str, str, Any]]:
    for group, values in groups.values.items():
        for word, value in values.items():
            yield group, word, value


def _about(group: str, word: str, tables: dict[str, Table], translation: Translation) -> Word | None:
    """What is known of a word; None, and a refusal, where nothing is."""
    if group not in tables:
        translation.became.append(Became(group, word, "", IDLE, "the model does not read this group"))
        return None
    if word in tables[group]:
        return tables[group][word]
    home = next((g for g, table in tables.items() if word in table), "")
    remedy = f"it belongs to {home}" if home else suggest(word, tables[group]).rstrip(".?")
    sign = "" if home else "?" if remedy.startswith("did") else ""
    translation.became.append(Became(group, word, "", REFUSED, "unknown"))
    translation.refusals.setdefault(
        f"unknown {word}",
        f"Namelist {translation.source} has an unknown word {word!r} in {group}; {remedy}{sign or '.'}",
    )
    return None


def _check_shape(word: str, value: Any, about: Word, translation: Translation) -> None:
    if isinstance(value, Indexed | list) and not about.several and about.kind in (ACTS, ONE_VALUE):
        raise ValueError(f"Namelist {translation.source}: {word} is one value, found {list(value)!r}; give one.")


def _accept(group: str, word: str, value: Any, about: Word, translation: Translation) -> None:
    translation.became.append(Became(group, word, value, about.kind, about.says))


def _one_value(group: str, word: str, value: Any, about: Word, translation: Translation) -> None:
    value = value.strip() if isinstance(value, str) else value
    fits = any(value == v and isinstance(value, bool) == isinstance(v, bool) for v in about.values)
    kind = ONE_VALUE if fits else REFUSED
    translation.became.append(Became(group, word, value, kind, f"pysces has only {about.says}"))
    if not fits:
        remedy = f"set it to {' or '.join(map(fortran, about.values))}, or leave it out"
        what = f"asks for {word} = {fortran(value)}, but pysces has only {about.says}"
        translation.refuse(about.cause or word, what, remedy)


def _missing(group: str, word: str, value: Any, about: Word, translation: Translation) -> None:
    translation.became.append(Became(group, word, value, REFUSED, about.says))
    translation.refuse(about.cause or word, f"sets {word}: {about.says}", "pysces does not have it, leave it out")


_REFUSERS = {ONE_VALUE: _one_value, NOT_THERE: _missing}


def fortran(value: Any) -> str:
    """A value as a namelist has it."""
    if isinstance(value, bool):
        return ".true." if value else ".false."
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return ", ".join("" if v is None else fortran(v) for v in value)
    return repr(value)
