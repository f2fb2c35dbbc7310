"""The parts of HOMME theta-l from its options: equations, remap, viscosity, physics, and the dycore of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...arrays.backend import Array
from ...cases.initial_fields import InitialFields
from ...dycore.dycore import Dycore, ModelState
from ..model import (
    World,
)
from ..suites import CHLORINE, SUITES, build_suite, tracer_names
from ..tracers import tracer_transport
from .chosen_viscosity import same_as_nu, sponge_factor
from .equations import ThetaLEquations
from .forms import form_of, vtheta_dp_of
from .hyperviscosity import Hyperviscosity
from .options import ThetaLConfig
from .physical_viscosity import PhysicalViscosity
from .physics import HommePhysics, homme_physics
from .references import ReferenceProfiles, reference_profiles
from .remap import LevelRemap
from .state import ThetaLState


def theta_l_dycore(
    config: ThetaLConfig,
    where: World,
    phis: Array,
    dt: Array,
    given: Mapping[str, Any] | None = None,
    start: ModelState | None = None,
) -> Dycore:
    """The dycore of a configuration that leaves nothing to be chosen; runs, records and tests all use it.

    Parameters
    ----------
    config : nu and hypervis_subcycle are numbers; other coefficients may be -1, the same as nu.
    where : grid (with the tensors that the options want), levels, constants.
    phis : surface geopotential (elem, i, j, 1) [m2 s-2].   dt : dynamics step [s].
    given : what is not computed, by its name in HOMME: theta_ref, dp_ref, lap_p_wk, nu_scale_top, and nlev_tom,
        dp3d_thresh, vtheta_thresh, hv_theta_thresh.
    start : what physical viscosity leaves alone; None where there is none.
    """
    given = given or {}
    config = replace(config, viscosity=same_as_nu(config))
    limiter, linearisation = config.dynamics.limiter_option, config.dynamics.remap_linearisation
    transport = tracer_transport(where.coordinate, config.viscosity, limiter, linearisation)
    return Dycore(
        where.grid,
        theta_l_equations(config, where, phis, given),
        hyperviscosity(config, where, phis, given),
        theta_l_remap(config, where, phis, given),
        dt,
        transport=transport if config.case.tracers else None,
        forcing=_forcing(config, where),
        mixing=_mixing(config, where, start),
        scheme=form_of(config).scheme(config.time.tstep_type),
        rsplit=config.time.rsplit,
        qsplit=config.time.qsplit,
    )


def theta_l_state(config: ThetaLConfig, fields: InitialFields, where: World, on_levels: bool = True) -> ThetaLState:
    """HOMME's prognostic fields from a case's; on_levels : whether dp is that of the levels over ps."""
    return form_of(config).state(fields, where, vtheta_dp_of(fields, where, on_levels))


def theta_l_equations(config: ThetaLConfig, where: World, phis: Array, given: Mapping[str, Any]) -> ThetaLEquations:
    """The equations with the options' forms of their terms, over phis (elem, i, j, 1) [m2 s-2]."""
    options = {name: given[name] for name in ("dp3d_thresh", "vtheta_thresh") if name in given}
    options |= {name: getattr(config.dynamics, name) for name in ("theta_advect_form", "pgrad_correction")}
    options |= {"vertically_lagrangian": config.time.rsplit > 0, "moist": config.case.moisture}
    return form_of(config).equations(config, where, phis, given, options)


def theta_l_remap(config: ThetaLConfig, where: World, phis: Array, given: Mapping[str, Any]) -> LevelRemap:
    """The remap that ends a call, over phis (elem, i, j, 1) [m2 s-2]; vert_remap_u_alg -2 is vert_remap_q_alg."""
    q_alg, u_alg = config.dynamics.vert_remap_q_alg, config.dynamics.vert_remap_u_alg
    options = {
        "vert_remap_u_alg": q_alg if u_alg == -2 else u_alg,
        "vert_remap_q_alg": q_alg,
        "vertically_lagrangian": config.time.rsplit > 0,
        "linearisation": config.dynamics.remap_linearisation,
    }
    return form_of(config).remap(where, phis, given, options)


def hyperviscosity(config: ThetaLConfig, where: World, phis: Array, given: Mapping[str, Any]) -> Hyperviscosity | None:
    """Hyperviscosity and sponge, over phis (elem, i, j, 1) [m2 s-2]; None where nu is zero."""
    v = config.viscosity
    if v.nu == 0:
        return None
    sponge = v.nu_top > 0 and v.hypervis_subcycle_tom > 0
    profile = sponge_factor(config, where, given) if sponge else None
    return Hyperviscosity(
        nu=v.nu,
        nu_div=v.nu_div,
        nu_p=v.nu_p,
        nu_s=v.nu_s,
        nu_top=v.nu_top,
        nu_scale_top=profile,
        tom_sponge_start=v.tom_sponge_start,
        reference=_reference(config, where, phis, given),
        hv_theta_thresh=given.get("hv_theta_thresh", 0.025),
        nlev_tom=0 if profile is None else _depth(profile, given),
        hypervis_subcycle=v.hypervis_subcycle,
        hypervis_subcycle_tom=v.hypervis_subcycle_tom if sponge else 0,
        hv_theta_correction=bool(v.hv_theta_correction),
    )


def _mixing(config: ThetaLConfig, where: World, start: ModelState | None) -> PhysicalViscosity | None:
    """Physical viscosity, None where there is none."""
    v = config.viscosity
    of_air, of_tracers = v.dcmip16_mu > 0, v.dcmip16_mu_q > 0 and config.case.tracers
    if not (of_air or of_tracers):
        return None
    if start is None:
        raise ValueError("Physical viscosity (dcmip16_mu) leaves the start alone, found none; give the state of it.")
    return PhysicalViscosity(
        v.dcmip16_mu,
        v.dcmip16_mu_s,
        v.dcmip16_mu_q,
        where.coordinate.dp_ref(where.coordinate.p0),
        start.dynamics,
        start.tracer_mass / start.dynamics.dp if of_tracers else None,
        of_air=of_air,
        of_tracers=of_tracers,
        limited=config.dynamics.limiter_option != 0,
    )


def _depth(profile: Array, given: Mapping[str, Any]) -> int:
    """Levels of the sponge; a profile that is traced comes with their number."""
    return int(given["nlev_tom"]) if "nlev_tom" in given else int(np.count_nonzero(profile))


def _reference(config: ThetaLConfig, where: World, phis: Array, given: Mapping[str, Any]) -> ReferenceProfiles:
    v = config.viscosity
    if "dp_ref" in given:
        profiles = ReferenceProfiles(given["theta_ref"], given["dp_ref"], given.get("lap_p_wk"))
    else:
        with_slope = where.grid if v.hv_theta_correction else None
        profiles = reference_profiles(where.coordinate, where.constants, phis, v.hv_ref_profiles, with_slope)
    return form_of(config).reference(where, phis, given, profiles)


def _forcing(config: ThetaLConfig, where: World) -> HommePhysics | None:
    name = config.physics.suite
    _check_tracers(config)
    if name != "none" and SUITES[name].tracers and not config.case.tracers:
        raise ValueError(f"[physics] suite {name!r} needs water vapor, found [case] tracers = false; set it to true.")
    suite = build_suite(config.physics, where.coordinate, where.constants)
    return None if suite is None else homme_physics(suite, config.physics.ftype, moist=with_vapor(config))


def with_vapor(config: ThetaLConfig) -> bool:
    """Whether the first tracer counts as water of the air."""
    return config.case.tracers and config.case.moisture


def _check_tracers(config: ThetaLConfig) -> None:
    """Refuse fewer tracers than the suite and the chemistry work on."""
    needed = len(tracer_names(config.physics)) if config.case.tracers else 0
    if config.physics.chemistry != "none":
        needed = CHLORINE[1] + 1
    having = config.case.qsize or needed * (config.physics.chemistry == "none")
    if having < needed or (needed and not config.case.tracers):
        what = (
            f"work on {needed} tracers, found [case] tracers = {config.case.tracers} with qsize = {config.case.qsize}"
        )
        raise ValueError(f"[physics] suite and chemistry {what}; set tracers = true and qsize = {needed} or more.")
