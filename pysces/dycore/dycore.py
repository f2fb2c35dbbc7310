"""A dynamical core put together: equations x dissipation x remap x tracers x stepper, and how they alternate.

``Dycore`` is a pytree: grid, parameters and time step are arguments of the compiled program, never constants in it, so
all of them can be differentiated; by what they were built from too, with parameters.py.

HOMME: prim_driver_base   CAM-SE: prim_driver_mod
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, Self, TypeVar, overload

from ..arrays.backend import Array, is_traced
from ..arrays.pytree import Tree, pytree, static
from ..geometry.grid import Grid
from ..native.call import element_local, made, now, postponed
from ..operators.dss import dss_wk_later
from ..stepping.imex import ImexTableau, imex_step
from ..stepping.runge_kutta import runge_kutta_step_with_flux
from ..stepping.tableaus import Tableau
from ..transport.fluxes import DissipationFlux, MeanFlux
from .calls import accumulate_calls, as_it_is, differentiable_calls, observed_calls, repeat_calls, step
from .idle import NoDissipation
from .implicit_parts import ImplicitParts
from .march import Checkpoint, loop_of
from .protocols import Dissipation, Equations, Forcing, Mixing, Remap, Transport
from .replaced import refuse_half_changes
from .state import ModelState, State
from .substeps import refuse_unstable_substeps

S = TypeVar("S", bound=State)
E = TypeVar("E", bound=Equations)
Observed = TypeVar("Observed")  # any pytree of arrays


@pytree
class Dycore(Tree, Generic[S, E]):
    """One configured dynamical core; what its parts can do is written in protocols.py.

    dissipation, transport, forcing : None where there is none, where tracers do not move, where nothing acts.
    mixing : what follows dissipation and transport; None where nothing does.
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
    mixing: Mixing[S, E] | None = None
    scheme: Tableau | ImexTableau = static(default=None)
    rsplit: int = static(default=1)
    qsplit: int = static(default=1)

    @property
    def dt_remap(self) -> Array:
        """Model time of one call, a number [s]."""
        return self.dt * (self.qsplit * max(self.rsplit, 1))

    def replace(self, **changes: Any) -> Self:
        """A copy with some parts changed, each whole.

        Raises
        ------
        ValueError in one sentence where a part has another number than the other parts that were built from it, which
            is what with_parameters is for, and where a viscosity is unstable in its substeps.
        """
        made = super().replace(**changes)
        refuse_half_changes(self, made)
        if changes.keys() & {"dissipation", "mixing", "dt"}:
            refuse_unstable_substeps(made)
        return made

    def step(self, state: ModelState[S]) -> ModelState[S]:
        """One call: forcing, dynamics and tracers, vertical remap. Compiled once on jax."""
        return step(self, state)

    @overload
    def run(self, state: ModelState[S], n: int, *, checkpoint: Checkpoint = ..., at_most: int = ...) -> ModelState[S]:
        """The state after n calls."""

    @overload
    def run(
        self,
        state: ModelState[S],
        n: int,
        observe: Callable[[ModelState[S]], Observed],
        every: int = ...,
        *,
        checkpoint: Checkpoint = ...,
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
        checkpoint: Checkpoint = True,
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
        checkpoint : what reverse mode keeps. True: of the order of sqrt(n) states, for two more runs forward; "stages":
            what the stages of every call start from, some 20 to 30 states a call, for one more run; False: everything
            of every call, for a tangent or an adjoint that is applied many times.
        at_most : where n is traced (jax), the largest it can be; one program then serves all windows up to it, also in
            reverse mode. Looks after call n see the state after call n.

        Returns
        -------
        The state after n calls; with observe, a pair of that and observe's pytree with a leading axis of length
        n / every (at_most / every), after those calls.

        Raises
        ------
        ValueError in one sentence where n, every and at_most do not fit, or there is no call to observe, and for
            another checkpoint.
        """
        loop = loop_of(n, every, checkpoint, at_most)
        if observe is None and every != 1:
            raise ValueError(f"run has nothing to observe, found every={every}; give observe, or leave every out.")
        if observe is not None and not loop.calls:
            raise ValueError(
                "run has no call to observe the state after, found n=0; give n >= 1, or leave observe out."
            )
        if is_traced((self, state, n)):
            end, seen = differentiable_calls(self, state, observe, loop)
        elif observe is None:
            return repeat_calls(self, state, n)
        else:
            end, seen = observed_calls(self, state, n=n, observe=observe, every=every)
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
        return accumulate_calls(self, state, n, total, observe=observe)

    def advance(self, equations: E, base: S, h: Array, at: S) -> S:
        """base + h * rhs(at), made continuous; h is a number [s]. DSS meets dynamics here and in advance_with_flux."""
        return now(self._explicit(equations, base, h, at), self.grid)

    def joined(self, equations: E, base: S, h: Array, at: S) -> S:
        """What advance finishes; h is a number [s]."""
        weighted = element_local(_updated, equations, base, h, at, self.grid)
        return dss_wk_later(weighted, self.grid)

    def advance_with_flux(self, equations: E, base: S, h: Array, at: S) -> tuple[S, MeanFlux]:
        """As advance, which see for h (a number) [s]; and what ``at`` contributes to the mean flux."""
        state, flux = self._explicit_with_flux(equations, base, h, at)
        return now(state, self.grid), flux

    def _joined_with_flux(self, equations: E, base: S, h: Array, at: S) -> tuple[S, MeanFlux]:
        weighted, flux = element_local(_updated_with_flux, equations, base, h, at, self.grid)
        return dss_wk_later(weighted, self.grid), flux

    def _explicit(self, equations: E, base: S, h: Array, at: S) -> S:
        return postponed(_finished, equations, self.joined(equations, base, h, at), self.grid)

    def _explicit_with_flux(self, equations: E, base: S, h: Array, at: S) -> tuple[S, MeanFlux]:
        state, flux = self._joined_with_flux(equations, base, h, at)
        return postponed(_finished, equations, state, self.grid), flux

    def dynamics_step(self, equations: E, dynamics: S, kept: Callable = as_it_is) -> S:
        """One Runge-Kutta step and the dissipation that follows it; equations are those of the step.

        kept : wraps what reverse mode runs again: explicit stages, the dissipation and the mixing, each by itself, or a
            whole step whose stages have implicit parts.
        """
        return self._in_parts(self._stepped_alone, kept)(equations, dynamics)

    def dynamics_step_with_flux(
        self, equations: E, dynamics: S, total: MeanFlux, kept: Callable = as_it_is
    ) -> tuple[S, MeanFlux, DissipationFlux | None]:
        """As dynamics_step, with the step's flux added to a total, and what tracers see of the dissipation."""
        return self._in_parts(self._stepped_with_flux, kept)(equations, dynamics, total)

    def _in_parts(self, step: Callable, kept: Callable) -> Callable:
        return partial(step, kept) if isinstance(self.scheme, Tableau) else kept(partial(step, as_it_is))

    def _stepped_alone(self, kept: Callable, equations: E, dynamics: S) -> S:
        stage = kept(partial(self._stages[0], equations))
        dynamics, _ = self._stepped(equations, dynamics, lambda *args: (stage(*args), None), None)
        dynamics = kept(self._dissipation.apply)(dynamics, self.dt, self.grid, equations)
        return self._mixed(kept, dynamics, equations)

    def _stepped_with_flux(
        self, kept: Callable, equations: E, dynamics: S, total: MeanFlux
    ) -> tuple[S, MeanFlux, DissipationFlux | None]:
        stage = kept(partial(self._stages[1], equations))
        dynamics, total = self._stepped(equations, dynamics, stage, total)
        dissipate = kept(self._dissipation.apply_with_flux)
        dynamics, dissipated = dissipate(dynamics, self.dt, self.grid, equations)
        return self._mixed(kept, dynamics, equations), total, dissipated

    def _mixed(self, kept: Callable, dynamics: S, equations: E) -> S:
        return dynamics if self.mixing is None else kept(self.mixing.apply)(dynamics, self.dt, self.grid, equations)

    def _stepped(self, equations: Any, start: S, advance: Callable, total: Any) -> tuple[S, Any]:
        """The state after the scheme's stages, and the total with their mean flux, where it is not None."""
        if isinstance(self.scheme, Tableau):
            start = equations.begin_step(start)
            return runge_kutta_step_with_flux(self.scheme, start, self.dt, advance, total, lambda s: now(s, self.grid))
        start = postponed(_begun, equations, start)
        return imex_step(self.scheme, start, self.dt, advance, ImplicitParts(equations, self.grid), total)

    @property
    def _stages(self) -> tuple[Callable, Callable]:
        """What makes a stage's explicit part, without its flux and with it; an implicit part limits it itself."""
        if isinstance(self.scheme, Tableau):
            return self._explicit, self._explicit_with_flux
        return self.joined, self._joined_with_flux

    @property
    def _dissipation(self) -> Dissipation[S, E]:
        return NoDissipation() if self.dissipation is None else self.dissipation


def _begun(equations: E, start: S) -> S:
    return equations.begin_step(start)


def _finished(equations: E, state: S, grid: Grid) -> S:
    return equations.finish_stage(made(state), grid)


def _updated(equations: E, base: S, h: Array, at: S, grid: Grid) -> S:
    return (made(base) + equations.tendency(made(at), grid) * h) * grid.mass_matrix


def _updated_with_flux(equations: E, base: S, h: Array, at: S, grid: Grid) -> tuple[S, MeanFlux]:
    tendency, flux = equations.tendency_and_flux(made(at), grid)
    return (made(base) + tendency * h) * grid.mass_matrix, flux
