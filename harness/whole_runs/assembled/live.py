"""Made-up configurations as runs, beside reference_fortran started from the same state: what records have none of.

The cases are those of the kernel theta_l_call: air over a hill with three tracers, on floating and fixed layers, split
in every way. Each becomes a namelist and a case of the user's, and what `pysces run` makes of them is judged as any
live check: by the spread of 20 Fortran runs one ulp apart, whose mesh is pysces' own.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from pysces.arrays.fields import names, to_record
from pysces.geometry.grid import Grid
from pysces.models.model import Setup
from pysces.vertical.coordinate import VerticalCoordinate

from ...golden.record import Field, Record
from ...judging import verify
from ...judging.plan import Check
from ...judging.results import Result
from ...kernels.catalogue import lookup
from ...registry import Case
from ...running import mutate, runner
from ...running.configurations import FORTRAN, Configuration, with_serial
from ...running.spread import MEMBERS
from ...running.worker import Answer, Task
from ...sides.fortran.theta_l import default_nu
from ...sides.pysces.theta_l import SILENT
from . import process
from .check import MESH, Assembled, Fields, each_run, left
from .start import Start
from .words import RECORDED, Plan, homme_words

KERNEL = "theta_l_call"
NODES = ("elem", "i", "j", "lev")


def runs() -> list[Assembled]:
    """Every generated case of a call, as a user would ask for it."""
    cases = lookup(KERNEL).cases
    return [_assembled(case) for case in cases()] if cases is not None else []


def _assembled(case: Case) -> Assembled:
    record = _as_record(case)
    when = Plan({f"call_{n}": n for n in case.settings["calls"]})
    kernel = replace(lookup(KERNEL), coefficient=None)  # it is planted into what a run left
    start = Start("theta_l", case.inputs, RECORDED)
    return Assembled(record, when, homme_words(record, when), start, Check(kernel, case, MESH, source="generated"))


def _as_record(case: Case) -> Record:
    """A case in the form of a record without outputs; what its settings leave open is said."""
    settings = {**SILENT, **case.settings, "ne": cast(Grid, case.grid).ne, "cubed_sphere_map": 2}
    settings |= {name: default_nu(name, settings) for name in ("nu_p", "nu_div", "nu_q")}
    steps = settings["qsplit"] * max(settings["rsplit"], 1)
    settings["seconds"] = [n * steps * settings["tstep"] for n in settings["calls"]]
    inputs = {name: Field(np.asarray(a), _axes(a)) for name, a in case.inputs.items()}
    return Record(Path("generated"), KERNEL, case.name, "homme", settings, inputs, {}, {}, {})


def _axes(a: Any) -> tuple[str, ...]:
    return ("tracer",) * (a.ndim > len(NODES)) + NODES if a.ndim >= len(NODES) else ("number",)


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
            checks[n] = replace(checks[n], case=_started(asked[n], setup))
    twin = FORTRAN["r8_strict"]
    fortran = runner.run({twin: {n: Task(KERNEL, checks[n].case, MEMBERS) for n in expected}})[twin.name]
    answers[twin.name] = {n: _with_numbers(answer, expected[n]) for n, answer in fortran.items()}
    return [verify.verdict_on(n, check, c, answers) for n, check in checks.items() for c in chosen]


def _answer(run: Assembled, folder: Path, ended: Answer) -> tuple[Answer, Fields]:
    """What a run left, and what its numbers and times must be; a wrong point is planted, which must be noticed."""
    found, expected = left(run, folder)
    expected = {name: a for name, a in expected.items() if not name.startswith("start/")}
    wanted = {name: a for name, a in found.items() if name in expected or name.startswith("call_")}
    gross = mutate.sentinel(run.check.kernel, 64)
    return replace(ended, outputs=wanted, planted={gross: mutate.spoil(gross, wanted)}), expected


def _with_numbers(answer: Answer, expected: Fields) -> Answer:
    """The Fortran's answer, and beside it what is no result of a run and must be equal bit for bit."""
    if answer.failed or answer.not_run or answer.spread is None:
        return answer
    spread = answer.spread | {name: np.zeros_like(a) for name, a in expected.items()}
    return replace(answer, outputs=answer.outputs | expected, spread=spread)


def _started(run: Assembled, setup: Setup) -> Case:
    """The case with the state, the mesh and the levels that pysces had made of it."""
    case, state = run.check.case, setup.state
    coordinate = {n: a for n, a in to_record(setup.where.coordinate, "homme").items() if n != "ps0"}
    inputs = case.inputs | {name: coordinate[name] for name in names(VerticalCoordinate, "homme") if name in coordinate}
    inputs |= to_record(state.dynamics, "homme") | ({} if state.tracer_mass is None else {"Qdp": state.tracer_mass})
    return replace(case, inputs=inputs, grid=setup.where.grid, settings={**case.settings, "outputs": ()})
