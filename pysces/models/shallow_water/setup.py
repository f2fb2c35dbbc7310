"""Shallow water from its options: for a run, and for the settings of a record.

HOMME: sweqx (sweq_mod, namelist_mod)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...arrays.backend import Array
from ...cases.shallow_water.catalogue import ExactSolution, shallow_fields
from ...cases.shallow_water.fields import ShallowFields, places
from ...cases.shallow_water.plane_vortex import plane_bell
from ...cases.shallow_water.williamson import BELL_HEIGHT, cosine_bell
from ...dycore.dycore import Dycore, ModelState
from ...dycore.idle import FloatingLayers
from ...dycore.stability import FASTEST_WAVE, Viscosities, check_subcycles, hypervis_subcycles, stability_limits
from ...dycore.substeps import Stiffness, judged, stiffness_of
from ...stepping.tableaus import HOMME_TSTEP_TYPES, Tableau, ssp_runge_kutta, tableau
from ...transport.eulerian import TracerTransport
from ..model import OutputField, Setup, Watched, World, flat_world, own_planet, with_step
from ..sample import ShallowSample
from ..viscosity import ChosenNu, choices, e3sm_nu, nu_units, or_else
from .diagnostics import shallow_curves, shallow_output, shallow_sample
from .equations import ShallowWater
from .leapfrog import LeapfrogDycore, TwoLevels
from .options import ShallowWaterConfig, Viscosity
from .positive import PositiveDycore
from .state import ShallowWaterState
from .viscosity import ShallowWaterViscosity


@dataclass(frozen=True)
class ShallowWaterModel:
    """The model as a run sees it: models.model.Model."""

    name: str = "shallow_water"
    config: type[ShallowWaterConfig] = ShallowWaterConfig

    def setup(self, config: ShallowWaterConfig, where: World | None = None) -> Setup:
        """The dycore, the case's initial state and a report on stability; refused where a step is unstable."""
        where = where or flat_world(config, own_planet(config), config.viscosity.hypervis_scaling)
        fields = shallow_fields(config.case.name, where.grid, where.constants, config.case.options)
        if fields.coriolis is not None:
            where = replace(where, grid=where.grid.replace(coriolis_parameter=fields.coriolis))
        if config.dynamics.positive_thickness:
            fields = replace(fields, phi=fields.phi + fields.phi_mean, phi_mean=0.0)
        dt = with_step(config, where.grid).step_length
        v = config.viscosity
        nu = _nu(v, where)
        config = _chosen(config, where, dt, nu.nu)
        report = nu.line(nu_units(config.viscosity.hypervis_scaling)) + _report(config, where, fields, dt)
        dycore = shallow_water_dycore(config, where, fields, np.float64(dt))
        dycore = judged(dycore, _stiffness(config.viscosity, where))
        state = ModelState(first_state(config, fields), _tracer(config, where, fields), np.float64(0.0))
        return Setup(dycore, state, report, where, chosen=choices(v, config.viscosity))

    def watch(self, dycore: Dycore, state: ModelState) -> Watched:
        """Lowest thickness, mean thickness, energy, vorticity, enstrophy, and errors where the solution is known."""
        return shallow_curves(dycore, state)

    def fields(self, dycore: Dycore, state: ModelState) -> list[OutputField]:
        """Wind, height of the surface, thickness, vorticity, and the tracer."""
        return shallow_output(dycore, state)

    def sample(self, config: ShallowWaterConfig, dycore: Dycore, state: ModelState) -> ShallowSample:
        """What fields of output are made of."""
        return shallow_sample(dycore, state)


def shallow_water_dycore(config: ShallowWaterConfig, where: World, fields: ShallowFields, dt: Array) -> Dycore:
    """The dycore of a configuration that leaves nothing to be chosen; runs, records and tests all use it.

    config : nu and hypervis_subcycle are numbers; other coefficients may be -1, the same as nu.
    dt : step, a number [s].
    """
    viscosity, within = _viscosity(config.viscosity, fields.phis), config.time.integration == "runge_kutta"
    equations = ShallowWater(
        where.constants,
        fields.phis,
        fields.phi_mean,
        viscosity if within else None,
        fields.wind if fields.wind_is_given else None,
        ExactSolution(config.case.name, tuple(sorted(config.case.options.items()))) if fields.exact else None,
    )
    after = None if within else viscosity
    if config.time.integration == "explicit":
        smooth, lftfreq = config.time.smooth, config.time.lftfreq
        return LeapfrogDycore(where.grid, equations, after, FloatingLayers(), dt, smooth=smooth, lftfreq=lftfreq)
    made = PositiveDycore if config.dynamics.positive_thickness else Dycore
    return made(
        where.grid, equations, after, FloatingLayers(), dt, transport=_transport(config, fields), scheme=_scheme(config)
    )


def first_state(config: ShallowWaterConfig, fields: ShallowFields) -> Any:
    """What the scheme marches, at the start."""
    state = ShallowWaterState(fields.wind, fields.phi)
    return TwoLevels.of(state, state, np.float64(0.0)) if config.time.integration == "explicit" else state


def _scheme(config: ShallowWaterConfig) -> Tableau:
    if config.time.integration == "runge_kutta":
        return ssp_runge_kutta(config.time.rk_stage_user)
    return tableau(config.time.tstep_type, HOMME_TSTEP_TYPES)


def _viscosity(v: Viscosity, phis: Array) -> ShallowWaterViscosity | None:
    """None where there is none."""
    nu, nu_s, nu_div = v.nu, or_else(v.nu_s, v.nu), or_else(v.nu_div, v.nu)
    if not v.hypervis_order or (nu == 0 and nu_s == 0):
        return None
    if nu == 0 and nu_div != 0:
        raise ValueError(f"[viscosity] nu_div = {nu_div:g} acts as nu_div^2 / nu, and nu is 0; give nu too.")
    ratio = 1.0 if nu_div == nu else nu_div / nu
    return ShallowWaterViscosity(nu, nu_s, ratio, phis, v.hypervis_order, v.hypervis_subcycle)


def _transport(config: ShallowWaterConfig, fields: ShallowFields) -> TracerTransport | None:
    if not config.case.tracers:
        return None
    nu_q = or_else(config.viscosity.nu_q, config.viscosity.nu)
    thickness = np.array([max(float(np.mean(fields.phi + fields.phi_mean)), 1.0)])
    return TracerTransport(thickness, nu_q if nu_q > 0 else None, limiter_option=config.dynamics.limiter_option)


def _tracer(config: ShallowWaterConfig, where: World, fields: ShallowFields) -> Array | None:
    """A bell at 270 E on the equator, or in the middle of a plane."""
    if not config.case.tracers:
        return None
    if config.time.integration == "explicit":
        raise ValueError("[case] tracers = true needs a scheme with one level; use integration 'tableau'.")
    lon, lat = places(where.grid)
    bell = plane_bell(lon, lat) if where.grid.on_plane else cosine_bell(lon, lat, 1.5 * np.pi, 0.0) / BELL_HEIGHT
    return (bell * (fields.phi + fields.phi_mean))[None]


def _nu(v: Viscosity, where: World) -> ChosenNu:
    """The viscosity, and the rule that chose it."""
    if v.nu < 0 and v.hypervis_order == 1:
        raise ValueError("[viscosity] nu must be given with hypervis_order = 1, in m2 s-1, found -1.")
    return e3sm_nu(v.nu, where.grid, v.hypervis_scaling) if v.hypervis_order else ChosenNu(0.0)


def _chosen(config: ShallowWaterConfig, where: World, dt: float, nu: float) -> ShallowWaterConfig:
    """The configuration with nu and hypervis_subcycle chosen where they were left to be."""
    v = replace(config.viscosity, nu=nu)
    if v.hypervis_subcycle < 1:
        constant = v.hypervis_scaling == 0 and v.hypervis_order == 2
        chosen = hypervis_subcycles(_viscous_step(config, dt), nu, where.grid.ne, _viscous_limit(v, where), constant)
        v = replace(v, hypervis_subcycle=chosen)
    return replace(config, viscosity=v)


def _viscous_step(config: ShallowWaterConfig, dt: float) -> float:
    """The time over which viscosity acts at once."""
    if config.time.integration == "runge_kutta":
        return dt / (config.time.rk_stage_user - 1)
    return 2.0 * dt if config.time.integration == "explicit" and config.time.lftfreq != 1 else dt


def _viscous_limit(v: Viscosity, where: World) -> float:
    """Largest stable step [s] per unit of stability; inf without viscosity."""
    if not v.hypervis_order:
        return math.inf
    limits = stability_limits(where.grid, _strongest(v))
    return limits.sponge if v.hypervis_order == 1 else limits.hyperviscosity


def _strongest(v: Viscosity) -> Viscosities:
    divergent = or_else(v.nu_div, v.nu) ** 2 / v.nu if v.nu else 0.0
    strongest = max(v.nu, or_else(v.nu_s, v.nu), divergent)
    return Viscosities(nu_top=strongest) if v.hypervis_order == 1 else Viscosities(strongest)


def _stiffness(v: Viscosity, where: World) -> Stiffness:
    return stiffness_of(stability_limits(where.grid, _strongest(v)), _strongest(v))


def _report(config: ShallowWaterConfig, where: World, fields: ShallowFields, dt: float) -> str:
    """How stable the run's steps are; refused where one is too long."""
    v, viscous = config.viscosity, _viscous_step(config, dt)
    subcycle = 1 if config.time.integration == "runge_kutta" else v.hypervis_subcycle
    limit = _viscous_limit(v, where)
    check_subcycles(viscous, subcycle, limit, "hypervis_subcycle")
    fastest = float(np.sqrt(np.max(fields.phi + fields.phi_mean)) + np.max(np.abs(fields.wind)))
    fastest = float(np.max(np.abs(fields.wind))) if fields.wind_is_given else fastest
    stability = config.time.stability
    lines = (
        [f"viscosity in {subcycle} substep(s) of {viscous / subcycle:.4g} s, stable to {2 * limit:.4g} s"]
        if v.nu
        else []
    )
    if stability is None:
        return "\n".join([*lines, f"waves of {fastest:.0f} m/s; this scheme has no limit on the imaginary axis"])
    longest = stability * _one_metre_per_second(where) / fastest
    if dt > longest:
        raise ValueError(
            f"tstep = {dt:g} s is unstable: waves of {fastest:.0f} m/s on this grid allow at most {longest:.4g} s "
            "with this scheme; use a smaller one, or 0 to choose."
        )
    return "\n".join([*lines, f"waves of {fastest:.0f} m/s: step {dt:g} s, stable to {longest:.1f} s"])


def _one_metre_per_second(where: World) -> float:
    """The longest step [s], per unit of stability, of a wave of 1 m/s."""
    return FASTEST_WAVE * stability_limits(where.grid, Viscosities()).gravity_wave


SHALLOW_WATER = ShallowWaterModel()
