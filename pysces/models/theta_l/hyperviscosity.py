"""Explicit dissipation of theta-l: hyperviscosity about reference states, constant or tensor, and the sponge.

Applied once per dynamics step after the Runge-Kutta stages, forward Euler in subcycles.

Equations: Dennis et al. (2012), doi:10.1177/1094342011428142; tensor: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
HOMME: theta-l/share/prim_advance_mod (advance_hypervis), viscosity_theta, element_ops (initialize_reference_states)
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from ...arrays.backend import Array, namespace
from ...arrays.compiler import stored
from ...arrays.control import scan
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...dycore.protocols import Equations
from ...geometry.grid import Grid
from ...operators.dss import dss_wk
from ...operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_cartesian, vlaplace_sphere_wk_contra
from ...thermodynamics.reference_state import REFERENCE_TEMPERATURE, reference_temperatures
from ...transport.fluxes import DissipationFlux
from ...vertical.coordinate import VerticalCoordinate
from .state import HydrostaticState

F = TypeVar("F", bound=DissipationFlux | None)  # what subcycles add to


@pytree
class ReferenceProfiles(Tree):
    """What is taken off before diffusing, (elem, i, j, lev); None where nothing is (hv_ref_profiles=0)."""

    theta: Any = field("K", "reference virtual potential temperature", homme="theta_ref", default=None)
    dp: Any = field("Pa", "reference layer thickness", homme="dp_ref", default=None)
    laplace_p: Any = field("Pa m-2", "weak Laplacian of reference pressure", homme="lap_p_wk", default=None)


@pytree
class Hyperviscosity(Tree):
    """Coefficients [m4 s-1, or s-1 with a tensor] and options.

    nu : wind and theta.   nu_div : divergent part of the wind.   nu_p : layer thickness.
    nu_top : sponge [m2 s-1], times nu_scale_top (lev,) on the first nlev_tom levels; hypervis_subcycle_tom=0 is off.
    """

    nu: float
    nu_div: float
    nu_p: float
    nu_top: float = 0.0
    nu_scale_top: Any = None
    reference: ReferenceProfiles = ReferenceProfiles()
    hv_theta_thresh: float = 0.025
    nlev_tom: int = static(default=0)
    hypervis_subcycle: int = static(default=1)
    hypervis_subcycle_tom: int = static(default=0)
    hv_theta_correction: bool = static(default=False)
    dp_viscosity: bool = static(default=True)  # nu_p is not zero; follows a nu_p that is a number

    def __post_init__(self) -> None:
        if isinstance(self.nu_p, int | float):
            object.__setattr__(self, "dp_viscosity", self.nu_p != 0)

    def apply(self, state: HydrostaticState, dt: Array, grid: Grid, equations: Equations) -> HydrostaticState:
        """The state after dt seconds [s] of dissipation; it does not depend on the equations.

        HOMME: prim_advance_mod:advance_hypervis
        """
        state, _ = self._biharmonic_subcycles(state, dt, grid, None)
        return self._sponge(state, dt, grid)

    def apply_with_flux(
        self, state: HydrostaticState, dt: Array, grid: Grid, equations: Equations
    ) -> tuple[HydrostaticState, DissipationFlux | None]:
        """As apply, and what tracers are told of it: nothing where nu_p leaves layer thickness alone.

        HOMME: prim_advance_mod:advance_hypervis
        """
        no_flux = DissipationFlux(0.0 * state.dp, 0.0 * state.dp) if self.dp_viscosity else None
        state, flux = self._biharmonic_subcycles(state, dt, grid, no_flux)
        return self._sponge(state, dt, grid), flux

    def _sponge(self, state: HydrostaticState, dt: Array, grid: Grid) -> HydrostaticState:
        for _ in range(self.hypervis_subcycle_tom if self.nlev_tom else 0):
            state = self._sponge_step(state, dt / self.hypervis_subcycle_tom, grid)
        return state

    def _biharmonic_subcycles(
        self, state: HydrostaticState, dt: Array, grid: Grid, total: F
    ) -> tuple[HydrostaticState, F]:
        """The state after all subcycles, and the total with their mean added where there is one."""
        h = dt / self.hypervis_subcycle

        def subcycle(carry: tuple, _: None) -> tuple[tuple, None]:
            (theta, dp, wind), flux = carry
            weak_theta, weak_dp, weak_wind = self._biharmonic(theta, dp, wind, grid)
            if flux is not None:
                flux = flux + DissipationFlux(dp, weak_dp) / self.hypervis_subcycle
            change = dss_wk(self._tendency(weak_theta, weak_dp, weak_wind, h), grid)
            return ((theta + change[0][0], dp + change[0][1], wind + change[1]), flux), None

        start = (state.vtheta_dp / state.dp, state.dp, state.wind), total
        ((theta, dp, wind), flux), _ = scan(subcycle, start, None, length=self.hypervis_subcycle)
        # Left to itself XLA multiplies again in the sponge's sums, and rounds otherwise for other numbers of elements.
        return HydrostaticState(wind, stored(_vtheta_dp, theta, dp), dp), flux

    def _tendency(self, weak_theta: Array, weak_dp: Array, weak_wind: Array, h: Array) -> tuple[Array, Array]:
        scalars = namespace(weak_dp).stack([-(h * self.nu) * weak_theta, -(h * self.nu_p) * weak_dp])
        return scalars, -(h * self.nu) * weak_wind

    def _biharmonic(self, theta: Array, dp: Array, wind: Array, grid: Grid) -> tuple[Array, Array, Array]:
        """Weak biharmonics of theta, dp (about their references) and wind; one exchange between the two Laplacians."""
        laplace, vlaplace = dss_wk(stored(Hyperviscosity._first_laplacian, self, theta, dp, wind, grid), grid)
        return stored(Hyperviscosity._second_laplacian, self, laplace, vlaplace, grid)

    def _first_laplacian(self, theta: Array, dp: Array, wind: Array, grid: Grid) -> tuple[Array, Array]:
        xp = namespace(dp)
        reference = self.reference
        if reference.theta is not None:
            theta, dp = theta - reference.theta, dp - reference.dp
        laplace = laplace_sphere_wk(xp.stack([theta, dp]), grid)
        if self.hv_theta_correction:
            laplace = xp.stack([laplace[0] - self._slope_correction(theta), laplace[1]])
        return laplace, vlaplace_sphere_wk_contra(wind, grid, self.nu_div / self.nu)

    def _second_laplacian(self, laplace: Array, vlaplace: Array, grid: Grid) -> tuple[Array, Array, Array]:
        weak = laplace_sphere_wk(laplace, grid, grid.viscosity_tensor)
        return weak[0], weak[1], _vector_laplacian(vlaplace, grid, grid.viscosity_tensor)

    def _slope_correction(self, theta: Array) -> Array:
        """d theta / dp times the Laplacian of pressure: keeps theta from mixing along steep coordinate surfaces."""
        xp = namespace(theta)
        inner = (theta[..., :-1] + theta[..., 1:]) / 2
        theta_i = xp.concatenate([theta[..., :1], inner, theta[..., -1:]], axis=-1)
        slope = (theta_i[..., 1:] - theta_i[..., :-1]) / self.reference.dp
        return slope / (1 + abs(slope) / self.hv_theta_thresh) * self.reference.laplace_p

    def _sponge_step(self, state: HydrostaticState, h: Array, grid: Grid) -> HydrostaticState:
        """One forward step of the sponge's Laplacian on the topmost levels; Theta is diffused as a mass."""
        xp = namespace(state.dp)
        n = self.nlev_tom
        scalars = xp.stack([state.vtheta_dp[..., :n], state.dp[..., :n]])
        wind = state.wind[..., :n]
        factor = h * self.nu_scale_top[:n] * self.nu_top
        weak = (
            factor * laplace_sphere_wk(scalars, grid, grid.sponge_tensor),
            factor * _vector_laplacian(wind, grid, grid.sponge_tensor),
        )
        change, wind_change = dss_wk(weak, grid)
        new = HydrostaticState(wind + wind_change, scalars[0] + change[0], scalars[1] + change[1])
        return new.map(lambda top, whole: xp.concatenate([top, whole[..., n:]], axis=-1), state)


def _vtheta_dp(theta: Array, dp: Array) -> Array:
    return theta * dp


def _vector_laplacian(v: Array, grid: Grid, tensor: Array | None) -> Array:
    if tensor is None:
        return vlaplace_sphere_wk_contra(v, grid)
    return vlaplace_sphere_wk_cartesian(v, grid, tensor)


def reference_profiles(
    coordinate: VerticalCoordinate, constants: Constants, phis: Array, hv_ref_profiles: int, grid: Grid | None = None
) -> ReferenceProfiles:
    """Reference thickness and theta of an atmosphere at rest over the topography.

    Parameters
    ----------
    phis : (elem, i, j, 1) [m2 s-2].
    hv_ref_profiles : 0 none, 1 both, 6 both with theta linear in the Exner function.
    grid : given when hv_theta_correction needs the Laplacian of pressure too.

    HOMME: element_ops:initialize_reference_states
    """
    if hv_ref_profiles not in (0, 1, 6):
        raise ValueError(f"hv_ref_profiles must be 0, 1 or 6, found {hv_ref_profiles!r}.")
    c = constants
    ps = coordinate.p0 * namespace(phis).exp(-phis / (c.R_dry * REFERENCE_TEMPERATURE))
    laplace_p = None if grid is None else laplace_sphere_wk(coordinate.p_mid(ps), grid)
    dp = coordinate.dp_ref(ps)
    if hv_ref_profiles == 0:
        return ReferenceProfiles(None, None if grid is None else dp, laplace_p)
    p_i = coordinate.p_i(ps)
    exner = ((p_i[..., :-1] + p_i[..., 1:]) / (2 * c.p0)) ** c.kappa
    t0, t1 = reference_temperatures(c)
    theta = t0 / exner + t1 if hv_ref_profiles == 1 else t0 + t0 * (1 - exner) + t1
    return ReferenceProfiles(theta, dp, laplace_p)


def sponge_profile(coordinate: VerticalCoordinate, tom_sponge_start: float = 0.0) -> np.ndarray:
    """(lev,) strength of the sponge; its nonzero head is nlev_tom long.

    tom_sponge_start : pressure where the sponge begins [hPa]; 0 takes the profile relative to the model top.
    HOMME: model_init_mod:model_init2
    """
    etai, etam = np.asarray(coordinate.etai), np.asarray(coordinate.etam)
    if tom_sponge_start == 0:
        ratio = (etai[0] if etai[0] > 0 else etam[0]) / etam
        strength = 16 * ratio**2 / (ratio**2 + 1)
    else:
        ratio = tom_sponge_start / 1000 / etam
        strength = 0.15 * ratio**2
    return np.where(strength < 0.15, 0.0, np.minimum(strength, 8.0))
