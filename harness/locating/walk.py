"""What the walks of both models share: a call made of steps, the stages of a scheme, the ladder inside a tendency."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pysces.geometry.grid import Grid

from ..registry import Fields, Settings
from . import mesh_point, transport
from .savepoint import Pair, Savepoint, Walk, visit
from .scheme import Scheme

MEANS = ("vn0", "dpdiss_ave", "dpdiss_biharmonic")


@dataclass(frozen=True)
class Ladder:
    """The savepoints inside one tendency, from its column up to the whole.

    derived : (fields, the column's) -> with what operators act on.   terms : those of a floating coordinate.
    """

    column: Savepoint
    derived: Callable[[Fields, Fields], Fields]
    gradients: Savepoint
    divergences: Savepoint
    vorticity: Savepoint
    assembly: Savepoint
    terms: tuple[Savepoint, ...]
    whole: Savepoint


@dataclass(frozen=True)
class StagePoints:
    """A model's scheme and its savepoints: where a stage starts, the stage, the end."""

    scheme: Scheme
    begin: Savepoint
    stage: Savepoint
    end: Savepoint


class ModelWalk(ABC):
    """One case; every method is a part of the walk from a Pair of states to the next.

    rsplit, qsplit : steps of a call as the settings say them; rsplit is 0 on fixed levels.   dt : of a dynamics step.
    """

    points: ClassVar[StagePoints]
    ladder: ClassVar[Ladder]
    rsplit: int
    qsplit: int
    dt: float

    def __init__(self, constant: Fields, grid: Grid, settings: Settings) -> None:
        self.constant, self.grid, self.settings = dict(constant), grid, dict(settings)

    @abstractmethod
    def dynamics_step(self, start: Pair, step: int) -> Walk[tuple[Pair, Pair]]:
        """Stages, dissipation, the step as one; returns the state and its fluxes."""

    @abstractmethod
    def finish_call(self, start: Pair, state: Pair, step: int) -> Walk[Pair]:
        """The remap of what the steps made, and the call as one."""

    @abstractmethod
    def tracer_settings(self) -> Settings:
        """The settings of the tracer step under their names in the tracer kernels, dt_q aside."""

    @abstractmethod
    def dp0(self) -> np.ndarray:
        """(lev,) layer thickness at the reference surface pressure [Pa]."""

    def walk(self, state: Pair, calls: int) -> Walk[None]:
        """The mesh, then so many calls."""
        yield from mesh_point.walk(self.settings)
        for number in range(calls):
            state = yield from self.call(state, number * max(self.rsplit, 1) * self.qsplit)

    def complete(self, pair: Pair) -> Pair:
        """With what does not change."""
        return pair.apply(lambda fields: {**self.constant, **fields})

    def call(self, start: Pair, done: int) -> Walk[Pair]:
        """rsplit times qsplit dynamics steps and a tracer step; the remap; the call as one."""
        state, step = start, done
        for _ in range(max(self.rsplit, 1)):
            before, means = state, []
            for _ in range(self.qsplit):
                step += 1
                state, flux = yield from self.dynamics_step(state, step)
                means.append(flux)
            if "Qdp" in start.reference:
                state = yield from self.tracer_step(before, state, means, step)
        return (yield from self.finish_call(start, state, step))

    def stages(self, start: Pair, step: int) -> Walk[Pair]:
        """The state after the Runge-Kutta step, with its mean flux."""
        states, dt, scheme = [start], np.float64(self.dt), self.points.scheme
        for number in range(1, len(scheme.table[self.settings["tstep_type"]]) + 1):
            stage, numbered = f"RK stage {number}", {**self.settings, "stage": number}
            given = yield from visit(self.points.begin, step, stage, scheme.given(states, dt), numbered)
            at = self.complete(self.tendency_at(start, given.apply(lambda f: _named_after(f, "at_", scheme.names))))
            yield from self.tendency(at, step, stage)
            x = at.apply(lambda f, g: {**f, "h": g["h"].reshape(()), **_bases(g, scheme.names)}, given)
            states.append((yield from visit(self.points.stage, step, stage, x, self.settings)))
        return (yield from visit(self.points.end, step, "RK end", scheme.given(states, dt), self.settings))

    def tendency_at(self, start: Pair, state: Pair) -> Pair:
        """What a tendency takes at a state, beside what never changes, in the step that began at start."""
        return state

    def tendency(self, at: Pair, step: int, stage: str) -> Walk[None]:
        """The ladder inside one tendency."""
        look = lambda point, x: visit(point, step, stage, x, self.settings)  # noqa: E731
        x = at.apply(self.ladder.derived, (yield from look(self.ladder.column, at)))
        gradients = yield from look(self.ladder.gradients, x)
        divergences = yield from look(self.ladder.divergences, x)
        yield from look(self.ladder.vorticity, x)
        x = x.apply(lambda f, g, d: {**f, **g, **d}, gradients, divergences)
        terms = self.ladder.terms if self.rsplit > 0 else ()
        for point in (self.ladder.assembly, *terms, self.ladder.whole):
            yield from look(point, x)

    def tracer_step(self, before: Pair, after: Pair, means: list[Pair], step: int) -> Walk[Pair]:
        """The tracers follow the mean flux of the dynamics steps."""
        settings = {**self.tracer_settings(), "dt_q": self.dt * self.qsplit}
        x = before.apply(lambda b, *m: {"Qdp": b["Qdp"], "dp": b["dp3d"], **_mean(m), "dp0": self.dp0()}, *means)
        look = lambda point, pair, s: visit(point, step, "tracers", pair, s)  # noqa: E731
        tracers = yield from transport.walk(look, x, self.grid, settings)
        return after.apply(lambda a, t: {**a, "Qdp": t["Qdp"]}, tracers)


def _named_after(fields: Fields, prefix: str, names: Iterable[str]) -> dict[str, np.ndarray]:
    return {name: fields[f"{prefix}{name}"] for name in names}


def _bases(given: Fields, names: Iterable[str]) -> dict[str, np.ndarray]:
    return {f"base_{name}": given[f"base_{name}"] for name in names}


def _mean(fluxes: tuple[Fields, ...]) -> dict[str, np.ndarray]:
    """Mean over the dynamics steps; where there was no dissipation, its means are zero."""
    share = 1.0 / len(fluxes)
    first, *rest = fluxes
    total = {name: sum((share * f[name] for f in rest), share * first[name]) for name in first}
    none = 0.0 * total["vn0"][0]
    return {name: total.get(name, none) for name in MEANS}
