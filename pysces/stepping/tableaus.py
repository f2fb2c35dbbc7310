"""Explicit Runge-Kutta schemes of HOMME and CAM-SE as data.

Every stage is u_s = base + fraction dt R(u_{s-1}) with base a combination of earlier stages (stage 0 is the start), so
a scheme is a list of stages and the weights with which the stages' mass fluxes add up to the flux of the step.

Equations: Kinnmark & Gray (1984), doi:10.1016/0378-4754(84)90039-9
Guerra & Ullrich (2016), doi:10.5194/gmd-9-2007-2016   Spiteri & Ruuth (2002), doi:10.1137/S0036142901389025
HOMME: prim_advance_mod (prim_advance_exp, theta-l)   CAM-SE: prim_advance_mod (prim_advance_exp)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Combination:
    """(sum of numerator * stage) / divisor; numerators as (stage, numerator) in the order of the sum."""

    terms: tuple[tuple[int, float], ...]
    divisor: float = 1.0


START = Combination(((0, 1.0),))


@dataclass(frozen=True)
class Stage:
    """One stage: where it starts, how far it goes, and the weight of its flux in the flux of the whole step."""

    fraction: float
    flux_weight: float = 0.0
    base: Combination = START


@dataclass(frozen=True)
class Tableau:
    """A scheme. ``result`` combines stages at the end; None takes the last. Flux weights that miss 1 are refused."""

    name: str
    stages: tuple[Stage, ...]
    result: Combination | None = None

    def __post_init__(self) -> None:
        weight = sum(s.flux_weight for s in self.stages)
        if abs(weight - 1.0) > 1e-15:
            raise ValueError(f"Flux weights of {self.name} add up to {weight}, expected 1; mend its tableau.")


def _chain(*fractions: float) -> tuple[Stage, ...]:
    """Stages that all start from the beginning; only the last one counts for the flux."""
    return (*(Stage(f) for f in fractions[:-1]), Stage(fractions[-1], 1.0))


def _kinnmark_gray_ullrich(base: Combination) -> tuple[Stage, ...]:
    return (Stage(1 / 5, 1 / 4), Stage(1 / 5), Stage(1 / 3), Stage(2 / 3), Stage(3 / 4, 3 / 4, base))


_KGU35 = _kinnmark_gray_ullrich(Combination(((1, 5.0), (0, -1.0)), 4.0))
_PREVIOUS_1, _PREVIOUS_2 = Combination(((1, 1.0),)), Combination(((2, 1.0),))
_SSP3 = (Stage(1 / 2, 1 / 3), Stage(1 / 2, 1 / 3, _PREVIOUS_1), Stage(1 / 2, 1 / 3, _PREVIOUS_2))

HOMME_TSTEP_TYPES = {
    1: Tableau("RK2", _chain(1 / 2, 1.0)),
    4: Tableau("Kinnmark-Gray 5 stages, 2nd order", _chain(1 / 4, 1 / 6, 3 / 8, 1 / 2, 1.0)),
    5: Tableau("Kinnmark-Gray-Ullrich 5 stages, 3rd order", _KGU35),
}

CAM_TSTEP_TYPES = {
    1: Tableau("SSP RK2, 3 stages", _SSP3, Combination(((0, 1.0), (3, 2.0)), 3.0)),
    2: Tableau("RK3", _chain(1 / 3, 1 / 2, 1.0)),
    3: Tableau("Kinnmark-Gray 4 stages", _chain(1 / 4, 1 / 3, 1 / 2, 1.0)),
    4: Tableau("Kinnmark-Gray-Ullrich 5 stages, 3rd order", _KGU35),
}


def ssp_runge_kutta(stages: int) -> Tableau:
    """Strong-stability-preserving second order: Euler steps of dt / (stages - 1), the last averaged with the start.

    Its weights are rounded as HOMME's: with three stages they lack 6e-17 of a whole, and so does mass after each step.
    Fewer than two stages are refused.

    Equations: Spiteri & Ruuth (2002)   HOMME: sweqx/rk_mod (RkInit)
    """
    if stages < 2:
        raise ValueError(f"An SSP Runge-Kutta scheme needs at least 2 stages, found {stages}.")
    first, last = 1 / stages, (stages - 1) / stages
    fractions = [*(1 / (stages - 1) for _ in range(stages - 1)), first / last]
    chain = (Stage(fraction, first, Combination(((k, 1.0),))) for k, fraction in enumerate(fractions))
    return Tableau(f"SSP RK2, {stages} stages", tuple(chain), Combination(((0, first), (stages, last))))


def tableau(tstep_type: int, known: dict[int, Tableau]) -> Tableau:
    """The scheme of a namelist's tstep_type; known is HOMME_TSTEP_TYPES or CAM_TSTEP_TYPES. Refuses one not in it."""
    if tstep_type not in known:
        raise ValueError(f"tstep_type={tstep_type!r} is not available here; use one of {sorted(known)}.")
    return known[tstep_type]
