"""A Fortran ensemble of one flow, its members one ulp apart, and the port's run of it beside them.

The control run of reference_fortran starts from the flow; every member from the flow with one field moved by one ulp up
or down at each node and level (the same at all copies of a node); the port from the flow itself. What is kept of a run
is its distance to the control, and its mass and energy. The flows are in subjects.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from pysces.geometry.grid import Grid

from ..inputs import seeds
from ..kernels.catalogue import lookup
from ..running.configurations import FORTRAN, Configuration
from ..running.spread import SEED
from ..running.worker import FortranSide, PortSide

BUDGETS = ("mass", "energy")


@dataclass(frozen=True)
class Look:
    """What is kept of a state: fields to compare, and budgets by their names."""

    fields: Mapping[str, np.ndarray]
    budgets: Mapping[str, float]


@dataclass(frozen=True)
class Subject:
    """A flow whose growth is measured, as a kernel of the registry runs it.

    kernel : its name.   state : what is handed from one output to the next.   nudged : the field that members move.
    fields : units of what is compared.   call : seconds of one call.
    asked : settings that ask the kernel for the state after so many calls.   prefix : of that state's names.
    look : (flow, inputs in float64) -> Look.
    """

    name: str
    kernel: str
    state: tuple[str, ...]
    nudged: str
    fields: Mapping[str, str]
    call: float
    asked: Callable[[int], dict]
    prefix: str
    look: Callable[[Flow, Mapping], Look]


@dataclass(frozen=True)
class Flow:
    """The run: inputs, grid, settings, how many calls between outputs and how many outputs."""

    subject: Subject
    x: Mapping[str, np.ndarray]
    grid: Any
    settings: Mapping
    calls: int
    outputs: int

    @property
    def days(self) -> np.ndarray:
        """Model time of the outputs, the start left out."""
        return np.arange(1, self.outputs + 1) * self.calls * self.subject.call / 86400.0


def looks(evaluate: Callable, case: Flow, x: Mapping, grid: Grid) -> Iterator[Look]:
    """One side's run: a Look at each output."""
    subject = case.subject
    kernel, settings = lookup(subject.kernel), {**case.settings, **subject.asked(case.calls)}
    for _ in range(case.outputs):
        after = evaluate(kernel, x, grid, settings)
        new = {name: after[f"{subject.prefix}_{case.calls}/{name}"] for name in subject.state}
        x = {**x, **new}
        yield subject.look(case, {name: np.asarray(a, float) for name, a in new.items()})


@dataclass(frozen=True)
class Distances:
    """Of one run to the control: {field: rms at each output}, {budget: relative difference at each output}."""

    fields: Mapping[str, np.ndarray]
    budgets: Mapping[str, np.ndarray]


class Ensemble:
    """The Fortran side: control, members, and how far anything is from the control."""

    def __init__(self, case: Flow, build: str, report: Callable[[str], None] = lambda text: None) -> None:
        self.case, self.fortran, self.report = case, FortranSide(FORTRAN[build]), report
        self.control = list(looks(self.fortran, case, case.x, case.grid))

    def members(self, count: int) -> list[Distances]:
        """So many Fortran runs that begin one ulp apart."""
        rng = seeds.generator(SEED)
        found = []
        for n in range(count):
            x = {**self.case.x, self.case.subject.nudged: _nudged(self.case, rng, self.fortran.dtype)}
            found.append(self.distances(looks(self.fortran, self.case, x, self.case.grid)))
            self.report(f"member {n + 1} of {count}")
        return found

    def port(self, configuration: Configuration, defect: float = 0.0) -> Distances:
        """The port's run; with a defect, its derivative matrix is off by that factor."""
        grid = self.case.grid
        if defect:
            grid = grid.replace(derivative_matrix=grid.derivative_matrix * (1.0 + defect))
        return self.distances(looks(PortSide(configuration), self.case, self.case.x, grid))

    def distances(self, run: Iterator[Look]) -> Distances:
        """How far a run is from the control at each output."""
        weights = self.case.grid.mass_matrix
        pairs = list(zip(run, self.control))
        rms = lambda d: float(np.sqrt((weights * d * d).sum() / weights.sum() / (d.size / weights.size)))  # noqa: E731
        fields = {n: np.array([rms(a.fields[n] - b.fields[n]) for a, b in pairs]) for n in self.case.subject.fields}
        budgets = {n: np.array([a.budgets[n] / b.budgets[n] - 1.0 for a, b in pairs]) for n in BUDGETS}
        return Distances(fields, budgets)

    def saturation(self, name: str) -> float:
        """Rms difference of two states of the control's own variance that know nothing of each other."""
        deviations = [look.fields[name] - look.fields[name].mean() for look in self.control]
        return float(np.sqrt(2.0) * max(np.sqrt((d * d).mean()) for d in deviations))


def _nudged(case: Flow, rng: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    """The subject's field one ulp up or down, alike at all copies of a node."""
    field = case.x[case.subject.nudged].astype(dtype)
    nodes = case.grid.global_id
    up = rng.integers(0, 2, (int(nodes.max()) + 1, field.shape[-1]))[nodes] == 1
    return np.nextafter(field, np.where(up, np.inf, -np.inf).astype(dtype))
