"""The walk through nonhydrostatic theta-l: implicit stages, and w and phi in all that it shares with the other form.

Where every part of a step holds and the step does not, the scheme puts them together in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pysces.geometry.grid import Grid

from ...registry import Fields, Settings
from ...sides.fortran.supercell import has_viscosity
from ..savepoint import Pair, Walk, visit
from ..scheme import START, Combination
from . import mixing
from .nonhydrostatic_points import (
    ADDED_POINT,
    COLUMN_POINT,
    FAST_POINT,
    GRADIENT_POINT,
    GROUND_POINT,
    NAMES,
    REMAP_POINT,
    SOLVE_POINT,
    STAGE_POINT,
    derived,
)
from .remap import REMAP1_POINT, masses
from .terms import DIVERGENCE_POINT, DSS_POINT, FLUX, VORTICITY_POINT
from .walk import ThetaLWalk

Fast = tuple[tuple[int, Callable], ...]  # (stage, time of its fast terms as a function of dt)


@dataclass(frozen=True)
class Row:
    """A stage: base + h R(at), (u1 - u0) / 4 where that is added, known fast terms, an implicit part.

    h, implicit : functions of dt.   weight : of the flux.
    """

    h: Callable
    implicit: Callable | None = None
    weight: float = 0.0
    base: Combination = START
    added: bool = False
    fast: Fast = ()


def _balanced(*steps: Callable) -> tuple[Row, ...]:
    return tuple(Row(h, h) for h in steps)


_KGU = (lambda dt: dt / 5, lambda dt: dt / 5, lambda dt: dt / 3, lambda dt: 2 * dt / 3)
_CFL4 = (lambda dt: dt / 4, lambda dt: dt / 6, lambda dt: 3 * dt / 8, lambda dt: dt / 2)
_FIRST: Combination = (((1, 1.0),), 1.0)
_EXTRAPOLATED: Combination = (((1, 5.0), (0, -1.0)), 4.0)
_THREE_QUARTERS, _ALL, _HALF = (lambda dt: 3 * dt / 4), (lambda dt: dt), (lambda dt: dt / 2)
TABLE: dict[int, tuple[Row, ...]] = {
    1: (Row(_HALF), Row(_ALL, weight=1.0)),
    4: (*(Row(h) for h in _CFL4), Row(_ALL, weight=1.0)),
    5: (
        Row(_KGU[0], weight=0.25),
        *(Row(h) for h in _KGU[1:]),
        Row(_THREE_QUARTERS, weight=0.75, base=_EXTRAPOLATED),
    ),
    7: (*_balanced(*_CFL4), Row(_ALL, _ALL, 1.0)),
    8: (*_balanced(_HALF, _HALF), Row(_ALL, lambda dt: 0.51 * dt, 1.0, fast=((0, lambda dt: 0.49 * dt),))),
    9: (
        Row(_KGU[0], _KGU[0], 0.25),
        *_balanced(*_KGU[1:]),
        Row(
            _THREE_QUARTERS,
            lambda dt: 8 * dt / 18,
            0.75,
            _FIRST,
            added=True,
            fast=((0, lambda dt: 5 * dt / 18), (1, lambda dt: dt / 36)),
        ),
    ),
    10: (
        *_balanced(*_CFL4),
        Row(
            _ALL,
            lambda dt: (1 - 0.24362 - 0.34184) * dt,
            1.0,
            fast=((0, lambda dt: 0.24362 * dt), (1, lambda dt: 0.34184 * dt)),
        ),
    ),
}


def walk(x: Fields, grid: Grid, settings: Settings, calls: int) -> Walk[None]:
    """Yields Visits and is sent Findings, through a number of calls from the state in x."""
    constant = {name: a for name, a in x.items() if name not in (*NAMES, "Qdp")}
    start = {name: x[name] for name in (*NAMES, "Qdp") if name in x}
    if has_viscosity(settings):
        constant |= mixing.kept(start)
    return NonhydrostaticWalk(constant, grid, settings).walk(Pair(start, start), calls)


class NonhydrostaticWalk(ThetaLWalk):
    """One case."""

    names = NAMES

    def stages(self, start: Pair, step: int) -> Walk[Pair]:
        """The state after the stages of a step, with its mean flux."""
        dt, states, flux = np.float64(self.dt), [], None
        states.append((yield from visit(GROUND_POINT, step, "start", self.complete(start.only(NAMES)), self.settings)))
        for number, row in enumerate(TABLE[self.settings["tstep_type"]], start=1):
            stage = f"RK stage {number}"
            at = self.complete(states[-1])
            yield from self.tendency(at, step, stage)
            base = states[0].apply(lambda *s, row=row: _combined(s, row.base), *states[1:])
            x = at.apply(lambda f, b, row=row: {**f, **b, "h": row.h(dt)}, base)
            found = yield from visit(STAGE_POINT, step, stage, x, self.settings)
            part = found.apply(lambda f, row=row: {name: row.weight * f[name] for name in FLUX})
            flux = part if flux is None else flux.apply(_sum, part)
            states.append((yield from self.balanced(row, found.only(NAMES), states, step, stage)))
        if flux is None:
            raise RuntimeError("A scheme without stages.")
        return states[-1].apply(lambda s, f: {**s, **f}, flux)

    def balanced(self, row: Row, state: Pair, states: Sequence[Pair], step: int, stage: str) -> Walk[Pair]:
        """The state after what a stage adds to its explicit part."""
        dt, look = np.float64(self.dt), lambda point, x: visit(point, step, stage, x, self.settings)
        if row.added:
            ends = states[0].apply(lambda a, b: {**_named("u0_", a), **_named("u1_", b)}, states[1])
            state = yield from look(ADDED_POINT, self.complete(state).apply(_sum_of_fields, ends))
        for index, h in row.fast:
            of = states[index].apply(lambda f, h=h: {**_named("of_", f), "h": h(dt)})
            state = yield from look(FAST_POINT, self.complete(state).apply(_sum_of_fields, of))
        if row.implicit is None:
            return state
        h = row.implicit(dt)
        return (yield from look(SOLVE_POINT, self.complete(state).apply(lambda f: {**f, "h": h})))

    def tendency(self, at: Pair, step: int, stage: str) -> Walk[None]:
        """What operators and the equation of state make of the state that a tendency is taken at."""
        look = lambda point, x: visit(point, step, stage, x, self.settings)  # noqa: E731
        x = at.apply(derived, (yield from look(COLUMN_POINT, at)))
        gradients = yield from look(GRADIENT_POINT, x)
        divergences = yield from look(DIVERGENCE_POINT, x)
        yield from look(VORTICITY_POINT, x)
        yield from look(DSS_POINT, x.apply(lambda f, g, d: {**f, **g, **d}, gradients, divergences))

    def mixing(self, state: Pair, step: int) -> Walk[Pair]:
        """Physical viscosity where there is some."""
        if not self.settings.get("mu", 0.0) > 0:
            return state
        return (yield from mixing.air(self.complete(state), step, {**self.settings, "dt": self.dt}))

    def tracer_step(self, before: Pair, after: Pair, means: list[Pair], step: int) -> Walk[Pair]:
        """As in the other form, then the viscosity of tracers where there is some."""
        state = yield from super().tracer_step(before, after, means, step)
        if not self.settings.get("mu_q", 0.0) > 0:
            return state
        settings = {**self.settings, "dt": self.dt * self.qsplit}
        mixed = yield from visit(mixing.WATER_POINT, step, "tracers", self.complete(state), settings)
        return state.apply(lambda a, q: {**a, "Qdp": q["Qdp"]}, mixed)

    def remap(self, state: Pair, step: int) -> Walk[Pair]:
        """The visits of a vertical remap after a step, its masses first, and the state that it leaves."""
        look = lambda point, x: visit(point, step, "remap", x, self.settings)  # noqa: E731
        whole = self.complete(state)
        yield from look(REMAP1_POINT, whole.apply(masses))
        return (yield from look(REMAP_POINT, whole))


def _named(prefix: str, fields: Fields) -> dict[str, np.ndarray]:
    return {prefix + name: fields[name] for name in NAMES}


def _sum_of_fields(a: Fields, b: Fields) -> dict:
    return {**a, **b}


def _sum(a: Fields, b: Fields) -> dict[str, np.ndarray]:
    return {name: a[name] + b[name] for name in a}


def _combined(states: Sequence[Fields], combination: Combination) -> dict[str, np.ndarray]:
    ((first, factor), *rest), divisor = combination
    total = {name: factor * states[first][name] for name in NAMES}
    for n, share in rest:
        total = {name: total[name] + share * states[n][name] for name in NAMES}
    return {f"base_{name}": total[name] / divisor for name in NAMES}
