"""Explicit dissipation of theta-l: hyperviscosity about reference states, constant or tensor, and the sponge.

Applied once per dynamics step after the Runge-Kutta stages, forward Euler in subcycles.

Equations: Dennis et al. (2012), doi:10.1177/1094342011428142; tensor: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
HOMME: theta-l/share/prim_advance_mod (advance_hypervis), viscosity_theta
"""

from __future__ import annotations

from typing import Any, TypeVar

from ...arrays.backend import Array, namespace
from ...arrays.compiler import stored
from ...arrays.control import repeat_few
from ...arrays.pytree import Tree, pytree, static
from ...dycore.substeps import Stiffness
from ...geometry.grid import Grid
from ...native.call import element_local, made, postponed
from ...operators.dss import dss_wk, dss_wk_later
from ...operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_cartesian, vlaplace_sphere_wk_contra
from ...transport.fluxes import DissipationFlux
from ...vertical.basis import Basis, moved
from .equations import S, ThetaLEquations
from .references import ReferenceProfiles, sponge_profile
from .state import ThetaLState

F = TypeVar("F", bound=DissipationFlux | None)  # what subcycles add to


@pytree
class Hyperviscosity(Tree):
    """Coefficients [m4 s-1, or s-1 with a tensor] and options.

    nu : wind, theta and vertical velocity.   nu_div : divergent part of the wind.   nu_p : layer thickness.
    nu_s : geopotential.
    nu_top : sponge [m2 s-1], times nu_scale_top (lev,) on the first nlev_tom levels; hypervis_subcycle_tom=0 is off.
    tom_sponge_start : of sponge_profile, by which nu_scale_top goes along with the levels.
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
    tom_sponge_start: float = static(default=0.0)
    stiffness: Stiffness | None = None

    def __post_init__(self) -> None:
        if isinstance(self.nu_p, int | float):
            object.__setattr__(self, "dp_viscosity", self.nu_p != 0)

    @property
    def coefficients(self) -> tuple[str, ...]:
        """The fields that are viscosities and act."""
        layers = ("nu_p",) if self.dp_viscosity else ()
        interfaces = () if self.reference.phi_i is None else ("nu_s",)
        return ("nu", "nu_div", *layers, *interfaces, *(("nu_top",) if self._has_sponge else ()))

    @property
    def substeps(self) -> dict[str, tuple]:
        """As dycore.substeps wants it."""
        stiffness = self.stiffness or Stiffness()
        names = {*self.coefficients} - {"nu_top"}
        found = {n: (getattr(self, n), self.hypervis_subcycle, stiffness.biharmonic) for n in sorted(names)}
        if self._has_sponge:
            found["nu_top"] = (self.nu_top * self.nu_scale_top, self.hypervis_subcycle_tom, stiffness.laplacian)
        return found

    @property
    def _has_sponge(self) -> bool:
        return self.nlev_tom > 0 and self.hypervis_subcycle_tom > 0

    def moved(self, before: Basis, after: Basis) -> Hyperviscosity:
        """With references and sponge of other constants, levels and surface."""
        profile = self.nu_scale_top
        if profile is not None:
            old, new = (sponge_profile(basis.coordinate, self.tom_sponge_start) for basis in (before, after))
            profile = profile + (new - old)
        stiffness = moved(self.stiffness, before, after)
        return self.replace(nu_scale_top=profile, reference=self.reference.moved(before, after), stiffness=stiffness)

    def apply(self, state: S, dt: Array, grid: Grid, equations: ThetaLEquations[S]) -> S:
        """The state after dt seconds [s] of dissipation.

        HOMME: prim_advance_mod:advance_hypervis
        """
        state, _ = self._biharmonic_subcycles(state, dt, grid, equations, None)
        return self._sponge(state, dt, grid)

    def apply_with_flux(
        self, state: S, dt: Array, grid: Grid, equations: ThetaLEquations[S]
    ) -> tuple[S, DissipationFlux | None]:
        """As apply, over dt [s], and what tracers see of it: nothing where nu_p leaves layer thickness alone.

        HOMME: prim_advance_mod:advance_hypervis
        """
        no_flux = DissipationFlux(0.0 * state.dp, 0.0 * state.dp) if self.dp_viscosity else None
        state, flux = self._biharmonic_subcycles(state, dt, grid, equations, no_flux)
        return self._sponge(state, dt, grid), flux

    def _sponge(self, state: S, dt: Array, grid: Grid) -> S:
        for _ in range(self.hypervis_subcycle_tom if self._has_sponge else 0):
            state = self._sponge_step(state, dt / self.hypervis_subcycle_tom, grid)
        return state

    def _biharmonic_subcycles(
        self, state: S, dt: Array, grid: Grid, equations: ThetaLEquations[S], total: F
    ) -> tuple[S, F]:
        """The state after all subcycles, and the total with their mean added where there is one.

        Two exchanges a subcycle, one after each Laplacian of scalars (about their references) and wind.
        """
        h = dt / self.hypervis_subcycle

        def subcycle(carry: tuple, _: None) -> tuple:
            fields, flux = carry
            fields, laplace = element_local(Hyperviscosity._begun, self, fields, grid, kept=False)
            after = (self, fields[0], self._continuous(laplace, grid), h, flux, grid)
            change, flux = element_local(Hyperviscosity._changes, *after, kept=False)
            return postponed(_sum, fields, dss_wk_later(change, grid)), flux

        start = (postponed(_layered, state), total)
        fields, flux = repeat_few(subcycle, start, None, length=self.hypervis_subcycle)
        return element_local(_state_of, equations, state, fields, on=grid, kept=False), flux

    def _begun(self, fields: Any, grid: Grid) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Scalars and wind that a subcycle starts from, and their first Laplacians."""
        scalars, wind = made(fields)
        return (scalars, wind), element_local(Hyperviscosity._first_laplacian, self, scalars, wind, grid)

    def _continuous(self, laplace: tuple[Array, Array], grid: Grid) -> Any:
        """What the second Laplacians are taken of, for the kernel that takes them."""
        return dss_wk_later(laplace, grid)

    def _changes(
        self, scalars: Array, laplace: tuple[Array, Array], h: Array, flux: Any, grid: Grid
    ) -> tuple[tuple[Array, Array], Any]:
        """Of scalars (theta, dp, and w and phi where they are) and wind in a subcycle, and the flux with its share."""
        weak, weak_wind = element_local(Hyperviscosity._second_laplacian, self, *made(laplace), grid)
        if flux is not None:
            flux = flux + DissipationFlux(scalars[1], weak[1]) / self.hypervis_subcycle
        viscosities = (self.nu, self.nu_p, self.nu, self.nu_s)
        change = namespace(weak).stack([-(h * nu) * w for nu, w in zip(viscosities, weak)])
        return (change, -(h * self.nu) * weak_wind), flux

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


def _layered(state: ThetaLState) -> tuple[Array, Array]:
    """What is dissipated: theta, dp, and above the ground w and phi where they are; and the wind."""
    above = [f[..., :-1] for f in state.interfaces]
    return namespace(state.dp).stack([state.vtheta_dp / state.dp, state.dp, *above]), state.wind


def _sum(fields: tuple[Array, Array], change: tuple[Array, Array]) -> tuple[Array, Array]:
    scalars, wind = made(change)
    return fields[0] + scalars, fields[1] + wind


def _state_of(equations: ThetaLEquations[S], before: S, fields: Any) -> S:
    """The state of dissipated fields, with the ground of the one before, whose w follows the wind."""
    (theta, dp, *above), wind = made(fields)
    xp = namespace(dp)
    interfaces = [xp.concatenate([f, old[..., -1:]], axis=-1) for f, old in zip(above, before.interfaces)]
    # Left to itself XLA multiplies again in the sponge's sums, and rounds otherwise for other numbers of elements.
    return equations.on_the_ground(type(before)(wind, stored(_vtheta_dp, theta, dp), dp, *interfaces))


def _vtheta_dp(theta: Array, dp: Array) -> Array:
    return theta * dp


def _vector_laplacian(v: Array, grid: Grid, tensor: Array | None) -> Array:
    if tensor is None:
        return vlaplace_sphere_wk_contra(v, grid)
    return vlaplace_sphere_wk_cartesian(v, grid, tensor)
