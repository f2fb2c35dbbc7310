"""Configurations as pieces of work: one after another in this process, or several at once in processes of their own."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any

from pysces.models.cam_se.physics import cam_se_physics
from pysces.models.theta_l.physics import homme_physics
from pysces.physics.suite import as_suite

from ..errors import BadInput, brief, near
from ..foreign.port import parts
from ..whole_runs.gradient.check import Cell, cells
from ..whole_runs.gradient.configurations import CONFIGURATIONS, KINKS, Configuration, built

FORCINGS: dict[str, Any] = {"theta_l": homme_physics, "cam_se": cam_se_physics}


@dataclass(frozen=True)
class Task:
    """suite : module:name of a user's own, in place of the configuration's; empty for none."""

    model: str
    configuration: Configuration
    ne: int
    suite: str = ""

    def cells(self) -> Iterator[Cell]:
        """Of all parameters."""
        made = built(self.model, self.configuration, self.ne)
        if self.suite:
            made = replace(made, dycore=made.dycore.replace(forcing=FORCINGS[self.model](own_suite(self.suite))))
        name = self.suite or self.configuration.name
        kink = self.configuration.kink
        yield from cells(self.model, name, made, KINKS.get(kink, ""), in_levels=kink != "filter")


def tasks(words: list[str], deep: bool, ne: int, suite: str) -> list[Task]:
    """What words ask for: a model, or MODEL:CONFIGURATION; all models where there is none.

    A user's suite runs in one configuration, dry for theta-l and smooth, of each model that has physics.
    """
    models = list(FORCINGS if suite else CONFIGURATIONS)
    chosen = [pair for word in words or models for pair in _named(word, deep, bool(suite))]
    once = {(model, configuration.name): configuration for model, configuration in chosen}
    return [Task(model, configuration, ne, suite) for (model, _), configuration in once.items()]


def results(work: list[Task], jobs: int) -> Iterator[Cell]:
    """Cells of all tasks, in their order, so many tasks at a time."""
    if jobs == 1:
        for task in work:
            yield from task.cells()
        return
    with ProcessPoolExecutor(min(jobs, len(work)), mp_context=get_context("spawn")) as pool:
        for found in pool.map(_all_cells, work):
            yield from found


def _all_cells(task: Task) -> list[Cell]:
    return list(task.cells())


def _named(word: str, deep: bool, own: bool) -> list[tuple[str, Configuration]]:
    model, colon, name = word.partition(":")
    if model not in CONFIGURATIONS:
        raise BadInput(f"gradient knows no model {brief(model, 40)!r}{near(model, CONFIGURATIONS)}")
    if own and model not in FORCINGS:
        raise BadInput(f"--suite goes with {' and '.join(FORCINGS)}; {model} has no physics.")
    if own:
        return [(model, CONFIGURATIONS[model][0])]
    if not colon:
        return [(model, c) for c in CONFIGURATIONS[model] if deep or not c.deep]
    known = {c.name: c for c in CONFIGURATIONS[model]}
    if name not in known:
        end = near(name, known, f"; it has {', '.join(repr(n) for n in known)}.")
        raise BadInput(f"{model} has no configuration {brief(name, 40)!r}{end}")
    return [(model, known[name])]


def own_suite(where: str) -> Any:
    """The suite that module:name names: a function (air, time), a @pytree with __call__, or a class of one."""
    try:
        module, name = parts(where)
    except BadInput:
        raise BadInput(f"--suite {brief(where, 60)}: write it as module:name, as in my_physics:suite.") from None
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name)
        made = found() if inspect.isclass(found) else found
        if not callable(made):
            raise BadInput(f"--suite {where}: {brief(made, 40)} is not callable; name a function of (air, time).")
        return as_suite(made)
    except BadInput:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {brief(error)}"
        raise BadInput(f"--suite {where}: write it as module:name, both importable from here ({said}).") from None
