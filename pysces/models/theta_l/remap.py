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
from ...operators.dss import dss
from ...thermodynamics.eos import phi_from_eos
from ...transport.fluxes import MeanFlux
from ...vertical.basis import Basis
from ...vertical.coordinate import VerticalCoordinate
from ...vertical.hydrostatic import integrate_upward
from ...vertical.remap.remap import VERT_REMAP_ALGS, Remap
from .references import slope_step
from .state import HydrostaticState, NonhydrostaticState, ThetaLState

S = TypeVar("S", bound=ThetaLState)


@pytree
class LevelRemap(Tree, Generic[S]):
    """The vertical remap that ends each call of a theta-l dycore; a form says how its floating state is remapped.

    vert_remap_u_alg, vert_remap_q_alg : algorithm for dynamics and for tracers, as in remap1.
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

        flux : mean flux of the last step; only the vertically Eulerian form reads its eta_dot_dpdn.
        dt : time since the last remap [s].
        """
        if self.vertically_lagrangian:
            state, remap = self._landed(state)
        elif tracer_mass is not None:
            if flux is None:
                raise ValueError("Tracers on fixed levels need a mean flux, found none; give the Dycore a transport.")
            target = self.coordinate.dp_ref(self.coordinate.ps(state.dp))
            eta_dot = dss(flux.eta_dot_dpdn, grid)
            remap = Remap(target + dt * (eta_dot[..., 1:] - eta_dot[..., :-1]), target, self.linearisation)
        return state, None if tracer_mass is None else remap(tracer_mass, self.vert_remap_q_alg)

    def _landed(self, state: S) -> tuple[S, Remap]:
        """A floating state on the reference layers, and what took it there."""
        raise NotImplementedError


@pytree
class ThetaLRemap(LevelRemap[HydrostaticState]):
    """The vertical remap of a hydrostatic state."""

    def _landed(self, state: HydrostaticState) -> tuple[HydrostaticState, Remap]:
        wind, vtheta_dp, dp, remap = remap_theta_l_hydrostatic(
            state.wind, state.vtheta_dp, state.dp, self.coordinate, self.vert_remap_u_alg, self.linearisation
        )
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
        *fields, remap = remap_theta_l_nonhydrostatic(
            *(state.wind, state.vtheta_dp, state.dp),
            (state.phi_i, state.w_i),
            (self.phis, self.gradphis),
            self.coordinate,
            self.constants,
            self.vert_remap_u_alg,
            self.linearisation,
        )
        wind, vtheta_dp, dp, phi_i, w_i = fields
        return NonhydrostaticState(wind, vtheta_dp, dp, w_i, phi_i), remap


def remap_theta_l_hydrostatic(
    wind: Array,
    vtheta_dp: Array,
    dp: Array,
    coordinate: VerticalCoordinate,
    vert_remap_u_alg: int,
    linearisation: str = "exact",
) -> tuple[Array, Array, Array, Remap]:
    """Remap a hydrostatic state.

    Parameters
    ----------
    wind : (2, ..., lev) [m s-1].   vtheta_dp : (..., lev) [K Pa].   dp : (..., lev), floating layer thickness [Pa]
    coordinate : VerticalCoordinate, of the layers to go to.
    vert_remap_u_alg : the algorithm for dynamics, as in remap1.
    linearisation : how its limiters are differentiated.

    Returns
    -------
    wind, vtheta_dp, dp on the new layers, and the Remap that took them there: use it for tracer mass.
    """
    target = coordinate.dp_ref(coordinate.ps(dp))
    remap = Remap(dp, target, linearisation)
    masses = namespace(wind).concatenate([wind * dp, vtheta_dp[None]])
    u_mass, v_mass, vtheta_dp = remap(masses, vert_remap_u_alg)
    return namespace(wind).stack([u_mass / target, v_mass / target]), vtheta_dp, target, remap


def remap_theta_l_nonhydrostatic(
    wind: Array,
    vtheta_dp: Array,
    dp: Array,
    interfaces: tuple[Array, Array],
    surface: tuple[Array, Array],
    coordinate: VerticalCoordinate,
    constants: Constants,
    vert_remap_u_alg: int,
    linearisation: str = "exact",
) -> tuple[Array, Array, Array, Array, Array, Remap]:
    """Remap a nonhydrostatic state.

    Parameters
    ----------
    wind, vtheta_dp, dp, coordinate, vert_remap_u_alg, linearisation : as for a hydrostatic state.
    interfaces : phi_i (..., lev+1), geopotential [m2 s-2], and w_i (..., lev+1), vertical velocity [m s-1].
    surface : phis (..., 1) [m2 s-2] and its gradient (2, ..., 1) [m s-2].

    Returns
    -------
    wind, vtheta_dp, dp, phi_i, w_i on the new layers, and the Remap that took them there: use it for tracer mass.
    """
    xp = namespace(wind)
    (phi_i, w_i), (phis, gradphis) = interfaces, surface
    ptop, target = coordinate.ptop, coordinate.dp_ref(coordinate.ps(dp))
    departure = phi_i - phi_from_eos(phis, vtheta_dp, dp, ptop, constants)
    remap = Remap(dp, target, linearisation)
    layers = xp.stack([vtheta_dp, departure[..., 1:] - departure[..., :-1], w_i[..., 1:] - w_i[..., :-1]])
    u_mass, v_mass, vtheta_dp, departure_step, w_step = remap(xp.concatenate([wind * dp, layers]), vert_remap_u_alg)
    wind = xp.stack([u_mass / target, v_mass / target])
    departure = integrate_upward(-departure_step, departure[..., -1:])
    phi_i = departure + phi_from_eos(phis, vtheta_dp, target, ptop, constants)
    w_i = integrate_upward(-w_step, w_i[..., -1:])
    w_surface = (wind[0, ..., -1:] * gradphis[0] + wind[1, ..., -1:] * gradphis[1]) * (1.0 / constants.gravity)
    w_i = xp.concatenate([w_i[..., :-1], w_surface], axis=-1)
    return wind, vtheta_dp, target, phi_i, w_i, remap
