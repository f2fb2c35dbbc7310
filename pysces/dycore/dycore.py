"""A dynamical core put together: equations x dissipation x remap x tracers x stepper, and how they alternate.

    one call  = [forcing]  rsplit x (dynamics and tracers)  vertical remap
    dynamics and tracers = qsplit x ([forcing in pieces] Runge-Kutta step, dissipation)  tracer step

``Dycore`` is a pytree: grid, parameters and time step are arguments of the compiled program, never constants in it, so
all of them can be differentiated.

HOMME: prim_driver_base (prim_run_subcycle, prim_step)   CAM-SE: prim_driver_mod
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar, overload

from ..arrays.backend import Array, is_traced
from ..arrays.compiler import compiled, stored
from ..arrays.control import repeat, scan
from ..arrays.derivatives import checkpoint
from ..arrays.pytree import Tree, pytree, static, tree_leaves, tree_map
from ..geometry.grid import Grid
from ..operators.dss import dss
from ..stepping.imex import ImexTableau, Parts, imex_step
from ..stepping.runge_kutta import runge_kutta_step_with_flux
from ..stepping.tableaus import Tableau
from ..transport.fluxes import DissipationFlux, MeanFlux
from .idle import NoDissipation
from .march import Loop, loop_of, march
from .protocols import Dissipation, Equations, Forcing, Remap, Transport
from .state import ModelState, State

S = TypeVar("S", bound=State)
E = TypeVar("E", bound=Equations)
Observed = TypeVar("Observed")  # any pytree of arrays


@pytree
class Dycore(Tree, Generic[S, E]):
    """One configured dynamical core; what its parts can do is written in protocols.py.

    dissipation, transport, forcing : None where there is none, where tracers do not move, where nothing acts.
    dt : dynamics step [s].   qsplit : dynamics steps per tracer step.
    rsplit : tracer steps per remap, 0 for mass flowing through fixed levels.
    """

    grid: Grid
    equations: E
    dissipation: Dissipation[S, E] | None
    remap: Remap[S]
    dt: Array
    transport: Transport | None = None
    forcing: Forcing[S, E] | None = None
    scheme: Tableau | ImexTableau = static(default=None)
    rsplit: int = static(default=1)
    qsplit: int = static(default=1)

    @property
    def dt_remap(self) -> Array:
        """Model time of one call [s]."""
        return self.dt * (self.qsplit * max(self.rsplit, 1))

    def step(self, state: ModelState[S]) -> ModelState[S]:
        """One call: forcing, dynamics and tracers, vertical remap. Compiled once on jax."""
        return _step(self, state)

    @overload
    def run(self, state: ModelState[S], n: int, *, checkpoint: bool = ..., at_most: int = ...) -> ModelState[S]:
        """The state after n calls."""

    @overload
    def run(
        self,
        state: ModelState[S],
        n: int,
        observe: Callable[[ModelState[S]], Observed],
        every: int = ...,
        *,
        checkpoint: bool = ...,
        at_most: int = ...,
    ) -> tuple[ModelState[S], Observed]:
        """The state after n calls and what was seen on the way."""

    def run(
        self,
        state: ModelState[S],
        n: int,
        observe: Callable[[ModelState[S]], Observed] | None = None,
        every: int = 1,
        *,
        checkpoint: bool = True,
        at_most: int = 0,
    ) -> Any:
        """n calls as one compiled loop, nothing on the host inside, and what is seen of the state along the way.

        Without observe one program serves every n; with it, one each n, every and observe: hand over one function,
        not a new lambda with each call. Differentiable by jax, in both modes.

        Parameters
        ----------
        state : ModelState with arrays of the same backend as the grid.
        n : number of calls.
        observe : any pytree of arrays from a ModelState; its functions take arrays of that backend.
        every : calls before and between two looks at the state (must divide n).
        checkpoint : what reverse mode keeps. True: of the order of sqrt(n) states, for two more runs forward; False:
            everything of every call, which is faster where it fits.
        at_most : where n is traced (jax), the largest it can be; one program then serves all windows up to it, also in
            reverse mode. Looks after call n see the state after call n.

        Returns
        -------
        The state after n calls; with observe, a pair of that and observe's pytree with a leading axis of length
        n / every (at_most / every), after those calls.
        """
        loop = loop_of(n, every, checkpoint, at_most)
        if observe is not None and not loop.calls:
            raise ValueError(
                "run has no call to observe the state after, found n=0; give n >= 1, or leave observe out."
            )
        if is_traced((self, state, n)):
            end, seen = _differentiable_calls(self, state, observe, loop)
        elif observe is None:
            return _repeat_calls(self, state, n)
        else:
            end, seen = _observed_calls(self, state, n=n, observe=observe, every=every)
        return end if observe is None else (end, seen)

    def accumulate(
        self, state: ModelState[S], n: int, total: Observed, observe: Callable[[Any, ModelState[S]], Observed]
    ) -> tuple[ModelState[S], Observed]:
        """n calls as one compiled loop, and what is seen of the states after them added up.

        One program serves every n. The state has the bits that run gives it.

        Parameters
        ----------
        state : ModelState with arrays of the same backend as the grid.   n : number of calls.
        total : what is added to, a pytree of arrays.
        observe : (dycore, state) -> a pytree of total's structure; one function for the life of the program.

        Returns
        -------
        The state after n calls, and the total.
        """
        return _accumulate_calls(self, state, n, total, observe=observe)

    def advance(self, equations: E, base: S, h: Array, at: S) -> S:
        """base + h * rhs(at), made continuous: here and in advance_with_flux alone DSS meets dynamics."""
        updated = stored(_updated, equations, base, h, at, self.grid)
        return equations.finish_stage(dss(updated, self.grid), self.grid)

    def advance_with_flux(self, equations: E, base: S, h: Array, at: S) -> tuple[S, MeanFlux]:
        """As advance, and what ``at`` contributes to the mean flux."""
        updated, flux = stored(_updated_with_flux, equations, base, h, at, self.grid)
        return equations.finish_stage(dss(updated, self.grid), self.grid), flux

    def dynamics_step(self, equations: E, dynamics: S) -> S:
        """One Runge-Kutta step and the dissipation that follows it; equations are those of the step."""
        dynamics, _ = self._stepped(equations, dynamics, lambda *stage: (self.advance(equations, *stage), None), None)
        return self._dissipation.apply(dynamics, self.dt, self.grid, equations)

    def dynamics_step_with_flux(
        self, equations: E, dynamics: S, total: MeanFlux
    ) -> tuple[S, MeanFlux, DissipationFlux | None]:
        """As dynamics_step, with the step's flux added to a total, and what tracers are told of the dissipation."""
        advance = lambda *stage: self.advance_with_flux(equations, *stage)  # noqa: E731
        dynamics, total = self._stepped(equations, dynamics, advance, total)
        dynamics, dissipated = self._dissipation.apply_with_flux(dynamics, self.dt, self.grid, equations)
        return dynamics, total, dissipated

    def _stepped(self, equations: Any, start: S, advance: Callable, total: Any) -> tuple[S, Any]:
        """The state after the scheme's stages, and the total with their mean flux, where it is not None."""
        if isinstance(self.scheme, Tableau):
            return runge_kutta_step_with_flux(self.scheme, start, self.dt, advance, total)
        finish = lambda state: equations.finish_stage(state, self.grid)  # noqa: E731
        fast = lambda state, h, at: equations.with_fast_terms(state, h, at, self.grid)  # noqa: E731
        solve = lambda state, h: equations.solve_implicit(state, h, self.grid)  # noqa: E731
        return imex_step(self.scheme, start, self.dt, Parts(advance, finish, fast, solve), total)

    @property
    def _dissipation(self) -> Dissipation[S, E]:
        return NoDissipation() if self.dissipation is None else self.dissipation


def _updated(equations: E, base: S, h: Array, at: S, grid: Grid) -> S:
    return base + equations.tendency(at, grid) * h


def _updated_with_flux(equations: E, base: S, h: Array, at: S, grid: Grid) -> tuple[S, MeanFlux]:
    tendency, flux = equations.tendency_and_flux(at, grid)
    return base + tendency * h, flux


def _as_it_is(part: Callable) -> Callable:
    return part


def _one_call(dycore: Dycore[S, E], state: ModelState[S], kept: Callable = _as_it_is) -> ModelState[S]:
    """One call; kept wraps its parts, each of which depends on the dycore and its arguments alone."""
    rates = None
    if dycore.forcing is not None:
        state, rates = kept(partial(_forced, dycore))(state)
    state, flux = _tracer_steps(dycore, state, rates, kept)
    dynamics, tracer_mass = kept(partial(_remapped, dycore))(state.dynamics, state.tracer_mass, flux)
    return ModelState(dynamics, tracer_mass, state.time + dycore.dt_remap)


def _forced(dycore: Dycore[S, E], state: ModelState[S]) -> tuple[ModelState[S], S | None]:
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
    state, _ = scan(lambda s, _: (one(s)[0], None), state, None, length=dycore.rsplit)
    return state, None


def _dynamics_alone(dycore: Dycore[S, E], state: ModelState[S], rates: S | None, kept: Callable) -> ModelState[S]:
    """qsplit dynamics steps; nobody takes their flux."""
    dynamics = state.dynamics
    equations = dycore.equations.for_step(dynamics, state.tracer_mass)
    for _ in range(dycore.qsplit):
        dynamics = kept(dycore.dynamics_step)(equations, _pushed(dynamics, rates, dycore.dt))
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
        dynamics, flux, part = kept(dycore.dynamics_step_with_flux)(equations, dynamics, flux)
        if part is not None:
            dissipated = part if dissipated is None else dissipated + part
    flux = flux / dycore.qsplit
    dissipated = None if dissipated is None else dissipated / dycore.qsplit
    layers, dt = equations.layer_mass(start), dycore.dt * dycore.qsplit
    advance = kept(lambda mass, start, flux, part: transport.advance(mass, start, flux, part, dt, dycore.grid))
    tracer_mass = advance(state.tracer_mass, layers, flux, dissipated)
    return state.replace(dynamics=dynamics, tracer_mass=tracer_mass), flux


def _pushed(dynamics: S, rates: S | None, dt: Array) -> S:
    """The state after a dynamics step's share of the forcing."""
    return dynamics if rates is None else dynamics + rates * dt


def _loop_calls(dycore: Dycore[S, E], state: ModelState[S], n: int) -> ModelState[S]:
    return repeat(lambda s: _one_call(dycore, s), state, n)


def _accumulating_calls(
    dycore: Dycore[S, E], state: ModelState[S], n: int, total: Observed, observe: Callable[..., Observed]
) -> tuple[ModelState[S], Observed]:
    def one(carry: tuple) -> tuple:
        s = _one_call(dycore, carry[0])
        return s, tree_map(lambda a, b: a + b, carry[1], stored(observe, dycore, s))

    return repeat(one, (state, total), n)


def _observe_calls(
    dycore: Dycore[S, E], state: ModelState[S], n: int, observe: Callable[[ModelState[S]], Observed], every: int
) -> tuple[ModelState[S], Observed | None]:
    """n calls that nobody differentiates, and what is observed after each ``every`` of them."""
    return march(lambda s: _one_call(dycore, s), state, observe, Loop(n, every, checkpoint=False))


def _differentiable_calls(
    dycore: Dycore[S, E], state: ModelState[S], observe: Callable[[ModelState[S]], Observed] | None, loop: Loop
) -> tuple[ModelState[S], Observed | None]:
    """A loop of fixed length, which reverse mode needs."""
    like = tree_leaves(state)[0]
    kept = (lambda part: checkpoint(part, like)) if loop.checkpoint else _as_it_is
    return march(lambda s: _one_call(dycore, s, kept), state, observe, loop)


_step = compiled(_one_call)
_repeat_calls = compiled(_loop_calls)
_accumulate_calls = compiled(_accumulating_calls, static=("observe",))
_observed_calls = compiled(_observe_calls, static=("n", "observe", "every"))
