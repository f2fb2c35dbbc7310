"""Reader of known_differences.toml, the only place where a check can be loosened.

[[difference]]
kernels = ["mesh"]            # patterns; every key but bound, reason and expires may be left out
fields = ["tensorVisc*"]
settings = {alg = 10}         # only where the case's settings say so (texts are patterns); no record's name decides
producers = ["homme"]         # "generated" for live cases
meshes = ["own"]              # golden, own, generated
sides = ["port", "fortran"]
configurations = ["*-f64*", "r8_*"]
bound = 1e-12                 # of each level's largest value
column = 0.0                  # of the field's largest value, free on every level; an ulp is where a level holds less
fraction = 0.0                # of the points may lie outside the bound,
outliers = 0.0                # each within this bound, of the field's largest value
reason = "..."
expires = "0.3"               # the version of pysces, as it is installed, from which it no longer counts
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from pysces import version as of_pysces

from ..errors import BadInput
from .compare import Bound

FILE = Path(__file__).parents[1] / "known_differences.toml"


@cache
def version() -> tuple[int, ...]:
    """Of pysces, (0, 1, 0)."""
    return tuple(int(n) for n in re.findall(r"\d+", of_pysces.version())[:3])


@dataclass(frozen=True)
class Difference:
    """One documented loosening."""

    bound: float
    reason: str
    expires: str
    kernels: tuple[str, ...] = ("*",)
    fields: tuple[str, ...] = ("*",)
    producers: tuple[str, ...] = ("*",)
    meshes: tuple[str, ...] = ("*",)
    sides: tuple[str, ...] = ("*",)
    configurations: tuple[str, ...] = ("*-f64*", "r8_*")
    column: float = 0.0
    fraction: float = 0.0
    outliers: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.fraction > 0) != (self.outliers > self.bound):
            raise BadInput(f"Known difference {self.reason!r}: fraction and a larger bound for outliers go together.")

    @property
    def expired(self) -> bool:
        """Whether this version has reached the one that it expires with."""
        return version() >= tuple(int(n) for n in self.expires.split("."))

    def covers(self, settings: Mapping[str, Any] | None = None, **what: str) -> bool:
        """Whether every given property (kernels=, producers=, ...) matches one of its patterns, and the settings do."""
        given = settings or {}
        said = all(name in given and _alike(given[name], wanted) for name, wanted in self.settings.items())
        return said and not self.expired and all(any(fnmatch(v, p) for p in getattr(self, k)) for k, v in what.items())


def _alike(value: Any, wanted: Any) -> bool:
    return fnmatch(value, wanted) if isinstance(value, str) and isinstance(wanted, str) else bool(value == wanted)


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


def bounds(names: Iterable[str], settings: Mapping[str, Any] | None = None, **what: str) -> dict[str, Bound]:
    """The loosened ones among fields: the first entry that covers each."""
    found = {}
    for name in names:
        entry = next((d for d in load() if d.covers(settings, fields=name, **what)), None)
        if entry:
            found[name] = Bound(entry.bound, entry.reason, entry.column, entry.fraction, entry.outliers)
    return found
