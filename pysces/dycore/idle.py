"""Parts of a dynamical core that leave the state as it is.

They are our own design, so that a Dycore need not ask whether it has such a part.
"""

from __future__ import annotations

from typing import TypeVar

from ..arrays.backend import Array
from ..arrays.pytree import Tree, pytree
from ..geometry.grid import Grid
from ..transport.fluxes import MeanFlux
from .protocols import Equations
from .state import State

S = TypeVar("S", bound=State)


@pytree
class NoDissipation(Tree):
    """In the place of a dissipation: none.

    Methods are those of protocols.Dissipation; dt, a number [s], is taken and not used.
    """

    def apply(self, state: S, dt: Array, grid: Grid, equations: Equations[S]) -> S:
        """The state as it is."""
        return state

    def apply_with_flux(self, state: S, dt: Array, grid: Grid, equations: Equations[S]) -> tuple[S, None]:
        """The state as it is, and nothing to tell tracers."""
        return state, None


@pytree
class FloatingLayers(Tree):
    """In the place of a vertical remap: layers stay where the dynamics left them.

    Its method is that of protocols.Remap; dt, a number [s], is taken and not used.
    """

    def apply(
        self, state: S, tracer_mass: Array | None, flux: MeanFlux | None, dt: Array, grid: Grid
    ) -> tuple[S, Array | None]:
        """State and tracer_mass (tracer, elem, i, j, lev) [Pa] as they are."""
        return state, tracer_mass
