"""[output] as the words of HOMME's analysis_nl.

HOMME: namelist_mod, common_io_mod
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .homme_output import FIELDS, STREAMS, TRACERS, VERTICAL
from .writing_words import refuse, whole

UNITS = ((1, 86400.0), (2, 3600.0), (3, 1.0))  # output_timeunits, and the seconds of each, the longest first


@dataclass(frozen=True)
class _Stream:
    """One of HOMME's streams; times in its units."""

    frequency: int
    timeunits: int
    start_time: int = 0
    end_time: int = 0
    varnames: tuple[str, ...] = ()


def output_words(config: Any, case: str) -> dict[str, Any]:
    """The history as the first stream, or a stream with a start or an end of its own, and the others behind it."""
    history, streams = config.output.file, config.output.stream
    if not history and not streams:
        return {"output_frequency": [0]}
    first = history or streams[0].file
    place = _place(first, case)
    numbered = {1: _history(config)} if history else {}
    for stream in streams:
        numbered[_number(stream, first, numbered)] = _stream(stream, config)
    rows = [numbered.get(number, _Stream(0, 0)) for number in range(1, max(numbered) + 1)]
    words = {f"output_{word}": [getattr(row, word) for row in rows] for word in ("frequency", "timeunits")}
    times = {f"output_{word}": [getattr(row, word) for row in rows] for word in ("start_time", "end_time")}
    named = {f"output_varnames{number}": list(row.varnames) for number, row in enumerate(rows, 1) if row.varnames}
    return {**words, **{word: values for word, values in times.items() if any(values)}, **place, **named}


def _place(path: str, case: str) -> dict[str, str]:
    """Folder and prefix of a first stream's file."""
    folder, _, file = path.rpartition("/")
    if not file.endswith(f"{case}1.nc"):
        refuse("[output] file", path, f"it names its history itself, PREFIX{case}1.nc")
    inside = f"{folder}/" if folder or path.startswith("/") else ""
    return {"output_dir": inside, "output_prefix": file.removesuffix(f"{case}1.nc")}


def _history(config: Any) -> _Stream:
    """In the longest unit in which its frequency is whole."""
    seconds = config.output.every_hours * 3600.0
    unit, length = next(((u, s) for u, s in UNITS if seconds % s == 0), (0, config.step_length))
    return _Stream(whole("[output] every_hours", seconds / length), unit)


def _number(stream: Any, first: str, taken: dict[int, _Stream]) -> int:
    """Which of HOMME's streams has the file of a stream; refused where none that is free has."""
    files = {f"{first.removesuffix('1.nc')}{number}.nc": number for number in range(1, STREAMS + 1)}
    number = files.get(stream.file)
    if number is None or number in taken:
        free = next((file for file, n in files.items() if n not in taken), "")
        what = f"[[output.stream]] {stream.file}"
        refuse(what, stream.file, f"it calls its files itself, {free}, and has {STREAMS} of them")
    return number


def _stream(stream: Any, config: Any) -> _Stream:
    """In steps; refused where HOMME has no words for it."""
    what = f"[[output.stream]] {stream.file}"
    theirs = FIELDS[config.model] | VERTICAL | {name: name for name in TRACERS}
    names = {ours: homme for homme, ours in theirs.items()}
    other = [name for name in stream.fields if name not in names]
    window = {"start_hours": stream.start_hours, "end_hours": stream.end_hours}
    usual = type(stream)(stream.file, every_steps=stream.every_steps or 1, fields=stream.fields, **window)
    if other or not stream.every_steps or stream != usual:
        refuse(what, other or "options of its own", f"it has instants in steps of {', '.join(names)}")
    begins, ends = (whole(f"{what}: {word}", x * 3600.0 / config.step_length) for word, x in window.items())
    return _Stream(stream.every_steps, 0, begins, ends, tuple(names[name] for name in stream.fields))
