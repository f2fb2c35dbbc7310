"""Hydrostatic theta-l of HOMME: tendency, hyperviscosity, dynamics step, whole runs."""

from __future__ import annotations

from pysces.constants import E3SM
from pysces.dissipation import Hyperviscosity, ReferenceProfiles, reference_profiles
from pysces.dycore import Dycore
from pysces.equations.theta_l import HydrostaticState, ThetaLHydrostatic
from pysces.stepping.runge_kutta import runge_kutta_step
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES, tableau
from pysces.vertical.coordinate import VerticalCoordinate

from .. import theta_l_fortran as reference
from ..registry import Kernel
from ..theta_l_inputs import hyperviscosity_cases, step_cases, tendency_cases

CONSTANTS = {"radius": "rearth", "gravity": "g", "omega": "omega", "R_dry": "Rgas", "cp": "Cp", "p0": "p0"}
STATE_UNITS = {"v": "m s-1", "vtheta_dp": "K Pa", "dp3d": "Pa"}


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
        nu_div=settings.get("nu_div", -1.0),
        nu_p=settings.get("nu_p", -1.0),
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


def _dycore(x, grid, settings, dt):
    grid = _grid(x, grid, settings)
    return Dycore(
        grid,
        _equations(x, settings),
        _dissipation(x, grid, settings),
        None,
        dt,
        scheme=tableau(settings.get("tstep_type", 5), HOMME_TSTEP_TYPES),
        rsplit=settings.get("rsplit", 1),
        qsplit=settings.get("qsplit", 1),
    )


def _tendency(x, grid, settings):
    """scale3 * state + dt2 * tendency, the mean fluxes, and the geopotential the tendency used."""
    dycore, state = _dycore(x, grid, settings, settings["dt2"]), _state(x)
    base = state * settings.get("scale3", 1.0)
    updated, flux = dycore.advance(dycore.equations, base, settings["dt2"], state, with_flux=True)
    flux = flux * settings.get("eta_ave_w", 1.0)
    fluxes = {"vn0": flux.mass_flux, "omega_p": flux.omega, "eta_dot_dpdn": flux.eta_dot_dpdn}
    return {**_named(updated), **fluxes, "phinh_i_n0": dycore.equations.column(state).phi_i}


def _hyperviscosity(x, grid, settings):
    if not settings.get("theta_hydrostatic_mode", True):
        raise NotImplementedError("the nonhydrostatic equations are not here yet")
    grid = _grid(x, grid, settings)
    dissipation = _dissipation(x, grid, settings)
    state, flux = dissipation.apply(_state(x), settings["dt2"], grid, with_flux=True)
    flux = flux * settings.get("eta_ave_w", 1.0)
    return {**_named(state), "dpdiss_ave": flux.dp, "dpdiss_biharmonic": flux.biharmonic_dp}


def _dynamics_step(x, grid, settings):
    dycore, state = _dycore(x, grid, settings, settings["dt"]), _state(x)
    advance = lambda base, h, at: dycore.advance(dycore.equations, base, h, at, True)  # noqa: E731
    state, flux = runge_kutta_step(dycore.scheme, state, dycore.dt, advance, dycore.equations.no_flux(state))
    if dycore.dissipation is not None:
        state, _ = dycore.dissipation.apply(state, dycore.dt, dycore.grid)
    return {**_named(state), "vn0": flux.mass_flux, "omega_p": flux.omega}


KERNELS = [
    Kernel(
        "theta_l_hydrostatic_tendency",
        port=_tendency,
        fortran=reference.tendency,
        outputs={**STATE_UNITS, "vn0": "Pa m s-1", "omega_p": "Pa s-1", "eta_dot_dpdn": "Pa s-1", "phinh_i_n0": "m2 s-2"},
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
        outputs={**STATE_UNITS, "vn0": "Pa m s-1", "omega_p": "Pa s-1"},
        cases=step_cases,
    ),
]
