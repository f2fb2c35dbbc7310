"""HOMME theta-l from its options: for a run, and for the settings of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...arrays.backend import Array
from ...cases.air_on_columns import AirOnColumns
from ...cases.initial_fields import InitialFields
from ...dycore.dycore import Dycore, ModelState
from ...dycore.stability import largest_of_laplacian, stability_limits
from ...dycore.substeps import judged, stiffness_of
from ...operators.integrals import surface_pressure
from ...stepping.imex import ImexTableau
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
from ..starts import moist_start
from ..suites import CHLORINE, SUITES, build_suite, started, tracer_names, water_species
from ..tracers import tracer_transport
from ..viscosity import ChosenNu, choices, e3sm_nu, nu_units, steps_report
from .chosen_viscosity import chosen, same_as_nu, sponge_factor, strongest, with_sound
from .energy import theta_l_energy
from .equations import ThetaLEquations
from .forms import form_of, vtheta_dp_of
from .hyperviscosity import Hyperviscosity
from .on_file import WATER, carried_tracers, filled, theta_l_air, tracer_mass
from .options import ThetaLConfig
from .physical_viscosity import PhysicalViscosity, stiffest
from .physics import HommePhysics, homme_air, homme_physics
from .references import ReferenceProfiles, reference_profiles
from .remap import LevelRemap
from .sound import most_newton_steps
from .state import ThetaLState
from .temperature import virtual_temperature


@dataclass(frozen=True)
class ThetaL:
    """The model as a run sees it: models.model.Model."""

    name: str = "theta_l"
    config: type[ThetaLConfig] = ThetaLConfig

    def setup(self, config: ThetaLConfig, where: World | None = None) -> Setup:
        """The dycore, the case's initial state and a report on stability; refused where a step is unstable."""
        v = config.viscosity
        where = where or world(config, planet(config), v.hypervis_scaling, v.laplace_scaling)
        start = filled(config, moist_start(config, where), where)
        fields, names = start.fields, carried_tracers(config, start)
        dt = with_step(config, where.grid).step_length
        nu = e3sm_nu(v.nu, where.grid, v.hypervis_scaling) if v.hypervis_order else ChosenNu(0.0)
        config = chosen(config, where, dt, nu.nu)
        if not config.case.moisture:
            fields = fields.replace(virtual_temperature=fields.temperature)
        dynamics = theta_l_state(config, fields, where, start.on_levels)
        viscosities = strongest(config, where)
        limits = stability_limits(where.grid, viscosities)
        limits = with_sound(limits, config, where, fields.phis, dynamics)
        stable = steps_report(config, limits, dt, config.case.tracers)
        state = ModelState(dynamics, tracer_mass(start, names), np.float64(0.0))
        dycore = _checked_mixing(theta_l_dycore(config, where, fields.phis, np.float64(dt), start=state))
        dycore = started(judged(dycore, stiffness_of(limits, viscosities)), fields.wind)
        notes = (*_no_sponge(config, dycore), *_no_vapor(config, fields), *start.notes)
        return Setup(
            dycore,
            state,
            nu.line(nu_units(v.hypervis_scaling)) + stable,
            where,
            notes,
            names,
            choices(v, config.viscosity),
        )

    def watch(self, dycore: Dycore, state: ModelState) -> Watched:
        """Lowest surface pressure, mass, energy."""
        grid, equations, dp = dycore.grid, dycore.equations, state.dynamics.dp
        return Watched(
            lowest_pressure(surface_pressure(dp, equations.coordinate.ptop), grid),
            air_mass(dp, grid, equations.constants.gravity),
            tracer_masses(state.tracer_mass, grid, equations.constants),
            theta_l_energy(equations, state.dynamics, grid),
            _newton_steps(dycore, state.dynamics),
        )

    def fields(self, dycore: Dycore, state: ModelState) -> list[OutputField]:
        """What goes into the history."""
        equations, dynamics = dycore.equations, state.dynamics
        u, v = dynamics.wind
        ps = surface_pressure(dynamics.dp, equations.coordinate.ptop)[..., 0]
        mass = () if state.tracer_mass is None else state.tracer_mass
        return [
            declared("ps", ps, InitialFields, "ps"),
            declared("u", u, ThetaLState, "wind", "eastward wind"),
            declared("v", v, ThetaLState, "wind", "northward wind"),
            declared("Tv", virtual_temperature(dynamics, equations), InitialFields, "virtual_temperature"),
            declared("dp", dynamics.dp, ThetaLState, "dp"),
            *(_at_interfaces(n, values, dynamics) for n, values in zip(("w_i", "phi_i"), dynamics.interfaces)),
            *(
                declared(name, m / dynamics.dp, InitialFields, "q_moist", f"{what} per mass of moist air")
                for (name, what), m in zip(_tracer_names(len(mass), dycore), mass)
            ),
        ]

    def sample(self, config: ThetaLConfig, dycore: Dycore, state: ModelState) -> AirSample:
        """What fields of output are made of."""
        equations, now = dycore.equations, state.dynamics
        return AirSample(
            dycore,
            state,
            homme_air(now, state.tracer_mass, dycore, dycore.dt_remap, _moist(config)),
            lambda: virtual_temperature(now, equations),
            lambda: equations.omega(now, dycore.grid),
        )

    def air(self, dycore: Dycore, state: ModelState, tracers: tuple[str, ...]) -> AirOnColumns:
        """A whole state as an initial file holds it."""
        return theta_l_air(dycore.equations, state, tracers)


def _checked_mixing(dycore: Dycore) -> Dycore:
    """With the stiffness of its physical viscosity; ValueError where that is unstable in the steps."""
    mixing = dycore.mixing
    if not isinstance(mixing, PhysicalViscosity):
        return dycore
    eigenvalue = stiffest(largest_of_laplacian(dycore.grid), mixing.dp0.shape[0])
    return dycore.replace(mixing=mixing.replace(eigenvalue=eigenvalue))


def _newton_steps(dycore: Dycore, dynamics: Any) -> tuple[OutputField, ...]:
    """Of the longest implicit stage, where there are some."""
    if not isinstance(dycore.scheme, ImexTableau):
        return ()
    longest = max(stage.implicit for stage in dycore.scheme.stages) * dycore.dt
    steps = most_newton_steps(dycore.equations, dynamics, longest)
    return (OutputField("newton_steps", steps, "1", "Newton steps of an implicit stage where w is strongest"),)


THETA_L = ThetaL()


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
    """The equations with the options' forms of their terms."""
    options = {name: given[name] for name in ("dp3d_thresh", "vtheta_thresh") if name in given}
    options |= {name: getattr(config.dynamics, name) for name in ("theta_advect_form", "pgrad_correction")}
    options |= {"vertically_lagrangian": config.time.rsplit > 0, "moist": config.case.moisture}
    return form_of(config).equations(config, where, phis, given, options)


def theta_l_remap(config: ThetaLConfig, where: World, phis: Array, given: Mapping[str, Any]) -> LevelRemap:
    """The remap that ends a call; vert_remap_u_alg -2 is vert_remap_q_alg."""
    q_alg, u_alg = config.dynamics.vert_remap_q_alg, config.dynamics.vert_remap_u_alg
    options = {
        "vert_remap_u_alg": q_alg if u_alg == -2 else u_alg,
        "vert_remap_q_alg": q_alg,
        "vertically_lagrangian": config.time.rsplit > 0,
        "linearisation": config.dynamics.remap_linearisation,
    }
    return form_of(config).remap(where, phis, given, options)


def hyperviscosity(config: ThetaLConfig, where: World, phis: Array, given: Mapping[str, Any]) -> Hyperviscosity | None:
    """Hyperviscosity and sponge, None where there is neither."""
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


def _no_sponge(config: ThetaLConfig, dycore: Dycore) -> tuple[str, ...]:
    """A sentence where a sponge is asked for and no level lies in it."""
    v, dissipation = config.viscosity, dycore.dissipation
    if (
        not isinstance(dissipation, Hyperviscosity)
        or dissipation.nlev_tom
        or not (v.nu_top > 0 and v.hypervis_subcycle_tom)
    ):
        return ()
    return ("[viscosity] nu_top is given, but no level lies in the sponge; raise tom_sponge_start or the model top.",)


def _no_vapor(config: ThetaLConfig, fields: InitialFields) -> tuple[str, ...]:
    """A sentence where a moist case is run without its vapor, and nobody said moist."""
    said = config.case.options.get("moist") and not config.case.ncdata
    if config.case.tracers or said or not np.any(fields.q_moist):
        return ()
    what = config.case.ncdata or f"Case {config.case.name}"
    return (f"{what} has water vapor, and none is carried; set [case] tracers = true.",)


def _forcing(config: ThetaLConfig, where: World) -> HommePhysics | None:
    name = config.physics.suite
    _check_tracers(config)
    if name != "none" and SUITES[name].tracers and not config.case.tracers:
        raise ValueError(f"[physics] suite {name!r} needs water vapor, found [case] tracers = false; set it to true.")
    suite = build_suite(config.physics, where.coordinate, where.constants)
    return None if suite is None else homme_physics(suite, config.physics.ftype, moist=_moist(config))


def _at_interfaces(name: str, values: Array, state: ThetaLState) -> OutputField:
    return replace(declared(name, values, type(state), name), levels="ilev")


def _tracer_names(number: int, dycore: Dycore) -> list[tuple[str, str]]:
    """(name, what it is) of tracers in the order of the state: water as far as the suite knows it, then numbers."""
    water = list(WATER.items())[: min(number, water_species(dycore.forcing))]
    return [*water, *((f"q{n + 1}", f"tracer {n + 1}") for n in range(len(water), number))]


def _moist(config: ThetaLConfig) -> bool:
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
