"""HOMME's words of output as [output]: the first stream is the history, the others are streams of their own.

A first stream with a start or an end of its own is a stream, too: a history reaches over the whole run.

HOMME: namelist_mod, common_io_mod
"""

from __future__ import annotations

import math
from typing import Any

from .homme_run import DAY
from .translation import Translation, Words

SECONDS = {1: DAY, 2: 3600.0, 3: 1.0}  # of output_timeunits; 0 is steps
STREAMS = 5
WHOLE = 1e-6  # of a remap call, by which a time may miss a whole number of them
FIELDS = {  # of a model: names of HOMME, and of our streams; pnh is the pressure in either form
    "theta_l": {
        **{name: name for name in ("ps", "phis", "T", "u", "v", "omega", "geo", "zeta", "div", "Th", "dp3d")},
        "pnh": "pmid",
    },
    "shallow_water": {name: name for name in ("u", "v", "geop", "zeta", "div")},
    "prescribed_wind": {name: name for name in ("ps", "u", "v", "dp3d")},
}
VERTICAL = {"w": "w", "w_i": "w_i"}  # of the nonhydrostatic form
TRACERS = ("Q", "Q2", "Q3", "Q4")


def translate_output(words: Words, to: Translation) -> None:
    """Records of the first stream; without a frequency HOMME writes the first and the last state.

    Raises
    ------
    ValueError for a frequency that is no number, and for a unit of time that HOMME has not.
    """
    frequency, unit = words.first("output_frequency"), words.first("output_timeunits")
    if frequency is not None and (not isinstance(frequency, int | float) or isinstance(frequency, bool)):
        raise ValueError(f"output_frequency must be a number, found {frequency!r}; give one.")
    if unit not in (0, *SECONDS):
        raise ValueError(f"output_timeunits must be 0 (steps), 1 (days), 2 (hours) or 3 (seconds), found {unit!r}.")
    if frequency is None or frequency <= 0:
        return _without_records(frequency, to)
    to.set("output", "every_hours", frequency * _seconds(unit, to) / 3600.0)
    whole = _window(1, unit, words, to) == {}
    _set_file(words, whole, to)
    for number in range(2 if whole else 1, STREAMS + 1):
        _set_stream(number, words, to)


def _seconds(unit: int, to: Translation) -> float:
    return SECONDS.get(unit) or to.table.get("time", {}).get("tstep", 0.0)


def _without_records(frequency: float | None, to: Translation) -> None:
    """HOMME writes the first and last state where no frequency is given, nothing where it is 0."""
    if frequency is None:
        to.notes.append("There is no output_frequency, so no history is written; --output FILE writes one.")


def _set_file(words: Words, whole: bool, to: Translation) -> None:
    """HOMME's name for the first stream's file, where that is the history, and the restart beside it."""
    name = _file(words, 1)
    if whole:
        to.set("output", "file", f"{name}.nc")
    to.set("output", "restart", f"{name}.restart.nc")


def _window(number: int, unit: int, words: Words, to: Translation) -> dict[str, float] | None:
    """start_hours and end_hours of a stream; None where HOMME writes nothing, for it would end before it begins."""
    begins, ends = (_nth(words.given.get(f"output_{which}_time"), number) or 0.0 for which in ("start", "end"))
    time, seconds = to.table.get("time", {}), _seconds(unit, to)
    if 0 < ends < begins:
        return None
    length = DAY * time["ndays"] if "ndays" in time else time.get("nmax", 0) * time.get("tstep", 0.0)
    window = {"start_hours": begins * seconds / 3600.0} if begins > 0 else {}
    return window | ({"end_hours": ends * seconds / 3600.0} if 0 < ends * seconds < length else {})


def _file(words: Words, number: int) -> str:
    """What HOMME calls the file of a stream, without its ending."""
    folder = words.text("output_dir") if "output_dir" in words else "./movies/"
    prefix = words.text("output_prefix") if "output_prefix" in words else ""
    return f"{folder}{prefix}{words.given.get('test_case', '')}{number}"


def _set_stream(number: int, words: Words, to: Translation) -> None:
    """A stream after the first, on whole remap calls, with those of its fields that a run of theta_l has."""
    every, unit = (_nth(words[f"output_{word}"], number) for word in ("frequency", "timeunits"))
    names = _names(words.given.get(f"output_varnames{number}"))
    if not every or every < 0 or not names:
        return
    window = _window(number, int(unit or 0), words, to)
    if window is None:
        to.notes.append(f"Stream {number} of output is not written: it would end before it begins, as in HOMME.")
        return
    time, carried = to.table.get("time", {}), to.table.get("case", {}).get("qsize", 0)
    hydrostatic = to.table.get("dynamics", {}).get("theta_hydrostatic_mode", True)
    fields = FIELDS.get(to.model, {}) | {name: name for name in TRACERS[:carried]} | ({} if hydrostatic else VERTICAL)
    known = [name for name in names if name in fields]
    if not known or not time.get("tstep"):
        to.notes.append(f"Stream {number} of output is not written: pysces has none of its fields here.")
        return
    left_out = [name for name in names if name not in known]
    if left_out:
        to.notes.append(
            f"Stream {number} of output is written without {', '.join(left_out)}, which the run does not have."
        )
    call = time.get("qsplit", 1) * max(time.get("rsplit", 1), 1)
    calls = max(1, math.ceil(every * _seconds(int(unit or 0), to) / time["tstep"] / call - WHOLE))
    stream = {"file": f"{_file(words, number)}.nc", "every_steps": calls * call, **window}
    stream["fields"] = list(dict.fromkeys(fields[name] for name in known))
    to.table["output"].setdefault("stream", []).append(stream)


def _nth(values: Any, number: int) -> float | None:
    """A value of a list by its number from 1; one value alone is the first."""
    values = values if isinstance(values, list) else [values]
    found = values[number - 1] if len(values) >= number else None
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _names(values: Any) -> list[str]:
    values = values if isinstance(values, list) else [values]
    return [value.strip() for value in values if isinstance(value, str) and value.strip()]
