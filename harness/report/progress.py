"""Long work followed on the terminal: what is done of all, what is under way, how long it takes, verdicts as they come.

On a terminal one line that changes; elsewhere (a file, CI) a line a minute. Work that is done before that is silent.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import TextIO

from ..errors import printable
from ..judging.compare import NOT_RUN, SEVERITY
from ..judging.results import Result
from ..running.follow import Follower

PATIENCE = {True: 2.0, False: 60.0}  # s of silence at the start, on a terminal and elsewhere
BETWEEN = {True: 0.5, False: 60.0}  # s from one line of progress to the next
WIDEST = 160
FIRST = ("numpy-f64", "r8_strict")  # configurations that need no compiling


class Progress(Follower):
    """Says how work goes, on stderr; ``end`` it, so that what comes next has a line of its own.

    first : kernels, and what shows their results as soon as those of NumPy and Fortran are there.
    """

    def __init__(
        self,
        title: str,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        first: tuple[Collection[str], Callable[[list[Result]], None]] | None = None,
    ) -> None:
        self._title, self._stream, self._clock, self._first = title, stream or sys.stderr, clock, first
        self._shown: list[Result] = []  # of the kernels that come first
        self._terminal = self._stream.isatty()
        self._start = self._last = clock()
        self._wanted: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._now: dict[str, str] = {}
        self._awaited: Counter[tuple[str, str]] = Counter()
        self._found: dict[tuple[str, str], list[Result]] = {}
        self._held: list[str] = []  # verdicts from before the patience ended
        self._spoken = False

    def planned(self, tasks: Mapping[str, int]) -> None:
        """So many more tasks are wanted of each configuration."""
        self._wanted.update(tasks)

    def started(self, configuration: str, check: str) -> None:
        """A task is under way."""
        self._now[configuration] = check
        self.waiting()

    def answered(self, configuration: str, seconds: float) -> None:
        """A task has been done."""
        self._done[configuration] += 1
        self._seconds[configuration] += seconds
        if self._done[configuration] == self._wanted[configuration]:
            self._now.pop(configuration, None)
        self.waiting()

    def awaited(self, verdicts: Mapping[tuple[str, str], int]) -> None:
        """So many verdicts will come of each kernel and configuration."""
        self._awaited.update(verdicts)

    def judged(self, result: Result) -> None:
        """A verdict; a line for a kernel in a configuration when it has its last one."""
        self._show_first(result)
        key = result.kernel, result.configuration
        self._found.setdefault(key, []).append(result)
        if len(self._found[key]) == self._awaited[key]:
            ran = [r for r in self._found.pop(key) if not (r.verdict == NOT_RUN and r.expected)]
            if ran:
                self._say(_verdict(*key, ran))

    def waiting(self) -> None:
        """A line of progress, if it is time for one."""
        now = self._clock()
        if now - self._last < (BETWEEN if self._spoken else PATIENCE)[self._terminal]:
            return
        self._last, self._spoken = now, True
        for line in self._held:
            self._put(line)
        self._held.clear()
        self._put(self.line(), lasting=not self._terminal)

    def end(self) -> None:
        """What comes next has a line of its own."""
        if self._spoken and self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def line(self) -> str:
        """What is done of all, how long it took and will take, and what is under way."""
        done, wanted, taken = self._done.total(), self._wanted.total(), self._clock() - self._start
        left = self.seconds_left()
        rest = "" if left is None else f", about {_time(left)} left"
        now = ", ".join(f"{check} in {name}" for name, check in self._now.items())
        said = f"{self._title}: {done} of {wanted} done in {_time(taken)}{rest}" + (f"; now {now}" if now else "")
        return printable(said)[:WIDEST]

    def seconds_left(self) -> float | None:
        """From what a task of each configuration took so far; None while nothing is known."""
        means = {name: self._seconds[name] / n for name, n in self._done.items() if n}
        if not means:
            return None
        guess = max(means.values())  # of configurations that have not begun: compiled ones come last
        rest = {name: wanted - self._done[name] for name, wanted in self._wanted.items()}
        return sum(n * means.get(name, guess) for name, n in rest.items()) / self._at_once()

    def _at_once(self) -> float:
        """How many tasks were done at a time, on average; at least one."""
        return max(sum(self._seconds.values()) / max(self._clock() - self._start, 1e-9), 1.0)

    def _show_first(self, result: Result) -> None:
        """Keep what comes first, and show it when it is complete."""
        if self._first is None or result.configuration not in FIRST:
            return
        kernels, show = self._first
        self._shown += [result] if result.kernel in kernels else []
        wanted = sum(n for (kernel, name), n in self._awaited.items() if kernel in kernels and name in FIRST)
        if len(self._shown) == wanted:
            self._first = None
            self.end()
            show(self._shown)

    def _say(self, line: str) -> None:
        if self._spoken:
            self._put(line)
        else:
            self._held.append(line)

    def _put(self, line: str, lasting: bool = True) -> None:
        before, after = ("\r\x1b[K", "") if self._terminal else ("", "\n")
        self._stream.write(f"{before}{line}{chr(10) if lasting else after}")
        self._stream.flush()


def _verdict(kernel: str, configuration: str, results: list[Result]) -> str:
    """The worst verdict of a kernel's checks in a configuration, and how many there are."""
    worst = max((r.verdict for r in results), key=SEVERITY.index)
    count = f"{len(results)} checks" if len(results) > 1 else "1 check"
    return f"  {kernel:30s} {configuration:18s} {worst:9s} {count}"


def _time(seconds: float) -> str:
    """Seconds below two minutes, else minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
