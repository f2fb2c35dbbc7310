"""Runs tasks under configurations: one worker process for each, results through files, crashes survived."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from ..errors import brief
from . import worker
from .configurations import Configuration, mpiexec
from .worker import Answer, Task

TIME_LIMIT = 3600
POLL = 0.05  # s
_stop = Event()  # set when the user has had enough: workers are ended, none is started
GIVE_UP = 3  # processes in a row that answered nothing: it is not the task's fault


def run(work: Mapping[Configuration, Mapping[int, Task]], processes: int = 0) -> dict[str, dict[int, Answer]]:
    """{configuration name: {number: answer}}; as many worker processes at a time as there are cores."""
    processes = processes or os.cpu_count() or 1
    shares = max(processes // max(len(work), 1), 1)
    found: dict[str, dict[int, Answer]] = {c.name: {} for c in work}
    _stop.clear()
    with ThreadPoolExecutor(processes) as pool:
        futures = [
            (c.name, pool.submit(run_configuration, c, share))
            for c, tasks in work.items()
            for share in _shared(c, tasks, shares)
        ]
        try:
            for name, future in futures:
                found[name] |= future.result()
        except BaseException:  # Ctrl-C too: nothing goes on behind the user's back
            _stop.set()
            raise
    return found


def _shared(configuration: Configuration, tasks: Mapping[int, Task], shares: int) -> list[dict[int, Task]]:
    """Tasks dealt out over spare cores where one process uses one of them: NumPy, and compiling for an accelerator."""
    serial = configuration.backend == "numpy" and configuration.ranks == 1 and configuration.port is None
    shares = min(shares, len(tasks)) if serial or configuration.twice else 1
    return [dict(list(tasks.items())[k::shares]) for k in range(shares)]


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
        message = _finish(_launch(configuration, folder))
        files = {int(path.stem): path for path in Path(folder).glob("*.pkl") if path.stem.isdigit()}
        return {number: pickle.loads(path.read_bytes()) for number, path in files.items()}, message


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


def _finish(started: list[tuple[subprocess.Popen, Path]]) -> str:
    """Wait for all of them; when one fails or time is up the others are ended. Returns how the first one failed."""
    end, message = time.monotonic() + TIME_LIMIT, ""
    while any(process.poll() is None for process, _ in started):
        message = message or _failure(started) or ("it was interrupted" if _stop.is_set() else "")
        if message or time.monotonic() > end:
            message = message or f"its process took more than {TIME_LIMIT} s"
            for process, _ in started:
                process.kill()
                process.wait()
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
