"""One step of an explicit Runge-Kutta scheme over pytrees. Knows neither the sphere nor what is being stepped.

HOMME: prim_advance_mod:prim_advance_exp   CAM-SE: prim_advance_mod:prim_advance_exp
"""

from __future__ import annotations

from collections.abc import Callable

from ..pytree import tree_map
from .tableaus import Combination, Tableau


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
    states, flux = [start], no_flux
    for stage in scheme.stages:
        state, stage_flux = advance(_combine(states, stage.base), stage.fraction * dt, states[-1])
        states.append(state)
        if flux is not None and stage.flux_weight:
            weight = stage.flux_weight
            flux = tree_map(lambda total, part, w=weight: total + w * part, flux, stage_flux)
    return (states[-1] if scheme.result is None else _combine(states, scheme.result)), flux


def _combine(states: list, combination: Combination):
    """The combination of stages; a bare stage is taken as it is."""
    (first, factor), *rest = combination.terms
    total = states[first] if factor == 1.0 else states[first] * factor
    for index, numerator in rest:
        total = total + states[index] * numerator
    return total if combination.divisor == 1.0 else total / combination.divisor
