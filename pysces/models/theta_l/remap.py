"""Vertical remap of the theta-l state: from floating layers back to the hybrid layers of the surface pressure.

Winds, theta and tracers move as masses. Geopotential and vertical velocity live on interfaces: their layer differences
are remapped, geopotential as the departure from hydrostatic balance, and summed again from the ground.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783   HOMME: vertremap_mod:vertical_remap (theta-l)
"""

from __future__ import annotations

import dataclasses
from typing import Generic, Self, TypeVar

from ...arrays.backend import Array, namespace
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...geometry.grid import Grid
from ...native.call import element_local
from ...operators.dss import dss
from ...thermodynamics.eos import phi_from_eos
from ...transport.fluxes import MeanFlux
from ...vertical.basis import Basis
from ...vertical.coordinate import VerticalCoordinate
from ...vertical.hydrostatic import integrate_upward
from ...vertical.remap.remap import VERT_REMAP_ALGS, Remap
from ..terms import climb
from .references import slope_step
from .state import HydrostaticState, NonhydrostaticState, ThetaLState

S = TypeVar("S", bound=ThetaLState)


@pytree
class LevelRemap(Tree, Generic[S]):
    """The vertical remap that ends each call of a theta-l dycore; a form says how its floating state is remapped.

    vert_remap_u_alg, vert_remap_q_alg : algorithm for dynamics and for tracers, as in remap1; others are refused.
    vertically_lagrangian : otherwise the dynamics stay on their levels and tracers follow the flux through interfaces.
    linearisation : how limiters are differentiated, as pysces.vertical.remap.linearisation says.
    """

    coordinate: VerticalCoordinate
    vert_remap_u_alg: int = static(default=10)
    vert_remap_q_alg: int = static(default=10)
    vertically_lagrangian: bool = static(default=True)
    linearisation: str = static(default="exact")

    def __post_init__(self) -> None:
        for name in ("vert_remap_u_alg", "vert_remap_q_alg"):
            if getattr(self, name) not in VERT_REMAP_ALGS:
                raise ValueError(f"{name} must be one of {VERT_REMAP_ALGS}, found {getattr(self, name)!r}.")

    def moved(self, before: Basis, after: Basis) -> Self:
        """Onto other levels."""
        return self.replace(coordinate=self.coordinate + (after.coordinate - before.coordinate))

    def apply(
        self, state: S, tracer_mass: Array | None, flux: MeanFlux | None, dt: Array, grid: Grid
    ) -> tuple[S, Array | None]:
        """State and tracer mass on the reference layers of their surface pressure.

        tracer_mass : (tracer, elem, i, j, lev) [Pa], or None.
        flux : mean flux of the last step; only the vertically Eulerian form reads its eta_dot_dpdn, and refuses None.
        dt : time since the last remap [s].
        """
        if self.vertically_lagrangian:
            return element_local(LevelRemap._from_floating, self, state, tracer_mass, on=grid, kept=False)
        if tracer_mass is None:
            return state, None
        if flux is None:
            raise ValueError("Tracers on fixed levels need a mean flux, found none; give the Dycore a transport.")
        target = self.coordinate.dp_ref(self.coordinate.ps(state.dp))
        eta_dot = dss(flux.eta_dot_dpdn, grid)
        remap = Remap(target + dt * (eta_dot[..., 1:] - eta_dot[..., :-1]), target, self.linearisation)
        return state, remap(tracer_mass, self.vert_remap_q_alg)

    def _from_floating(self, state: S, tracer_mass: Array | None) -> tuple[S, Array | None]:
        state, remap = self._landed(state)
        return state, None if tracer_mass is None else remap(tracer_mass, self.vert_remap_q_alg)

    def _landed(self, state: S) -> tuple[S, Remap]:
        """A floating state on the reference layers, and what took it there."""
        raise NotImplementedError

    def _landing(self, state: S, layers: list[Array]) -> tuple[Array, list[Array], Array, Remap]:
        """Wind and masses in layers (elem, i, j, lev) where they land, thickness there, and what took them there."""
        xp, target = namespace(state.dp), self.coordinate.dp_ref(self.coordinate.ps(state.dp))
        remap = Remap(state.dp, target, self.linearisation)
        u_mass, v_mass, *layers = remap(
            xp.concatenate([state.wind * state.dp, xp.stack(layers)]), self.vert_remap_u_alg
        )
        return xp.stack([u_mass / target, v_mass / target]), layers, target, remap


@pytree
class ThetaLRemap(LevelRemap[HydrostaticState]):
    """The vertical remap of a hydrostatic state."""

    def _landed(self, state: HydrostaticState) -> tuple[HydrostaticState, Remap]:
        wind, (vtheta_dp,), dp, remap = self._landing(state, [state.vtheta_dp])
        return state.replace(wind=wind, vtheta_dp=vtheta_dp, dp=dp), remap


@pytree
class NonhydrostaticRemap(LevelRemap[NonhydrostaticState]):
    """The vertical remap of a nonhydrostatic state.

    phis (elem, i, j, 1) [m2 s-2] and gradphis (2, elem, i, j, 1) [m s-2] : of the ground.
    """

    phis: Array = dataclasses.field(kw_only=True)
    gradphis: Array = dataclasses.field(kw_only=True)
    constants: Constants = dataclasses.field(kw_only=True)

    def moved(self, before: Basis, after: Basis) -> NonhydrostaticRemap:
        """Onto other levels, over another ground."""
        return (
            super()
            .moved(before, after)
            .replace(
                phis=self.phis + (after.phis - before.phis),
                gradphis=self.gradphis + slope_step(before, after),
                constants=self.constants + (after.constants - before.constants),
            )
        )

    def _landed(self, state: NonhydrostaticState) -> tuple[NonhydrostaticState, Remap]:
        departure = state.phi_i - self._balanced(state.vtheta_dp, state.dp)
        steps = [departure[..., 1:] - departure[..., :-1], state.w_i[..., 1:] - state.w_i[..., :-1]]
        wind, (vtheta_dp, departure_step, w_step), dp, remap = self._landing(state, [state.vtheta_dp, *steps])
        departure = integrate_upward(-departure_step, departure[..., -1:])
        w_i = integrate_upward(-w_step, state.w_i[..., -1:])
        on_ground = climb(wind[..., -1:], self.gradphis, self.constants.gravity)
        w_i = namespace(w_i).concatenate([w_i[..., :-1], on_ground], axis=-1)
        phi_i = departure + self._balanced(vtheta_dp, dp)
        return NonhydrostaticState(wind, vtheta_dp, dp, w_i, phi_i), remap

    def _balanced(self, vtheta_dp: Array, dp: Array) -> Array:
        """Geopotential of interfaces (elem, i, j, lev + 1) in hydrostatic balance [m2 s-2]."""
        return phi_from_eos(self.phis, vtheta_dp, dp, self.coordinate.ptop, self.constants)
