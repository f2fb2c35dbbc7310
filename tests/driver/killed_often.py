"""Run alone: a run killed with SIGKILL at random moments and resumed each time; prints how often, then its end.

Each try is a child forked after everything is imported, so that moments are moments of the run.
"""

import contextlib
import os
import random
import signal
import sys
import time
from pathlib import Path

import pysces.driver.session  # noqa: F401  imported before children are forked
from pysces.driver.cli import main
from pysces.io.history import read_history


def child(arguments: list[str]) -> int:
    pid = os.fork()
    if pid == 0:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            os._exit(main(arguments))
    return pid


def ended(pid: int, after: float) -> int | None:
    """Kill a child after so many seconds; its status if it ended before."""
    deadline = time.monotonic() + after
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return None if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) < 0 else 0


def tried(folder: Path, arguments: list[str], kills: int) -> int:
    """Kill as often as asked; a run that ends before is kept as done-N and begun anew. The number of runs done."""
    moments, done = random.Random(30), 0
    while kills:
        status = ended(child(arguments), moments.uniform(0.02, 0.5))
        kills -= status is None
        if status not in (None, 0):
            sys.exit(f"a resumed run ended with status {status}")
        if (folder / "run.nc").exists():
            read_history(folder / "run.nc", "time", "ps", "u")
        if status == 0:
            done = kept(folder, done)
    if ended(child(arguments), 120.0) != 0:
        sys.exit("the last run did not end")
    return kept(folder, done)


def kept(folder: Path, done: int) -> int:
    """Give the files of a run that has ended another name."""
    for end in (".nc", ".restart.nc"):
        (folder / f"run{end}").rename(folder / f"done-{done}{end}")
    (folder / "run.restart.previous.nc").unlink()
    return done + 1


if __name__ == "__main__":
    where = Path(sys.argv[1])
    print(tried(where, [*sys.argv[3:], "--output", str(where / "run.nc"), "--resume", "auto"], int(sys.argv[2])))
