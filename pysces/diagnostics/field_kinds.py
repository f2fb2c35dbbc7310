"""What a field of output is: its names, unit and meaning, the levels it has, and how it is made of a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ..arrays.backend import Array

MIDPOINTS, INTERFACES, FLAT = "lev", "ilev", ""
NEAR = 3  # names that a sentence about an unknown one gives


@dataclass(frozen=True)
class FieldKind:
    """One field of output.

    cam, homme : its names in files.   standard_name : of CF; empty where CF has none.
    levels : MIDPOINTS, INTERFACES or FLAT.   compute : makes it, (elem, i, j, lev), of a sample.
    also : more words for it.
    """

    cam: str
    homme: str
    units: str
    long_name: str
    standard_name: str
    compute: Callable[[Any], Array]
    levels: str = MIDPOINTS
    also: tuple[str, ...] = ()

    def name(self, names: str) -> str:
        """What it is called in files: cam or homme."""
        return self.homme if names == "homme" else self.cam

    @property
    def words(self) -> tuple[str, ...]:
        """All that it may be asked for by."""
        return tuple(dict.fromkeys((self.cam, self.homme, *self.also)))


def find_field(kinds: Iterable[FieldKind], word: str, whose: str) -> FieldKind:
    """The field of a word.

    Raises
    ------
    ValueError in one sentence, with the nearest names.
    """
    kinds = list(kinds)
    for kind in kinds:
        if word in kind.words:
            return kind
    by_lower = {w.lower(): kind for kind in kinds for w in kind.words}
    near = get_close_matches(word.lower(), by_lower, n=NEAR, cutoff=0.5)
    said = " or ".join(dict.fromkeys(by_lower[w].cam for w in near)) or ", ".join(kind.cam for kind in kinds)
    raise ValueError(f"{whose} has no field {word!r}; did you mean {said}? `pysces fields` lists all.")
