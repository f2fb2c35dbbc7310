"""Reader of known_differences.toml, the only place where a check can be loosened.

[[difference]]
kernels = ["mesh"]            # patterns; every key but bound, reason and expires may be left out
fields = ["tensorVisc*"]
cases = ["*"]                 # the records' case
producers = ["homme"]         # "generated" for live cases
meshes = ["own"]              # golden, own, generated
sides = ["port", "fortran"]
configurations = ["*-f64*", "r8_*"]
bound = 1e-12                 # of each level's largest value
fraction = 0.0                # of the points that may lie outside the bound
reason = "..."
expires = "0.3"               # the version of pysces from which it no longer counts
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import BadInput
from .compare import Bound

FILE = Path(__file__).parents[1] / "known_differences.toml"
VERSION = (0, 1, 0)


@dataclass(frozen=True)
class Difference:
    """One documented loosening."""

    bound: float
    reason: str
    expires: str
    kernels: tuple[str, ...] = ("*",)
    fields: tuple[str, ...] = ("*",)
    cases: tuple[str, ...] = ("*",)
    producers: tuple[str, ...] = ("*",)
    meshes: tuple[str, ...] = ("*",)
    sides: tuple[str, ...] = ("*",)
    configurations: tuple[str, ...] = ("*-f64*", "r8_*")
    fraction: float = 0.0

    @property
    def expired(self) -> bool:
        """Whether this version has reached the one that it expires with."""
        return VERSION >= tuple(int(n) for n in self.expires.split("."))

    def covers(self, **what: str) -> bool:
        """Whether every given property (kernels=, cases=, ...) matches one of its patterns."""
        return not self.expired and all(any(fnmatch(v, p) for p in getattr(self, k)) for k, v in what.items())


@cache
def load(path: Path = FILE) -> tuple[Difference, ...]:
    """Every entry; an unknown or missing key is a BadInput."""
    with open(path, "rb") as file:
        rows = tomllib.load(file).get("difference", [])
    return tuple(_difference(path, row) for row in rows)


def _difference(path: Path, row: dict) -> Difference:
    try:
        known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
        return Difference(**known)
    except TypeError as error:
        raise BadInput(f"{path}: an entry needs bound, reason and expires and no unknown key ({error}).") from None


def bounds(names: Iterable[str], **what: str) -> dict[str, Bound]:
    """The loosened ones among fields: the first entry that covers each."""
    found = {}
    for name in names:
        entry = next((d for d in load() if d.covers(fields=name, **what)), None)
        if entry:
            found[name] = Bound(entry.bound, entry.reason, entry.fraction)
    return found
