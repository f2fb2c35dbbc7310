"""What the words of a namelist have become, as lines to read."""

from __future__ import annotations

from .translation import REFUSED, Became, Translation, fortran
from .words import ACTS, IDLE, ONE_VALUE

ORDER = {REFUSED: "refused", ACTS: "acts", ONE_VALUE: "as here", IDLE: "passed over"}
WIDEST = 34  # characters of an assignment in the table


def report(translation: Translation) -> str:
    """A line for every word, refused ones first, then what is not honoured."""
    ranked = sorted(translation.became, key=lambda b: list(ORDER).index(b.kind))
    lines = [_line(b, translation) for b in ranked]
    return "\n".join([*lines, *([""] if translation.notes else []), *translation.notes])


def _line(became: Became, translation: Translation) -> str:
    shown = f"{became.word} = {fortran(became.value)}" if became.value != "" else became.word
    shown = shown if len(shown) <= WIDEST else f"{shown[: WIDEST - 3]}..."
    return f"{ORDER[became.kind]:12s}{became.group:15s}{shown:{WIDEST}s}  {became.text}"
