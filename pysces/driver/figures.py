"""The figures of an experiment beside what is wanted of them: one row each, as a table and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row.

    figure : what was measured, with its unit.   wanted : the range that it shall lie in, as it is printed.
    got : the number.   ok : whether it lies there.   reason : why it is missed, measured; empty where it is not.
    """

    figure: str
    wanted: str
    got: float
    ok: bool
    reason: str = ""

    def row(self) -> dict:
        """What JSON has of it: figure, wanted, got, ok. A number that is none becomes null."""
        got = self.got if math.isfinite(self.got) else None
        return {"figure": self.figure, "wanted": self.wanted, "got": got, "ok": self.ok}


def at_most(figure: str, limit: float, got: float, reason: str = "") -> Figure:
    """A figure that shall not exceed a limit."""
    return _judged(figure, f"<= {limit:g}", got, float(got) <= limit, reason)


def at_least(figure: str, limit: float, got: float, reason: str = "") -> Figure:
    """A figure that shall not fall below a limit."""
    return _judged(figure, f">= {limit:g}", got, float(got) >= limit, reason)


def within(figure: str, centre: float, tolerance: float, got: float, reason: str = "") -> Figure:
    """A figure that shall be a number, up to a tolerance."""
    return _judged(figure, f"{centre:g} +- {tolerance:g}", got, abs(float(got) - centre) <= tolerance, reason)


def _judged(figure: str, wanted: str, got: float, ok: bool, reason: str) -> Figure:
    return Figure(figure, wanted, float(got), bool(ok), "" if ok else reason)


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines, what is wanted beside what was got, a reason below its row."""
    rows = [("figure", "wanted", "got", ""), *((f.figure, f.wanted, f"{f.got:.4g}", _verdict(f)) for f in figures)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def reasons(figures: Sequence[Figure]) -> str:
    """A line for every figure that is missed and whose reason is known."""
    return "\n".join(f"{f.figure}: {f.reason}" for f in figures if f.reason)


def _verdict(figure: Figure) -> str:
    return "ok" if figure.ok else "MISSED"
