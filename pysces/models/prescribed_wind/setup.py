"""Tracers in a given wind, from their options."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays.backend import Array, namespace
from ...cases.initial_fields import InitialFields
from ...cases.transport.dcmip2012_deformation import P_TOP
from ...dycore.dycore import Dycore, ModelState
from ...dycore.stability import FASTEST_WIND, FORWARD_EULER, Viscosities, stability_limits
from ...geometry.grid import Grid
from ...operators.integrals import surface_pressure
from ...stepping.tableaus import HOMME_TSTEP_TYPES, tableau
from ...transport.eulerian import TracerTransport
from ...vertical.hydrostatic import interface_pressure
from ..model import (
    OutputField,
    Setup,
    Watched,
    World,
    air_mass,
    declared,
    lowest_pressure,
    own_planet,
    still,
    tracer_masses,
    with_step,
    world,
)
from ..sample import CarriedAir, CarriedSample
from .cases import WINDS
from .equations import BackToLevels, CarriedLayers, PrescribedWind
from .options import PrescribedWindConfig

SAME_LID = 0.01  # of its pressure, by which levels may reach beyond it
WINDIEST = 12  # moments of a period at which a wind is looked at


@dataclass(frozen=True)
class PrescribedWindModel:
    """The model as a run sees it: models.model.Model."""

    name: str = "prescribed_wind"
    config: type[PrescribedWindConfig] = PrescribedWindConfig

    def setup(self, config: PrescribedWindConfig, where: World | None = None) -> Setup:
        """The dycore, the case's tracers, and how near the step is to what the wind allows."""
        where = where or world(config, own_planet(config))
        grid, coordinate, case = where.grid, where.coordinate, WINDS[config.case.name]
        _check_top(config, coordinate.ptop)
        flow = case.flow(config.case.planet or float(grid.radius))
        ps = np.full_like(grid.lat, coordinate.p0) if case.ps is None else np.asarray(case.ps(grid))
        q = _tracers(config, case.tracers(grid.lon, grid.lat, coordinate.p_mid(ps)))
        dp, dt = coordinate.dp_ref(ps), with_step(config, grid).step_length
        equations = PrescribedWind(where.constants, coordinate, flow)
        nu_q, limiter = config.viscosity.nu_q or None, config.dynamics.limiter_option
        dycore: Dycore = Dycore(
            grid,
            equations,
            None,
            BackToLevels(coordinate, None if case.ps is None else ps, config.dynamics.vert_remap_q_alg),
            np.float64(dt),
            transport=TracerTransport(coordinate.dp_ref(coordinate.p0), nu_q, limiter_option=limiter),
            scheme=tableau(config.time.tstep_type, HOMME_TSTEP_TYPES),
            rsplit=config.time.rsplit,
            qsplit=config.time.qsplit,
        )
        state = CarriedLayers(dp, np.zeros_like(grid.lat))
        _check_diffusion(config, grid, dt)
        report = _report(config, dycore, state)
        return Setup(dycore, ModelState(state, q * dp, np.float64(0.0)), report, where, still(config))

    def watch(self, dycore: Dycore, state: ModelState) -> Watched:
        """The lowest surface pressure, the mass of the air and of the tracers."""
        grid, dp = dycore.grid, state.dynamics.dp
        lowest = lowest_pressure(surface_pressure(dp, dycore.equations.coordinate.ptop), grid)
        constants = dycore.equations.constants
        mass = air_mass(dp, grid, constants.gravity)
        return Watched(lowest, mass, tracer_masses(state.tracer_mass, grid, constants))

    def sample(self, config: PrescribedWindConfig, dycore: Dycore, state: ModelState) -> CarriedSample:
        """What fields of output are made of."""
        layers, equations = state.dynamics, dycore.equations
        xp, p_i = namespace(layers.dp), interface_pressure(layers.dp, equations.coordinate.ptop)
        none = xp.zeros((0, *layers.dp.shape), layers.dp.dtype)
        tracers = none if state.tracer_mass is None else state.tracer_mass / layers.dp
        wind = equations.wind(layers, dycore.grid)
        return CarriedSample(dycore.grid, CarriedAir(wind, tracers, layers.dp, (p_i[..., :-1] + p_i[..., 1:]) / 2, p_i))

    def fields(self, dycore: Dycore, state: ModelState) -> list[OutputField]:
        """What goes into the history: tracers per mass of air, and the wind of the moment."""
        layers, equations = state.dynamics, dycore.equations
        u, v = equations.wind(layers, dycore.grid)
        ps = surface_pressure(layers.dp, equations.coordinate.ptop)[..., 0]
        return [
            declared("ps", ps, InitialFields, "ps"),
            declared("u", u, InitialFields, "wind", "eastward wind"),
            declared("v", v, InitialFields, "wind", "northward wind"),
            declared("dp", layers.dp, InitialFields, "dp"),
            *(
                declared(f"q{n + 1}", mass / layers.dp, InitialFields, "q_moist", f"tracer {n + 1} per mass of air")
                for n, mass in enumerate(() if state.tracer_mass is None else state.tracer_mass)
            ),
        ]


PRESCRIBED_WIND = PrescribedWindModel()


def _check_top(config: PrescribedWindConfig, ptop: float) -> None:
    """Refuse levels above the lid of a flow that has one: beyond it its formulas mean nothing."""
    if WINDS[config.case.name].lid * (1.0 - SAME_LID) > ptop:
        raise ValueError(
            f"[vertical] reaches to {ptop / 100.0:.4g} hPa, but the wind of {config.case.name} ends at "
            f"{P_TOP / 100.0:.4g} hPa, 12 km; take the table of the model, or levels with that top."
        )


def _tracers(config: PrescribedWindConfig, q: Array) -> Array:
    """The first qsize tracers of the case, or all of them."""
    if config.case.qsize > len(q):
        raise ValueError(
            f"[case] qsize = {config.case.qsize}, but {config.case.name} has {len(q)} tracers; give up to {len(q)}, or "
            "0 for all."
        )
    return q[: config.case.qsize or len(q)]


def _check_diffusion(config: PrescribedWindConfig, grid: Grid, dt: float) -> None:
    """Refuse a tracer step, over which hyperviscosity is one forward Euler step, that is too long for it."""
    nu_q, step = config.viscosity.nu_q, dt * config.time.qsplit
    longest = FORWARD_EULER * stability_limits(grid, Viscosities(nu_q)).hyperviscosity
    if step > longest:
        raise ValueError(
            f"nu_q = {nu_q:g} is unstable with tracer steps of {step:g} s: diffusion allows at most {longest:.4g} s; "
            f"use a smaller tstep, or nu_q up to {nu_q * longest / step:.4g}."
        )


def _report(config: PrescribedWindConfig, dycore: Dycore, state: CarriedLayers) -> str:
    """How near the step is to what the wind allows; refused where it is too long."""
    flow, dt = dycore.equations.flow, float(dycore.dt)
    period = float(flow.period)
    moments = (state.replace(time=state.time + share * period) for share in np.linspace(0.0, 1.0, WINDIEST))
    fastest = max(float(np.abs(dycore.equations.wind(s, dycore.grid)).max()) for s in moments)
    stability = config.time.stability
    if stability is None:
        return f"wind of up to {fastest:.4g} m/s; this scheme has no limit on the imaginary axis"
    longest = stability * FASTEST_WIND * stability_limits(dycore.grid, Viscosities()).advection / fastest
    if dt > longest:
        raise ValueError(
            f"tstep = {dt:g} s is unstable: wind of {fastest:.4g} m/s on this grid allows at most {longest:.4g} s with "
            "this scheme; use a smaller tstep."
        )
    return f"wind of up to {fastest:.4g} m/s: step {dt:g} s, stable to {longest:.1f} s"
