"""How a physics suite enters HOMME's theta-l dynamics: air from the state, tendencies back into it.

    dycore = dycore.replace(forcing=homme_physics(suite))

HOMME: prim_driver_base (applyCAMforcing_tracers, applyCAMforcing_dynamics), prim_advance_mod (applyCAMforcing_*)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import cumulative_sum, quotient
from ...arrays.pytree import Tree, pytree, static
from ...dycore.protocols import Discretization
from ...dycore.state import ModelState
from ...physics.suite import Air, Tendency, as_suite
from ...vertical.basis import Basis, moved
from ..tracers import with_sources
from .equations import ThetaLEquations
from .state import ThetaLState
from .temperature import gas_constant_ratio

HOMME_FTYPES = (-1, 0, 1, 2, 3, 4)


@pytree
class HommePhysics(Tree):
    """A suite evaluated at the start of every call, for the time of that call.

    ftype : 0, 2 tracers and dynamics at once (one and the same outside E3SM's atmosphere model); 4 tracers and the mass
        they bring at once, momentum and heat in equal pieces before every dynamics step; -1, 1, 3 nothing here.
        Others are refused.
    moist : tracer 0 is water vapor; it counts in the gas constant, and its sources in the mass of the layer.
    """

    suite: Any
    ftype: int = static(default=2)
    moist: bool = static(default=False)

    def __post_init__(self) -> None:
        if self.ftype not in HOMME_FTYPES:
            raise ValueError(f"ftype must be one of {HOMME_FTYPES}, found {self.ftype!r}.")

    def moved(self, before: Basis, after: Basis) -> HommePhysics:
        """With its suite on another basis."""
        return self.replace(suite=moved(self.suite, before, after))

    def split(
        self, state: ModelState, dt: Array, dycore: Discretization[ThetaLEquations]
    ) -> tuple[ModelState, ThetaLState | None]:
        """The state after what acts at once, and the rates of change that bring the rest within dt, a number [s].

        All acts at once but with ftype 4, where tracers and their mass do.

        HOMME: prim_driver_base:prim_step (ftype 4), prim_advance_mod:applyCAMforcing_dynamics
        """
        forced = self.apply(state, dt, dycore)
        if self.ftype != 4:
            return forced, None
        before, after = state.dynamics.replace(dp=forced.dynamics.dp), forced.dynamics
        return forced.replace(dynamics=before), (after - before) * (1.0 / dt)

    def apply(self, state: ModelState, dt: Array, dycore: Discretization[ThetaLEquations]) -> ModelState:
        """The state after all of the forcing of dt, a number [s]."""
        if self.ftype not in (0, 2, 4):
            return state
        air = homme_air(state.dynamics, state.tracer_mass, dycore, dt, self.moist)
        tendency = self.suite(air, state.time)
        dynamics, tracer_mass = apply_homme_forcing(
            state.dynamics, state.tracer_mass, tendency, dt, dycore.equations, self.moist
        )
        return state.replace(dynamics=dynamics, tracer_mass=tracer_mass)


def homme_physics(suite: Callable, ftype: int = 2, moist: bool = False) -> HommePhysics:
    """The forcing of a Dycore from a suite: any function (air, time) -> Tendency."""
    return HommePhysics(as_suite(suite), ftype, moist)


def homme_air(
    state: ThetaLState,
    tracer_mass: Array | None,
    dycore: Discretization[ThetaLEquations],
    dt: Array,
    moist: bool,
) -> Air:
    """Temperature, pressure and mixing ratios of a theta-l state, for dt [s] of physics.

    tracer_mass : (tracer, elem, i, j, lev) [Pa], or None.
    moist : tracer 0 is water vapor.
    """
    equations = dycore.equations
    column = equations.column(state)
    xp = namespace(state.dp)
    top = xp.broadcast_to(xp.asarray(equations.coordinate.ptop, state.dp.dtype), state.dp[..., :1].shape)
    p_i = xp.concatenate([top, top + cumulative_sum(state.dp)], axis=-1)
    return Air(
        wind=state.wind,
        temperature=_temperature(state, column.exner, tracer_mass, equations, moist),
        tracers=xp.zeros((0, *state.dp.shape), state.dp.dtype)
        if tracer_mass is None
        else quotient(tracer_mass, state.dp),
        dp=state.dp,
        dp_dry=state.dp - tracer_mass[0] if moist and tracer_mass is not None else state.dp,
        p=column.p,
        p_i=p_i,
        phi_i=column.phi_i,
        lat=dycore.grid.lat,
        lon=dycore.grid.lon,
        dt=xp.asarray(dt, state.dp.dtype),
        w_i=equations.vertical_velocity(state),
    )


def apply_homme_forcing(
    state: ThetaLState,
    tracer_mass: Array | None,
    tendency: Tendency,
    dt: Array,
    equations: ThetaLEquations,
    moist: bool,
) -> tuple[ThetaLState, Array | None]:
    """State and tracer_mass (tracer, elem, i, j, lev) [Pa] after dt, a number [s], of forcing.

    Sources of vapor change the layer's mass, and its pressure by the coordinate's share of the change at the surface.
    Temperature is held while they do, then heated.

    HOMME: prim_advance_mod:applyCAMforcing_tracers, applyCAMforcing_dynamics
    """
    column = equations.column(state)
    temperature = _temperature(state, column.exner, tracer_mass, equations, moist)
    forced = _force_tracers(state, tracer_mass, tendency, dt)
    dp, p, exner = state.dp, column.p, column.exner
    if moist and tendency.tracers is not None and forced is not None and tracer_mass is not None:
        gained = forced[0] - tracer_mass[0]
        dp = dp + gained
        p = p + equations.coordinate.hybm * gained.sum(axis=-1, keepdims=True)
        exner = (p / equations.constants.p0) ** equations.constants.kappa
    if tendency.temperature is not None:
        temperature = temperature + dt * tendency.temperature
    wind = state.wind if tendency.wind is None else state.wind + dt * tendency.wind
    after = state.replace(wind=wind, dp=dp)
    vtheta_dp = _ratio(after, forced, equations, moist) * temperature * dp / exner
    after = equations.at_pressure(after.replace(vtheta_dp=vtheta_dp), p, exner)
    return (after if tendency.w_i is None else equations.lifted(after, dt * tendency.w_i)), forced


def _force_tracers(state: ThetaLState, tracer_mass: Array | None, tendency: Tendency, dt: Array) -> Array | None:
    if tendency.tracers is None:
        return tracer_mass
    if tracer_mass is None:
        raise ValueError("Physics changes tracers, found a state without them; set [case] tracers = true.")
    return with_sources(tracer_mass, dt * tendency.tracers * state.dp)


def _temperature(
    state: ThetaLState, exner: Array, tracer_mass: Array | None, equations: ThetaLEquations, moist: bool
) -> Array:
    return exner * state.vtheta_dp / (state.dp * _ratio(state, tracer_mass, equations, moist))


def _ratio(state: ThetaLState, tracer_mass: Array | None, equations: ThetaLEquations, moist: bool) -> Array:
    """Gas constant of moist air over that of dry air."""
    if not moist:
        return gas_constant_ratio(None, state.dp, equations.constants)
    if tracer_mass is None:
        raise ValueError("Moist physics reads vapor, the first tracer, but the state has no tracers.")
    return gas_constant_ratio(tracer_mass[0], state.dp, equations.constants)
