"""What an IMEX step does to the states of a dycore between two exchanges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from ..arrays.backend import Array
from ..arrays.pytree import Tree, pytree
from ..geometry.grid import Grid
from ..native.call import made, now, postponed
from .protocols import ImplicitEquations
from .state import State

S = TypeVar("S", bound=State)


@pytree
class ImplicitParts(Tree, Generic[S]):
    """``stepping.imex.Parts`` of equations on a grid; a stage's implicit part may begin the next one's kernel in C."""

    equations: ImplicitEquations[S]
    grid: Grid

    def finish(self, state: S) -> S:
        """What is limited after every stage, when the state is continuous."""
        return self.equations.finish_stage(made(state), self.grid)

    def limited(self, state: S) -> S:
        """The state after what is added to a stage's explicit part."""
        return self.equations.limited(state)

    def with_fast(self, state: S, h: Array, at: S) -> S:
        """state + h N(at), for h, a number [s].

        HOMME: imex_mod:compute_stage_value_dirk (n0 and nm1 terms)
        """
        return self.equations.with_fast_terms(state, h, at, self.grid)

    def solve(self, state: S, h: Array) -> S:
        """The u with u - h N(u) = state, for h, a number [s].

        HOMME: imex_mod:compute_stage_value_dirk
        """
        return self.equations.solve_implicit(state, h, self.grid)

    def made(self, state: S) -> S:
        """The state that ``later`` gave, for a function that it was given."""
        return made(state)

    def later(self, function: Callable, *args: object) -> S:
        """function(self, *args), a state; or what makes it, which ``advance`` of a dycore takes in its place."""
        return postponed(function, self, *args)

    def done(self, state: S) -> S:
        """The state itself, whatever ``later`` gave."""
        return now(state, self.grid)
