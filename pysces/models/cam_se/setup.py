"""CAM-SE from a configuration: moist air on layers of dry mass, without physics or with a simple suite."""

from __future__ import annotations

import numpy as np

from ...cases.catalogue import initial_dry_mass_fields
from ...config.run import RunConfig
from ...dycore.dycore import Dycore, ModelState
from ...dycore.stability import (
    CAM_STABILITY,
    Steps,
    Viscosities,
    cfl_report,
    check_step,
    check_subcycles,
    hypervis_subcycles,
    stability_limits,
)
from ...geometry.inverse_mass import mass_keeping
from ...operators.integrals import global_mean
from ...stepping.tableaus import CAM_TSTEP_TYPES, tableau
from ...thermodynamics.column_energy import hydrostatic_energy
from ...thermodynamics.species import ActiveSpecies, active_species
from ...transport.eulerian import TracerTransport
from ..energy import Energy
from ..model import Model, OutputField, Setting, World, time_step, tracer_step
from ..suites import cam_se_forcing
from ..viscosity import automatic_nu, automatic_tensor_nu, viscosity_or_nu
from .equations import CamSe
from .hyperviscosity import CamSeHyperviscosity, cam_se_hyperviscosity, sponge_scale
from .remap import CamSeRemap, CamSeRemapStep
from .state import CamSeState


def setting(config: RunConfig, world: World) -> Setting:
    """The dycore and the case's initial state; water vapor is the only active species."""
    forcing = cam_se_forcing(config, world)
    fields = initial_dry_mass_fields(
        config.case.name, world.grid, world.coordinate, world.constants, config.case.options
    )
    species = active_species(("Q",), world.constants.R_dry, world.constants.cp)
    dt, options = time_step(config), config.dynamics
    dissipation, report = _dissipation(config, world, fields.phis, dt)
    dycore = Dycore(
        mass_keeping(world.grid),
        CamSe(world.constants, world.coordinate, species, fields.phis, se_pgf_formulation=options.se_pgf_formulation),
        dissipation,
        CamSeRemapStep(world.coordinate, species, CamSeRemap(options.vert_remap_u_alg, options.vert_remap_q_alg)),
        np.float64(dt),
        transport=_transport(config, world, dissipation),
        forcing=forcing,
        scheme=tableau(config.time.tstep_type, CAM_TSTEP_TYPES),
        rsplit=config.time.rsplit,
        qsplit=config.time.qsplit,
    )
    dynamics = CamSeState(fields.wind, fields.temperature, fields.dp_dry)
    return Setting(dycore, ModelState(dynamics, (fields.q_dry * fields.dp_dry)[None], np.float64(0.0)), report)


def _dissipation(config: RunConfig, world: World, phis, dt: float) -> tuple[CamSeHyperviscosity, str]:
    """Hyperviscosity and sponge, refused when unstable, and the report on how stable they are."""
    v = config.viscosity
    nu = v.nu if v.nu > 0 else _automatic_nu(config, world)
    nu_div, nu_p = viscosity_or_nu(v, "nu_div", 2.5 * nu), viscosity_or_nu(v, "nu_p", nu)
    quirks = config.dynamics.cam_compatible
    sponge = v.nu_top * sponge_scale(float(world.coordinate.ptop), world.coordinate.nlev, quirks)[0].max()
    limits = stability_limits(world.grid, Viscosities(max(nu, nu_div), sponge, v.hypervis_scaling))
    subcycles = v.hypervis_subcycle
    if subcycles < 1:
        subcycles = hypervis_subcycles(dt, nu_div, config.grid.ne, limits.hyperviscosity, v.hypervis_scaling == 0)
    stability = CAM_STABILITY.get(config.time.tstep_type)
    check_step(dt, stability, limits)
    check_subcycles(dt, subcycles, limits.hyperviscosity, "hypervis_subcycle")
    check_subcycles(dt, v.hypervis_subcycle_tom, limits.sponge, "hypervis_subcycle_tom")
    options = {"nu_div": nu_div, "nu_p": nu_p, "nu_top": v.nu_top if v.hypervis_subcycle_tom else 0.0}
    options["cam_compatible"] = quirks
    splits = {"hypervis_subcycle": subcycles, "hypervis_subcycle_sponge": max(v.hypervis_subcycle_tom, 1)}
    dissipation = cam_se_hyperviscosity(world.coordinate, world.constants, phis, nu, **options, **splits)
    steps = Steps(dt, stability, subcycles, v.hypervis_subcycle_tom, tracer_step(config, dt))
    return dissipation, cfl_report(limits, steps)


def _automatic_nu(config: RunConfig, world: World) -> float:
    """In m4 s-1, or s-1 with a viscosity tensor, which carries the radius and the size of the elements."""
    ne, radius, scaling = config.grid.ne, float(world.constants.radius), config.viscosity.hypervis_scaling
    if scaling == 0:
        return automatic_nu(ne, radius)
    return automatic_tensor_nu(ne, radius, scaling, 1e3 * float(np.max(world.grid.dx_short)))


def _transport(config: RunConfig, world: World, dissipation: CamSeHyperviscosity) -> TracerTransport:
    nu_q = viscosity_or_nu(config.viscosity, "nu_q", dissipation.nu_p)
    return TracerTransport(
        world.coordinate.dp_ref(world.constants.p0),
        nu_q if nu_q > 0 else None,
        limiter_option=config.dynamics.limiter_option,
        hypervis_subcycle_q=config.viscosity.hypervis_subcycle_q,
    )


def energy(dycore: Dycore, state: ModelState) -> Energy:
    """Kinetic energy, enthalpy and the surface's potential energy."""
    equations = dycore.equations
    species, constants = equations.species, equations.constants
    q = _mixing_ratios(state, species)
    ptop = equations.coordinate.ptop
    column = hydrostatic_energy(state.dynamics, q, equations.phis, ptop, species, constants)
    return Energy(*(global_mean(x, dycore.grid)[0] for x in (column.kinetic, column.enthalpy, column.potential)))


def layers(dycore: Dycore, state: ModelState):
    """Dry layer thickness [Pa]: dry air is what must not change."""
    return state.dynamics.dp_dry


def cam_se_surface_pressure(dycore: Dycore, state: ModelState):
    """Surface pressure of moist air."""
    weight = state.dynamics.dp_dry + state.tracer_mass[list(dycore.equations.species.water_indices)].sum(axis=0)
    return dycore.equations.coordinate.ptop + weight.sum(axis=-1, keepdims=True)


def output_fields(dycore: Dycore, state: ModelState) -> list[OutputField]:
    """What goes into the history."""
    dynamics, coordinate = state.dynamics, dycore.equations.coordinate
    u, v = dynamics.wind
    return [
        OutputField("ps", cam_se_surface_pressure(dycore, state)[..., 0], "Pa", "surface pressure"),
        OutputField("psdry", coordinate.ps(dynamics.dp_dry)[..., 0], "Pa", "surface pressure of the dry air"),
        OutputField("u", u, "m s-1", "eastward wind"),
        OutputField("v", v, "m s-1", "northward wind"),
        OutputField("T", dynamics.temperature, "K", "temperature"),
        OutputField("dp_dry", dynamics.dp_dry, "Pa", "layer thickness in pressure of dry air"),
        OutputField("q", state.tracer_mass[0] / dynamics.dp_dry, "kg kg-1", "water vapor per mass of dry air"),
    ]


def _mixing_ratios(state: ModelState, species: ActiveSpecies):
    return state.tracer_mass[: len(species.names)] / state.dynamics.dp_dry


CAM_SE = Model(setting, energy, layers, cam_se_surface_pressure, output_fields)
