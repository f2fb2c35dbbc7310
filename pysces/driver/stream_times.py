"""When a stream has records, and which of them stand in one file, counted in remap calls from the start of the run."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..config.calendar import month_ends
from ..config.run import RunConfig
from ..config.streams import SAME_CALL, StreamOptions
from .size import WHOLE, calls_in_all

NEVER = 2**31 - 1  # a remap call that no run reaches


@dataclass(frozen=True)
class Records:
    """Records after every so many calls, from the first to the last one; none where last < first.

    per_file : how many one file has; 0 is all.
    """

    every: int
    first: int
    last: int = NEVER
    per_file: int = 0

    def __str__(self) -> str:
        return f"every {self.every} remap calls"

    def ends(self, calls: int) -> bool:
        """Whether the time of a mean ends after so many calls."""
        return calls % self.every == 0

    def holds(self, calls: int) -> bool:
        """Whether there is a record after so many calls."""
        return self.ends(calls) and self.first <= calls <= self.last

    def to_next(self, calls: int) -> int:
        """Calls from so many until a record may be due, or the time of the next mean begins."""
        return self.every - calls % self.every if calls < self.last else NEVER

    def latest(self, calls: int) -> int | None:
        """The last record up to so many calls."""
        found = min(calls, self.last) // self.every * self.every
        return found if found >= self.first else None

    def first_of_file(self, calls: int) -> int:
        """The record with which the file of a record begins."""
        length = self.every * (self.per_file or NEVER)
        return self.first + (calls - self.first) // length * length

    def of_files(self, calls: int) -> list[tuple[int, int]]:
        """The first and the last record in each file of a run of so many calls; one file where it has no record."""
        latest = self.latest(calls)
        if latest is None:
            return [(self.first, self.first)]
        length = self.every * (self.per_file or NEVER)
        return [(begin, min(begin + length - self.every, latest)) for begin in range(self.first, latest + 1, length)]


@dataclass(frozen=True)
class MonthlyRecords:
    """Records at the ends of months; methods as those of Records.

    months : 0, and the calls after which they end, to one beyond the run.   first, last, per_file : as of Records.
    """

    months: tuple[int, ...]
    first: int
    last: int = NEVER
    per_file: int = 0

    def __str__(self) -> str:
        return "at the end of every month, or of several"

    def ends(self, calls: int) -> bool:
        """Whether the time of a mean ends after so many calls."""
        return calls in self.months

    def holds(self, calls: int) -> bool:
        """Whether there is a record after so many calls."""
        return calls in self._held

    def to_next(self, calls: int) -> int:
        """Calls from so many until a record may be due, or the time of the next mean begins."""
        return next((end - calls for end in self.months if end > calls), NEVER) if calls < self.last else NEVER

    def latest(self, calls: int) -> int | None:
        """The last record up to so many calls."""
        return max((end for end in self._held if end <= calls), default=None)

    def first_of_file(self, calls: int) -> int:
        """The record with which the file of a record begins."""
        number = self._held.index(calls)
        return self._held[number - number % (self.per_file or NEVER)]

    def of_files(self, calls: int) -> list[tuple[int, int]]:
        """The first and the last record in each file of a run of so many calls; one file where it has no record."""
        held = [end for end in self._held if end <= calls] or [self.first]
        length = self.per_file or len(held)
        return [(held[n], held[min(n + length, len(held)) - 1]) for n in range(0, len(held), length)]

    @property
    def _held(self) -> tuple[int, ...]:
        return tuple(end for end in self.months if self.first <= end <= self.last)


def records_of(options: StreamOptions, config: RunConfig) -> Records | MonthlyRecords:
    """The records of a stream of a run.

    Raises
    ------
    ValueError in one sentence where its interval is not a whole number of remap calls.
    """
    call = config.call_length / 3600.0
    begins = math.ceil(options.start_hours / call - SAME_CALL)
    last = int(options.end_hours / call + SAME_CALL) if options.end_hours else NEVER
    if options.every_months:
        months = _months(options, config, begins)
        starts = months if not options.average else (-1, *months)  # of means, the end of the first whole one
        first = next(end for start, end in zip(starts, months) if start >= begins)
        return MonthlyRecords(months, first, last, options.records_per_file)
    every = options.calls(config.step_length, config.time.steps_per_call)
    first = (-(-begins // every) + options.average) * every
    return Records(every, first, last, options.records_per_file)


def _months(options: StreamOptions, config: RunConfig, begins: int) -> tuple[int, ...]:
    """0, and the calls after which months end, to the second one beyond the run and beyond the stream's begin."""
    time, call = config.time, config.call_length
    end = max(calls_in_all(config, call), begins) * call
    ends = [0.0, *month_ends(time.start_date, time.calendar, options.every_months, end)]
    ends += month_ends(time.start_date, time.calendar, options.every_months, ends[-1])[-1:]
    for seconds in ends:
        if abs(seconds / call - round(seconds / call)) > WHOLE:
            raise ValueError(
                f"{options}: a month ends {seconds:g} s after the start, which is not a whole number of remap calls of "
                f"{call:g} s; use a tstep that goes into a day, and a start_date at a whole call."
            )
    return tuple(round(seconds / call) for seconds in ends)
