"""One call of a dycore, and loops of calls: forcing, dynamics and tracers, vertical remap.

    one call  = [forcing]  rsplit x (dynamics and tracers)  vertical remap
    dynamics and tracers = qsplit x ([forcing in pieces] Runge-Kutta step, dissipation)  tracer step

HOMME: prim_driver_base (prim_run_subcycle, prim_step)   CAM-SE: prim_driver_mod
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..arrays.backend import Array
from ..arrays.compiler import compiled, stored
from ..arrays.control import repeat, repeat_few
from ..arrays.derivatives import checkpoint
from ..arrays.pytree import tree_leaves, tree_map
from ..transport.fluxes import DissipationFlux, MeanFlux
from .march import Loop, march
from .protocols import Equations, Transport
from .state import ModelState, State

if TYPE_CHECKING:
    from .dycore import Dycore

S = TypeVar("S", bound=State)
E = TypeVar("E", bound=Equations)
Observed = TypeVar("Observed")  # any pytree of arrays


def as_it_is(part: Callable) -> Callable:
    """The part itself: nothing of it is run again."""
    return part


def one_call(dycore: Dycore[S, E], state: ModelState[S], kept: Callable = as_it_is) -> ModelState[S]:
    """One call; kept wraps its parts, each of which depends on the dycore and its arguments alone."""
    rates = None
    if dycore.forcing is not None:
        state, rates = kept(partial(forced, dycore))(state)
    state, flux = _tracer_steps(dycore, state, rates, kept)
    dynamics, tracer_mass = kept(partial(_remapped, dycore))(state.dynamics, state.tracer_mass, flux)
    return ModelState(dynamics, tracer_mass, state.time + dycore.dt_remap)


def forced(dycore: Dycore[S, E], state: ModelState[S]) -> tuple[ModelState[S], S | None]:
    """The state after what physics does at once, and the rates that bring the rest; None without physics."""
    return dycore.forcing.split(state, dycore.dt_remap, dycore) if dycore.forcing is not None else (state, None)


def _remapped(
    dycore: Dycore[S, E], dynamics: S, tracer_mass: Array | None, flux: MeanFlux | None
) -> tuple[S, Array | None]:
    return dycore.remap.apply(dynamics, tracer_mass, flux, dycore.dt_remap, dycore.grid)


def _tracer_steps(
    dycore: Dycore[S, E], state: ModelState[S], rates: S | None, kept: Callable
) -> tuple[ModelState[S], MeanFlux | None]:
    """All tracer steps of a call; the mean flux of the only one, where tracers move."""

    def one(s: ModelState[S]) -> tuple[ModelState[S], MeanFlux | None]:
        if dycore.transport is None or s.tracer_mass is None:
            return _dynamics_alone(dycore, s, rates, kept), None
        return _dynamics_and_tracers(dycore, dycore.transport, s, rates, kept)

    if dycore.rsplit <= 1:
        return one(state)
    return repeat_few(lambda s, _: one(s)[0], state, None, length=dycore.rsplit), None


def _dynamics_alone(dycore: Dycore[S, E], state: ModelState[S], rates: S | None, kept: Callable) -> ModelState[S]:
    """qsplit dynamics steps; nobody takes their flux."""
    dynamics = state.dynamics
    equations = dycore.equations.for_step(dynamics, state.tracer_mass)
    for _ in range(dycore.qsplit):
        dynamics = dycore.dynamics_step(equations, _pushed(dynamics, rates, dycore.dt), kept)
    return state.replace(dynamics=dynamics)


def _dynamics_and_tracers(
    dycore: Dycore[S, E], transport: Transport, state: ModelState[S], rates: S | None, kept: Callable
) -> tuple[ModelState[S], MeanFlux]:
    """qsplit dynamics steps and one tracer step; the state and the mean flux."""
    start, dynamics = state.dynamics, state.dynamics
    equations = dycore.equations.for_step(dynamics, state.tracer_mass)
    flux = equations.no_flux(dynamics)
    dissipated: DissipationFlux | None = None
    for _ in range(dycore.qsplit):
        dynamics = _pushed(dynamics, rates, dycore.dt)
        dynamics, flux, part = dycore.dynamics_step_with_flux(equations, dynamics, flux, kept)
        if part is not None:
            dissipated = part if dissipated is None else dissipated + part
    flux = flux / dycore.qsplit
    dissipated = None if dissipated is None else dissipated / dycore.qsplit
    layers, dt = equations.layer_mass(start), dycore.dt * dycore.qsplit
    advance = kept(lambda mass, start, flux, part: transport.advance(mass, start, flux, part, dt, dycore.grid))
    tracer_mass = advance(state.tracer_mass, layers, flux, dissipated)
    if dycore.mixing is not None:
        mix = kept(lambda mass, layers: dycore.mixing.mix(mass, layers, dt, dycore.grid))
        tracer_mass = mix(tracer_mass, equations.layer_mass(dynamics))
    return state.replace(dynamics=dynamics, tracer_mass=tracer_mass), flux


def _pushed(dynamics: S, rates: S | None, dt: Array) -> S:
    """The state after a dynamics step's share of the forcing."""
    return dynamics if rates is None else dynamics + rates * dt


def _loop_calls(dycore: Dycore[S, E], state: ModelState[S], n: int) -> ModelState[S]:
    return repeat(lambda s: one_call(dycore, s), state, n)


def _accumulating_calls(
    dycore: Dycore[S, E], state: ModelState[S], n: int, total: Observed, observe: Callable[..., Observed]
) -> tuple[ModelState[S], Observed]:
    def one(carry: tuple) -> tuple:
        s = one_call(dycore, carry[0])
        return s, tree_map(lambda a, b: a + b, carry[1], stored(observe, dycore, s))

    return repeat(one, (state, total), n)


def _observe_calls(
    dycore: Dycore[S, E], state: ModelState[S], n: int, observe: Callable[[ModelState[S]], Observed], every: int
) -> tuple[ModelState[S], Observed | None]:
    """n calls that nobody differentiates, and what is observed after each ``every`` of them."""
    return march(lambda s: one_call(dycore, s), state, observe, Loop(n, every, checkpoint=False))


def differentiable_calls(
    dycore: Dycore[S, E], state: ModelState[S], observe: Callable[[ModelState[S]], Observed] | None, loop: Loop
) -> tuple[ModelState[S], Observed | None]:
    """A loop of fixed length, which reverse mode needs."""
    like = tree_leaves(state)[0]
    kept = (lambda part: checkpoint(part, like)) if loop.checkpoint else as_it_is
    return march(lambda s: one_call(dycore, s, kept), state, observe, loop)


step = compiled(one_call)
repeat_calls = compiled(_loop_calls)
accumulate_calls = compiled(_accumulating_calls, static=("observe",))
observed_calls = compiled(_observe_calls, static=("n", "observe", "every"))
