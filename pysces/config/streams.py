"""Streams of output: which fields, how often, as instants or means, where, into which file.

[[output.stream]]
file = "daily.nc"
every_hours = 24.0
fields = ["T", "U", "Z3"]
average = true
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .section import Section, option

SAME_CALL = 1e-6  # of a call, by which a time may miss a whole number of them
LARGEST_GRID = 100_000_000  # points of a regular grid


@dataclass(frozen=True)
class StreamOptions(Section, name="output.stream"):
    """[[output.stream]]; refuses one without file or fields, one interval, an end after its start, levels that go."""

    file: str = option("", "NetCDF file")
    every_hours: float = option(0.0, "model time between records, whole remap calls", "hour", least=0.0)
    every_steps: int = option(0, "the same in dynamics steps", least=0)
    every_months: int = option(0, "the same in months of the calendar; give one of the three", least=0)
    start_hours: float = option(0.0, "model time before which nothing is written", "hour", least=0.0)
    end_hours: float = option(
        0.0, "model time after which nothing is written; 0: the end of the run", "hour", least=0.0
    )
    fields: list = option([], "names of fields; `pysces fields` lists them")
    average: bool = option(False, "means over the states after every remap call since the record before, not instants")
    levels: list = option([], "which levels, counted from 0 at the top; empty: all")
    pressure_levels: list = option([], "pressures to interpolate to, linear in log p, in place of levels", "hPa")
    precision: int = option(64, "bits of a float", choices=(32, 64))
    latlon: str = option("", "regular grid to interpolate to, such as 181x360; empty: the model's own nodes")
    records_per_file: int = option(0, "records in one file, whose name then has its first date; 0: all", least=0)
    grid_files: bool = option(False, "describe the nodes' cells beside the file, as SCRIP and UGRID")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.file:
            raise ValueError("[[output.stream]] has no file; name one.")
        intervals = {f"every_{unit}": getattr(self, f"every_{unit}") for unit in ("hours", "steps", "months")}
        if sum(map(bool, intervals.values())) != 1:
            found = ", ".join(f"{name} = {value:g}" for name, value in intervals.items())
            raise ValueError(f"{self} needs one of {', '.join(intervals)} above 0, found {found}; give one.")
        if 0.0 < self.end_hours < self.start_hours:
            found = f"start_hours = {self.start_hours:g} and end_hours = {self.end_hours:g}"
            raise ValueError(f"{self} ends before it begins, found {found}; give a later end.")
        _check_list(self, "fields", str, "names")
        _check_list(self, "levels", int, "numbers of levels")
        _check_list(self, "pressure_levels", (int, float), "pressures in hPa")
        if not self.fields:
            raise ValueError(f"{self} has no fields; name some of those that `pysces fields` lists.")
        self._check_levels()
        if self.latlon:
            regular_grid(self.latlon)
            if self.grid_files:
                raise ValueError(f"{self} has latlon and grid_files, which describe nodes; leave one out.")

    def __str__(self) -> str:
        return f"[[output.stream]] {self.file}"

    def _check_levels(self) -> None:
        if self.levels and self.pressure_levels:
            raise ValueError(f"{self} has levels and pressure_levels; give one of them.")
        if any(level < 0 for level in self.levels):
            raise ValueError(f"{self} has level {min(self.levels)}; levels count from 0 at the top.")
        if any(not 0.0 < p <= 2000.0 for p in self.pressure_levels):
            raise ValueError(f"{self} has pressure_levels {self.pressure_levels}; give hPa, above 0 and up to 2000.")

    def calls(self, step: float, steps_per_call: int) -> int:
        """Remap calls between two records of every_hours or every_steps.

        Parameters
        ----------
        step : of the dynamics [s].   steps_per_call : in one remap call.

        Raises
        ------
        ValueError in one sentence where that is not a whole number.
        """
        call = step * steps_per_call
        asked = self.every_hours * 3600.0 / call if self.every_hours else self.every_steps / steps_per_call
        whole = round(asked)
        if whole >= 1 and abs(asked - whole) <= SAME_CALL * max(1.0, asked):
            return whole
        near = sorted({max(1, int(asked)), int(asked) + 1})
        if self.every_hours:
            length = f"every_hours = {self.every_hours:g} is {asked:.6g} remap calls of {call:g} s"
            remedy = " or ".join(f"{n * call / 3600.0:.9g}" for n in near)
        else:
            length = f"every_steps = {self.every_steps} is {asked:.6g} remap calls of {steps_per_call} steps"
            remedy = " or ".join(str(n * steps_per_call) for n in near)
        raise ValueError(f"{self}: {length}, not a whole number of them; use {remedy}.")


def _check_list(stream: StreamOptions, name: str, kind: Any, what: str) -> None:
    found = getattr(stream, name)
    if any(isinstance(x, bool) or not isinstance(x, kind) for x in found):
        raise ValueError(f"{stream}: {name} takes {what}, found {found!r}.")
    if len(set(found)) < len(found):
        raise ValueError(f"{stream}: {name} names something twice, found {found!r}; leave one out.")


def regular_grid(text: str) -> tuple[int, int]:
    """Latitudes and longitudes of a regular grid: 181x360, or a resolution in degrees that divides 180.

    Raises
    ------
    ValueError in one sentence.
    """
    sizes = re.fullmatch(r"(\d+)x(\d+)", text.strip())
    if sizes:
        nlat, nlon = (int(n) for n in sizes.groups())
        if nlat >= 2 and nlon >= 1 and nlat * nlon <= LARGEST_GRID:
            return nlat, nlon
    elif re.fullmatch(r"\d+(\.\d*)?|\.\d+", text.strip()):
        rows = 180.0 / max(float(text), 1e-6)
        if abs(rows - round(rows)) < 1e-6 * rows and 1 <= rows <= 1e4:
            return round(rows) + 1, 2 * round(rows)
    raise ValueError(
        f"{text!r} is not a regular grid; give latitudes x longitudes, such as 181x360, or degrees that divide 180."
    )


def streams_of(entries: Any) -> list[StreamOptions]:
    """Streams from their tables, or from streams; refused in one sentence where they are none."""
    streams = [entry if isinstance(entry, StreamOptions) else _stream(entry) for entry in entries]
    files = [stream.file for stream in streams]
    twice = next((name for name in files if files.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"Two streams have the file {twice}; give each its own.")
    return streams


def _stream(entry: Any) -> StreamOptions:
    from .run import suggest

    if not isinstance(entry, dict):
        raise ValueError(f"[[output.stream]] must be a table of options, found {entry!r}.")
    known = [f.name for f in dataclasses.fields(StreamOptions)]
    for name in entry:
        if name not in known:
            every = f"it has {', '.join(known)}."
            raise ValueError(f"[[output.stream]] has no option {name!r}; {suggest(name, known, every)}")
    return StreamOptions(**entry)


def piece(file: str, date: str) -> str:
    """The name of one of several files of a stream: out.nc of a date is out.date.nc."""
    path = Path(file)
    return str(path.with_name(f"{path.stem}.{date}{path.suffix}"))
