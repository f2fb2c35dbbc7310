"""Viscosities and substeps of theta-l chosen where they were left to be, and what of them limits a step.

HOMME: namelist_mod, global_norms_mod:print_cfl
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...arrays.backend import Array
from ...dycore.stability import (
    StabilityLimits,
    Viscosities,
    hypervis_subcycles,
    stability_limits,
)
from ...stepping.imex import HOMME_IMEX_TYPES
from ..model import World
from ..viscosity import or_else
from .forms import form_of
from .options import ThetaLConfig, Viscosity
from .references import sponge_profile
from .sound import longest_explicit_step
from .state import NonhydrostaticState, ThetaLState


def same_as_nu(config: ThetaLConfig) -> Viscosity:
    """The coefficients with what -1 stands for in place of it; no hyperviscosity where its order is 0."""
    v = config.viscosity
    nu = v.nu if v.hypervis_order else 0.0
    nu_p = or_else(v.nu_p, nu if config.time.rsplit else 0.0)
    nu_div, nu_s, nu_q = (or_else(given, nu) for given in (v.nu_div, v.nu_s, v.nu_q))
    mu_s = or_else(v.dcmip16_mu_s, v.dcmip16_mu)
    v = replace(v, dcmip16_mu_s=mu_s, dcmip16_mu_q=or_else(v.dcmip16_mu_q, mu_s))
    return replace(v, nu=nu, nu_div=nu_div, nu_p=nu_p, nu_s=nu_s, nu_q=nu_q)


def chosen(config: ThetaLConfig, where: World, dt: float, nu: float) -> ThetaLConfig:
    """The configuration with nu, and with hypervis_subcycle for a step dt [s], chosen where that was left to be."""
    v = config.viscosity
    config = replace(config, viscosity=replace(v, nu=nu))
    config = replace(config, viscosity=same_as_nu(config))
    if v.hypervis_subcycle < 1:
        limit, constant = stability_limits(where.grid, strongest(config, where)), v.hypervis_scaling == 0
        substeps = hypervis_subcycles(dt, nu, where.grid.ne, limit.hyperviscosity, constant)
        config = replace(config, viscosity=replace(config.viscosity, hypervis_subcycle=substeps))
    return config


def strongest(config: ThetaLConfig, where: World) -> Viscosities:
    """The largest coefficients that act."""
    v = config.viscosity
    if v.nu == 0:
        return Viscosities()
    sponge = v.nu_top * sponge_factor(config, where, {}).max() if v.hypervis_subcycle_tom else 0.0
    of_phi = 0.0 if config.dynamics.theta_hydrostatic_mode else v.nu_s
    return Viscosities(max(v.nu, v.nu_div, v.nu_p, of_phi), sponge)


def with_sound(
    limits: StabilityLimits, config: ThetaLConfig, where: World, phis: Array, start: ThetaLState
) -> StabilityLimits:
    """The limits with that of vertical sound, where the scheme steps it explicitly.

    phis : (elem, i, j, 1) surface geopotential [m2 s-2].   start : the state whose sound it is.
    """
    if not isinstance(start, NonhydrostaticState) or config.time.tstep_type in HOMME_IMEX_TYPES:
        return limits
    equations = form_of(config).equations(config, where, phis, {}, {})
    return replace(limits, vertical_sound=longest_explicit_step(equations, start))


def sponge_factor(config: ThetaLConfig, where: World, given: Mapping[str, Any]) -> Array:
    """Strength of the sponge by level (lev,) [1], what is given or that of the levels."""
    if "nu_scale_top" in given:
        return given["nu_scale_top"]
    return sponge_profile(where.coordinate, config.viscosity.tom_sponge_start)
