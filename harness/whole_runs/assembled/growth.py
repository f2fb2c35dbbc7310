"""How far a run may be from its record: as far as our Fortran is from itself when it begins where pysces began.

pysces' own start is not the record's to the last bit, because HOMME and CAM end their search for the height of a level
at 1e-13 of pressure. So the members of the ensemble begin where pysces' run began, one ulp apart, and are measured at
each output of the record against the Fortran run from the record's own start. No output has a bound of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...judging.plan import Check
from ...running import runner
from ...running.configurations import CONFIGURATIONS, FORTRAN
from ...running.worker import Answer, Task
from .words import Plan

BUILD, NUMPY = FORTRAN["r8_strict"], CONFIGURATIONS["numpy-f64"]
Begun = tuple[Check, Plan, Mapping[str, np.ndarray]]


def measured(runs: Mapping[int, Begun]) -> dict[str, dict[int, Answer]]:
    """{side: {number: answer with a spread}} of runs by number: the check, when it is looked at, where it began.

    Without Fortran pysces' own kernel is run in its place. Runs of minutes have a documented bound instead.
    """
    tasks = {n: _task(*run) for n, run in runs.items() if not run[0].kernel.deep}
    side, name = (NUMPY, f"spread-{NUMPY.name}") if BUILD.missing() else (BUILD, BUILD.name)
    return {name: runner.run({side: tasks})[side.name] if tasks else {}}


def _task(check: Check, plan: Plan, start: Mapping[str, np.ndarray]) -> Task:
    case = replace(check.case, settings=_until(check.case.settings, plan))
    members = replace(check, case=case).members
    begun = {name: np.asarray(a).reshape(case.inputs[name].shape) for name, a in start.items()}
    return Task(check.kernel.name, case, members, separate=check.separate, seed=check.seed, begun=begun)


def _until(settings: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """Settings of a record, for its outputs that a plan has."""
    found = dict(settings)
    if "calls" in settings:
        found["calls"] = tuple(n for n in settings["calls"] if f"call_{n}" in plan.stages)
    if "stage_time_s" in settings:
        found["stage_time_s"] = {name: t for name, t in settings["stage_time_s"].items() if name in plan.stages}
    return found
