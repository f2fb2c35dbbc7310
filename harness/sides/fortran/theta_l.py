"""The hydrostatic theta-l kernels of reference_fortran, called with inputs and settings of a record; its options."""

from __future__ import annotations

import numpy as np

from pysces.arrays.fields import names, to_record
from pysces.constants import E3SM
from pysces.vertical.coordinate import VerticalCoordinate

from ...registry import Fields, Settings
from ..adapters import Fortran, flat, matrix, scalar, tracers, vector
from .theta_l_calls import Report, after_calls, by_day, daily, pressure_below

# Every option and constant of the Fortran module theta_l_settings, with the value of a record that does not say.
SETTINGS = {
    **{name: to_record(E3SM, "homme")[name] for name in ("g", "Rgas", "Cp", "p0")},
    "kappa": E3SM.kappa,
    "ps0": E3SM.p0,
    "TREF": 288.0,
    "tref_lapse_rate": 0.0065,
    "theta_advect_form": 0,
    "pgrad_correction": 0,
    "tstep_type": 5,
    "qsplit": 1,
    "rsplit": 1,
    "vert_remap_u_alg": 10,
    "vert_remap_q_alg": 10,
    "dp3d_thresh": 0.125,
    "vtheta_thresh": 100.0,
    "hypervis_subcycle": 1,
    "hypervis_subcycle_tom": 0,
    "hv_ref_profiles": 0,
    "hv_theta_correction": 0,
    "hv_theta_thresh": 0.025,
    "hypervis_scaling": 0.0,
    "laplace_scaling": 0.0,
    "tom_sponge_start": 0.0,
    "nu": 0.0,
    "nu_s": -1.0,
    "nu_p": -1.0,
    "nu_div": -1.0,
    "nu_top": 0.0,
    "mu": 0.0,
    "mu_s": 0.0,
    "mu_q": 0.0,
}
COEFFICIENTS = tuple(name for name in names(VerticalCoordinate, "homme") if name != "ps0")


def configure(x: Fields, fortran: Fortran, settings: Settings) -> None:
    """Load options, vertical coordinate, reference states, sponge."""
    values = load_levels(x, fortran, settings)
    _reference(x, fortran)
    transport = fortran.library.tracers
    transport.limiter_option = settings.get("limiter_option", 9)
    transport.hypervis_subcycle_q = settings.get("hypervis_subcycle_q", 1)
    transport.nu_q = settings.get("nu_q", values["nu"])


def load_levels(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Load options, constants and levels; the former are returned."""
    values = load_options(fortran, settings)
    fortran.library.theta_l_settings.set_vertical_coordinate(*(x[name] for name in COEFFICIENTS))
    return values


def load_options(fortran: Fortran, settings: Settings) -> dict:
    """Load options and constants alone; they are returned."""
    values = {name: settings.get(name, default) for name, default in SETTINGS.items()}
    values |= {name: default_nu(name, settings) for name in ("nu_s", "nu_p", "nu_div")}
    if values["vert_remap_u_alg"] == -2:
        values["vert_remap_u_alg"] = values["vert_remap_q_alg"]
    options = fortran.library.theta_l_settings
    for name, value in values.items():
        setattr(options, name.lower(), value)
    return values


def default_nu(name: str, settings: Settings) -> float:
    """A viscosity that is negative or not given is nu; nu_p is 0 where the dynamics are vertically Eulerian."""
    if settings.get(name, -1.0) >= 0:
        return settings[name]
    return 0.0 if name == "nu_p" and settings.get("rsplit", 1) == 0 else settings.get("nu", 0.0)


def _reference(x: Fields, fortran: Fortran) -> None:
    """Reference states and sponge profile from the topography, unless they are among the inputs."""
    nlev = len(x["hyam"])
    reference = fortran.library.theta_l_reference
    reference.initialize_reference_states(flat(x["phis"]), nlev)
    reference.initialize_sponge(nlev)
    if "dp_ref" in x:
        names = ("dp_ref", "theta_ref", "lap_p_wk")
        reference.set_reference_states(*(scalar(x[n]) if n in x else getattr(reference, n).copy("F") for n in names))
    if "phi_ref" in x:
        reference.set_reference_geopotential(scalar(x["phi_ref"]))
    if "nu_scale_top" in x:
        reference.set_sponge_profile(x["nu_scale_top"])
    if "tensorVisc" in x:
        fortran.library.element_data.set_viscosity_tensor(matrix(x["tensorVisc"]))


def _configured(x: Fields, fortran: Fortran, settings: Settings) -> None:
    """Ready for the hydrostatic form; NotImplementedError for a scheme that it does not have."""
    if settings.get("tstep_type", 5) not in (1, 4, 5):
        raise NotImplementedError(f"reference_fortran has tstep_type 1, 4 and 5, not {settings['tstep_type']}.")
    if settings.get("mu", 0.0) > 0:
        raise NotImplementedError("reference_fortran has physical viscosity in the nonhydrostatic form alone.")
    configure(x, fortran, settings)


def _state(x: Fields) -> tuple[np.ndarray, ...]:
    return vector(x["v"]), scalar(x["vtheta_dp"]), scalar(x["dp3d"])


def _named(
    v: np.ndarray, vtheta_dp: np.ndarray, dp3d: np.ndarray, qdp: np.ndarray | None = None, *, prefix: str = ""
) -> dict:
    fields = {"v": vector.back(v), "vtheta_dp": scalar.back(vtheta_dp), "dp3d": scalar.back(dp3d)}
    if qdp is not None:
        fields["Qdp"] = tracers.back(qdp)
    return {prefix + name: value for name, value in fields.items()}


def energy(x: Fields, fortran: Fortran, settings: Settings) -> tuple[np.ndarray, ...]:
    """Kinetic, internal and potential energy of columns, times gravity, in Fortran's order."""
    load_levels(x, fortran, settings)
    return fortran("theta_l_energy:hydrostatic_energy", *_state(x), flat(x["phis"]))


def tendency(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """scale3 * state + dt2 * tendency after assembly, the mean fluxes and, where asked, the geopotential it used."""
    _configured(x, fortran, settings)
    step = settings["dt2"], settings.get("eta_ave_w", 1.0), settings.get("scale3", 1.0)
    routine = "theta_l_hydrostatic:compute_andor_apply_rhs"
    *state, vn0, omega, etadot = fortran(routine, *_state(x), flat(x["phis"]), *step)
    outputs = {"vn0": vector.back(vn0), "omega_p": scalar.back(omega), "eta_dot_dpdn": scalar.back(etadot)}
    if "phinh_i_n0" in settings.get("outputs", ()):
        phi = fortran("theta_l_hydrostatic:geopotential", *_state(x)[1:], flat(x["phis"]))
        outputs["phinh_i_n0"] = scalar.back(phi)
    return {**_named(*state), **outputs}


def hyperviscosity(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after advance_hypervis over dt2 [s], and what its dissipation means for tracers."""
    _configured(x, fortran, settings)
    routine = "theta_l_hydrostatic:advance_hypervis"
    *state, ave, biharmonic = fortran(routine, *_state(x), settings["dt2"], settings.get("eta_ave_w", 1.0))
    return {**_named(*state), "dpdiss_ave": scalar.back(ave), "dpdiss_biharmonic": scalar.back(biharmonic)}


def dynamics_step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after prim_advance_exp over dt [s], and its mean fluxes."""
    _configured(x, fortran, settings)
    routine = "theta_l_hydrostatic:prim_advance_exp"
    eta_ave_w = 1.0 / settings.get("qsplit", 1)
    *state, vn0, omega = fortran(routine, *_state(x), flat(x["phis"]), settings["dt"], eta_ave_w)
    return {**_named(*state), "vn0": vector.back(vn0), "omega_p": scalar.back(omega)}


def run(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after each of settings["calls"] calls of prim_run_subcycle, with its tracers where there are some."""
    _configured(x, fortran, settings)
    state = (*_state(x), tracers(x["Qdp"])) if "Qdp" in x else _state(x)
    return after_calls(state, settings, lambda state, calls: _advance(fortran, state, x, settings, calls), _named)


def run_daily(x: Fields, fortran: Fortran, settings: Settings, report: Report | None = None) -> dict:
    """Daily surface pressure, temperature on one level, vorticity on the lowest one; report(day, curves) as it goes."""
    _configured(x, fortran, settings)
    advance = lambda state, calls: _advance(fortran, state, x, settings, calls)  # noqa: E731
    look = lambda state: daily(fortran, state, _exner(state, x, settings), x, settings)  # noqa: E731
    return by_day(_state(x), settings, advance, look, report)


def _advance(
    fortran: Fortran, state: tuple[np.ndarray, ...], x: Fields, settings: Settings, calls: int
) -> tuple[np.ndarray, ...]:
    routine = "prim_run_subcycle_tracers" if len(state) == 4 else "prim_run_subcycle"
    return fortran(f"theta_l_hydrostatic:{routine}", *state, flat(x["phis"]), settings["tstep"], calls)


def _exner(state: tuple[np.ndarray, ...], x: Fields, settings: Settings) -> np.ndarray:
    dp = scalar.back(state[2])
    return ((pressure_below(state[2], x, settings) - 0.5 * dp) / settings["p0"]) ** settings["kappa"]
