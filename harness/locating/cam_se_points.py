"""Savepoints of CAM-SE: column, operators on its fields, terms, tendency, stages, dissipation, remap, whole steps."""

from __future__ import annotations

import numpy as np

from pysces.dycore import Dycore, ModelState
from pysces.equations import cam_se as equations
from pysces.operators import sphere as op
from pysces.stepping.tableaus import CAM_TSTEP_TYPES

from .. import cam_se_fortran as reference
from .. import cam_se_pysces as pieces
from ..adapters import flat, scalar, tracers, vector
from ..kernels import cam_se as kernels
from ..kernels import cam_se_step as step_kernels
from ..registry import Kernel, lookup
from .savepoint import Savepoint
from .scheme import KINNMARK_GRAY_ULLRICH, START, Scheme
from .theta_l_terms import assembled

NAMES = ("v", "T", "dp3d")
STATE = {"v": "m s-1", "T": "K", "dp3d": "Pa"}
FLUX = {"vn0": "Pa m s-1", "omega": "Pa s-1"}
COLUMN = {"T_v": "K", "p_full": "Pa", "phi": "m2 s-2"}
GRADIENTS = ("p_full", "T", "energy")
WEAK = ("T", "dp3d", "v")

_PREVIOUS_1, _PREVIOUS_2 = (((1, 1.0),), 1.0), (((2, 1.0),), 1.0)
SCHEME = Scheme(
    model="cam_se",
    table={
        1: (
            (lambda dt: dt / 2, START, 1 / 3),
            (lambda dt: dt / 2, _PREVIOUS_1, 1 / 3),
            (lambda dt: dt / 2, _PREVIOUS_2, 1 / 3),
        ),
        2: ((lambda dt: dt / 3, START, 0.0), (lambda dt: dt / 2, START, 0.0), (lambda dt: dt, START, 1.0)),
        3: (
            (lambda dt: dt / 4, START, 0.0),
            (lambda dt: dt / 3, START, 0.0),
            (lambda dt: dt / 2, START, 0.0),
            (lambda dt: dt, START, 1.0),
        ),
        4: KINNMARK_GRAY_ULLRICH,
    },
    tableaus=CAM_TSTEP_TYPES,
    names=NAMES,
    fluxes=tuple(FLUX),
    state_of=pieces.state,
    named=pieces.named,
    results={1: (((0, 1.0), (3, 2.0)), 3.0)},
)


def derived(x: dict, column: dict) -> dict:
    """x with its column and the products that operators act on."""
    u, v = x["v"]
    energy = 0.5 * (u * u + v * v) + column["phi"]
    return {**x, **column, "energy": energy, "mass_flux": x["v"] * x["dp3d"]}


def _model(x, settings):
    return pieces.equations(x, settings).with_mixing_ratios(x["qwater"])


def _column(x, grid, settings):
    column = _model(x, settings).column(pieces.state(x))
    return {"T_v": column.virtual_temperature, "p_full": column.p, "phi": column.phi}


def _column_fortran(x, fortran, settings):
    reference.set_dynamics(fortran, x, settings)
    state = reference.pack(x["T"], x["v"], x["dp3d"])
    found = fortran("cam_se_reference:moist_state", state, tracers(x["qwater"] * x["dp3d"]), flat(x["phis"]))
    return {name: scalar.back(a) for name, a in zip(COLUMN, found)}


def _diagnosed(x, settings):
    """The port's column object, filled by the reference."""
    dp = x["dp3d"] * _model(x, settings).air.moist_per_dry
    return equations.CamSeColumn(dp, x["p_full"], x["T_v"], x["phi"])


def _gradients(x, grid, settings):
    return {f"grad_{name}": op.gradient_sphere(x[name], grid) for name in GRADIENTS}


def _gradients_fortran(x, fortran, settings):
    return {f"grad_{name}": _gradient(x[name], fortran) for name in GRADIENTS}


def _gradient(field, fortran):
    return vector.back(fortran("sphere_operators:gradient_sphere", scalar(field)))


def _divergence(x, grid, settings):
    return {"div_mass_flux": op.divergence_sphere(x["mass_flux"], grid)}


def _divergence_fortran(x, fortran, settings):
    return {"div_mass_flux": scalar.back(fortran("sphere_operators:divergence_sphere", vector(x["mass_flux"])))}


def _vorticity(x, grid, settings):
    return {"vort": op.vorticity_sphere(x["v"], grid)}


def _vorticity_fortran(x, fortran, settings):
    return {"vort": scalar.back(fortran("sphere_operators:vorticity_sphere", vector(x["v"])))}


def _dss(x, grid, settings):
    return {name: op.dss(x[name], grid) for name in ("grad_p_full", "div_mass_flux")}


def _dss_fortran(x, fortran, settings):
    return assembled({name: x[name] for name in ("grad_p_full", "div_mass_flux")}, fortran)


def _vorticity_force(x, grid, settings):
    return {"v": equations._vorticity_force(x["v"], grid)}


def _vorticity_parts(x, fortran, settings):
    (u, v), coriolis = x["v"], flat.back(fortran.library.element_data.fcor)
    turned, vorticity = np.stack([v, -u]), _vorticity_fortran(x, fortran, settings)["vort"]
    return {"v": {"relative vorticity force": turned * vorticity, "Coriolis force": turned * coriolis}}


def _vorticity_force_fortran(x, fortran, settings):
    (u, v), coriolis = x["v"], flat.back(fortran.library.element_data.fcor)
    absolute = _vorticity_fortran(x, fortran, settings)["vort"] + coriolis
    return {"v": np.stack([v * absolute, -u * absolute])}


def _energy_gradient(x, grid, settings):
    return {"v": equations._energy_gradient(x["v"], _diagnosed(x, settings), grid)}


def _energy_gradient_fortran(x, fortran, settings):
    u, v = x["v"]
    return {"v": _gradient(0.5 * (u * u + v * v) + x["phi"], fortran)}


def _energy_parts(x, fortran, settings):
    u, v = x["v"]
    parts = {"grad(K)": 0.5 * (u * u + v * v), "grad(phi)": x["phi"]}
    return {"v": {name: _gradient(a, fortran) for name, a in parts.items()}}


def _pressure_gradient(x, grid, settings):
    return {"v": _model(x, settings)._pressure_gradient(_diagnosed(x, settings), x["grad_p_full"], grid)}


def _pressure_gradient_fortran(x, fortran, settings):
    first, *rest = _pressure_parts(x, fortran, settings)["v"].values()
    return {"v": sum(rest, first)}


def _pressure_parts(x, fortran, settings):
    """Dry air of one composition: R and kappa are numbers. Form 3 is form 1 over terrain and form 2 above it."""
    R, cp = (settings[f"thermodynamic_active_species_{name}"][0] for name in ("R", "cp"))
    form, terrain = settings["se_pgf_formulation"], x["hybm"] > 0
    plain = R * x["T_v"] / x["p_full"] * x["grad_p_full"]
    if form == 2:
        return {"v": {"R T_v grad(p) / p": plain}}
    log_exner = R / cp * np.log(x["p_full"] / settings["ps0"])
    exner = np.exp(log_exner)
    grad_exner, grad_log = _gradient(exner, fortran), _gradient(log_exner, fortran)
    t0 = settings["tref"] - settings["lapse_rate"] * settings["tref"] * settings["cpair"] / settings["gravit"]
    force = cp * (x["T_v"] / exner) * grad_exner
    correction = np.where(terrain, settings["cpair"] * t0 * (grad_log - grad_exner / exner), 0.0)
    force = force if form == 1 else np.where(terrain, force, plain)
    return {"v": {"cp theta_v grad(Exner)": force, "pressure gradient correction": correction}}


def _temperature_advection(x, grid, settings):
    return {"T": equations._advection(x["v"], op.gradient_sphere(x["T"], grid))}


def _temperature_advection_fortran(x, fortran, settings):
    gradient = _gradient(x["T"], fortran)
    return {"T": x["v"][0] * gradient[0] + x["v"][1] * gradient[1]}


def _omega(x, grid, settings):
    return {"omega": equations._pressure_velocity(x["v"], _diagnosed(x, settings), x["grad_p_full"], grid)}


def _omega_fortran(x, fortran, settings):
    return {"omega": reference.tendency(x, fortran, settings)["omega"]}


TENDENCIES = tuple(f"{name}_tend" for name in NAMES)


def _tendency(x, grid, settings):
    found = kernels._tendency(x, grid, settings)
    return {name: found[name] for name in (*TENDENCIES, *FLUX)}


def _tendency_fortran(x, fortran, settings):
    found = reference.tendency(x, fortran, settings)
    return {name: found[name] for name in (*TENDENCIES, *FLUX)}


def _tendency_parts(x, fortran, settings):
    """Terms, assembled; the adiabatic heating is what advection leaves of the temperature's tendency."""
    advection = -_temperature_advection_fortran(x, fortran, settings)["T"]
    wind = {n: -a for n, a in _pressure_parts(x, fortran, settings)["v"].items()}
    wind |= {"energy gradient": -_energy_gradient_fortran(x, fortran, settings)["v"]}
    wind |= _vorticity_parts(x, fortran, settings)["v"]
    smooth = assembled({"temperature advection": advection}, fortran)
    whole = _tendency_fortran(x, fortran, settings)["T_tend"]
    heating = whole - smooth["temperature advection"]
    return {"v_tend": assembled(wind, fortran), "T_tend": {**smooth, "adiabatic heating": heating}}


def _stage(x, grid, settings):
    frozen = pieces.state({**x, "dp3d": x["start_dp3d"]})
    model = pieces.equations(x, settings).for_step(frozen, x["Qdp"])
    base = pieces.state({name: x[f"base_{name}"] for name in NAMES})
    dycore = Dycore(grid, model, None, None, x["h"])
    updated, flux = dycore.advance(model, base, x["h"], pieces.state(x), True)
    return {**pieces.named(updated), "vn0": flux.mass_flux, "omega": flux.omega}


def _stage_fortran(x, fortran, settings):
    reference.set_dynamics(fortran, x, settings)
    now = reference.pack(x["T"], x["v"], x["dp3d"])
    base = reference.pack(*(x[f"base_{name}"] for name in ("T", "v", "dp3d")))
    start = reference.pack(x["T"], x["v"], x["start_dp3d"])
    args = (now, base, start, tracers(x["Qdp"]), flat(x["phis"]), x["h"])
    u, vn0, omega = fortran("cam_se_reference:rk_stage", *args)
    return reference.unpack(u) | {"vn0": vector.back(vn0), "omega": scalar.back(omega)}


def _stage_parts(x, fortran, settings):
    rates = _tendency_fortran({**x, "qwater": x["Qdp"] / x["start_dp3d"]}, fortran, settings)
    base = {name: x[f"base_{name}"] for name in NAMES}
    return {
        n: {"h times the tendency": x["h"] * rates[f"{n}_tend"], "the state it starts from": base[n]} for n in NAMES
    }


def _laplacians(x, grid, settings):
    scalars = {f"laplace_{n}": op.laplace_sphere_wk(x[n], grid) for n in ("T", "dp3d")}
    return {**scalars, "laplace_v": op.vlaplace_sphere_wk_contra(x["v"], grid)}


def _laplacians_fortran(x, fortran, settings):
    laplace = lambda s: scalar.back(fortran("sphere_operators:laplace_sphere_wk", scalar(s)))  # noqa: E731
    v = fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(x["v"]), 1.0)
    return {f"laplace_{n}": laplace(x[n]) for n in ("T", "dp3d")} | {"laplace_v": vector.back(v)}


def _weak_dss(x, grid, settings):
    return {f"laplace_{name}": op.dss_wk(x[f"laplace_{name}"], grid) for name in WEAK}


def _weak_dss_fortran(x, fortran, settings):
    return assembled({f"laplace_{name}": x[f"laplace_{name}"] for name in WEAK}, fortran, "dss_wk")


def _part_of_hyperviscosity(stage: str):
    """One of the three outputs of the registered kernel on both sides."""

    def only(found):
        return {name.removeprefix(f"{stage}/"): a for name, a in found.items() if name.startswith(f"{stage}/")}

    def port(x, grid, settings):
        return only(kernels._hyperviscosity(x, grid, settings))

    def fortran(x, fortran, settings):
        return only(reference.hyperviscosity(x, fortran, settings))

    return port, fortran


def _del4_parts(x, fortran, settings):
    """The heating by friction: del4 with every level heated as it is, less del4 with none."""
    found = reference.hyperviscosity(x, fortran, settings)["del4/T"]
    cold = reference.hyperviscosity(x, fortran, {**settings, "sponge_del4_lev": settings["nlev"]})["del4/T"]
    return {"T": {"heating by friction": found - cold}}


def _dynamics_step(x, grid, settings):
    return lookup("cam_se_dynamics_step").port(x, grid, settings)


def _vertical_remap(x, grid, settings):
    after, tracer_mass = step_kernels._dycore(x, grid, settings).remap.apply(pieces.state(x), x["Qdp"], None, 0.0, grid)
    return {**pieces.named(after), "Qdp": tracer_mass}


def _vertical_remap_fortran(x, fortran, settings):
    """On columns, and back to elements."""
    shape = x["T"].shape
    columns = {n: x[n].reshape(*x[n].shape[:-4], -1, shape[-1]) for n in (*NAMES, "Qdp")}
    found = reference.vertical_remap({**x, **columns}, fortran, settings)
    return {name: a.reshape(x[name].shape) for name, a in found.items()}


def _call(x, grid, settings):
    start = ModelState(pieces.state(x), x["Qdp"], 0.0 * x["T"][0, 0, 0, 0])
    after = step_kernels._dycore(x, grid, settings).step(start)
    return {**pieces.named(after.dynamics), "Qdp": after.tracer_mass}


def _call_fortran(x, fortran, settings):
    reference.set_step(fortran, x, settings)
    reference.set_remap(fortran, settings)
    u, qdp = fortran("cam_se_step:prim_run_subcycle", *reference._fields(x), settings["dt"])
    return reference.unpack(u) | {"Qdp": tracers.back(qdp)}


def _point(name: str, rung: str, title: str, port, fortran, parts=None) -> Savepoint:
    return Savepoint(Kernel(f"cam_se/{name}", port=port, fortran=fortran, outputs={}), rung, title, parts)


COLUMN_POINT = _point(
    "column", "column", "the column: virtual temperature, moist pressure, geopotential", _column, _column_fortran
)
GRADIENT_POINT = _point("gradient_sphere", "operator", "the operator gradient_sphere", _gradients, _gradients_fortran)
DIVERGENCE_POINT = _point(
    "divergence_sphere", "operator", "the operator divergence_sphere", _divergence, _divergence_fortran
)
VORTICITY_POINT = _point(
    "vorticity_sphere", "operator", "the operator vorticity_sphere", _vorticity, _vorticity_fortran
)
DSS_POINT = _point("dss", "assembly", "the assembly (DSS)", _dss, _dss_fortran)
TERMS = (
    _point(
        "vorticity_force",
        "term",
        "the term (zeta + f) k x u",
        _vorticity_force,
        _vorticity_force_fortran,
        _vorticity_parts,
    ),
    _point(
        "energy_gradient", "term", "the term grad(K + phi)", _energy_gradient, _energy_gradient_fortran, _energy_parts
    ),
    _point(
        "pressure_gradient",
        "term",
        "the pressure gradient term",
        _pressure_gradient,
        _pressure_gradient_fortran,
        _pressure_parts,
    ),
    _point(
        "temperature_advection",
        "term",
        "the advection of temperature",
        _temperature_advection,
        _temperature_advection_fortran,
    ),
    _point("omega", "term", "the pressure velocity", _omega, _omega_fortran),
)
TENDENCY_POINT = _point(
    "tendency",
    "tendency",
    "the tendency: the sum of terms that hold one by one",
    _tendency,
    _tendency_fortran,
    _tendency_parts,
)
SCHEME_POINT, SCHEME_END_POINT = SCHEME.points()
STAGE_POINT = _point("stage", "stage", "the stage: base + h R, assembled", _stage, _stage_fortran, _stage_parts)
LAPLACIAN_POINT = _point("laplace_sphere_wk", "operator", "the Laplace operators", _laplacians, _laplacians_fortran)
WEAK_DSS_POINT = _point("dss_wk", "assembly", "the assembly of weak fields", _weak_dss, _weak_dss_fortran)
BIHARMONIC_POINT = _point(
    "biharmonic",
    "term",
    "the biharmonic: reference states, Laplacians and the assembly between them",
    *_part_of_hyperviscosity("biharmonic_wk_dp3d"),
)
DEL4_POINT = _point(
    "hyperviscosity",
    "dissipation",
    "hyperviscosity: coefficients, subcycles and heating",
    *_part_of_hyperviscosity("del4"),
    _del4_parts,
)
SPONGE_POINT = _point(
    "sponge", "dissipation", "the sponge layer after hyperviscosity", *_part_of_hyperviscosity("advance_hypervis_dp")
)
DYNAMICS_STEP_POINT = _point(
    "dynamics_step", "step", "the dynamics step put together", _dynamics_step, reference.dynamics_step
)
VERTICAL_REMAP_POINT = _point("vertical_remap", "remap", "the vertical remap", _vertical_remap, _vertical_remap_fortran)
CALL_POINT = _point("call", "step", "the whole call put together: dynamics, tracers, remap", _call, _call_fortran)
