"""CAM-SE from its options: moist air on layers of dry mass, for a run and for the settings of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...arrays.backend import Array
from ...cases.air_on_columns import WATER, AirOnColumns, air_of_layers
from ...cases.initial_fields import DryMassFields, InitialFields
from ...dycore.dycore import Dycore, ModelState
from ...dycore.stability import (
    Viscosities,
    hypervis_subcycles,
    stability_limits,
)
from ...dycore.substeps import judged, stiffness_of
from ...geometry.inverse_mass import mass_keeping
from ...operators.integrals import surface_pressure
from ...stepping.tableaus import CAM_TSTEP_TYPES, tableau
from ...thermodynamics.species import ActiveSpecies, active_species
from ..model import (
    OutputField,
    Setup,
    Watched,
    World,
    air_mass,
    declared,
    lowest_pressure,
    planet,
    tracer_masses,
    with_step,
    world,
)
from ..sample import AirSample
from ..starts import check_suite, dry_start, with_water_of
from ..suites import SUITES, build_suite, started
from ..tracers import tracer_transport
from ..viscosity import ChosenNu, cam_nu, choices, nu_units, or_else, steps_report
from .energy import cam_se_energy
from .equations import CamSe
from .forcing import moist_thickness
from .hyperviscosity import CamSeHyperviscosity, cam_se_hyperviscosity
from .level_viscosities import DEL4, chosen_del4, level_viscosities, sponge_scale
from .options import CamSeConfig, Viscosity
from .physics import CamSePhysics, cam_se_air, cam_se_physics
from .remap import FV3_LAYERS, PPM_BOUNDARY, CamSeRemap, CamSeRemapStep
from .state import CamSeState
from .variable_viscosity import scalar_nu, viscosity_factor


@dataclass(frozen=True)
class CamSeModel:
    """The model as a run sees it: models.model.Model."""

    name: str = "cam_se"
    names: str = "cam"
    config: type[CamSeConfig] = CamSeConfig

    def setup(self, config: CamSeConfig, where: World | None = None) -> Setup:
        """The dycore, the initial state and a report on stability; all water of the start is weighed."""
        v = config.viscosity
        where = where or world(config, planet(config), v.hypervis_scaling)
        constants = where.constants
        start = dry_start(config, where)
        fields, tracers = start.fields, with_water_of(_works_on(config), start.tracers)
        names = tuple(tracers)
        dt = with_step(config, where.grid).step_length
        nu = _nu(config, where)
        where = _with_factor(config, where)
        config = _chosen(config, where, dt, nu.nu)
        where = _with_factor(config, where, dt)
        strongest = _strongest(config, where)
        limits = stability_limits(where.grid, strongest)
        report = nu.line(nu_units(config.viscosity.hypervis_scaling)) + steps_report(config, limits, dt)
        species = active_species([name for name in names if name in WATER], constants.R_dry, constants.cp)
        check_suite(config.physics.suite, _works_on(config), names)
        keeping = replace(where, grid=mass_keeping(where.grid))
        dycore = cam_se_dycore(config, keeping, species, fields.phis, np.float64(dt))
        dycore = started(judged(dycore, stiffness_of(limits, strongest)), fields.wind)
        dynamics = CamSeState(fields.wind, fields.temperature, fields.dp_dry)
        state = ModelState(dynamics, np.stack([q * fields.dp_dry for q in tracers.values()]), np.float64(0.0))
        notes = (*_no_quirks(config, where), *start.notes)
        return Setup(dycore, state, report, keeping, notes, names, choices(v, config.viscosity))

    def watch(self, dycore: Dycore, state: ModelState) -> Watched:
        """Lowest surface pressure, mass of the dry air and of its water, energy."""
        grid, constants = dycore.grid, dycore.equations.constants
        return Watched(
            lowest_pressure(cam_se_surface_pressure(dycore, state), grid),
            air_mass(state.dynamics.dp_dry, grid, constants.gravity, of="dry air"),
            tracer_masses(state.tracer_mass, grid, constants),
            cam_se_energy(dycore.equations, state.dynamics, _tracer_mass(state), grid),
        )

    def fields(self, dycore: Dycore, state: ModelState) -> list[OutputField]:
        """What goes into the history."""
        dynamics, coordinate = state.dynamics, dycore.equations.coordinate
        u, v = dynamics.wind
        return [
            declared("ps", cam_se_surface_pressure(dycore, state)[..., 0], InitialFields, "ps"),
            declared("psdry", coordinate.ps(dynamics.dp_dry)[..., 0], DryMassFields, "ps_dry"),
            declared("u", u, CamSeState, "wind", "eastward wind"),
            declared("v", v, CamSeState, "wind", "northward wind"),
            declared("T", dynamics.temperature, CamSeState, "temperature"),
            declared("dp_dry", dynamics.dp_dry, CamSeState, "dp_dry"),
            declared("q", _tracer_mass(state)[0] / dynamics.dp_dry, DryMassFields, "q_dry"),
            *(
                declared(name, m / dynamics.dp_dry, DryMassFields, "q_dry", f"{name} per mass of dry air")
                for name, m in zip(dycore.equations.species.names[1:], _tracer_mass(state)[1:])
            ),
        ]

    def sample(self, config: CamSeConfig, dycore: Dycore, state: ModelState) -> AirSample:
        """What fields of output are made of."""
        now, mass = state.dynamics, _tracer_mass(state)
        equations = dycore.equations.for_step(now, mass)
        return AirSample(
            dycore,
            state,
            cam_se_air(now, mass, dycore, dycore.dt_remap),
            lambda: now.temperature * equations.air.virtual,
            lambda: equations.omega(now, dycore.grid),
        )

    def air(self, dycore: Dycore, state: ModelState, tracers: tuple[str, ...]) -> AirOnColumns:
        """A whole state as an initial file holds it."""
        dynamics, equations = state.dynamics, dycore.equations
        layers = (dynamics.dp_dry, _tracer_mass(state), True)
        return air_of_layers(dynamics.wind, dynamics.temperature, layers, tracers, equations.coordinate, equations.phis)


CAM_SE = CamSeModel()
HIGHEST_WITH_QUIRKS = 300.0  # Pa; see docs/models/cam_se.md


def cam_se_dycore(
    config: CamSeConfig,
    where: World,
    species: ActiveSpecies,
    phis: Array,
    dt: Array,
    given: Mapping[str, Any] | None = None,
) -> Dycore:
    """The dycore of a configuration that leaves nothing to be chosen; runs, records and tests all use it.

    Parameters
    ----------
    config : nu and hypervis_subcycle are numbers; other coefficients may be -1, for what they stand for.
    where : grid (with the tensor that the options want), levels, constants.
    species : what the air is made of; the first tracers.
    phis : surface geopotential (elem, i, j, 1) [m2 s-2].   dt : dynamics step [s].
    given : what is not computed: dissipation (a CamSeHyperviscosity, or None without) and vert_remap_T.
    """
    given = given or {}
    config = replace(config, viscosity=relative_to_nu(config.viscosity))
    limiter, linearisation = config.dynamics.limiter_option, config.dynamics.remap_linearisation
    return Dycore(
        where.grid,
        CamSe(where.constants, where.coordinate, species, phis, se_pgf_formulation=config.dynamics.se_pgf_formulation),
        given["dissipation"] if "dissipation" in given else hyperviscosity(config, where, phis),
        CamSeRemapStep(where.coordinate, species, remap_options(config, where.coordinate.nlev, given)),
        dt,
        transport=tracer_transport(where.coordinate, config.viscosity, limiter, linearisation),
        forcing=_forcing(config, where),
        scheme=tableau(config.time.tstep_type, CAM_TSTEP_TYPES),
        rsplit=config.time.rsplit,
        qsplit=config.time.qsplit,
    )


def hyperviscosity(config: CamSeConfig, where: World, phis: Array) -> CamSeHyperviscosity | None:
    """Hyperviscosity and sponge over phis (elem, i, j, 1) [m2 s-2]; coefficients are numbers, None where nu is zero."""
    v = config.viscosity
    if v.nu == 0:
        return None
    options = {"nu_div": v.nu_div, "nu_p": v.nu_p, "nu_top": v.nu_top if v.hypervis_subcycle_tom else 0.0}
    options["cam_compatible"] = config.dynamics.cam_compatible
    splits = {
        "hypervis_subcycle": v.hypervis_subcycle,
        "hypervis_subcycle_sponge": max(v.hypervis_subcycle_tom, 1),
        **dict(zip(DEL4, chosen_del4(v, where.coordinate))),
    }
    return cam_se_hyperviscosity(where.coordinate, where.constants, phis, v.nu, **options, **splits)


def relative_to_nu(v: Viscosity) -> Viscosity:
    """The coefficients with what -1 stands for in place of it."""
    nu_p = or_else(v.nu_p, v.nu)
    nu_q = or_else(v.nu_q, nu_p if v.nu else 0.0)
    return replace(v, nu_div=or_else(v.nu_div, 2.5 * v.nu), nu_p=nu_p, nu_q=nu_q)


def _nu(config: CamSeConfig, where: World) -> ChosenNu:
    v = config.viscosity
    if v.hypervis_power:
        return scalar_nu(v.nu, v.fine_ne, where.grid)
    return cam_nu(v.nu, where.grid, v.hypervis_scaling)


def _chosen(config: CamSeConfig, where: World, dt: float, nu: float) -> CamSeConfig:
    """The configuration with nu and hypervis_subcycle chosen where they were left to be."""
    v = relative_to_nu(replace(config.viscosity, nu=nu))
    if v.hypervis_subcycle < 1:
        limit = stability_limits(where.grid, _strongest(replace(config, viscosity=v), where)).hyperviscosity
        constant = v.hypervis_scaling == 0 and v.hypervis_power == 0
        v = replace(v, hypervis_subcycle=hypervis_subcycles(dt, v.nu_div, where.grid.ne, limit, constant))
    return replace(config, viscosity=v)


def _with_factor(config: CamSeConfig, where: World, dt: float | None = None) -> World:
    """The grid with what hypervis_power makes of its elements; as max_hypervis_courant allows where the step is known.

    CAM-SE: prim_init2 (dtnu)
    """
    v, courant, dt_nu = config.viscosity, np.inf, 0.0
    if not (v.hypervis_power and v.nu):
        return where
    if dt is not None:
        of_tracers = dt * config.time.qsplit / v.hypervis_subcycle_q * v.nu_q
        courant, dt_nu = v.max_hypervis_courant, max(dt / v.hypervis_subcycle * max(v.nu, v.nu_div), of_tracers)
    factor = viscosity_factor(where.grid, v.hypervis_power, v.fine_ne, courant, dt_nu)
    return replace(where, grid=where.grid.replace(viscosity_factor=factor))


def _no_quirks(config: CamSeConfig, where: World) -> tuple[str, ...]:
    """A sentence where the defects of CAM-SE's dissipation would not show: they are in sponges of high tops."""
    ptop = float(where.coordinate.ptop)
    if not config.dynamics.cam_compatible or config.viscosity.nu == 0 or ptop <= HIGHEST_WITH_QUIRKS:
        return ()
    return (f"[dynamics] cam_compatible changes nothing with a top at {ptop:g} Pa; one of 300 Pa or less has it.",)


def _strongest(config: CamSeConfig, where: World) -> Viscosities:
    v, coordinate = config.viscosity, where.coordinate
    if v.nu == 0:
        return Viscosities()
    scales = sponge_scale(float(coordinate.ptop), coordinate.nlev, config.dynamics.cam_compatible)[0]
    sponge = v.nu_top * scales.max() if v.hypervis_subcycle_tom else 0.0
    by_level = level_viscosities(coordinate, v.nu, v.nu_p, v.nu_div, chosen_del4(v, coordinate))
    return Viscosities(max(v.nu_p, *(float(x.max()) for x in by_level)), sponge)


def remap_options(config: CamSeConfig, nlev: int, given: Mapping[str, Any]) -> CamSeRemap:
    """Which algorithms remap nlev layers of what; given may have vert_remap_T."""
    words = {"vert_remap_T": given.get("vert_remap_T", config.dynamics.vert_remap_T)}
    words["linearisation"] = config.dynamics.remap_linearisation
    _refuse_few_levels(config, nlev)
    return CamSeRemap(config.dynamics.vert_remap_u_alg, config.dynamics.vert_remap_q_alg, **words)


def _refuse_few_levels(config: CamSeConfig, nlev: int) -> None:
    for word in ("vert_remap_u_alg", "vert_remap_q_alg"):
        alg = getattr(config.dynamics, word)
        if alg not in PPM_BOUNDARY and nlev < FV3_LAYERS:
            raise ValueError(
                f"[dynamics] {word} = {alg} is one of FV3's parabolas, which need at least {FV3_LAYERS} layers, "
                f"found {nlev}; choose more levels, or one of {', '.join(map(str, PPM_BOUNDARY))}."
            )


def _forcing(config: CamSeConfig, where: World) -> CamSePhysics | None:
    suite = build_suite(config.physics, where.coordinate, where.constants)
    return None if suite is None else cam_se_physics(suite)


def _works_on(config: CamSeConfig) -> tuple[str, ...]:
    """The tracers of the suite."""
    return () if config.physics.suite == "none" else SUITES[config.physics.suite].tracers


def _tracer_mass(state: ModelState) -> Array:
    if state.tracer_mass is None:
        raise ValueError(
            "A state of CAM-SE carries its water in tracer_mass, found None; build it with the model's setup."
        )
    return state.tracer_mass


def cam_se_surface_pressure(dycore: Dycore, state: ModelState) -> Array:
    """Surface pressure of moist air (elem, i, j, 1) [Pa]."""
    equations = dycore.equations
    dp = moist_thickness(state.dynamics.dp_dry, _tracer_mass(state), equations.species)
    return surface_pressure(dp, equations.coordinate.ptop)
