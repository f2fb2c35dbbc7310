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
from ...geometry.grid import Grid
from ...operators.dss import dss_wk
from ...operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_cartesian, vlaplace_sphere_wk_contra
from ...thermodynamics.eos import phi_from_eos
from ...thermodynamics.reference_state import REFERENCE_TEMPERATURE, reference_temperatures
from ...transport.fluxes import DissipationFlux
from ...vertical.coordinate import VerticalCoordinate
from .equations import S, ThetaLEquations

F = TypeVar("F", bound=DissipationFlux | None)  # what subcycles add to


@pytree
class ReferenceProfiles(Tree):
    """What is taken off before diffusing, (elem, i, j, lev); None where nothing is (hv_ref_profiles=0).

    phi_i (elem, i, j, lev + 1) is of the nonhydrostatic form, always.
    """

    theta: Any = field("K", "reference virtual potential temperature", homme="theta_ref", default=None)
    dp: Any = field("Pa", "reference layer thickness", homme="dp_ref", default=None)
    laplace_p: Any = field("Pa m-2", "weak Laplacian of reference pressure", homme="lap_p_wk", default=None)
    phi_i: Any = field("m2 s-2", "reference geopotential at interfaces", homme="phi_ref", default=None)


@pytree
class Hyperviscosity(Tree):
    """Coefficients [m4 s-1, or s-1 with a tensor] and options.

    nu : wind, theta and vertical velocity.   nu_div : divergent part of the wind.   nu_p : layer thickness.
    nu_s : geopotential.
    nu_top : sponge [m2 s-1], times nu_scale_top (lev,) on the first nlev_tom levels; hypervis_subcycle_tom=0 is off.
    """

    nu: float
    nu_div: float
    nu_p: float
    nu_s: float = 0.0
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

    def apply(self, state: S, dt: Array, grid: Grid, equations: ThetaLEquations[S]) -> S:
        """The state after dt seconds [s] of dissipation.

        HOMME: prim_advance_mod:advance_hypervis
        """
        state, _ = self._biharmonic_subcycles(state, dt, grid, None)
        return self._sponge(equations.on_the_ground(state), dt, grid)

    def apply_with_flux(
        self, state: S, dt: Array, grid: Grid, equations: ThetaLEquations[S]
    ) -> tuple[S, DissipationFlux | None]:
        """As apply, and what tracers are told of it: nothing where nu_p leaves layer thickness alone.

        HOMME: prim_advance_mod:advance_hypervis
        """
        no_flux = DissipationFlux(0.0 * state.dp, 0.0 * state.dp) if self.dp_viscosity else None
        state, flux = self._biharmonic_subcycles(state, dt, grid, no_flux)
        return self._sponge(equations.on_the_ground(state), dt, grid), flux

    def _sponge(self, state: S, dt: Array, grid: Grid) -> S:
        for _ in range(self.hypervis_subcycle_tom if self.nlev_tom else 0):
            state = self._sponge_step(state, dt / self.hypervis_subcycle_tom, grid)
        return state

    def _biharmonic_subcycles(self, state: S, dt: Array, grid: Grid, total: F) -> tuple[S, F]:
        """The state after all subcycles, and the total with their mean added where there is one."""
        h, xp = dt / self.hypervis_subcycle, namespace(state.dp)

        def subcycle(carry: tuple, _: None) -> tuple[tuple, None]:
            (scalars, wind), flux = carry
            weak, weak_wind = self._biharmonic(scalars, wind, grid)
            if flux is not None:
                flux = flux + DissipationFlux(scalars[1], weak[1]) / self.hypervis_subcycle
            change = dss_wk(self._tendency(weak, weak_wind, h), grid)
            return ((scalars + change[0], wind + change[1]), flux), None

        above = [f[..., :-1] for f in state.interfaces]
        scalars = xp.stack([state.vtheta_dp / state.dp, state.dp, *above])
        (((theta, dp, *above), wind), flux), _ = scan(
            subcycle, ((scalars, state.wind), total), None, length=self.hypervis_subcycle
        )
        interfaces = [xp.concatenate([f, old[..., -1:]], axis=-1) for f, old in zip(above, state.interfaces)]
        # Left to itself XLA multiplies again in the sponge's sums, and rounds otherwise for other numbers of elements.
        return type(state)(wind, stored(_vtheta_dp, theta, dp), dp, *interfaces), flux

    def _tendency(self, weak: Array, weak_wind: Array, h: Array) -> tuple[Array, Array]:
        """Of theta, dp, and w and phi where they are; and of the wind."""
        viscosities = (self.nu, self.nu_p, self.nu, self.nu_s)
        return namespace(weak).stack([-(h * nu) * w for nu, w in zip(viscosities, weak)]), -(h * self.nu) * weak_wind

    def _biharmonic(self, scalars: Array, wind: Array, grid: Grid) -> tuple[Array, Array]:
        """Weak biharmonics of scalars (about their references) and wind; one exchange between the two Laplacians."""
        laplace, vlaplace = dss_wk(stored(Hyperviscosity._first_laplacian, self, scalars, wind, grid), grid)
        return stored(Hyperviscosity._second_laplacian, self, laplace, vlaplace, grid)

    def _first_laplacian(self, scalars: Array, wind: Array, grid: Grid) -> tuple[Array, Array]:
        xp = namespace(scalars)
        departures = self._departures(scalars)
        laplace = laplace_sphere_wk(xp.stack(departures), grid)
        if self.hv_theta_correction:
            laplace = xp.stack([laplace[0] - self._slope_correction(departures[0]), *laplace[1:]])
        return laplace, vlaplace_sphere_wk_contra(wind, grid, self.nu_div / self.nu)

    def _departures(self, scalars: Array) -> list[Array]:
        """From the references, of the fields that have one: theta, dp, none of w, phi."""
        of = self.reference
        layers = (None, None) if of.theta is None else (of.theta, of.dp)
        references = (*layers, None, None if of.phi_i is None else of.phi_i[..., :-1])
        return [s if reference is None else s - reference for s, reference in zip(scalars, references)]

    def _second_laplacian(self, laplace: Array, vlaplace: Array, grid: Grid) -> tuple[Array, Array]:
        tensor = grid.viscosity_tensor
        return laplace_sphere_wk(laplace, grid, tensor), _vector_laplacian(vlaplace, grid, tensor)

    def _slope_correction(self, theta: Array) -> Array:
        """d theta / dp times the Laplacian of pressure: keeps theta from mixing along steep coordinate surfaces."""
        xp = namespace(theta)
        inner = (theta[..., :-1] + theta[..., 1:]) / 2
        theta_i = xp.concatenate([theta[..., :1], inner, theta[..., -1:]], axis=-1)
        slope = (theta_i[..., 1:] - theta_i[..., :-1]) / self.reference.dp
        return slope / (1 + abs(slope) / self.hv_theta_thresh) * self.reference.laplace_p

    def _sponge_step(self, state: S, h: Array, grid: Grid) -> S:
        """One forward step of the sponge's Laplacian on the topmost levels; Theta is diffused as a mass."""
        xp = namespace(state.dp)
        n = self.nlev_tom
        scalars = xp.stack([field[..., :n] for field in (state.vtheta_dp, state.dp, *state.interfaces)])
        wind = state.wind[..., :n]
        factor = h * self.nu_scale_top[:n] * self.nu_top
        weak = (
            factor * laplace_sphere_wk(scalars, grid, grid.sponge_tensor),
            factor * _vector_laplacian(wind, grid, grid.sponge_tensor),
        )
        change, wind_change = dss_wk(weak, grid)
        new = type(state)(wind + wind_change, *(old + added for old, added in zip(scalars, change)))
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
    ps = _reference_pressure(coordinate, constants, phis)
    laplace_p = None if grid is None else laplace_sphere_wk(coordinate.p_mid(ps), grid)
    dp = coordinate.dp_ref(ps)
    if hv_ref_profiles == 0:
        return ReferenceProfiles(None, None if grid is None else dp, laplace_p)
    exner, (t0, t1) = _reference_exner(coordinate, constants, ps), reference_temperatures(constants)
    theta = t0 / exner + t1 if hv_ref_profiles == 1 else t0 + t0 * (1 - exner) + t1
    return ReferenceProfiles(theta, dp, laplace_p)


def reference_geopotential(coordinate: VerticalCoordinate, constants: Constants, phis: Array) -> Array:
    """Geopotential (elem, i, j, lev + 1) of that atmosphere at rest, whatever hv_ref_profiles says [m2 s-2].

    phis : (elem, i, j, 1) [m2 s-2].

    HOMME: element_ops:initialize_reference_states (phi_ref)
    """
    ps = _reference_pressure(coordinate, constants, phis)
    t0, t1 = reference_temperatures(constants)
    theta, dp = t0 / _reference_exner(coordinate, constants, ps) + t1, coordinate.dp_ref(ps)
    return phi_from_eos(phis, theta * dp, dp, coordinate.ptop, constants)


def _reference_pressure(coordinate: VerticalCoordinate, constants: Constants, phis: Array) -> Array:
    return coordinate.p0 * namespace(phis).exp(-phis / (constants.R_dry * REFERENCE_TEMPERATURE))


def _reference_exner(coordinate: VerticalCoordinate, constants: Constants, ps: Array) -> Array:
    p_i = coordinate.p_i(ps)
    return ((p_i[..., :-1] + p_i[..., 1:]) / (2 * constants.p0)) ** constants.kappa


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
