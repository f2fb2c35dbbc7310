"""Made-up runs beside reference_fortran, live, started from the same state, mesh and coefficients.

They are judged as any live check, by the spread of 20 Fortran runs one ulp apart; numbers of what was built, and times,
must be equal bit for bit.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...judging.desk import Wanted
from ...judging.results import Result
from ...judging.verdict import verdict_on
from ...running import mutate, runner
from ...running.configurations import FORTRAN, Configuration, with_serial
from ...running.spread import MEMBERS
from ...running.worker import Answer, Task
from . import process
from .check import Assembled, Fields, each_run, left
from .made_up import started


def judge(asked: list[Assembled], configurations: Iterable[Configuration]) -> list[Result]:
    """Every run in every configuration, held against Fortran; over parts of a mesh, against one process."""
    chosen = with_serial(list(configurations))
    answers: dict[str, dict[int, Answer]] = {c.name: {} for c in chosen}
    expected: dict[int, Fields] = {}
    checks = {n: run.check for n, run in enumerate(asked)}
    for n, c, folder, ended in each_run(asked, chosen):
        answers[c.name][n] = ended
        if folder is not None:
            answers[c.name][n], expected[n] = _answer(asked[n], folder, ended)
            setup = pickle.loads((folder / process.BUILT).read_bytes())
            checks[n] = replace(checks[n], case=started(asked[n], setup))
    twin = FORTRAN["r8_strict"]
    tasks = {n: Task(checks[n].kernel.name, checks[n].case, MEMBERS) for n in expected}
    fortran = runner.run({twin: tasks})[twin.name]
    answers[twin.name] = {n: _with_numbers(answer, expected[n]) for n, answer in fortran.items()}
    return [verdict_on(Wanted(n, check, c), answers) for n, check in checks.items() for c in chosen]


def _answer(run: Assembled, folder: Path, ended: Answer) -> tuple[Answer, Fields]:
    """What a run left, and what its numbers and times must be; a wrong point is planted, which must be noticed."""
    found, expected = left(run, folder)
    expected = {name: a for name, a in expected.items() if not name.startswith("start/")}
    wanted = {name: a for name, a in found.items() if name in expected or name.partition("/")[0] in run.plan.stages}
    gross = mutate.sentinel(run.check.kernel, 64)
    return replace(ended, outputs=wanted, planted={gross: mutate.spoil(gross, wanted)}), expected


def _with_numbers(answer: Answer, expected: Fields) -> Answer:
    """The Fortran's answer without what no run writes, and beside it what is no result and must be equal exactly."""
    if answer.failed or answer.not_run or answer.spread is None:
        return answer
    outputs = {n: a for n, a in answer.outputs.items() if not n.endswith("/omega")}
    return replace(answer, outputs=outputs | expected, spread={n: answer.spread[n] for n in outputs})
