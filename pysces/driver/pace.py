"""How many remap calls go into one compiled chunk, so that a run listens at least every few seconds."""

from __future__ import annotations

LONGEST_CHUNK = 10.0  # s; batch systems wait 30 s or more between SIGTERM and SIGKILL
MOST_CALLS = 2**31 - 1


class Pace:
    """Learns from the chunks so far; starts with one call and at most doubles, for the first chunk also compiles.

    longest : how long a chunk may take [s].
    """

    def __init__(self, longest: float = LONGEST_CHUNK) -> None:
        self._longest, self._calls = longest, 1

    def calls(self, most: int) -> int:
        """Calls of the next chunk, 1 to most."""
        return max(1, min(self._calls, most))

    def took(self, calls: int, seconds: float) -> None:
        """What a chunk took."""
        fitting = self._longest * calls / seconds if seconds > 0 else float("inf")
        self._calls = int(max(1.0, min(2.0 * self._calls, fitting, MOST_CALLS)))
