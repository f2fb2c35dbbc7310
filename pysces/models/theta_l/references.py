"""What theta-l's dissipation is built from: states that it leaves alone, and where its sponge acts.

HOMME: theta-l/share/element_ops (initialize_reference_states), model_init_mod
"""

from __future__ import annotations

from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import Constants
from ...geometry.grid import Grid
from ...operators.dss import dss
from ...operators.laplacians import laplace_sphere_wk
from ...operators.strong import gradient_sphere
from ...thermodynamics.eos import phi_from_eos
from ...thermodynamics.reference_state import REFERENCE_TEMPERATURE, reference_temperatures
from ...vertical.basis import Basis
from ...vertical.coordinate import VerticalCoordinate


@pytree
class ReferenceProfiles(Tree):
    """What is taken off before diffusing, (elem, i, j, lev); None where nothing is (hv_ref_profiles=0).

    phi_i (elem, i, j, lev + 1) is of the nonhydrostatic form, always.
    """

    theta: Any = field("K", "reference virtual potential temperature", homme="theta_ref", default=None)
    dp: Any = field("Pa", "reference layer thickness", homme="dp_ref", default=None)
    laplace_p: Any = field("Pa m-2", "weak Laplacian of reference pressure", homme="lap_p_wk", default=None)
    phi_i: Any = field("m2 s-2", "reference geopotential at interfaces", homme="phi_ref", default=None)
    hv_ref_profiles: int = static(default=1)  # of reference_profiles

    def moved(self, before: Basis, after: Basis) -> ReferenceProfiles:
        """Each with what the change makes of it."""
        old, new = (self._of(basis) for basis in (before, after))
        return self.map(lambda x, a, b: x + (b - a), old, new)

    def _of(self, basis: Basis) -> ReferenceProfiles:
        """As the functions below have them, where there are any."""
        on = (basis.coordinate, basis.constants, basis.phis)
        made = reference_profiles(*on, self.hv_ref_profiles, None if self.laplace_p is None else basis.grid)
        if self.phi_i is not None:
            made = made.replace(phi_i=reference_geopotential(*on))
        return made.replace(**{name: None for name in ("theta", "dp", "laplace_p") if getattr(self, name) is None})


def reference_profiles(
    coordinate: VerticalCoordinate, constants: Constants, phis: Array, hv_ref_profiles: int, grid: Grid | None = None
) -> ReferenceProfiles:
    """Reference thickness and theta of an atmosphere at rest over the topography.

    Parameters
    ----------
    phis : (elem, i, j, 1) [m2 s-2].
    hv_ref_profiles : 0 none, 1 both, 6 both with theta linear in the Exner function; any other is refused.
    grid : given when hv_theta_correction needs the Laplacian of pressure too.

    HOMME: element_ops:initialize_reference_states
    """
    if hv_ref_profiles not in (0, 1, 6):
        raise ValueError(f"hv_ref_profiles must be 0, 1 or 6, found {hv_ref_profiles!r}.")
    ps = _reference_pressure(coordinate, constants, phis)
    laplace_p = None if grid is None else laplace_sphere_wk(coordinate.p_mid(ps), grid)
    dp = coordinate.dp_ref(ps)
    if hv_ref_profiles == 0:
        return ReferenceProfiles(None, None if grid is None else dp, laplace_p, hv_ref_profiles=0)
    exner, (t0, t1) = _reference_exner(coordinate, constants, ps), reference_temperatures(constants)
    theta = t0 / exner + t1 if hv_ref_profiles == 1 else t0 + t0 * (1 - exner) + t1
    return ReferenceProfiles(theta, dp, laplace_p, hv_ref_profiles=hv_ref_profiles)


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


def sponge_profile(coordinate: VerticalCoordinate, tom_sponge_start: float = 0.0) -> Array:
    """(lev,) strength of the sponge; its nonzero head is nlev_tom long.

    tom_sponge_start : pressure where the sponge begins [hPa]; 0 takes the profile relative to the model top.
    HOMME: model_init_mod:model_init2
    """
    etai, etam = coordinate.etai, coordinate.etam
    xp = namespace(etam)
    if tom_sponge_start == 0:
        ratio = xp.where(etai[0] > 0, etai[0], etam[0]) / etam
        strength = 16 * ratio**2 / (ratio**2 + 1)
    else:
        ratio = tom_sponge_start / 1000 / etam
        strength = 0.15 * ratio**2
    return xp.where(strength < 0.15, 0.0, xp.minimum(strength, 8.0))


def surface_slope(phis: Array, grid: Grid) -> Array:
    """The continuous gradient (2, elem, i, j, 1) [m s-2] of the surface geopotential phis (elem, i, j, 1) [m2 s-2].

    HOMME: model_init_mod:model_init2
    """
    return dss(gradient_sphere(phis, grid), grid)


def slope_step(before: Basis, after: Basis) -> Array:
    """What a change makes of surface_slope (2, elem, i, j, 1) [m s-2]."""
    old, new = (surface_slope(basis.phis, basis.grid) for basis in (before, after))
    return new - old
