"""Savepoints inside the hydrostatic theta-l tendency: column, operators on its fields, assembly, terms, their sum.

The reference's terms are its operators, put together as the equations say; tests hold their sum to its own tendency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.theta_l.equations import Motion
from pysces.models.theta_l.hydrostatic import HydrostaticColumn
from pysces.models.theta_l.state import HydrostaticState
from pysces.transport.fluxes import MeanFlux

from ...registry import Fields, Kernel, Settings
from ...sides.adapters import Fortran, flat, scalar
from ...sides.fortran import theta_l as reference
from ...sides.pysces import theta_l as pieces
from ..reference_operators import (
    assembled,
    divergence,
    gradient,
    port_vorticity,
    port_vorticity_force,
    reference_vorticity,
    reference_vorticity_force,
    vorticity_parts,
    vorticity_terms,
)
from ..savepoint import Parts, Savepoint

GRADIENTS = ("exner", "energy", "theta", "log_exner", "p")
DIVERGENCES = ("mass_flux", "theta_flux")
_OF_COLUMN = units(HydrostaticColumn, "homme")
COLUMN = {"p": _OF_COLUMN["pnh"], "log_exner": "1", "exner": _OF_COLUMN["exner"], "phinh_i": _OF_COLUMN["phinh_i"]}
STATE = units(HydrostaticState, "homme")
RATES = units(HydrostaticState, "homme", per="s-1")
FLUX = {name: units(MeanFlux, "homme")[name] for name in ("vn0", "omega_p")}


def midpoints(at_interfaces: np.ndarray) -> np.ndarray:
    """(..., lev + 1) -> (..., lev): means of neighbouring interfaces."""
    return (at_interfaces[..., :-1] + at_interfaces[..., 1:]) / 2


def derived(x: Fields, column: Fields) -> dict[str, np.ndarray]:
    """x with its column and the products that operators act on."""
    u, v = x["v"]
    products = {
        "theta": x["vtheta_dp"] / x["dp3d"],
        "energy": (u * u + v * v) / 2 + midpoints(column["phinh_i"]),
        "mass_flux": x["v"] * x["dp3d"],
        "theta_flux": x["v"] * x["vtheta_dp"],
    }
    return {**x, **column, **products}


def _T0(settings: Settings) -> float:
    """Temperature of the pressure gradient's reference profile."""
    s = {**reference.SETTINGS, **settings}
    return s["TREF"] - s["tref_lapse_rate"] * s["TREF"] * s["Cp"] / s["g"]


def reference_terms(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, dict[str, np.ndarray]]:
    """{field: {term: its contribution to the tendency}}, vertically Lagrangian part, not assembled."""
    v = {name: -force for name, force in _pressure_terms(x, fortran, settings).items()}
    v |= {"energy gradient": -x["grad_energy"], **vorticity_terms(x, fortran)}
    theta = {name: -part for name, part in _theta_terms(x, settings).items()}
    return {"v": v, "vtheta_dp": theta, "dp3d": {"mass divergence": -x["div_mass_flux"]}}


def _pressure_terms(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """cp theta grad(Exner), halved beside its split form, and the correction where it is on."""
    cp = settings["Cp"]
    plain = cp * x["theta"] * x["grad_exner"]
    if settings.get("theta_advect_form", 0) == 2:
        product = gradient(x["theta"] * x["exner"], fortran)
        split = cp * (product - x["exner"] * x["grad_theta"])
        return {"cp theta grad(Exner) / 2": plain / 2, "cp (grad(theta Exner) - Exner grad(theta)) / 2": split / 2}
    terms = {"cp theta grad(Exner)": plain}
    if settings.get("pgrad_correction", 0):
        terms["pressure gradient correction"] = (
            cp * _T0(settings) * (x["grad_log_exner"] - x["grad_exner"] / x["exner"])
        )
    return terms


def _theta_terms(x: Fields, settings: Settings) -> dict:
    form, flux = settings.get("theta_advect_form", 0), x["mass_flux"]
    share = 0.5 if form == 2 else 1.0
    terms: dict[str, np.ndarray] = {}
    if form > 0:
        advection = flux[0] * x["grad_theta"][0] + flux[1] * x["grad_theta"][1]
        terms |= {"theta advection": share * advection, "theta div(u dp)": share * (x["theta"] * x["div_mass_flux"])}
    if form != 1:
        terms["div(Theta u)"] = share * x["div_theta_flux"]
    return terms


def _total(parts: dict) -> np.ndarray:
    first, *rest = parts.values()
    return sum(rest, first)


def _column(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    c = pieces.equations_of(x, settings).column(pieces.state_of(x))
    log_exner = pieces.constants_of(settings).kappa * c.log_p
    return {"p": c.p, "log_exner": log_exner, "exner": c.exner, "phinh_i": c.phi_i}


def _column_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    reference.configure(x, fortran, settings)
    fields = fortran("theta_l_hydrostatic:column", scalar(x["vtheta_dp"]), scalar(x["dp3d"]), flat(x["phis"]))
    return {name: scalar.back(a) for name, a in zip(COLUMN, fields)}


def _gradients(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {f"grad_{name}": op.gradient_sphere(x[name], grid) for name in GRADIENTS}


def _gradients_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {f"grad_{name}": gradient(x[name], fortran) for name in GRADIENTS}


def _divergences(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {f"div_{name}": op.divergence_sphere(x[name], grid) for name in DIVERGENCES}


def _divergences_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {f"div_{name}": divergence(x[name], fortran) for name in DIVERGENCES}


def _dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {name: op.dss(x[name], grid) for name in ("grad_exner", "div_mass_flux")}


def _dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({name: x[name] for name in ("grad_exner", "div_mass_flux")}, fortran)


def _diagnosed(x: Fields, settings: Settings) -> HydrostaticColumn:
    return HydrostaticColumn(x["p"], x["log_exner"] / pieces.constants_of(settings).kappa, x["exner"], x["phinh_i"])


def _energy_gradient(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    force = pieces.equations_of(x, settings)._energy_gradient(pieces.state_of(x), _diagnosed(x, settings), grid)
    return {"v": force}


def _energy_gradient_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    u, v = x["v"]
    energy = (u * u + v * v) / 2 + midpoints(x["phinh_i"])
    return {"v": gradient(energy, fortran)}


def _energy_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    u, v = x["v"]
    parts = {"grad(K)": (u * u + v * v) / 2, "grad(phi)": midpoints(x["phinh_i"])}
    parts["a shift of phi by half a layer down"] = (x["phinh_i"][..., 1:] - x["phinh_i"][..., :-1]) / 2
    return {"v": {name: gradient(s, fortran) for name, s in parts.items()}}


def _pressure_gradient(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    equations = pieces.equations_of(x, settings)
    grad_theta = x["grad_theta"] if equations.theta_advect_form > 0 else None
    column = _diagnosed(x, settings)
    return {"v": equations._pressure_gradient(x["theta"], column, x["grad_exner"], grad_theta, grid)}


def _pressure_gradient_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """The correction differentiates log(Exner) itself, as the port's does."""
    grad_log_exner = gradient(x["log_exner"], fortran)
    return {"v": _total(_pressure_terms({**x, "grad_log_exner": grad_log_exner}, fortran, settings))}


def _theta_divergence(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    equations, state = pieces.equations_of(x, settings), pieces.state_of(x)
    fields = (x["theta"], x["mass_flux"], x["div_mass_flux"], x["grad_theta"])
    return {"vtheta_dp": equations._theta_divergence(state, *fields, grid)}


def _theta_divergence_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """The conservative form takes the divergence itself, as the port's does."""
    div_theta_flux = divergence(x["v"] * x["vtheta_dp"], fortran)
    return {"vtheta_dp": _total(_theta_terms({**x, "div_theta_flux": div_theta_flux}, settings))}


def _omega(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    motion = Motion(_diagnosed(x, settings), x["mass_flux"], x["div_mass_flux"], None)
    flux = pieces.equations_of(x, settings)._flux(pieces.state_of(x), motion, grid)
    return {"omega_p": flux.omega, "vn0": flux.mass_flux}


def _omega_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    found = reference.tendency(x, fortran, {**settings, "dt2": 1.0})
    return {name: found[name] for name in ("omega_p", "vn0")}


def _tendency(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    rates = pieces.equations_of(x, settings).tendency(pieces.state_of(x), grid)
    return pieces.named(op.dss(rates, grid))


def _tendency_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    found = reference.tendency(x, fortran, {**settings, "dt2": 1.0, "scale3": 0.0})
    return {name: found[name] for name in STATE}


def _tendency_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    terms = reference_terms(x, fortran, settings)
    return {field: assembled(parts, fortran) for field, parts in terms.items()}


def _kernel(name: str, port: Callable, fortran: Callable, units: dict) -> Kernel:
    return Kernel(f"theta_l/{name}", port=port, fortran=fortran, outputs=units)


def _term(
    name: str, title: str, port: Callable, fortran: Callable, units: dict, parts: Callable | None = None
) -> Savepoint:
    return Savepoint(_kernel(name, port, fortran, units), "term", title, parts)


def _pressure_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    return {"v": _pressure_terms(x, fortran, settings)}


def _theta_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    return {"vtheta_dp": _theta_terms(x, settings)}


def _unit(names: Iterable[str], unit: str, prefix: str) -> dict:
    return {f"{prefix}{name}": unit for name in names}


COLUMN_POINT = Savepoint(
    _kernel("column", _column, _column_fortran, COLUMN), "column", "the column: pressure, Exner function, geopotential"
)
GRADIENT_POINT = Savepoint(
    _kernel("gradient_sphere", _gradients, _gradients_fortran, _unit(GRADIENTS, "m-1", "grad_")),
    "operator",
    "the operator gradient_sphere",
)
DIVERGENCE_POINT = Savepoint(
    _kernel("divergence_sphere", _divergences, _divergences_fortran, _unit(DIVERGENCES, "s-1", "div_")),
    "operator",
    "the operator divergence_sphere",
)
VORTICITY_POINT = Savepoint(
    _kernel("vorticity_sphere", port_vorticity, reference_vorticity, {"vort": "s-1"}),
    "operator",
    "the operator vorticity_sphere",
)
DSS_POINT = Savepoint(
    _kernel("dss", _dss, _dss_fortran, {"grad_exner": "m-1", "div_mass_flux": RATES["dp3d"]}),
    "assembly",
    "the assembly (DSS)",
)
TERMS = (
    _term(
        "vorticity_force",
        "the term (zeta + f) k x u",
        port_vorticity_force,
        reference_vorticity_force,
        {"v": RATES["v"]},
        vorticity_parts,
    ),
    _term(
        "energy_gradient",
        "the term grad(K + phi)",
        _energy_gradient,
        _energy_gradient_fortran,
        {"v": RATES["v"]},
        _energy_parts,
    ),
    _term(
        "pressure_gradient",
        "the pressure gradient term",
        _pressure_gradient,
        _pressure_gradient_fortran,
        {"v": RATES["v"]},
        _pressure_parts,
    ),
    _term(
        "theta_divergence",
        "the transport of Theta",
        _theta_divergence,
        _theta_divergence_fortran,
        {"vtheta_dp": RATES["vtheta_dp"]},
        _theta_parts,
    ),
    _term("omega", "the pressure velocity", _omega, _omega_fortran, FLUX),
)
TENDENCY_POINT = Savepoint(
    _kernel("tendency", _tendency, _tendency_fortran, RATES),
    "tendency",
    "the tendency: the sum of terms that hold one by one",
    _tendency_parts,
)
