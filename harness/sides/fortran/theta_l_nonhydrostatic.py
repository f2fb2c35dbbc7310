"""The nonhydrostatic theta-l kernels of reference_fortran, called with the inputs and settings of a golden record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, flat, scalar, tracers, vector
from ..pysces.shared import coordinate_of_interfaces
from . import theta_l
from .theta_l_calls import Report, after_calls, by_day, daily

FIELDS = {"v": vector, "vtheta_dp": scalar, "dp3d": scalar, "phinh_i": scalar, "w_i": scalar}
INTERFACES = ("phinh_i", "w_i")
MOUNTAIN_WAVES = ("dcmip2012_test2_1", "dcmip2012_test2_2")
AT_ONCE, NO_PHYSICS = (0, 2), (-1, 1, 3)  # ftype


def tendency(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """scale3 * state + dt2 * tendency after assembly, and the mean fluxes; scale2 = 0 leaves vertical sound out."""
    theta_l.configure(x, fortran, settings)
    scales = (settings["dt2"], *(settings.get(name, 1.0) for name in ("eta_ave_w", "scale2", "scale3")))
    routine = "theta_l_nonhydrostatic:compute_andor_apply_rhs"
    *state, vn0, omega, etadot = fortran(routine, *state_of(x), *ground_of(x, fortran), *scales)
    fluxes = {"vn0": vector.back(vn0), "omega_p": scalar.back(omega), "eta_dot_dpdn": scalar.back(etadot)}
    return named(*state) | fluxes


def implicit_stage(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """w and phi after one implicit stage, with the fast terms of two other levels."""
    found = stage_start(x, fortran, settings)
    layers = [layout(x[name]) for name, layout in FIELDS.items() if name not in INTERFACES]
    found = fortran("theta_l_nonhydrostatic:solve_stage", *found, *layers, *ground_of(x, fortran), settings["dt2"])
    return {name: scalar.back(a) for name, a in zip(INTERFACES, found)}


def stage_start(x: Fields, fortran: Fortran, settings: Settings) -> list[np.ndarray]:
    """phi and w that an implicit stage starts from, and the levels and constants loaded."""
    theta_l.load_options(fortran, settings)
    levels = coordinate_of_interfaces(x, settings)
    coefficients = (getattr(levels, name) for name in ("hyai", "hybi", "hyam", "hybm"))
    fortran.library.theta_l_settings.set_vertical_coordinate(*coefficients)
    found = [scalar(x[name]) for name in INTERFACES]
    for level in ("n0", "nm1"):
        if h := settings[f"alphadt_{level}"]:
            at = state_of({name: x[f"{level}_{name}"] for name in FIELDS})
            found = fortran("theta_l_nonhydrostatic:add_fast_terms", *found, *at, *ground_of(x, fortran), h)
    return list(found)


def hyperviscosity(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after advance_hypervis over dt2 [s], and what its dissipation means for tracers."""
    theta_l.configure(x, fortran, settings)
    step = settings["dt2"], settings.get("eta_ave_w", 1.0)
    routine = "theta_l_nonhydrostatic:advance_hypervis"
    *state, ave, biharmonic = fortran(routine, *state_of(x), *ground_of(x, fortran), *step)
    return named(*state) | {"dpdiss_ave": scalar.back(ave), "dpdiss_biharmonic": scalar.back(biharmonic)}


def energy(x: Fields, fortran: Fortran, settings: Settings) -> tuple[np.ndarray, ...]:
    """Kinetic, internal and potential energy of columns, times gravity, in Fortran's order."""
    theta_l.load_levels(x, fortran, settings)
    return fortran("theta_l_energy:nonhydrostatic_energy", *state_of(x))


def dynamics_step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after prim_advance_exp over dt [s], and its mean fluxes."""
    theta_l.configure(x, fortran, settings)
    step = settings["dt"], 1.0 / settings.get("qsplit", 1)
    *state, vn0, omega = fortran("theta_l_nonhydrostatic:prim_advance_exp", *state_of(x), *ground_of(x, fortran), *step)
    return named(*state) | {"vn0": vector.back(vn0), "omega_p": scalar.back(omega)}


def run(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after each of settings["calls"] calls of prim_run_subcycle, with its tracers where there are some."""
    theta_l.configure(x, fortran, settings)
    return after_calls(_start(x), settings, several_calls(x, fortran, settings), named)


def run_forced(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """As run, with the friction of the mountain waves before each call; it leaves tracers alone."""
    if settings["initial_condition"] not in MOUNTAIN_WAVES:
        raise NotImplementedError(f"reference_fortran knows no physics of {settings['initial_condition']}")
    if settings["ftype"] not in (*AT_ONCE, *NO_PHYSICS):
        raise NotImplementedError(f"reference_fortran brings friction at once, ftype 0 or 2, not {settings['ftype']}.")
    if settings["ftype"] in NO_PHYSICS:
        return run(x, fortran, settings)
    theta_l.configure(x, fortran, settings)
    one_call, (_, slope) = several_calls(x, fortran, settings), ground_of(x, fortran)
    dt = settings["tstep"] * settings.get("qsplit", 1) * max(settings.get("rsplit", 1), 1)
    none, wind = 0.0 * scalar(x["dp3d"]), vector(x["v"])

    def advance(state: tuple[np.ndarray, ...], calls: int) -> tuple[np.ndarray, ...]:
        for _ in range(calls):
            air, qdp = state[: len(FIELDS)], state[len(FIELDS) :]
            rate, of_w = fortran("rayleigh_sponge:mountain_wave_friction", air[0], air[4], wind)
            air = fortran("nonhydrostatic_forcing:apply_forcing", *air, rate, none, of_w, slope, dt)
            state = one_call((*air, *qdp), 1)
        return state

    return after_calls(_start(x), settings, advance, named)


def forcing(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after dt [s] of rates of wind, temperature and w at upper interfaces; without vapor."""
    theta_l.configure(x, fortran, settings)
    rates, slope = (vector(x["FM"]), scalar(x["FT"]), scalar(x["FW"])), ground_of(x, fortran)[1]
    return named(*fortran("nonhydrostatic_forcing:apply_forcing", *state_of(x), *rates, slope, settings["dt"]))


def run_daily(x: Fields, fortran: Fortran, settings: Settings, report: Report | None = None) -> dict:
    """Daily surface pressure, temperature on one level, vorticity on the lowest one; report(day, curves) as it goes."""
    theta_l.configure(x, fortran, settings)

    def look(state: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        _, exner, *_ = fortran("eos:pnh_and_exner_nonhydrostatic", *state[1:4])
        return daily(fortran, state, scalar.back(exner), x, settings)

    return by_day(state_of(x), settings, several_calls(x, fortran, settings), look, report)


def several_calls(x: Fields, fortran: Fortran, settings: Settings) -> Callable:
    """What takes a state through a number of calls of prim_run_subcycle."""
    ground = ground_of(x, fortran)

    def advance(state: tuple[np.ndarray, ...], calls: int) -> tuple[np.ndarray, ...]:
        routine = "prim_run_subcycle_tracers" if len(state) > len(FIELDS) else "prim_run_subcycle"
        return fortran(f"nonhydrostatic_whole:{routine}", *state, *ground, settings["tstep"], calls)

    return advance


def _start(x: Fields) -> tuple[np.ndarray, ...]:
    """The fields, and tracers where there are some."""
    return (*state_of(x), tracers(x["Qdp"])) if "Qdp" in x else state_of(x)


def state_of(x: Fields, prefix: str = "") -> tuple[np.ndarray, ...]:
    """The fields in Fortran's order."""
    return tuple(layout(x[prefix + name]) for name, layout in FIELDS.items())


def ground_of(x: Fields, fortran: Fortran) -> tuple[np.ndarray, np.ndarray]:
    """phis (i, j, elem) and its gradient (i, j, comp, elem), continuous; made here where the inputs lack it."""
    if "gradphis" in x:
        return flat(x["phis"]), np.asfortranarray(vector(x["gradphis"])[:, :, :, 0])
    slope = fortran("sphere_operators:gradient_sphere", scalar(x["phis"]))[:, :, :, 0]
    return flat(x["phis"]), fortran("assembly:dss", np.asfortranarray(slope))


def named(*state: np.ndarray, prefix: str = "") -> dict:
    """Fields in Fortran's order, tracers last if there are some, by their names and in pysces' order."""
    layouts = {**FIELDS, "Qdp": tracers}
    return {prefix + name: layout.back(a) for (name, layout), a in zip(layouts.items(), state)}
