"""Who follows work as it goes: hears what is planned, what is under way, what is answered and what is judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Follower:
    """One that says nothing; ``report.progress`` has one that does. Everything is called from one thread.

    Names are those of configurations; a check is a kernel and its case.
    """

    def planned(self, tasks: Mapping[str, int]) -> None:
        """So many more tasks are wanted of each configuration."""

    def started(self, configuration: str, check: str) -> None:
        """A task is under way."""

    def answered(self, configuration: str, seconds: float) -> None:
        """A task has been done, in so many seconds."""

    def awaited(self, verdicts: Mapping[tuple[str, str], int]) -> None:
        """So many verdicts will come of each kernel and configuration."""

    def judged(self, result: Any) -> None:
        """A check has its verdict: a Result."""

    def waiting(self) -> None:
        """Nothing new has come for a moment."""


SILENT = Follower()
