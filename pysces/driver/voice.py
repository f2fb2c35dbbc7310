"""How a run tells how far it is: a line for every record, and on a terminal a bar that moves between records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any


@dataclass
class Voice:
    """Says lines and how far a run is.

    quiet : nothing is printed.   command : the command line, for the log.   log : where every line is written too.
    """

    quiet: bool = False
    command: str = ""
    log: IO[str] | None = None
    _bar: Any = field(default=None, repr=False)
    _task: Any = field(default=None, repr=False)

    def say(self, text: str, flush: bool = True) -> None:
        """A line, above the bar where there is one."""
        if self.log is not None:
            print(text, file=self.log)
        if self._bar is not None:
            self._bar.console.out(text, highlight=False)
        elif not self.quiet:
            print(text, flush=flush)

    def reached(self, calls: int) -> None:
        """The run has so many calls behind it."""
        if self._bar is not None:
            self._bar.update(self._task, completed=calls)

    @contextmanager
    def showing(self, calls: int, done: int) -> Iterator[None]:
        """A bar of all calls of a run, of which some are done, as long as the block lasts; none off a terminal."""
        if self.quiet or not _is_terminal():
            yield
            return
        with _progress() as self._bar:
            self._task = self._bar.add_task("", total=calls, completed=done)
            try:
                yield
            finally:
                self._bar, self._task = None, None


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _progress() -> Any:
    """The bar: share done, calls, time gone, time left; it goes away at the end, the lines stay."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    share, left = TextColumn("{task.percentage:5.1f} %"), TextColumn("left")
    columns = (share, BarColumn(), MofNCompleteColumn(), TextColumn("calls,"), TimeElapsedColumn(), TextColumn("gone,"))
    return Progress(*columns, TimeRemainingColumn(), left, transient=True, refresh_per_second=4)
