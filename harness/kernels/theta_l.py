"""Hydrostatic theta-l of HOMME: tendency, hyperviscosity, dynamics step, whole runs."""

from __future__ import annotations

from pysces.arrays import namespace, scan
from pysces.constants import E3SM
from pysces.dissipation import Hyperviscosity, ReferenceProfiles, reference_profiles
from pysces.dycore import Dycore, ModelState
from pysces.equations.theta_l import HydrostaticState, ThetaLHydrostatic
from pysces.operators.sphere import vorticity_sphere
from pysces.stepping.runge_kutta import runge_kutta_step
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES, tableau
from pysces.tracers import TracerTransport
from pysces.vertical.coordinate import VerticalCoordinate
from pysces.vertical.theta_l_remap import ThetaLRemap

from .. import theta_l_fortran as reference
from ..port import dissipation_means, of_the_run
from ..registry import Kernel
from ..theta_l_inputs import call_cases, hyperviscosity_cases, step_cases, tendency_cases

CONSTANTS = {"radius": "rearth", "gravity": "g", "omega": "omega", "R_dry": "Rgas", "cp": "Cp", "p0": "p0"}
STATE_UNITS = {"v": "m s-1", "vtheta_dp": "K Pa", "dp3d": "Pa"}
FLUX_UNITS = {"vn0": "Pa m s-1", "omega_p": "Pa s-1"}


def _constants(settings):
    return E3SM.replace(**{ours: settings[theirs] for ours, theirs in CONSTANTS.items() if theirs in settings})


def _coordinate(x, settings):
    return VerticalCoordinate(*(x[name] for name in reference.COEFFICIENTS), settings.get("ps0", 1.0e5))


def _equations(x, settings):
    if not settings.get("theta_hydrostatic_mode", True):
        raise NotImplementedError("the nonhydrostatic equations are not here yet")
    return ThetaLHydrostatic(
        _constants(settings),
        _coordinate(x, settings),
        x["phis"],
        theta_advect_form=settings.get("theta_advect_form", 0),
        pgrad_correction=settings.get("pgrad_correction", 0),
        vertically_lagrangian=settings.get("rsplit", 1) > 0,
        dp3d_thresh=settings.get("dp3d_thresh", 0.125),
        vtheta_thresh=settings.get("vtheta_thresh", 100.0),
    )


def _grid(x, grid, settings):
    """The grid with the tensors that the settings switch on, and no others."""
    tensor = x.get("tensorVisc", grid.viscosity_tensor) if settings.get("hypervis_scaling", 0.0) > 0 else None
    sponge = grid.sponge_tensor if settings.get("laplace_scaling", 0.0) > 0 else None
    return grid.replace(viscosity_tensor=tensor, sponge_tensor=sponge)


def _dissipation(x, grid, settings):
    """None without viscosity. The sponge's profile and depth are given where it is on."""
    if not settings.get("nu", 0.0) > 0:
        return None
    sponge = settings.get("nu_top", 0.0) > 0 and settings.get("hypervis_subcycle_tom", 0) > 0
    return Hyperviscosity(
        settings["nu"],
        nu_div=reference.default_nu("nu_div", settings),
        nu_p=reference.default_nu("nu_p", settings),
        nu_top=settings.get("nu_top", 0.0),
        nu_scale_top=x["nu_scale_top"] if sponge else None,
        reference=_reference(x, grid, settings),
        hv_theta_thresh=settings.get("hv_theta_thresh", 0.025),
        nlev_tom=settings["nlev_tom"] if sponge else 0,
        hypervis_subcycle=settings.get("hypervis_subcycle", 1),
        hypervis_subcycle_tom=settings["hypervis_subcycle_tom"] if sponge else 0,
        hv_theta_correction=bool(settings.get("hv_theta_correction", 0)),
    )


def _reference(x, grid, settings):
    if "dp_ref" in x:
        return ReferenceProfiles(x["theta_ref"], x["dp_ref"], x.get("lap_p_wk"))
    with_slope = grid if settings.get("hv_theta_correction", 0) else None
    profiles = settings.get("hv_ref_profiles", 0)
    return reference_profiles(_coordinate(x, settings), _constants(settings), x["phis"], profiles, with_slope)


def _state(x):
    return HydrostaticState(x["v"], x["vtheta_dp"], x["dp3d"])


def _named(state, prefix=""):
    return {prefix + "v": state.wind, prefix + "vtheta_dp": state.vtheta_dp, prefix + "dp3d": state.dp}


def _remap(x, settings):
    q_alg, u_alg = (settings.get(f"vert_remap_{of}_alg", 10) for of in "qu")
    lagrangian = settings.get("rsplit", 1) > 0
    return ThetaLRemap(_coordinate(x, settings), q_alg if u_alg == -2 else u_alg, q_alg, lagrangian)


def _transport(x, settings):
    """None without tracers."""
    if "Qdp" not in x:
        return None
    nu_q = settings.get("nu_q", 0.0)
    return TracerTransport(
        _coordinate(x, settings).dp_ref(settings["ps0"]),
        nu_q=of_the_run(nu_q, x["dp3d"]) if nu_q else None,
        limiter_option=settings.get("limiter_option", 9),
        hypervis_subcycle_q=settings.get("hypervis_subcycle_q", 1),
    )


def _dycore(x, grid, settings, dt):
    grid, dp = _grid(x, grid, settings), x["dp3d"]
    return Dycore(
        grid,
        _equations(x, settings),
        _dissipation(x, grid, settings),
        _remap(x, settings),
        of_the_run(dt, dp),
        transport=_transport(x, settings),
        scheme=tableau(settings.get("tstep_type", 5), HOMME_TSTEP_TYPES),
        rsplit=settings.get("rsplit", 1),
        qsplit=settings.get("qsplit", 1),
    )


def _tendency(x, grid, settings):
    """scale3 * state + dt2 * tendency, the mean fluxes and, where asked, the geopotential it used."""
    dycore, state = _dycore(x, grid, settings, settings["dt2"]), _state(x)
    base = state * settings.get("scale3", 1.0)
    updated, flux = dycore.advance(dycore.equations, base, settings["dt2"], state, with_flux=True)
    flux = flux * settings.get("eta_ave_w", 1.0)
    fluxes = {"vn0": flux.mass_flux, "omega_p": flux.omega, "eta_dot_dpdn": flux.eta_dot_dpdn}
    outputs = {**_named(updated), **fluxes}
    if "phinh_i_n0" in settings.get("outputs", ()):
        outputs["phinh_i_n0"] = dycore.equations.column(state).phi_i
    return outputs


def _hyperviscosity(x, grid, settings):
    if not settings.get("theta_hydrostatic_mode", True):
        raise NotImplementedError("the nonhydrostatic equations are not here yet")
    grid = _grid(x, grid, settings)
    dissipation = _dissipation(x, grid, settings)
    state, flux = dissipation.apply(_state(x), settings["dt2"], grid, with_flux=True)
    flux = flux and flux * settings.get("eta_ave_w", 1.0)
    return {**_named(state), **dissipation_means(flux, state.dp)}


def _dynamics_step(x, grid, settings):
    dycore, state = _dycore(x, grid, settings, settings["dt"]), _state(x)
    advance = lambda base, h, at: dycore.advance(dycore.equations, base, h, at, True)  # noqa: E731
    state, flux = runge_kutta_step(dycore.scheme, state, dycore.dt, advance, dycore.equations.no_flux(state))
    if dycore.dissipation is not None:
        state, _ = dycore.dissipation.apply(state, dycore.dt, dycore.grid)
    return {**_named(state), "vn0": flux.mass_flux, "omega_p": flux.omega}


def _start(x):
    zero = namespace(x["dp3d"]).zeros((), x["dp3d"].dtype)
    return ModelState(_state(x), x.get("Qdp"), zero)


def _run(x, grid, settings):
    """The state after each of settings["calls"] calls, from one loop that keeps them all."""
    dycore = _dycore(x, grid, settings, settings["tstep"])

    def call(state, _):
        state = dycore.step(state)
        return state, (state.dynamics, state.tracer_mass)

    _, (dynamics, tracer_mass) = scan(call, _start(x), None, length=max(settings["calls"]))
    outputs = {}
    for n in settings["calls"]:
        after = dynamics.map(lambda a, n=n: a[n - 1])
        outputs |= _named(after, f"call_{n}/") | ({} if tracer_mass is None else {f"call_{n}/Qdp": tracer_mass[n - 1]})
    return outputs


def _run_daily(x, grid, settings):
    """Surface pressure, temperature on one level and vorticity on the lowest one, every day."""
    dycore, start = _dycore(x, grid, settings, settings["tstep"]), _start(x)

    def day(state, _):
        state = dycore.run(state, settings["calls_per_day"])
        return state, _daily(state.dynamics, dycore, settings)

    _, days = scan(day, start, None, length=settings["days"])
    first, xp = _daily(start.dynamics, dycore, settings), namespace(x["dp3d"])
    curves = {name: xp.concatenate([first[name][None], days[name]]) for name in first}
    return {"day": xp.arange(settings["days"] + 1.0, dtype=x["dp3d"].dtype), **curves}


def _daily(state, dycore, settings):
    level = settings["lev_mid"] - 1
    exner = dycore.equations.column(state).exner
    return {
        "ps_v": dycore.equations.coordinate.ps(state.dp),
        "T_mid": (state.vtheta_dp / state.dp * exner)[..., level : level + 1],
        "vort_bot": vorticity_sphere(state.wind[..., -1:], dycore.grid),
    }


KERNELS = [
    Kernel(
        "theta_l_hydrostatic_tendency",
        port=_tendency,
        fortran=reference.tendency,
        outputs={**STATE_UNITS, **FLUX_UNITS, "eta_dot_dpdn": "Pa s-1"},
        cases=tendency_cases,
    ),
    Kernel(
        "theta_l_hyperviscosity",
        port=_hyperviscosity,
        fortran=reference.hyperviscosity,
        outputs={**STATE_UNITS, "dpdiss_ave": "Pa", "dpdiss_biharmonic": "Pa m-4"},
        cases=hyperviscosity_cases,
    ),
    Kernel(
        "theta_l_dynamics_step",
        port=_dynamics_step,
        fortran=reference.dynamics_step,
        outputs={**STATE_UNITS, **FLUX_UNITS},
        cases=step_cases,
    ),
    Kernel(
        "theta_l_call",
        port=_run,
        fortran=reference.run,
        outputs={f"call_1/{name}": unit for name, unit in STATE_UNITS.items()},
        cases=call_cases,
    ),
    Kernel(
        "theta_l_run",
        port=_run,
        fortran=reference.run,
        outputs=STATE_UNITS,
        long=True,
    ),
    Kernel(
        "theta_l_run_daily",  # the whole wave on other sides: pysces-verify case
        port=_run_daily,
        fortran=reference.run_daily,
        outputs={"ps_v": "Pa", "T_mid": "K", "vort_bot": "s-1"},
        only=("jax-cpu-f64",),
        long=True,
        deep=True,
    ),
]
