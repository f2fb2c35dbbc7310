"""One step of an explicit Runge-Kutta scheme over pytrees. Knows neither the sphere nor what is being stepped.

HOMME: prim_advance_mod:prim_advance_exp   CAM-SE: prim_advance_mod:prim_advance_exp
"""

from __future__ import annotations

from collections.abc import Callable

from ..arrays.backend import namespace
from ..arrays.control import scan
from ..arrays.pytree import tree_map
from .tableaus import START, Combination, Tableau


def runge_kutta_step(scheme: Tableau, start, dt, advance: Callable, no_flux):
    """March one step.

    Parameters
    ----------
    scheme : the stages.   start : state at the beginning, a pytree.   dt : step [s].
    advance : (base, h, at) -> (base + h R(at), flux at ``at``), made continuous and limited.
    no_flux : zeros of the flux's structure, or None when nobody asks for fluxes.

    Returns
    -------
    The new state and the weighted mean of the stages' fluxes.
    """
    states, flux = {0: start}, no_flux
    for run in _runs(scheme):
        *ahead, last = run
        state = states[max(states)]
        if ahead:
            fractions = _like([scheme.stages[k].fraction for k in ahead], dt)
            state, _ = scan(lambda s, f: (advance(start, f * dt, s)[0], None), state, fractions)
        stage = scheme.stages[last]
        state, stage_flux = advance(_combine(states, stage.base), stage.fraction * dt, state)
        states[last + 1] = state
        if flux is not None and stage.flux_weight:
            weight = stage.flux_weight
            flux = tree_map(lambda total, part, w=weight: total + w * part, flux, stage_flux)
    return (state if scheme.result is None else _combine(states, scheme.result)), flux


def _runs(scheme: Tableau) -> list[list[int]]:
    """Stages grouped so that those nobody refers to again, all but the last of a group, are one compiled loop."""
    combinations = [s.base for s in scheme.stages] + ([scheme.result] if scheme.result else [])
    kept = {index for c in combinations for index, _ in c.terms}
    runs: list[list[int]] = [[]]
    for k, stage in enumerate(scheme.stages):
        runs[-1].append(k)
        if k + 1 in kept or stage.flux_weight or stage.base != START:
            runs.append([])
    return [run for run in runs if run]


def _like(numbers, dt):
    return namespace(dt).asarray(numbers, dtype=getattr(dt, "dtype", None))


def _combine(states: dict, combination: Combination):
    """The combination of stages; a bare stage is taken as it is."""
    (first, factor), *rest = combination.terms
    total = states[first] if factor == 1.0 else states[first] * factor
    for index, numerator in rest:
        total = total + states[index] * numerator
    return total if combination.divisor == 1.0 else total / combination.divisor
