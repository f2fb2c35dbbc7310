"""Work beside the run in a thread of its own, a piece at a time: a record is written while the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context


class Background:
    """What fails in the thread is raised where the next piece is started, or the last one is waited for."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pysces")
        self._piece: Future | None = None

    def start(self, piece: Callable[[], None]) -> None:
        """Begin a piece of work when the one before has ended."""
        self.wait()
        self._piece = self._thread.submit(copy_context().run, piece)  # what numpy is told to ignore is told there, too

    def wait(self) -> None:
        """Until nothing is left to do."""
        piece, self._piece = self._piece, None
        if piece is not None:
            piece.result()

    def close(self) -> None:
        """Wait, and end the thread."""
        try:
            self.wait()
        finally:
            self._thread.shutdown()
