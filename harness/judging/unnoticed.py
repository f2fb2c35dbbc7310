"""Reader of unnoticed_numbers.toml: which numbers no check can notice off by little, and why."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "unnoticed_numbers.toml"
LIMIT = 1e-10  # a number that is noticed off by this needs no reason


@dataclass(frozen=True)
class Unnoticed:
    """Kernels and a number of theirs as ``mutate`` calls it (patterns), and why none of their checks can notice it."""

    kernels: tuple[str, ...]
    number: str
    reason: str

    def covers(self, kernel: str, number: str) -> bool:
        """Whether it speaks of a number of a kernel."""
        return any(fnmatchcase(kernel, one) for one in self.kernels) and fnmatchcase(number, self.number)


@cache
def load() -> tuple[Unnoticed, ...]:
    """Every entry."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["number"]
    return tuple(Unnoticed(tuple(row["kernels"]), row["number"], row["reason"]) for row in rows)


def reason(kernel: str, number: str) -> str:
    """Why no check of a kernel notices a number; empty where one must."""
    fits = (one.reason for one in load() if one.covers(kernel, number))
    return next(fits, "")


def excused(kernel: str, number: str, smallest: float | None) -> bool:
    """Whether a number is noticed soon enough, or cannot be; a count off by one (1) is either noticed or never."""
    return (smallest is not None and (smallest <= LIMIT or smallest == 1.0)) or bool(reason(kernel, number))
