"""theta-l of HOMME, both forms: tendency, hyperviscosity, dynamics step, whole runs; implicit stages."""

from __future__ import annotations

from typing import Any

from pysces.arrays.backend import Array, namespace
from pysces.arrays.control import scan
from pysces.arrays.fields import units
from pysces.cases.initial_fields import InitialFields
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.theta_l.energy import energy_columns, theta_l_energy
from pysces.models.theta_l.physics import homme_physics
from pysces.models.theta_l.state import HydrostaticState, NonhydrostaticState, ThetaLState
from pysces.operators.strong import vorticity_sphere
from pysces.physics.kessler import Kessler
from pysces.physics.rayleigh_sponge import schaer_sponge
from pysces.transport.fluxes import DissipationFlux, MeanFlux

from ..inputs import theta_l_nonhydrostatic as nonhydrostatic_inputs
from ..inputs.theta_l import NLEV, call_cases, hyperviscosity_cases, step_cases, tendency_cases
from ..registry import Case, Fields, Kernel, Settings
from ..sides.fortran import theta_l as hydrostatic
from ..sides.fortran import theta_l_forms as reference
from ..sides.fortran import theta_l_nonhydrostatic as nonhydrostatic
from ..sides.pysces.shared import dissipation_means
from ..sides.pysces.theta_l import (
    columns_of,
    dissipation_of,
    dycore_of,
    equations_of,
    grid_of,
    named,
    start_of,
    state_of,
)

STATE_UNITS = units(HydrostaticState, "homme")
NONHYDROSTATIC_UNITS = units(NonhydrostaticState, "homme")
FLUX_UNITS = units(MeanFlux, "homme")
ENERGIES = ("KE", "IE", "PE", "E")
RATES = [f"d{e}_dt{of}" for e in ENERGIES for of in ("", "_printed", "_forcing", "_viscosity", "_remap")]
LAGRANGIAN_FLUX = {name: FLUX_UNITS[name] for name in ("vn0", "omega_p")}


def _tendency(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """scale3 * state + dt2 * tendency, the mean fluxes and, where asked, the geopotential it used."""
    dycore, state = dycore_of(x, grid, settings, settings["dt2"]), state_of(x)
    base, equations = state * settings.get("scale3", 1.0), equations_of(x, settings, grid)
    updated, flux = dycore.advance_with_flux(equations, base, settings["dt2"], state)
    flux = flux * settings.get("eta_ave_w", 1.0)
    fluxes = {"vn0": flux.mass_flux, "omega_p": flux.omega, "eta_dot_dpdn": flux.eta_dot_dpdn}
    outputs = {**named(updated), **fluxes}
    if "phinh_i_n0" in settings.get("outputs", ()):
        outputs["phinh_i_n0"] = dycore.equations.column(state).phi_i
    return outputs


def _hyperviscosity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    grid = grid_of(x, grid, settings)
    dissipation, equations = dissipation_of(x, grid, settings), equations_of(x, settings, grid)
    if dissipation is None:
        raise NotImplementedError("without nu there is no hyperviscosity")
    state, flux = dissipation.apply_with_flux(state_of(x), settings["dt2"], grid, equations)
    flux = flux and flux * settings.get("eta_ave_w", 1.0)
    return {**named(state), **dissipation_means(flux, state.dp)}


def _dynamics_step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = dycore_of(x, grid, settings, settings["dt"])
    state = state_of(x)
    state, flux, _ = dycore.dynamics_step_with_flux(dycore.equations, state, dycore.equations.no_flux(state))
    return {**named(state), "vn0": flux.mass_flux, "omega_p": flux.omega}


def _hyperviscosity_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    return [*hyperviscosity_cases(ne, nlev), *nonhydrostatic_inputs.hyperviscosity_cases(ne, nlev)]


def _step_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    return [*step_cases(ne, nlev), *nonhydrostatic_inputs.step_cases(ne, nlev)]


def _call_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    return [*call_cases(ne, nlev), *nonhydrostatic_inputs.call_cases(ne, nlev)]


def _implicit_stage(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The state of one implicit stage, with fast terms of two other levels, of columns without a grid."""
    equations, state = columns_of(x, settings), state_of(x)
    for level in ("n0", "nm1"):
        if settings[f"alphadt_{level}"]:
            at = state_of({name: x[f"{level}_{name}"] for name in NONHYDROSTATIC_UNITS})
            state = equations.with_fast_terms(state, settings[f"alphadt_{level}"], at, grid)
    found = named(equations.solve_implicit(state, settings["dt2"], grid))
    return {name: found[name] for name in ("phinh_i", "w_i")}


def _run(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The state after each of settings["calls"] calls."""
    return _calls(dycore_of(x, grid, settings, settings["tstep"]), x, settings)


def _calls(dycore: Dycore, x: Fields, settings: Settings) -> dict[str, Array]:
    """From one loop that keeps them all."""

    def call(state: ModelState, _: None) -> tuple[ModelState, tuple]:
        state = dycore.step(state)
        return state, (state.dynamics, state.tracer_mass)

    _, (dynamics, tracer_mass) = scan(call, start_of(x), None, length=max(settings["calls"]))
    outputs: dict[str, Array] = {}
    for n in settings["calls"]:
        after = dynamics.map(lambda a, n=n: a[n - 1])
        outputs |= named(after, f"call_{n}/") | ({} if tracer_mass is None else {f"call_{n}/Qdp": tracer_mass[n - 1]})
    return outputs


def _run_forced(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """As a run, with the physics of the case: the sponge of mountain waves, the rain of the supercell."""
    dycore = dycore_of(x, grid, settings, settings["tstep"])
    suite = _suite(x, dycore, settings)
    forcing = homme_physics(suite, settings["ftype"], moist="Qdp" in x and settings["use_moisture"])
    return _calls(dycore.replace(forcing=forcing), x, settings)


def _suite(x: Fields, dycore: Dycore, settings: Settings) -> Any:
    if settings["initial_condition"] in ("dcmip2012_test2_1", "dcmip2012_test2_2"):
        return schaer_sponge(dycore.equations.coordinate).started(x["v"])
    if settings.get("precipitation") == "kessler":
        return Kessler(dycore.equations.constants)
    raise NotImplementedError(f"pysces knows no physics of {settings['initial_condition']} with these settings")


def _run_daily(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Surface pressure, temperature on one level and vorticity on the lowest one, every day."""
    dycore, start = dycore_of(x, grid, settings, settings["tstep"]), start_of(x)

    def day(state: ModelState, _: None) -> tuple[ModelState, dict[str, Array]]:
        state = dycore.run(state, settings["calls_per_day"])
        return state, _daily(state.dynamics, dycore, settings)

    _, days = scan(day, start, None, length=settings["days"])
    first, xp = _daily(start.dynamics, dycore, settings), namespace(x["dp3d"])
    curves = {name: xp.concatenate([first[name][None], days[name]]) for name in first}
    return {"day": xp.arange(settings["days"] + 1.0, dtype=x["dp3d"].dtype), **curves}


def _daily(state: ThetaLState, dycore: Dycore, settings: Settings) -> dict[str, Array]:
    level = settings["lev_mid"] - 1
    exner = dycore.equations.column(state).exner
    return {
        "ps_v": dycore.equations.coordinate.ps(state.dp),
        "T_mid": (state.vtheta_dp / state.dp * exner)[..., level : level + 1],
        "vort_bot": vorticity_sphere(state.wind[..., -1:], dycore.grid),
    }


def _energy(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Energies of columns, and their means over the sphere."""
    ground = {} if "gradphis" in x else {"gradphis": 0.0 * x["v"][..., :1]}  # no part of any energy
    equations, state = equations_of({**x, **ground}, settings), state_of(x)
    columns = dict(zip(("KEner", "IEner", "PEner"), energy_columns(equations, state)))
    mean = theta_l_energy(equations, state, grid)
    means = {"KE": mean.kinetic, "IE": mean.internal, "PE": mean.potential, "E": mean.total}
    return columns | {name: namespace(value).reshape(value, (1,)) for name, value in means.items()}


RESIDUAL = "tests/models/theta_l/test_implicit_residual.py"
DOUBLE = ("numpy-f64", "jax-cpu-f64", "jax-cpu-f64-nofma", "jax-gpu-f64")

KERNELS = [
    Kernel(
        "theta_l_hydrostatic_tendency",
        port=_tendency,
        fortran=hydrostatic.tendency,
        outputs={**STATE_UNITS, **FLUX_UNITS},
        cases=tendency_cases,
    ),
    Kernel(
        "theta_l_nonhydrostatic_tendency",
        port=_tendency,
        fortran=nonhydrostatic.tendency,
        cases=nonhydrostatic_inputs.tendency_cases,
        outputs={**NONHYDROSTATIC_UNITS, **FLUX_UNITS},
    ),
    Kernel(
        "theta_l_imex_stage",
        port=_implicit_stage,
        fortran=nonhydrostatic.implicit_stage,
        cases=nonhydrostatic_inputs.stage_cases,
        outputs={name: NONHYDROSTATIC_UNITS[name] for name in ("phinh_i", "w_i")},
        coefficient="settings.dt2",
        only=DOUBLE,  # where Newton's method stops hides a gross defect in single precision
        iterated={
            "w_i": f"Newton's last step may be 1e-11 of max(1, |w|); what it leaves of the equations: {RESIDUAL}",
            "phinh_i": f"it follows w_i; what it leaves of the equations: {RESIDUAL}",
        },
    ),
    Kernel(
        "theta_l_hyperviscosity",
        port=_hyperviscosity,
        fortran=reference.hyperviscosity,
        outputs={**NONHYDROSTATIC_UNITS, **units(DissipationFlux, "homme")},
        cases=_hyperviscosity_cases,
        timed=("nonhydrostatic_constant",),
        given={"dpdiss_ave": "tracers see the layers before they are damped; with one subcycle that is the input"},
    ),
    Kernel(
        "theta_l_dynamics_step",
        port=_dynamics_step,
        fortran=reference.dynamics_step,
        outputs={**NONHYDROSTATIC_UNITS, **LAGRANGIAN_FLUX},
        cases=_step_cases,
        timed=("nonhydrostatic_damped",),
    ),
    Kernel(
        "theta_l_call",
        port=_run,
        fortran=reference.run,
        outputs=units(NonhydrostaticState, "homme", prefix="call_1/"),
        cases=_call_cases,
        timed=("nonhydrostatic_dry",),
    ),
    Kernel(
        "theta_l_energy",
        port=_energy,
        fortran=reference.energy,
        cases=nonhydrostatic_inputs.energy_cases,
        outputs=dict.fromkeys(("KEner", "IEner", "PEner"), "J m-2 m s-2") | dict.fromkeys(ENERGIES, "J m-2"),
        coefficient="settings.Cp",
        not_compared=dict.fromkeys(RATES, "a rate between two states, of which the record has one"),
    ),
    Kernel(
        "theta_l_run",
        port=_run,
        fortran=reference.run,
        outputs=NONHYDROSTATIC_UNITS,
        long=True,
    ),
    Kernel(
        "theta_l_run_forced",
        port=_run_forced,
        fortran=reference.run_forced,
        outputs=NONHYDROSTATIC_UNITS,
        long=True,
    ),
    Kernel(
        "theta_l_run_daily",  # the whole wave on other sides: pysces-verify case
        port=_run_daily,
        fortran=reference.run_daily,
        outputs={"ps_v": units(InitialFields, "homme")["ps_v"], "T_mid": "K", "vort_bot": "s-1"},
        only=("jax-cpu-f64",),
        long=True,
        deep=True,
    ),
]
