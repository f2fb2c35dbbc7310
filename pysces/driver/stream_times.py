"""When a stream has records, and which of them stand in one file, counted in remap calls from the start of the run."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..config.run import RunConfig
from ..config.streams import SAME_CALL, StreamOptions

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

    def holds(self, calls: int) -> bool:
        """Whether there is a record after so many calls."""
        return calls % self.every == 0 and self.first <= calls <= self.last

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


def records_of(options: StreamOptions, config: RunConfig) -> Records:
    """The records of a stream of a run.

    Raises
    ------
    ValueError in one sentence where its interval is not a whole number of remap calls.
    """
    every, call = options.calls(config.step_length, config.time.steps_per_call), config.call_length / 3600.0
    begins = math.ceil(options.start_hours / call - SAME_CALL)
    first = (-(-begins // every) + options.average) * every  # of means, the end of the first whole one
    last = int(options.end_hours / call + SAME_CALL) if options.end_hours else NEVER
    return Records(every, first, last, options.records_per_file)
