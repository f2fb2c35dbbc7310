"""Runs tasks under configurations: one worker process for each, results through files, crashes survived."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from ..errors import brief
from . import worker
from .configurations import Configuration, mpiexec
from .follow import SILENT, Follower
from .worker import Answer, Task

TIME_LIMIT = 3600
POLL = 0.05  # s
_stop = Event()  # set when the user has had enough: workers are ended, none is started
GIVE_UP = 3  # processes in a row that answered nothing: it is not the task's fault
WORTH_SHARING = 12  # kernels that a process compiles; fewer do not pay for starting a second process
LOOK = 1.0  # s between two words to who follows, where nothing happens
Arrived = Callable[[str, int, Answer], None]  # name of a configuration, number of a task
Happened = tuple[str, str, Any, Any]  # what happened, name of a configuration, and two things about it
_tell: ContextVar[Callable[[Happened], None]] = ContextVar("_tell", default=lambda event: None)


def run(
    work: Mapping[Configuration, Mapping[int, Task]],
    processes: int = 0,
    arrived: Arrived = lambda name, number, answer: None,
    follow: Follower = SILENT,
) -> dict[str, dict[int, Answer]]:
    """{configuration name: {number: answer}}; as many worker processes at a time as there are cores.

    arrived : is given every answer as it comes, in this thread.
    """
    processes = processes or os.cpu_count() or 1
    shares = max(processes // max(len(work), 1), 1)
    found: dict[str, dict[int, Answer]] = {c.name: {} for c in work}
    follow.planned({c.name: len(tasks) for c, tasks in work.items()})
    events: SimpleQueue[Happened] = SimpleQueue()
    _stop.clear()
    with ThreadPoolExecutor(processes) as pool:
        shared = [(c, share) for c, tasks in work.items() for share in _shared(c, tasks, shares, processes)]
        for c, share in shared:
            pool.submit(_telling, events, c, share).add_done_callback(_ended(events, c.name))
        try:
            _gather(events, len(shared), found, arrived, follow)
        except BaseException:  # Ctrl-C too: nothing goes on behind the user's back
            _stop.set()
            raise
    return found


def _telling(events: SimpleQueue, configuration: Configuration, tasks: dict[int, Task]) -> dict[int, Answer]:
    """As run_configuration, in a thread of its own that says what it does."""
    _tell.set(events.put)
    return run_configuration(configuration, tasks)


def _ended(events: SimpleQueue, name: str) -> Callable[[Future], None]:
    return lambda future: events.put(("ended", name, future, None))


def _gather(events: SimpleQueue, shares: int, found: dict, arrived: Arrived, follow: Follower) -> None:
    """Take what the threads say, until all shares are done."""

    def take(name: str, number: int, answer: Answer) -> None:
        if number not in found[name]:
            found[name][number] = answer
            follow.answered(name, answer.seconds)
            arrived(name, number, answer)

    while shares:
        try:
            what, name, one, other = events.get(timeout=LOOK)
        except Empty:
            follow.waiting()
            continue
        if what == "started":
            follow.started(name, f"{one}/{other}")
        elif what == "answered":
            take(name, one, other)
        else:
            shares -= 1
            for number, answer in one.result().items():
                take(name, number, answer)


def _shared(
    configuration: Configuration, tasks: Mapping[int, Task], shares: int, processes: int = 1
) -> list[dict[int, Task]]:
    """Tasks dealt out over processes that each use one core: over spare ones NumPy's, and compiling for an accelerator.

    Compiling for a CPU keeps one core busy too: much of it is dealt out over all, a kernel's tasks to one process.
    """
    alone = configuration.processes == configuration.devices == configuration.ranks == 1 and configuration.port is None
    if alone and configuration.backend == "jax" and not configuration.twice:
        return _by_kernel(tasks, processes)
    shares = min(shares, len(tasks)) if (alone and configuration.backend == "numpy") or configuration.twice else 1
    return [dict(list(tasks.items())[k::shares]) for k in range(shares)]


def _by_kernel(tasks: Mapping[int, Task], processes: int) -> list[dict[int, Task]]:
    """Each kernel's tasks to the process that has fewest, in their order."""
    kernels: dict[str, list[int]] = {}
    for number, task in tasks.items():
        kernels.setdefault(task.kernel, []).append(number)
    shares: list[list[int]] = [[] for _ in range(processes if len(kernels) >= WORTH_SHARING else 1)]
    for numbers in kernels.values():
        min(shares, key=len).extend(numbers)
    return [{number: tasks[number] for number in share} for share in shares]


def run_configuration(configuration: Configuration, tasks: Mapping[int, Task]) -> dict[int, Answer]:
    """All tasks of one configuration; one that takes its process down fails alone, the others go on in a new one."""
    reason = configuration.missing()
    if reason:
        return {number: Answer(not_run=reason) for number in tasks}
    if configuration.port is not None and not hasattr(configuration.port, "where"):
        return dict(worker.answers(configuration, tasks))
    answers: dict[int, Answer] = {}
    barren = 0
    while len(answers) < len(tasks) and not _stop.is_set():
        rest = {number: task for number, task in tasks.items() if number not in answers}
        done, message = _start(configuration, rest)
        answers |= done
        barren = 0 if done else barren + 1
        lost = [number for number in rest if number not in done]
        answers |= {number: Answer(failed=message) for number in (lost if barren == GIVE_UP else lost[:1])}
    return answers


def _start(configuration: Configuration, tasks: Mapping[int, Task]) -> tuple[dict[int, Answer], str]:
    """One worker's answers, and the end of what it said if it stopped early."""
    with tempfile.TemporaryDirectory(prefix="pysces-verify-") as folder:
        with open(Path(folder) / "job.pkl", "wb") as file:
            pickle.dump((configuration.name, configuration.port, configuration.precision, dict(tasks)), file)
        done: dict[int, Answer] = {}
        message = _finish(_launch(configuration, folder), lambda: _look(configuration, folder, tasks, done))
        _look(configuration, folder, tasks, done)
        return done, message


def _look(configuration: Configuration, folder: str, tasks: Mapping[int, Task], done: dict[int, Answer]) -> None:
    """Take the answers that lie in a folder into done, and tell what is new; a worker does its tasks in their order."""
    tell, name = _tell.get(), configuration.name
    found = [int(path.stem) for path in Path(folder).glob("*.pkl") if path.stem.isdigit()]
    new = [number for number in sorted(found) if number not in done]
    for number in new:
        done[number] = pickle.loads((Path(folder) / f"{number}.pkl").read_bytes())
        tell(("answered", name, number, done[number]))
    if new or not done:
        for task in [task for number, task in tasks.items() if number not in done][:1]:
            tell(("started", name, task.kernel, task.case.name))


def in_processes(configuration: Configuration, folder: str, module: str) -> str:
    """main(folder, process, address) of a module in the processes of a configuration; how the first failed, or that
    they ended."""
    return _finish(_launch(configuration, folder, module))


def _launch(
    configuration: Configuration, folder: str, module: str = worker.__name__
) -> list[tuple[subprocess.Popen, Path]]:
    """A module's processes, one or several that work together, and where each leaves what it has to say."""
    address = _free_address() if configuration.processes > 1 else ""
    started = []
    for process in range(configuration.processes):
        code = f"from {module} import main; main({folder!r}, {process}, {address!r})"
        command = [sys.executable, "-c", code]
        if configuration.ranks > 1:
            command = [str(mpiexec()), "-n", str(configuration.ranks), *command]
        said = Path(folder) / f"process_{process}.txt"
        with open(said, "w") as file:
            environment = {**os.environ, **configuration.environment}
            started.append((subprocess.Popen(command, env=environment, stdout=file, stderr=file), said))
    return started


def _free_address() -> str:
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return f"localhost:{s.getsockname()[1]}"


def _finish(started: list[tuple[subprocess.Popen, Path]], look: Callable[[], None] = lambda: None) -> str:
    """Wait for all of them, and look now and then; when one fails or time is up the others are ended. Returns how the
    first one failed."""
    end, message = time.monotonic() + TIME_LIMIT, ""
    while any(process.poll() is None for process, _ in started):
        message = message or _failure(started) or ("it was interrupted" if _stop.is_set() else "")
        if message or time.monotonic() > end:
            message = message or f"its process took more than {TIME_LIMIT} s"
            for process, _ in started:
                process.kill()
                process.wait()
        look()
        time.sleep(POLL)
    return message or _failure(started) or "its process ended without an answer"


def _failure(started: list[tuple[subprocess.Popen, Path]]) -> str:
    for process, said in started:
        if process.poll():
            return f"its process ended with status {process.returncode}: {_last_line(said)}"
    return ""


def _last_line(said: Path) -> str:
    lines = [line for line in said.read_text(errors="replace").splitlines() if line.strip()]
    return brief(lines[-1], 200) if lines else "no message"
