"""What each part of a dynamical core must be able to do; a model is a set of classes that can.

``Dycore`` calls its parts by these names and asks nothing else of them. A part that does nothing is one of idle.py.
These interfaces are our own design; HOMME and CAM-SE have none. The fields of a state are continuous across elements,
(elem, i, j, lev) or (2, elem, i, j, lev).
"""

from __future__ import annotations

from typing import Protocol, Self, TypeVar, runtime_checkable

from ..arrays.backend import Array
from ..geometry.grid import Grid
from ..transport.fluxes import DissipationFlux, MeanFlux
from .state import ModelState, State

S = TypeVar("S", bound=State)


@runtime_checkable
class Equations(Protocol[S]):
    """A set of equations, with everything that it depends on but the grid."""

    def tendency(self, state: S, grid: Grid) -> S:
        """Element-local time derivative of a state, each field in its units per second."""
        ...

    def tendency_and_flux(self, state: S, grid: Grid) -> tuple[S, MeanFlux]:
        """The tendency, and what the state contributes to the mean flux of a step."""
        ...

    def begin_step(self, state: S) -> S:
        """The state that a dynamics step starts from: what follows from the other fields is set anew."""
        ...

    def finish_stage(self, state: S, grid: Grid) -> S:
        """What is limited after every stage, when the state is continuous."""
        ...

    def for_step(self, state: S, tracer_mass: Array | None) -> Self:
        """The equations as the dynamics steps from this state see them, with what they keep frozen.

        tracer_mass : (tracer, elem, i, j, lev) [Pa], or None.
        """
        ...

    def layer_mass(self, state: S) -> Array:
        """The layer thickness that tracers are carried in (elem, i, j, lev) [Pa]."""
        ...

    def no_flux(self, state: S) -> MeanFlux:
        """Zeros of the mean flux's structure, to which stages add."""
        ...


@runtime_checkable
class ImplicitEquations(Equations[S], Protocol[S]):
    """Equations whose fast terms N are stepped implicitly; ``tendency`` then holds the slow ones alone."""

    def limited(self, state: S) -> S:
        """The state after what is added to a stage's explicit part, which may have made layers too thin."""
        ...

    def with_fast_terms(self, state: S, h: Array, at: S, grid: Grid) -> S:
        """state + h N(at), where h, a number [s], is what a stage weighs an earlier one's fast terms with."""
        ...

    def solve_implicit(self, state: S, h: Array, grid: Grid) -> S:
        """The u with u - h N(u) = state, where h, a number [s], is a stage's implicit step."""
        ...


E = TypeVar("E", bound=Equations, contravariant=True)  # the equations that a part asks more of than any have
Given = TypeVar("Given", bound=Equations, covariant=True)


@runtime_checkable
class Dissipation(Protocol[S, E]):
    """What follows every dynamics step: hyperviscosity, sponge."""

    def apply(self, state: S, dt: Array, grid: Grid, equations: E) -> S:
        """The state after dt [s], a number; equations are those of the step."""
        ...

    def apply_with_flux(self, state: S, dt: Array, grid: Grid, equations: E) -> tuple[S, DissipationFlux | None]:
        """As apply, dt a number [s], and what tracers see of it; None where it leaves layer thickness alone."""
        ...


@runtime_checkable
class Transport(Protocol):
    """A way to move tracers."""

    def advance(
        self,
        tracer_mass: Array,
        dp_start: Array,
        flux: MeanFlux,
        dissipated: DissipationFlux | None,
        dt: Array,
        grid: Grid,
    ) -> Array:
        """Tracer mass after a tracer step.

        Parameters
        ----------
        tracer_mass : (tracer, elem, i, j, lev), mixing ratio times layer thickness [Pa].
        dp_start : (elem, i, j, lev), layer thickness before the dynamics steps that this one spans [Pa].
        flux : mean of those dynamics steps.
        dissipated : mean of what their dissipation did to layer thickness; None where it did nothing.
        dt : tracer step [s].

        Returns
        -------
        (tracer, elem, i, j, lev) [Pa], in layers as the dynamics steps left them.
        """
        ...


@runtime_checkable
class Mixing(Protocol[S, E]):
    """What follows dissipation and transport: a viscosity that is the same everywhere, and knows the start."""

    def apply(self, state: S, dt: Array, grid: Grid, equations: E) -> S:
        """The state after a dynamics step of dt [s], a number; equations are those of the step."""
        ...

    def mix(self, tracer_mass: Array, dp: Array, dt: Array, grid: Grid) -> Array:
        """Tracer mass after a tracer step of dt [s].

        tracer_mass : (tracer, elem, i, j, lev) [Pa].
        dp : layer thickness after the dynamics steps (elem, i, j, lev) [Pa].
        """
        ...


@runtime_checkable
class Remap(Protocol[S]):
    """What ends a call: a vertical remap."""

    def apply(
        self, state: S, tracer_mass: Array | None, flux: MeanFlux | None, dt: Array, grid: Grid
    ) -> tuple[S, Array | None]:
        """State and tracer mass on the layers that the next call starts from.

        tracer_mass : (tracer, elem, i, j, lev) [Pa], or None.
        flux : mean of the dynamics, None where nobody took it or the call has several tracer steps.
        dt : time of the call [s].
        """
        ...


class Discretization(Protocol[Given]):
    """What a forcing may know of a Dycore: where the state lives and what its fields mean."""

    @property
    def grid(self) -> Grid:
        """Where the state's fields lie."""
        ...

    @property
    def equations(self) -> Given:
        """What they mean, and with which constants."""
        ...


@runtime_checkable
class Forcing(Protocol[S, E]):
    """What acts on the state from outside, at the start of every call: physics."""

    def split(self, state: ModelState[S], dt: Array, dycore: Discretization[E]) -> tuple[ModelState[S], S | None]:
        """The state after what acts at once, and the rates of change of its dynamics [per s] that bring the rest.

        dt : time of the call, a number [s]. Rates are added before every dynamics step; None where all acted at once.
        """
        ...
