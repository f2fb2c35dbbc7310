"""The two forms of theta-l as a builder needs them: the state of initial fields, equations, remap, references, schemes.

HOMME: theta_hydrostatic_mode
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ...arrays.backend import Array
from ...cases.initial_fields import (
    InitialFields,
    floating_potential_temperature_mass,
    virtual_potential_temperature_mass,
)
from ...geometry.grid import Grid
from ...stepping.imex import HOMME_IMEX_TYPES, ImexTableau
from ...stepping.tableaus import HOMME_TSTEP_TYPES, Tableau, tableau
from ...thermodynamics.eos import phi_from_eos
from ..model import World
from .hydrostatic import ThetaLHydrostatic
from .nonhydrostatic import ThetaLNonhydrostatic
from .options import ThetaLConfig
from .references import ReferenceProfiles, reference_geopotential, surface_slope
from .remap import NonhydrostaticRemap, ThetaLRemap
from .state import HydrostaticState, NonhydrostaticState


class Form(Protocol):
    """What a builder asks of a form of the equations.

    phis : (elem, i, j, 1) surface geopotential [m2 s-2].   vtheta_dp : (elem, i, j, lev) [K Pa].
    given : what is not computed, by its name in HOMME.   options : those of the class that is made.
    """

    def scheme(self, tstep_type: int) -> Tableau | ImexTableau:
        """The scheme of a tstep_type; ValueError for one that is not of this form."""

    def equations(self, config: ThetaLConfig, where: World, phis: Array, given: Mapping, options: Mapping) -> Any:
        """The equations."""

    def remap(self, where: World, phis: Array, given: Mapping, options: Mapping) -> Any:
        """The remap that ends a call."""

    def reference(self, where: World, phis: Array, given: Mapping, profiles: ReferenceProfiles) -> ReferenceProfiles:
        """The profiles of layers, with those of fields at interfaces where there are some."""

    def state(self, fields: InitialFields, where: World, vtheta_dp: Array) -> Any:
        """The prognostic fields."""


class Hydrostatic:
    """Geopotential follows from the column; phis (elem, i, j, 1) [m2 s-2] and vtheta_dp [K Pa] are those of Form."""

    def scheme(self, tstep_type: int) -> Tableau:
        """Explicit ones; any other is refused."""
        if tstep_type in HOMME_IMEX_TYPES:
            raise ValueError(
                f"[time] tstep_type = {tstep_type} solves for vertical sound, and the hydrostatic form has none; "
                f"use one of {sorted(HOMME_TSTEP_TYPES)}, or set [dynamics] theta_hydrostatic_mode = false."
            )
        return tableau(tstep_type, HOMME_TSTEP_TYPES)

    def equations(
        self, config: ThetaLConfig, where: World, phis: Array, given: Mapping, options: Mapping
    ) -> ThetaLHydrostatic:
        """The hydrostatic equations."""
        return ThetaLHydrostatic(where.constants, where.coordinate, phis, **options)

    def remap(self, where: World, phis: Array, given: Mapping, options: Mapping) -> ThetaLRemap:
        """Of layers."""
        return ThetaLRemap(where.coordinate, **options)

    def reference(self, where: World, phis: Array, given: Mapping, profiles: ReferenceProfiles) -> ReferenceProfiles:
        """The profiles as they are."""
        return profiles

    def state(self, fields: InitialFields, where: World, vtheta_dp: Array) -> HydrostaticState:
        """Wind and layers."""
        return HydrostaticState(fields.wind, vtheta_dp, fields.dp)


class Nonhydrostatic:
    """Geopotential and vertical velocity are prognostic.

    phis (elem, i, j, 1) [m2 s-2] and vtheta_dp (elem, i, j, lev) [K Pa] are those of Form.
    """

    def scheme(self, tstep_type: int) -> Tableau | ImexTableau:
        """All schemes."""
        return HOMME_IMEX_TYPES.get(tstep_type) or tableau(tstep_type, HOMME_TSTEP_TYPES)

    def equations(
        self, config: ThetaLConfig, where: World, phis: Array, given: Mapping, options: Mapping
    ) -> ThetaLNonhydrostatic:
        """The nonhydrostatic equations, with vertical sound in the tendency where the scheme is explicit."""
        fast, gradphis = config.time.tstep_type in HOMME_TSTEP_TYPES, _gradphis(where.grid, phis, given)
        return ThetaLNonhydrostatic(where.constants, where.coordinate, phis, gradphis, fast_terms=fast, **options)

    def remap(self, where: World, phis: Array, given: Mapping, options: Mapping) -> NonhydrostaticRemap:
        """Of layers, and of what lies at interfaces."""
        ground = {"phis": phis, "gradphis": _gradphis(where.grid, phis, given), "constants": where.constants}
        return NonhydrostaticRemap(where.coordinate, **options, **ground)

    def reference(self, where: World, phis: Array, given: Mapping, profiles: ReferenceProfiles) -> ReferenceProfiles:
        """With the geopotential, which is taken off whatever hv_ref_profiles says."""
        phi_i = given.get("phi_ref")
        if phi_i is None:
            phi_i = reference_geopotential(where.coordinate, where.constants, phis)
        return profiles.replace(phi_i=phi_i)

    def state(self, fields: InitialFields, where: World, vtheta_dp: Array) -> NonhydrostaticState:
        """In hydrostatic balance, at rest vertically but for the wind along the ground.

        HOMME: element_ops:tests_finalize
        """
        dp, phis = fields.dp, fields.phis
        phi_i = phi_from_eos(phis, vtheta_dp, dp, where.coordinate.ptop, where.constants)
        equations = ThetaLNonhydrostatic(where.constants, where.coordinate, phis, _gradphis(where.grid, phis, {}))
        return equations.on_the_ground(NonhydrostaticState(fields.wind, vtheta_dp, dp, 0.0 * phi_i, phi_i))


def form_of(config: ThetaLConfig) -> Form:
    """The form that a configuration asks for."""
    return Hydrostatic() if config.dynamics.theta_hydrostatic_mode else Nonhydrostatic()


def vtheta_dp_of(fields: InitialFields, where: World, on_levels: bool) -> Array:
    """vtheta_dp (elem, i, j, lev) [K Pa] of a case; on_levels : whether dp is that of the levels over ps."""
    of_layers = virtual_potential_temperature_mass if on_levels else floating_potential_temperature_mass
    return of_layers(fields, where.coordinate, where.constants)


def _gradphis(grid: Grid, phis: Array, given: Mapping) -> Array:
    return given["gradphis"] if "gradphis" in given else surface_slope(phis, grid)
