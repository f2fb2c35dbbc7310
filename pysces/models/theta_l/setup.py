"""HOMME theta-l from its options: for a run, and for the settings of a record."""

from __future__ import annotations

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
from ..suites import started, water_species
from ..viscosity import ChosenNu, choices, e3sm_nu, nu_units, steps_report
from .chosen_viscosity import chosen, strongest, with_sound
from .energy import theta_l_energy
from .hyperviscosity import Hyperviscosity
from .on_file import WATER, carried_tracers, filled, theta_l_air, tracer_mass
from .options import ThetaLConfig
from .parts import theta_l_dycore, theta_l_state, with_vapor
from .physical_viscosity import PhysicalViscosity, stiffest
from .physics import homme_air
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
            homme_air(now, state.tracer_mass, dycore, dycore.dt_remap, with_vapor(config)),
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


def _at_interfaces(name: str, values: Array, state: ThetaLState) -> OutputField:
    return replace(declared(name, values, type(state), name), levels="ilev")


def _tracer_names(number: int, dycore: Dycore) -> list[tuple[str, str]]:
    """(name, what it is) of tracers in the order of the state: water as far as the suite knows it, then numbers."""
    water = list(WATER.items())[: min(number, water_species(dycore.forcing))]
    return [*water, *((f"q{n + 1}", f"tracer {n + 1}") for n in range(len(water), number))]
