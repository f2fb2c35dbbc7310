"""One step of an IMEX Runge-Kutta scheme over pytrees: slow terms explicitly, fast ones implicitly, stage by stage.

    u_s = S[base + fraction dt R(u_{s-1}) + added + sum_j weight_j dt N(u_j); implicit dt]

where R are the slow terms, N the fast ones, and S[r; h] the u with u - h N(u) = r.

Equations: Steyer, Vogl, Taylor & Guba (2019), doi:10.1007/s10915-019-00973-0 ; Guba et al. (2020), HOMME's names below
HOMME: prim_advance_mod (prim_advance_exp, theta-l, tstep_type 7 to 10), imex_mod
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ..arrays.backend import Array
from ..arrays.control import repeat_few
from ..arrays.pytree import tree_map
from .runge_kutta import combine, grouped, like_step
from .tableaus import START, Combination, Stage, Tableau

S = TypeVar("S")
F = TypeVar("F")


@dataclass(frozen=True)
class ImexStage:
    """One stage: its explicit part, then what is added to that, fast terms of earlier stages, and the implicit part.

    implicit : fraction of the step.   fast : (stage, fraction of the step) of fast terms that are known.
    """

    explicit: Stage
    implicit: float
    fast: tuple[tuple[int, float], ...] = ()
    added: Combination | None = None

    @property
    def alone(self) -> bool:
        """Whether it needs the start and the stage before it alone, and its flux does not count."""
        return not (self.fast or self.added or self.explicit.flux_weight) and self.explicit.base == START

    @property
    def earlier(self) -> set[int]:
        """The states that its implicit part reads: 0 is the start, and k what the k-th stage made."""
        return {index for index, _ in self.fast + (self.added.terms if self.added else ())}


@dataclass(frozen=True)
class ImexTableau:
    """A scheme with an implicit part in every stage; the last stage is the result."""

    name: str
    stages: tuple[ImexStage, ...]

    @property
    def slow(self) -> Tableau:
        """Its explicit part, whose flux weights are checked."""
        return Tableau(self.name, tuple(s.explicit for s in self.stages))

    def __post_init__(self) -> None:
        _ = self.slow


class Parts(Protocol):
    """What a step does to states that are continuous, node by node of one column; h is a number [s]."""

    def finish(self, state: Any) -> Any:
        """What advance has made of a state, limited."""
        ...

    def limited(self, state: Any) -> Any:
        """A state after what is added to it."""
        ...

    def with_fast(self, state: Any, h: Array, at: Any) -> Any:
        """state + h N(at)."""
        ...

    def solve(self, state: Any, h: Array) -> Any:
        """S[state; h]."""
        ...

    def made(self, state: Any) -> Any:
        """The state that later speaks of, for a function that later was given."""
        ...

    def later(self, function: Callable, *args: Any) -> Any:
        """function(these parts, *args), or what advance and done make it from."""
        ...

    def done(self, state: Any) -> Any:
        """The state that later speaks of."""
        ...


def imex_step(scheme: ImexTableau, start: S, dt: Array, advance: Callable, parts: Parts, total: F) -> tuple[S, F]:
    """March one step, and add the weighted mean of its stages' fluxes to a total, where that is not None.

    Parameters
    ----------
    scheme : the stages.   start : state at the beginning, or what parts.made makes it from.   dt : step, a number [s].
    advance : (base, h, at) -> (base + h R(at), made continuous; what the mean of stages is taken of).
    total : what earlier steps added up to; zeros of the flux's structure before the first.

    Returns
    -------
    The new state and the new total.
    """
    states: dict[int, Any] = {0: start}
    for run in _runs(scheme):
        *ahead, last = run
        state = states[max(states)]
        if ahead:
            fractions = like_step([(s.explicit.fraction, s.implicit) for s in (scheme.stages[k] for k in ahead)], dt)
            state = repeat_few(lambda s, f: _plain(advance, parts, start, s, f * dt), state, fractions)
        stage = scheme.stages[last]
        base = combine(states, stage.explicit.base)
        state, flux = advance(base, stage.explicit.fraction * dt, state)
        states[last + 1] = parts.done(
            parts.later(_implicit_part(stage), state, {k: states[k] for k in sorted(stage.earlier)}, dt)
        )
        if total is not None and stage.explicit.flux_weight:
            weight = stage.explicit.flux_weight
            total = tree_map(lambda sum_, part, w=weight: sum_ + w * part, total, flux)
    return states[len(scheme.stages)], total


def _plain(advance: Callable, parts: Parts, start: Any, state: Any, steps: Array) -> Any:
    return parts.later(_solved, advance(start, steps[0], state)[0], steps[1])


def _solved(parts: Parts, state: Any, h: Array) -> Any:
    return parts.solve(parts.finish(state), h)


def _implicit_part(stage: ImexStage) -> Callable:
    """What a stage does after its explicit part: (parts, state, earlier states, step) -> state."""

    def done(parts: Parts, state: Any, states: dict[int, Any], dt: Array) -> Any:
        state = parts.finish(state)
        states = {index: parts.made(earlier) for index, earlier in states.items()}
        if stage.added is not None:
            state = parts.limited(state + combine(states, stage.added))
        for index, fraction in stage.fast:
            state = parts.with_fast(state, fraction * dt, states[index])
        return parts.solve(state, stage.implicit * dt)

    return done


def _runs(scheme: ImexTableau) -> list[list[int]]:
    """Stages grouped so that those nobody refers to again, all but the last of a group, are one compiled loop."""
    kept = {index for s in scheme.stages for index, _ in s.explicit.base.terms}.union(
        *(s.earlier for s in scheme.stages)
    )
    return grouped([k + 1 in kept or not s.alone for k, s in enumerate(scheme.stages)])


def _balanced(stage: Stage) -> ImexStage:
    """A stage whose implicit part is as long as its explicit one."""
    return ImexStage(stage, stage.fraction)


_FIRST_FOUR = tuple(_balanced(Stage(f)) for f in (1 / 4, 1 / 6, 3 / 8, 1 / 2))
_KGU = (
    *map(_balanced, (Stage(1 / 5, 1 / 4), Stage(1 / 5), Stage(1 / 3), Stage(2 / 3))),
    ImexStage(
        Stage(3 / 4, 3 / 4, Combination(((1, 1.0),))),
        8 / 18,
        fast=((0, 5 / 18), (1, 1 / 36)),
        added=Combination(((1, 1.0), (0, -1.0)), 4.0),
    ),
)
_IMKG = 0.24362, 0.34184

HOMME_IMEX_TYPES = {
    7: ImexTableau("Kinnmark-Gray 5 stages, backward Euler in each", (*_FIRST_FOUR, _balanced(Stage(1.0, 1.0)))),
    8: ImexTableau(
        "3 stages, Crank-Nicolson at the end",
        (
            *(_balanced(Stage(1 / 2)) for _ in range(2)),
            ImexStage(Stage(1.0, 1.0), 0.51, fast=((0, 0.49),)),
        ),
    ),
    9: ImexTableau("Kinnmark-Gray-Ullrich 5 stages, IMEX KGU53", _KGU),
    10: ImexTableau(
        "IMKG254",
        (*_FIRST_FOUR, ImexStage(Stage(1.0, 1.0), 1.0 - sum(_IMKG), fast=((0, _IMKG[0]), (1, _IMKG[1])))),
    ),
}
EXPLICIT_PART = {7: 4, 9: 5, 10: 4}  # the tstep_type of the explicit steps of each; of 8 there is none by itself
