"""CAM-SE's dissipation: hyperviscosity about reference states with frictional heating, then a Laplacian sponge.

Applied once per dynamics step after the Runge-Kutta stages, forward Euler in subcycles.

Equations: Lauritzen et al. (2018), doi:10.1029/2017MS001257, section 3; tensor: Guba et al. (2014),
doi:10.5194/gmd-7-2803-2014; variable: Zarzycki et al. (2014), doi:10.1175/JCLI-D-13-00435.1;
sponge: Lauritzen et al. (2012), doi:10.1177/1094342011410088
CAM-SE: prim_advance_mod (advance_hypervis_dp), viscosity_mod (biharmonic_wk_dp3d), global_norms_mod (print_cfl)
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from ...arrays.backend import Array, namespace
from ...arrays.control import repeat_few
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...dycore.substeps import Stiffness
from ...geometry.grid import Grid
from ...native.call import element_local, made
from ...operators.dss import dss_wk, dss_wk_later
from ...operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_cartesian, vlaplace_sphere_wk_contra
from ...thermodynamics.reference_state import damping_references
from ...transport.fluxes import DissipationFlux
from ...vertical.basis import Basis, moved
from ...vertical.coordinate import VerticalCoordinate
from .equations import CamSe
from .level_viscosities import (
    DEL4,
    NO_DEL4_SPONGE,
    del4_defaults,
    level_profile,
    level_viscosities,
    placed_on,
    sponge_scale,
)
from .state import CamSeState

F = TypeVar("F", bound=DissipationFlux | None)  # what subcycles add to


@pytree
class CamSeHyperviscosity(Tree):
    """Coefficients and options; [m4 s-1], or [s-1] on a grid with a viscosity tensor.

    heated : (lev,) 1 where friction warms the air, 0 where not.
    sponge_del4 : sponge_del4_lev, sponge_del4_nu_fac and sponge_del4_nu_div_fac, by which the levels place nu.
    ksponge_end : levels with a sponge.   se_min_temperature : floor of temperature on the heated levels [K], or None.
    cam_compatible : the second Laplacian takes nu_div / nu of the lowest level on every level, as CAM-SE codes it.
    """

    nu: Array = field("m4 s-1", "hyperviscosity of wind (lev,)", cam="nu_lev")
    nu_t: Array = field("m4 s-1", "hyperviscosity of temperature (lev,)", cam="nu_t_lev")
    nu_div: Array = field("m4 s-1", "hyperviscosity of the divergent wind (lev,)", cam="nu_div_lev")
    nu_p: Array = field("m4 s-1", "hyperviscosity of dry layer thickness", cam="nu_p")
    temperature_ref: Array = field("K", "temperature that is not damped", cam="T_ref")
    dp_ref: Array = field("Pa", "dry layer thickness that is not damped", cam="dp_ref")
    heated: Array = field("1", "1 where friction warms the air (lev,)")
    nu_top: Array = field("m2 s-1", "sponge viscosity", cam="nu_top", default=0.0)
    nu_scale_top: Any = field("1", "strength of the sponge by level (lev,)", cam="nu_scale_top", default=None)
    se_min_temperature: Any = field("K", "floor of temperature, or None", cam="se_min_temperature", default=None)
    ksponge_end: int = static(default=0)
    hypervis_subcycle: int = static(default=3)
    hypervis_subcycle_sponge: int = static(default=1)
    cam_compatible: bool = static(default=False)
    dp_viscosity: bool = static(default=True)  # nu_p is not zero; follows a nu_p that is a number
    sponge_del4: tuple = static(default=NO_DEL4_SPONGE)
    stiffness: Stiffness | None = None

    def __post_init__(self) -> None:
        if isinstance(self.nu_p, int | float):
            object.__setattr__(self, "dp_viscosity", self.nu_p != 0)

    @property
    def coefficients(self) -> tuple[str, ...]:
        """The fields that are viscosities and act."""
        layers = ("nu_p",) if self.dp_viscosity else ()
        return ("nu", "nu_t", "nu_div", *layers, *(("nu_top",) if self.ksponge_end else ()))

    @property
    def substeps(self) -> dict[str, tuple]:
        """As dycore.substeps wants it."""
        stiffness, names = self.stiffness or Stiffness(), ("nu", "nu_t", "nu_div", "nu_p")
        found = {n: (getattr(self, n), self.hypervis_subcycle, stiffness.biharmonic) for n in names}
        if self.ksponge_end:
            found["nu_top"] = (self.nu_top * self.nu_scale_top, self.hypervis_subcycle_sponge, stiffness.laplacian)
        return found

    def moved(self, before: Basis, after: Basis) -> CamSeHyperviscosity:
        """With references of other constants, levels and surface, and coefficients placed on other levels.

        The sponge's strengths are those of a table by model top, and stay.
        """
        old, new = (damping_references(b.phis, b.coordinate, b.constants) for b in (before, after))
        level, *factors = self.sponge_del4
        shares = tuple(level_profile(basis.coordinate, level) for basis in (before, after))
        names = zip(("nu", "nu_t", "nu_div"), (factors[0], factors[0], factors[1]))
        placed = {name: placed_on(getattr(self, name), factor, factor * self.nu_p, shares) for name, factor in names}
        return self.replace(
            temperature_ref=self.temperature_ref + (new[0] - old[0]),
            dp_ref=self.dp_ref + (new[1] - old[1]),
            stiffness=moved(self.stiffness, before, after),
            **placed,
        )

    def apply(self, state: CamSeState, dt: Array, grid: Grid, equations: CamSe) -> CamSeState:
        """The state after dt seconds [s] of dissipation.

        equations : with the composition of the air set; it knows the heat capacity that friction works against.

        CAM-SE: prim_advance_mod:advance_hypervis_dp
        """
        return self._sponge(self.del4(state, dt, grid, equations.air.inverse_cp), dt, grid)

    def apply_with_flux(
        self, state: CamSeState, dt: Array, grid: Grid, equations: CamSe
    ) -> tuple[CamSeState, DissipationFlux | None]:
        """As apply, over dt [s], and what tracers see of it: nothing where nu_p leaves layer thickness alone.

        CAM-SE: prim_advance_mod:advance_hypervis_dp
        """
        state, flux = self.del4_with_flux(state, dt, grid, equations.air.inverse_cp)
        return self._sponge(state, dt, grid), flux

    def del4(self, state: CamSeState, dt: Array, grid: Grid, inverse_cp: Array) -> CamSeState:
        """As apply, over dt [s], without the sponge; inverse_cp (elem, i, j, lev) [J-1 kg K] is that of the air."""
        return self._subcycles(state, dt, grid, inverse_cp, None)[0]

    def del4_with_flux(
        self, state: CamSeState, dt: Array, grid: Grid, inverse_cp: Array
    ) -> tuple[CamSeState, DissipationFlux | None]:
        """As apply_with_flux, over dt [s], without the sponge; inverse_cp is as for del4."""
        no_flux = DissipationFlux(0.0 * state.dp_dry, 0.0 * state.dp_dry) if self.dp_viscosity else None
        return self._subcycles(state, dt, grid, inverse_cp, no_flux)

    def _sponge(self, state: CamSeState, dt: Array, grid: Grid) -> CamSeState:
        for _ in range(self.hypervis_subcycle_sponge if self.ksponge_end else 0):
            state = self._sponge_step(state, dt / self.hypervis_subcycle_sponge, grid)
        return state

    def _subcycles(self, state: CamSeState, dt: Array, grid: Grid, inverse_cp: Array, total: F) -> tuple[CamSeState, F]:
        """The state after all subcycles, and the total with their mean added where there is one."""
        h = dt / self.hypervis_subcycle

        def subcycle(carry: tuple, _: None) -> tuple:
            state, flux = carry
            weak = self.biharmonic_wk_dp3d(state, grid)
            if flux is not None:
                flux = flux + DissipationFlux(state.dp_dry - self.dp_ref, weak.dp_dry) / self.hypervis_subcycle
            return self._damp(state, weak, h, grid, inverse_cp), flux

        return repeat_few(subcycle, (state, total), None, length=self.hypervis_subcycle)

    def biharmonic_wk_dp3d(self, state: CamSeState, grid: Grid) -> CamSeState:
        """Weak biharmonics of wind and of temperature and dry thickness about their references, not assembled.

        CAM-SE: viscosity_mod:biharmonic_wk_dp3d
        """
        first = dss_wk_later(element_local(CamSeHyperviscosity._first_laplacian, self, state, grid), grid)
        return element_local(CamSeHyperviscosity._biharmonic, self, first, grid, kept=False)

    def _biharmonic(self, first: Any, grid: Grid) -> CamSeState:
        return element_local(CamSeHyperviscosity._second_laplacian, self, *made(first), grid)

    def _first_laplacian(self, state: CamSeState, grid: Grid) -> tuple[Array, Array]:
        scalars = namespace(state.dp_dry).stack([state.temperature - self.temperature_ref, state.dp_dry - self.dp_ref])
        factor = grid.viscosity_factor
        wind = vlaplace_sphere_wk_contra(state.wind, grid, self._nu_ratios(grid)[0], factor=factor)
        return laplace_sphere_wk(scalars, grid, None, factor), wind

    def _second_laplacian(self, scalars: Array, wind: Array, grid: Grid) -> CamSeState:
        factor, tensor = grid.viscosity_factor, grid.viscosity_tensor
        scalars = laplace_sphere_wk(scalars, grid, tensor, factor)
        if tensor is None:
            wind = vlaplace_sphere_wk_contra(wind, grid, self._nu_ratios(grid)[1], factor=factor)
        else:
            wind = vlaplace_sphere_wk_cartesian(wind, grid, tensor)
        return CamSeState(wind, scalars[0], scalars[1])

    def _nu_ratios(self, grid: Grid) -> tuple[Array, Array | None]:
        """Factors of the divergent wind in the two Laplacians; the tensor form has all of it in the first."""
        ratio = self.nu_div / self.nu
        if grid.viscosity_tensor is not None:
            return ratio, None
        ratio = namespace(ratio).sqrt(ratio)
        return ratio, ratio[-1] if self.cam_compatible else ratio

    def _damp(self, state: CamSeState, weak: CamSeState, h: Array, grid: Grid, inverse_cp: Array) -> CamSeState:
        """One forward step. Dry thickness is assembled itself, wind and temperature by their changes."""
        change = dss_wk_later(element_local(CamSeHyperviscosity._change, self, state, weak, h, grid), grid)
        return element_local(CamSeHyperviscosity._changed, self, state, change, inverse_cp, on=grid)

    def _change(self, state: CamSeState, weak: CamSeState, h: Array, grid: Grid) -> CamSeState:
        """Changes of wind and temperature, and all of dry thickness, with the mass matrix."""
        dp_dry = state.dp_dry * grid.mass_matrix - h * self.nu_p * weak.dp_dry
        return CamSeState(-h * self.nu * weak.wind, -h * self.nu_t * weak.temperature, dp_dry)

    def _changed(self, state: CamSeState, change: CamSeState, inverse_cp: Array) -> CamSeState:
        """The new state; what the wind loses warms the air."""
        change = made(change)
        wind = state.wind + change.wind
        lost = 0.5 * (wind[0] ** 2 + wind[1] ** 2 - (state.wind[0] ** 2 + state.wind[1] ** 2))
        temperature = state.temperature + change.temperature - self.heated * (lost * inverse_cp)
        return CamSeState(wind, self._floor(temperature), change.dp_dry)

    def _floor(self, temperature: Array) -> Array:
        if self.se_min_temperature is None:
            return temperature
        xp = namespace(temperature)
        return xp.where(self.heated > 0, xp.maximum(temperature, self.se_min_temperature), temperature)

    def _sponge_step(self, state: CamSeState, h: Array, grid: Grid) -> CamSeState:
        """One forward step of the Laplacian on the topmost levels."""
        xp, n = namespace(state.dp_dry), self.ksponge_end
        top = state.map(lambda x: x[..., :n])
        factor = h * self.nu_top * self.nu_scale_top[:n]
        scalars = factor * laplace_sphere_wk(xp.stack([top.temperature, top.dp_dry]), grid)
        change, wind_change = dss_wk((scalars, factor * vlaplace_sphere_wk_contra(top.wind, grid)), grid)
        damped = top + CamSeState(wind_change, change[0], change[1])
        return damped.map(lambda new, old: xp.concatenate([new, old[..., n:]], axis=-1), state)


def cam_se_hyperviscosity(
    coordinate: VerticalCoordinate,
    constants: Constants,
    phis: Array,
    nu: float,
    *,
    nu_p: float,
    nu_div: float,
    nu_top: float,
    **options: Any,
) -> CamSeHyperviscosity:
    """CAM-SE's dissipation from its namelist words.

    Parameters
    ----------
    phis : (elem, i, j, 1) [m2 s-2].   nu, nu_p, nu_div : hyperviscosity.   nu_top : viscosity of the sponge.
    options : sponge_del4_lev, sponge_del4_nu_fac, sponge_del4_nu_div_fac (by model top where they are not given), and
        the options of CamSeHyperviscosity.

    CAM-SE: global_norms_mod:print_cfl
    """
    ptop = float(coordinate.ptop)
    level, factor, factor_div = (options.pop(n, default) for n, default in zip(DEL4, del4_defaults(ptop)))
    by_level = level_viscosities(coordinate, nu, nu_p, nu_div, (level, factor, factor_div))
    scale, end = sponge_scale(ptop, coordinate.nlev, options.get("cam_compatible", False))
    temperature_ref, dp_ref = damping_references(phis, coordinate, constants)
    return CamSeHyperviscosity(
        nu=by_level[0],
        nu_t=by_level[1],
        nu_div=by_level[2],
        nu_p=nu_p,
        temperature_ref=temperature_ref,
        dp_ref=dp_ref,
        heated=1.0 * (np.arange(1, coordinate.nlev + 1) >= level + 2),
        nu_top=nu_top,
        nu_scale_top=scale,
        sponge_del4=(level, factor, factor_div),
        ksponge_end=end if nu_top > 0 else 0,
        **options,
    )
