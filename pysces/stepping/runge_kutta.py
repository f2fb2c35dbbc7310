"""One step of an explicit Runge-Kutta scheme over pytrees. Knows neither the sphere nor what is being stepped.

HOMME: prim_advance_mod:prim_advance_exp   CAM-SE: prim_advance_mod:prim_advance_exp
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..arrays.backend import Array, namespace
from ..arrays.control import repeat_few
from ..arrays.pytree import tree_map
from .tableaus import START, Combination, Tableau

S = TypeVar("S")  # the state that is stepped, a pytree with +, * and /
F = TypeVar("F")  # what the stages' means are taken of, a pytree


def runge_kutta_step(scheme: Tableau, start: S, dt: Array, advance: Callable[[S, Array, S], S]) -> S:
    """March one step.

    Parameters
    ----------
    scheme : the stages.   start : state at the beginning, a pytree.   dt : step, a number [s].
    advance : (base, h, at) -> base + h R(at), made continuous and limited.

    Returns
    -------
    The new state.
    """
    return _march(scheme, start, dt, lambda base, h, at: (advance(base, h, at), None), None, lambda s: s)[0]


def runge_kutta_step_with_flux(
    scheme: Tableau,
    start: S,
    dt: Array,
    advance: Callable[[S, Array, S], tuple[S, F]],
    total: F,
    done: Callable[[S], S] = lambda state: state,
) -> tuple[S, F]:
    """March one step and add the weighted mean of its stages' fluxes to a total.

    Parameters
    ----------
    scheme, start : as for runge_kutta_step.   dt : step, a number [s].
    advance : (base, h, at) -> (base + h R(at), flux at ``at``), the first made continuous and limited.
    total : what earlier steps added up to; zeros of the flux's structure before the first.
    done : makes a state of what advance returns, if that is something else that advance takes for its last argument.

    Returns
    -------
    The new state and the new total.
    """
    return _march(scheme, start, dt, advance, total, done)


def _march(scheme: Tableau, start: Any, dt: Array, advance: Callable, total: Any, done: Callable) -> tuple:
    """State and total after one step; fluxes are ignored where total is None."""
    states = {0: start}
    for run in _runs(scheme):
        *ahead, last = run
        state = states[max(states)]
        if ahead:
            fractions = like_step([scheme.stages[k].fraction for k in ahead], dt)
            state = repeat_few(lambda s, f: advance(start, f * dt, s)[0], state, fractions)
        stage = scheme.stages[last]
        state, flux = advance(combine(states, stage.base), stage.fraction * dt, state)
        states[last + 1] = state = done(state)
        if total is not None and stage.flux_weight:
            weight = stage.flux_weight
            total = tree_map(lambda sum_, part, w=weight: sum_ + w * part, total, flux)
    return (state if scheme.result is None else combine(states, scheme.result)), total


def _runs(scheme: Tableau) -> list[list[int]]:
    """Stages grouped so that those nobody refers to again, all but the last of a group, are one compiled loop."""
    combinations = [s.base for s in scheme.stages] + ([scheme.result] if scheme.result else [])
    kept = {index for c in combinations for index, _ in c.terms}
    return grouped([k + 1 in kept or bool(s.flux_weight) or s.base != START for k, s in enumerate(scheme.stages)])


def grouped(last: Sequence[bool]) -> list[list[int]]:
    """0, 1, ... in groups, each of which ends with one that is marked, or at the end."""
    runs: list[list[int]] = [[]]
    for k, ends in enumerate(last):
        runs[-1].append(k)
        if ends:
            runs.append([])
    return [run for run in runs if run]


def like_step(numbers: Sequence, dt: Array) -> Array:
    """Fractions of a step dt, a number [s], as (n,) or, of pairs, (n, 2) [1] on its backend and in its precision."""
    return namespace(dt).asarray(numbers, dtype=getattr(dt, "dtype", None))


def combine(states: Mapping, combination: Combination) -> Any:
    """The combination of stages; a bare stage is taken as it is."""
    (first, factor), *rest = combination.terms
    total = states[first] if factor == 1.0 else states[first] * factor
    for index, numerator in rest:
        total = total + states[index] * numerator
    return total if combination.divisor == 1.0 else total / combination.divisor
