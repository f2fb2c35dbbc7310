"""Where answers lie until a check has all that its verdict needs: the verdict then comes while others are computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..running.configurations import Configuration
from ..running.follow import Follower
from ..running.worker import Answer
from .plan import Check
from .results import Result


@dataclass(frozen=True, eq=False)
class Wanted:
    """A verdict that is wanted: the number of a check, the check, where it runs, whether all defects are planted.

    levels : the factor less one by which each level is to be off.
    """

    number: int
    check: Check
    configuration: Configuration
    mutation: bool = False
    levels: float = 0.0


class Desk:
    """Verdicts as their answers arrive; those that wait for what another run brings are left.

    judge : (wanted, answers) -> Result.   waits : (wanted, answers) -> whether it must be left for later.
    """

    def __init__(
        self,
        wanted: Sequence[Wanted],
        work: Mapping[Configuration, Mapping[int, object]],
        judge: Callable[[Wanted, Mapping], Result],
        waits: Callable[[Wanted, Mapping], bool],
        follow: Follower,
    ) -> None:
        self.judge, self.waits, self.follow = judge, waits, follow
        self.answers: dict[str, dict[int, Answer]] = {c.name: {} for c in work}
        self.results: dict[Wanted, Result] = {}
        self._missing = {one: _sources(one, work) for one in wanted}
        self._asking: dict[tuple[str, int], list[Wanted]] = {}
        for one, names in self._missing.items():
            for name in names:
                self._asking.setdefault((name, one.number), []).append(one)
        follow.awaited(Counter((one.check.kernel.name, one.configuration.name) for one in wanted))

    def arrived(self, name: str, number: int, answer: Answer) -> None:
        """An answer of a configuration to a check."""
        self.answers[name][number] = answer
        for one in self._asking.pop((name, number), ()):
            self._missing[one].discard(name)
            if not self._missing[one] and not self.waits(one, self.answers):
                self.result(one, self.answers)

    def result(self, one: Wanted, answers: Mapping) -> Result:
        """The verdict, now if it has not been given."""
        if one not in self.results:
            self.results[one] = self.judge(one, answers)
            self.follow.judged(self.results[one])
        return self.results[one]


def _sources(one: Wanted, work: Mapping[Configuration, Mapping[int, object]]) -> set[str]:
    """The configurations whose answers a verdict needs: the judged one, the Fortran of its precision, one process."""
    c = one.configuration
    asked = {other.name for other, tasks in work.items() if one.number in tasks}
    return asked & {c.name, c.fortran, c.serial}
