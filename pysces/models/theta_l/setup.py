"""HOMME theta-l, hydrostatic, from a configuration."""

from __future__ import annotations

import numpy as np

from ...cases.catalogue import initial_fields
from ...cases.initial_fields import InitialFields, virtual_potential_temperature_mass
from ...config.run import RunConfig
from ...dycore.dycore import Dycore, ModelState
from ...dycore.stability import (
    HOMME_STABILITY,
    StabilityLimits,
    Steps,
    Viscosities,
    cfl_report,
    check_step,
    check_subcycles,
    hypervis_subcycles,
    stability_limits,
)
from ...operators.integrals import surface_pressure
from ...stepping.tableaus import HOMME_TSTEP_TYPES, tableau
from ...transport.eulerian import TracerTransport
from ...vertical.coordinate import VerticalCoordinate
from ..energy import Energy
from ..model import Model, OutputField, Setting, World, time_step, tracer_step
from ..suites import homme_forcing, tracer_names
from ..viscosity import automatic_nu, viscosity_or_nu
from .energy import theta_l_energy
from .hydrostatic import ThetaLHydrostatic
from .hyperviscosity import Hyperviscosity, reference_profiles, sponge_profile
from .remap import ThetaLRemap
from .state import HydrostaticState

WATER = {"q": "water vapor", "qc": "cloud water", "qr": "rain"}  # in the order of the tracers


def setting(config: RunConfig, world: World) -> Setting:
    """The dycore and the case's initial state."""
    fields = initial_fields(config.case.name, world.grid, world.coordinate, world.constants, config.case.options)
    dt = time_step(config)
    equations = theta_l_equations(config, world, fields.phis)
    dissipation, report = _dissipation(config, world, fields.phis, dt)
    remap = theta_l_remap(config, world.coordinate)
    transport = _transport(config, world, dissipation) if config.case.tracers else None
    scheme = tableau(config.time.tstep_type, HOMME_TSTEP_TYPES)
    splits = {"rsplit": config.time.rsplit, "qsplit": config.time.qsplit}
    parts = {"transport": transport, "forcing": homme_forcing(config, world), "scheme": scheme}
    dycore = Dycore(world.grid, equations, dissipation, remap, np.float64(dt), **parts, **splits)
    state = ModelState(theta_l_state(fields, world), _tracer_mass(config, fields), np.float64(0.0))
    return Setting(dycore, state, report)


def theta_l_state(fields: InitialFields, world: World) -> HydrostaticState:
    """HOMME's prognostic fields from a case's."""
    vtheta_dp = virtual_potential_temperature_mass(fields, world.coordinate, world.constants)
    return HydrostaticState(fields.wind, vtheta_dp, fields.dp)


def theta_l_equations(config: RunConfig, world: World, phis) -> ThetaLHydrostatic:
    options = config.dynamics
    return ThetaLHydrostatic(
        world.constants,
        world.coordinate,
        phis,
        theta_advect_form=options.theta_advect_form,
        pgrad_correction=options.pgrad_correction,
        vertically_lagrangian=config.time.rsplit > 0,
    )


def theta_l_remap(config: RunConfig, coordinate: VerticalCoordinate) -> ThetaLRemap:
    """The remap that ends a call; vert_remap_u_alg -2 is vert_remap_q_alg."""
    q_alg, u_alg = config.dynamics.vert_remap_q_alg, config.dynamics.vert_remap_u_alg
    return ThetaLRemap(coordinate, q_alg if u_alg == -2 else u_alg, q_alg, config.time.rsplit > 0)


def _tracer_mass(config: RunConfig, fields: InitialFields):
    """The case's water vapor; other water starts from nothing."""
    names = tracer_names(config)
    if not names:
        return None
    vapor = fields.q_moist * fields.dp
    return np.stack([vapor, *(np.zeros_like(vapor) for _ in names[1:])])


def _dissipation(config: RunConfig, world: World, phis, dt: float) -> tuple[Hyperviscosity | None, str]:
    """Hyperviscosity and sponge, refused when unstable, and the report on how stable they are."""
    v = config.viscosity
    nu = _nu(config, world) if v.hypervis_order else 0.0
    nu_div, nu_p = viscosity_or_nu(v, "nu_div", nu), viscosity_or_nu(v, "nu_p", nu if config.time.rsplit else 0.0)
    profile = sponge_profile(world.coordinate, v.tom_sponge_start)
    strongest = v.nu_top * profile.max() if v.hypervis_subcycle_tom else 0.0
    largest = Viscosities(max(nu, nu_div, nu_p), strongest, v.hypervis_scaling, v.laplace_scaling)
    limits = stability_limits(world.grid, largest)
    subcycles = v.hypervis_subcycle
    if subcycles < 1:
        subcycles = hypervis_subcycles(dt, nu, config.grid.ne, limits.hyperviscosity, v.hypervis_scaling == 0)
    _check(config, dt, subcycles, limits)
    stability = HOMME_STABILITY.get(config.time.tstep_type)
    report = cfl_report(limits, Steps(dt, stability, subcycles, v.hypervis_subcycle_tom, tracer_step(config, dt)))
    if nu <= 0:
        return None, report
    grid = world.grid if v.hv_theta_correction else None
    dissipation = Hyperviscosity(
        nu=nu,
        nu_div=nu_div,
        nu_p=nu_p,
        nu_top=v.nu_top,
        nu_scale_top=profile,
        reference=reference_profiles(world.coordinate, world.constants, phis, v.hv_ref_profiles, grid),
        nlev_tom=int(np.count_nonzero(profile)) if strongest > 0 else 0,
        hypervis_subcycle=subcycles,
        hypervis_subcycle_tom=v.hypervis_subcycle_tom,
        hv_theta_correction=bool(v.hv_theta_correction),
    )
    return dissipation, report


def _nu(config: RunConfig, world: World) -> float:
    """nu as given, or scaled to the mesh."""
    v = config.viscosity
    if v.nu >= 0:
        return v.nu
    if v.hypervis_scaling:
        raise ValueError("[viscosity] nu must be given with hypervis_scaling (E3SM: 3.4e-8 s-1), found -1.")
    return automatic_nu(config.grid.ne, world.constants.radius)


def _check(config: RunConfig, dt: float, subcycles: int, limits: StabilityLimits) -> None:
    check_step(dt, HOMME_STABILITY.get(config.time.tstep_type), limits)
    check_subcycles(dt, subcycles, limits.hyperviscosity, "hypervis_subcycle")
    check_subcycles(dt, config.viscosity.hypervis_subcycle_tom, limits.sponge, "hypervis_subcycle_tom")


def _transport(config: RunConfig, world: World, dissipation: Hyperviscosity | None) -> TracerTransport:
    nu = 0.0 if dissipation is None else dissipation.nu
    nu_q = viscosity_or_nu(config.viscosity, "nu_q", nu)
    return TracerTransport(
        world.coordinate.dp_ref(world.constants.p0),
        nu_q if nu_q > 0 else None,
        limiter_option=config.dynamics.limiter_option,
        hypervis_subcycle_q=config.viscosity.hypervis_subcycle_q,
    )


def energy(dycore: Dycore, state: ModelState) -> Energy:
    return theta_l_energy(dycore.equations, state.dynamics, dycore.grid)


def theta_l_surface_pressure(dycore: Dycore, state: ModelState):
    return surface_pressure(state.dynamics.dp, dycore.equations.coordinate.ptop)


def layers(dycore: Dycore, state: ModelState):
    """Layer thickness [Pa] whose sum is the mass that must not change."""
    return state.dynamics.dp


def output_fields(dycore: Dycore, state: ModelState) -> list[OutputField]:
    """What goes into the history."""
    equations, dynamics = dycore.equations, state.dynamics
    column = equations.column(dynamics)
    u, v = dynamics.wind
    ps = theta_l_surface_pressure(dycore, state)[..., 0]
    virtual_temperature = dynamics.vtheta_dp / dynamics.dp * column.exner
    fields = [
        OutputField("ps", ps, "Pa", "surface pressure"),
        OutputField("u", u, "m s-1", "eastward wind"),
        OutputField("v", v, "m s-1", "northward wind"),
        OutputField("Tv", virtual_temperature, "K", "virtual temperature"),
        OutputField("dp", dynamics.dp, "Pa", "layer thickness in pressure"),
    ]
    tracers = () if state.tracer_mass is None else zip(WATER, state.tracer_mass)
    return fields + [
        OutputField(n, mass / dynamics.dp, "kg kg-1", f"{WATER[n]} per mass of moist air") for n, mass in tracers
    ]


THETA_L = Model(setting, energy, layers, theta_l_surface_pressure, output_fields)
