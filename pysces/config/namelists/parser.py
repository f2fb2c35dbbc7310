"""Namelist files as groups of words: f90nml reads them, and this says what is wrong where it cannot.

HOMME: namelist_mod (Fortran's own reading)
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BARE = "user_nl_cam"  # the group of words that stand in none, as in CAM's file of that name
_PLACEHOLDER = re.compile(r"\$\{[^}\n]*\}|\$\([^)\n]*\)")
_STRING = re.compile(r"'(?:[^'\n]|'')*'|\"(?:[^\"\n]|\"\")*\"")
_KIND = re.compile(r"(?<![\w.])[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?_\w+")
_BOUNDARY = re.compile(r"(?m)(?:^|(?<=\s))[&$]\s*(\w*)|[&$]end\b|/", re.IGNORECASE)  # where a group begins or ends
_FIRST = re.compile(r"[\s,]*(?:[/&$]|\Z|[a-z_][\w%]*\s*(?:\([^()=]*\)[\w%]*\s*)?=)", re.IGNORECASE)  # in a group
_TWICE = re.compile(r"_grp_(.*)_(\d+)")


@dataclass
class Groups:
    """{group: {word: value}} in lower case, lists where there are several values; what was passed over, in sentences.

    A value that is left out is None; words of derived types are ``a%b``.
    """

    source: str
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(path: str) -> Groups:
    """The groups of a file; ValueError in one sentence where it is none."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"Cannot read namelist {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ValueError(f"Namelist {path} is no text file; a restart is continued by pysces run --resume.") from None
    return parse(text, path)


def parse(text: str, source: str = "text") -> Groups:
    """The groups of a text; of a group that stands twice the first counts, as in Fortran."""
    bare = "\n".join(_without_strings_and_comment(line) for line in text.splitlines())
    _refuse_unreadable(bare, source)
    if "=" in bare and not re.search(r"(?m)^\s*[&$]\s*\w", bare):
        text, bare = (f"&{BARE}\n{whole}\n/\n" for whole in (text, bare))
    found = Groups(source)
    if lost := _outside(bare, source):
        found.notes.append(f"What lies outside of groups is passed over, as in Fortran: {lost[0]!r}.")
    for name, values in _f90nml(text, source):
        twice = _TWICE.fullmatch(name)
        name = (twice[1] if twice else name).lower()
        if name in found.values:
            found.notes.append(f"A second group {name} is passed over: Fortran reads the first one.")
            continue
        found.values[name] = _words(values, name, found)
    return found


def _without_strings_and_comment(line: str) -> str:
    return _STRING.sub("''", line).split("!")[0]


def _refuse_unreadable(bare: str, source: str) -> None:
    """What Fortran would not read, and f90nml would read as something else."""
    placeholder, kind = _PLACEHOLDER.search(bare), _KIND.search(bare)
    if placeholder:
        raise ValueError(f"Namelist {source} has a placeholder {placeholder[0]}; put a value in its place.")
    if kind:
        raise ValueError(
            f"Namelist {source} has {kind[0]}; a namelist's numbers have no kind: leave out what follows _."
        )
    if re.search(r"(?m)['\"]", bare.replace("''", "")):
        line = next(line for line in bare.splitlines() if re.search("['\"]", line.replace("''", "")))
        raise ValueError(f"Namelist {source} has a text without its second quote, in {line.strip()!r}; close it.")


def _outside(bare: str, source: str) -> list[str]:
    """Words outside of all groups; what f90nml would lose inside them, without a word, is refused."""
    inside, ended, lost = "", 0, []
    for found in _BOUNDARY.finditer(bare):
        name = "" if (found[1] or "end").lower() == "end" else found[1]
        if inside and name:
            raise ValueError(f"Group {inside} in namelist {source} does not end before {name}; close it with a '/'.")
        if name and not _FIRST.match(bare, found.end()):
            first = bare[found.end() :].split()[0]
            raise ValueError(f"Group {name} in namelist {source} begins with {first!r}, which has no value; write '='.")
        lost += [] if inside else [bare[ended : found.start()]]
        inside, ended = name, found.end()
    return [" ".join(text.split()) for text in [*lost, "" if inside else bare[ended:]] if "=" in text]


def _f90nml(text: str, source: str) -> list[tuple[str, Any]]:
    import f90nml

    try:
        with redirect_stdout(io.StringIO()):  # it prints its tables where it gives up
            return list(f90nml.reads(text).todict().items())
    except ValueError as error:
        if "End-of-file" in str(error):
            raise ValueError(f"A group in namelist {source} does not end; close it with a line '/'.") from None
        raise ValueError(f"Namelist {source} cannot be read: {error}.") from None
    except Exception as error:  # whatever it stumbles over is the file's fault
        said = str(error) or type(error).__name__
        raise ValueError(f"Namelist {source} cannot be read ({said}); check its syntax.") from None


def _words(values: Any, group: str, found: Groups) -> dict[str, Any]:
    """The words of one group: lists begin with their first element, types are flattened."""
    if not isinstance(values, dict):
        raise ValueError(f"Group {group} in namelist {found.source} cannot be read; check its syntax.")
    starts = values.get("_start_index", {})
    result: dict[str, Any] = {}
    for word, value in values.items():
        if word != "_start_index":
            result |= _one(word.lower(), value, starts.get(word), group, found)
    return result


def _one(word: str, value: Any, start: Any, group: str, found: Groups) -> dict[str, Any]:
    if isinstance(value, dict):
        members = {k: v for k, v in value.items() if k != "_start_index"}
        return {f"{word}%{k.lower()}": v for k, v in members.items()}
    if any("\n" in v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)):
        what = f"{word} in {group} has a value that cannot be read"
        raise ValueError(f"Namelist {found.source}: {what}; check its syntax.")
    if value is None:
        found.notes.append(f"{word} in {group} has no value: the model's own is taken, as in Fortran.")
        return {}
    if start is not None and isinstance(value, list) and isinstance(start[0], int):
        if start[0] < 1:
            raise ValueError(
                f"Namelist {found.source}: {word}({start[0]}) lies before the first element; count from 1."
            )
        value = Indexed([None] * (start[0] - 1) + value)
    return {word: value}


class Indexed(list):
    """Values of which some have an index in the file, so that the word must be an array."""
