"""Runs tasks under configurations: one worker process for each, results through files, crashes survived."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import worker
from .configurations import Configuration
from .worker import Answer, Task

TIME_LIMIT = 3600
GIVE_UP = 3  # processes in a row that answered nothing: it is not the task's fault


def run(work: Mapping[Configuration, Mapping[int, Task]], processes: int = 0) -> dict[str, dict[int, Answer]]:
    """{configuration name: {number: answer}}; as many worker processes at a time as there are cores."""
    processes = processes or os.cpu_count() or 1
    with ThreadPoolExecutor(processes) as pool:
        futures = {c.name: pool.submit(run_configuration, c, tasks) for c, tasks in work.items()}
        return {name: future.result() for name, future in futures.items()}


def run_configuration(configuration: Configuration, tasks: Mapping[int, Task]) -> dict[int, Answer]:
    """All tasks of one configuration; one that takes its process down fails alone, the others go on in a new one."""
    reason = configuration.missing()
    if reason:
        return {number: Answer(not_run=reason) for number in tasks}
    if configuration.port is not None:
        return dict(worker.answers(configuration, tasks))
    answers: dict[int, Answer] = {}
    barren = 0
    while len(answers) < len(tasks):
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
            pickle.dump((configuration.name, dict(tasks)), file)
        command = [sys.executable, "-c", f"from {__package__}.worker import main; main({folder!r})"]
        environment = {**os.environ, **configuration.environment}
        try:
            ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT)
            message = f"its process ended with status {ended.returncode}: {_last_line(ended.stderr)}"
        except subprocess.TimeoutExpired:
            message = f"its process took more than {TIME_LIMIT} s"
        files = {int(path.stem): path for path in Path(folder).glob("*.pkl") if path.stem.isdigit()}
        return {number: pickle.loads(path.read_bytes()) for number, path in files.items()}, message


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
