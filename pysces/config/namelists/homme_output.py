"""HOMME's words of output as [output]: the first stream's frequency, and its file.

HOMME: namelist_mod, common_io_mod
"""

from __future__ import annotations

from typing import Any

from .homme_run import DAY
from .translation import Translation, Words

SECONDS = {1: DAY, 2: 3600.0, 3: 1.0}  # of output_timeunits; 0 is steps


def translate_output(words: Words, to: Translation) -> None:
    """Records of the first stream; without a frequency HOMME writes the first and the last state."""
    frequency, unit = words.first("output_frequency"), words.first("output_timeunits")
    if frequency is not None and (not isinstance(frequency, int | float) or isinstance(frequency, bool)):
        raise ValueError(f"output_frequency must be a number, found {frequency!r}; give one.")
    if unit not in (0, *SECONDS):
        raise ValueError(f"output_timeunits must be 0 (steps), 1 (days), 2 (hours) or 3 (seconds), found {unit!r}.")
    if frequency is None or frequency <= 0:
        return _without_records(frequency, to)
    to.set("output", "every_hours", frequency * _seconds(unit, to) / 3600.0)
    _set_file(words, to)
    _say_what_is_not_honoured(words, to)


def _seconds(unit: int, to: Translation) -> float:
    return SECONDS.get(unit) or to.table.get("time", {}).get("tstep", 0.0)


def _without_records(frequency: float | None, to: Translation) -> None:
    """HOMME writes the first and last state where no frequency is given, nothing where it is 0."""
    if frequency is None:
        to.notes.append("There is no output_frequency, so that no history is written; --output FILE writes one.")


def _set_file(words: Words, to: Translation) -> None:
    """HOMME's name for the first stream's file, and the restart beside it."""
    folder = words.text("output_dir") if "output_dir" in words else "./movies/"
    prefix = words.text("output_prefix") if "output_prefix" in words else ""
    case = words.given.get("test_case", "")
    name = f"{folder}{prefix}{case}1"
    to.set("output", "file", f"{name}.nc")
    to.set("output", "restart", f"{name}.restart.nc")


def _say_what_is_not_honoured(words: Words, to: Translation) -> None:
    streams = words["output_frequency"]
    if isinstance(streams, list) and any(f for f in streams[1:]):
        to.notes.append("Streams of output after the first are not written: one history has all fields of the model.")
    time, unit = to.table.get("time", {}), _seconds(words.first("output_timeunits"), to)
    length = DAY * time["ndays"] if "ndays" in time else time.get("nmax", 0) * time.get("tstep", 0.0)
    begins, ends = (_first_of(words.given.get(f"output_{which}_time")) for which in ("start", "end"))
    if begins or (ends is not None and 0 < ends * unit < length):
        to.notes.append("output_start_time and output_end_time are not honoured: records reach over the whole run.")


def _first_of(value: Any) -> float | None:
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, int | float) else None
