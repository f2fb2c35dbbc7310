"""Requests to end: Ctrl-C, SIGTERM from a batch system, SIGHUP from a terminal that closes; and a parent that dies."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

STOP = signal.SIGUSR1  # mpiexec hands it on to every rank
REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAUNCHER = "PYSCES_LAUNCHER"  # host:pid of the process that started this one
LOOK = 1.0  # s between two looks whether it lives
_PR_SET_PDEATHSIG = 1


class Ended(KeyboardInterrupt):
    """A signal asked this process to end while it did not march; args[0] is its number."""


class Request(threading.Event):
    """Set by the first request to end; number is its signal's."""

    number: int = signal.SIGINT

    @property
    def status(self) -> int:
        """The exit status of a process that a signal ended."""
        return 128 + self.number


def heeded() -> tuple[signal.Signals, ...]:
    """The requests that this process listens to: all, without SIGHUP where nohup started it."""
    return tuple(n for n in REQUESTS if n != signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN)


@contextmanager
def handled(handler: Callable[[int, Any], None], numbers: Iterable[signal.Signals]) -> Iterator[dict]:
    """Signals handled inside, as before afterwards; outside the main thread nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield {}
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield before
    finally:
        for number, was in before.items():
            signal.signal(number, was)


@contextmanager
def ending_at_once() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Ended inside, as Ctrl-C raises KeyboardInterrupt."""

    def end(number: int, _: Any) -> None:
        raise Ended(number)

    with handled(end, [n for n in heeded() if n != signal.SIGINT]):
        yield


@contextmanager
def stop_requested(say: Callable[..., None] = print, together: bool = False) -> Iterator[Request]:
    """A Request that the first signal sets; the second ends at once.

    together : who started this process passes signals on as STOP, and ends it at the second.
    """
    stop = Request()
    restored: dict = {}
    words = ("stopping after this chunk; a second signal stops at once",)
    # Said by a thread, which waits its turn: the run itself may be in the middle of a line.
    saying = threading.Thread(target=say, args=words, kwargs={"flush": True})

    def request(number: int, _: Any) -> None:
        if not stop.is_set():
            stop.number = signal.SIGINT if number == STOP else number
            saying.start()
        stop.set()
        for other, was in restored.items():
            signal.signal(other, was)

    with handled(request, [*heeded(), *([STOP] if together else [])]) as before:
        restored.update({} if together else before)
        try:
            yield stop
        finally:
            if saying.ident is not None:  # it was started
                saying.join()


def this_process() -> str:
    """What a child is told about its launcher."""
    return f"{socket.gethostname()}:{os.getpid()}"


def end_with_parent(environment: Mapping[str, str] = os.environ) -> None:
    """From now on this process ends when its parent does, or the launcher that it was told about, however they end."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    host, _, process = environment.get(LAUNCHER, "").rpartition(":")
    if host == socket.gethostname():  # MPI has processes of its own in between
        threading.Thread(target=_watch, args=(int(process),), daemon=True).start()


def _watch(process: int) -> None:
    while _lives(process):
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGKILL)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether it has ended but nobody has asked how."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
