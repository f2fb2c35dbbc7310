"""Savepoints inside CAM-SE's tendency: column, operators on its fields, assembly, terms, their sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.arrays.fields import names, to_record
from pysces.geometry.grid import Grid
from pysces.models import terms
from pysces.models.cam_se import equations
from pysces.models.cam_se.equations import CamSe
from pysces.models.cam_se.state import CamSeState
from pysces.transport.fluxes import MeanFlux

from ...kernels import cam_se as kernels
from ...registry import Fields, Kernel, Settings
from ...sides.adapters import Fortran, flat, scalar, tracers
from ...sides.fortran import cam_se as reference
from ...sides.pysces import cam_se as pieces
from ..reference_operators import (
    assembled,
    divergence,
    gradient,
    port_vorticity,
    port_vorticity_force,
    reference_vorticity,
    reference_vorticity_force,
    vorticity_parts,
)
from ..savepoint import Parts, Savepoint

NAMES = tuple(names(CamSeState, "cam"))
FLUX = tuple(names(MeanFlux, "cam"))
COLUMN = ("T_v", "p_full", "phi")
GRADIENTS = ("p_full", "T", "energy")


def derived(x: Fields, column: Fields) -> dict[str, np.ndarray]:
    """x with its column and the products that operators act on."""
    u, v = x["v"]
    energy = 0.5 * (u * u + v * v) + column["phi"]
    return {**x, **column, "energy": energy, "mass_flux": x["v"] * x["dp3d"]}


def _model(x: Fields, settings: Settings) -> CamSe:
    return pieces.equations(x, settings).with_mixing_ratios(x["qwater"])


def _column(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    column = to_record(_model(x, settings).column(pieces.state(x)), "cam")
    return {name: column[name] for name in COLUMN}


def _column_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    reference.set_dynamics(fortran, x, settings)
    state = reference.pack(x["T"], x["v"], x["dp3d"])
    found = fortran("cam_se_reference:moist_state", state, tracers(x["qwater"] * x["dp3d"]), flat(x["phis"]))
    return {name: scalar.back(a) for name, a in zip(COLUMN, found)}


def _diagnosed(x: Fields, settings: Settings) -> Any:
    """The port's column object, filled by the reference."""
    dp = x["dp3d"] * _model(x, settings).air.moist_per_dry
    return equations.CamSeColumn(dp, x["p_full"], x["T_v"], x["phi"])


def _gradients(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {f"grad_{name}": op.gradient_sphere(x[name], grid) for name in GRADIENTS}


def _gradients_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {f"grad_{name}": gradient(x[name], fortran) for name in GRADIENTS}


def _divergence(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"div_mass_flux": op.divergence_sphere(x["mass_flux"], grid)}


def _divergence_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {"div_mass_flux": divergence(x["mass_flux"], fortran)}


def _dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {name: op.dss(x[name], grid) for name in ("grad_p_full", "div_mass_flux")}


def _dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({name: x[name] for name in ("grad_p_full", "div_mass_flux")}, fortran)


def _energy_gradient(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"v": terms.energy_gradient(x["v"], x["phi"], grid)}


def _energy_gradient_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    u, v = x["v"]
    return {"v": gradient(0.5 * (u * u + v * v) + x["phi"], fortran)}


def _energy_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    u, v = x["v"]
    parts = {"grad(K)": 0.5 * (u * u + v * v), "grad(phi)": x["phi"]}
    return {"v": {name: gradient(a, fortran) for name, a in parts.items()}}


def _pressure_gradient(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"v": _model(x, settings)._pressure_gradient(_diagnosed(x, settings), x["grad_p_full"], grid)}


def _pressure_gradient_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    first, *rest = _pressure_parts(x, fortran, settings)["v"].values()
    return {"v": sum(rest, first)}


def _pressure_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """Dry air of one composition: R and kappa are numbers. Form 3 is form 1 over terrain and form 2 above it."""
    R, cp = (settings[f"thermodynamic_active_species_{name}"][0] for name in ("R", "cp"))
    form, terrain = settings["se_pgf_formulation"], x["hybm"] > 0
    plain = R * x["T_v"] / x["p_full"] * x["grad_p_full"]
    if form == 2:
        return {"v": {"R T_v grad(p) / p": plain}}
    log_exner = R / cp * np.log(x["p_full"] / settings["ps0"])
    exner = np.exp(log_exner)
    grad_exner, grad_log = gradient(exner, fortran), gradient(log_exner, fortran)
    t0 = settings["tref"] - settings["lapse_rate"] * settings["tref"] * settings["cpair"] / settings["gravit"]
    force = cp * (x["T_v"] / exner) * grad_exner
    correction = np.where(terrain, settings["cpair"] * t0 * (grad_log - grad_exner / exner), 0.0)
    force = force if form == 1 else np.where(terrain, force, plain)
    return {"v": {"cp theta_v grad(Exner)": force, "pressure gradient correction": correction}}


def _temperature_advection(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"T": terms.advection(x["v"], op.gradient_sphere(x["T"], grid))}


def _temperature_advection_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    grad_T = gradient(x["T"], fortran)
    return {"T": x["v"][0] * grad_T[0] + x["v"][1] * grad_T[1]}


def _omega(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"omega": equations._pressure_velocity(x["v"], _diagnosed(x, settings), x["grad_p_full"], grid)}


def _omega_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {"omega": reference.tendency(x, fortran, settings)["omega"]}


TENDENCIES = tuple(f"{name}_tend" for name in NAMES)


def _tendency(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    found = kernels._tendency(x, grid, settings)
    return {name: found[name] for name in (*TENDENCIES, *FLUX)}


def _tendency_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    found = reference.tendency(x, fortran, settings)
    return {name: found[name] for name in (*TENDENCIES, *FLUX)}


def _tendency_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """Terms, assembled; the adiabatic heating is what advection leaves of the temperature's tendency."""
    advection = -_temperature_advection_fortran(x, fortran, settings)["T"]
    wind = {n: -a for n, a in _pressure_parts(x, fortran, settings)["v"].items()}
    wind |= {"energy gradient": -_energy_gradient_fortran(x, fortran, settings)["v"]}
    wind |= vorticity_parts(x, fortran, settings)["v"]
    smooth = assembled({"temperature advection": advection}, fortran)
    whole = _tendency_fortran(x, fortran, settings)["T_tend"]
    heating = whole - smooth["temperature advection"]
    return {"v_tend": assembled(wind, fortran), "T_tend": {**smooth, "adiabatic heating": heating}}


def point(
    name: str, rung: str, title: str, port: Callable, fortran: Callable, parts: Callable | None = None
) -> Savepoint:
    """A savepoint of this model."""
    return Savepoint(Kernel(f"cam_se/{name}", port=port, fortran=fortran, outputs={}), rung, title, parts)


COLUMN_POINT = point(
    "column", "column", "the column: virtual temperature, moist pressure, geopotential", _column, _column_fortran
)
GRADIENT_POINT = point("gradient_sphere", "operator", "the operator gradient_sphere", _gradients, _gradients_fortran)
DIVERGENCE_POINT = point(
    "divergence_sphere", "operator", "the operator divergence_sphere", _divergence, _divergence_fortran
)
VORTICITY_POINT = point(
    "vorticity_sphere", "operator", "the operator vorticity_sphere", port_vorticity, reference_vorticity
)
DSS_POINT = point("dss", "assembly", "the assembly (DSS)", _dss, _dss_fortran)
TERMS = (
    point(
        "vorticity_force",
        "term",
        "the term (zeta + f) k x u",
        port_vorticity_force,
        reference_vorticity_force,
        vorticity_parts,
    ),
    point(
        "energy_gradient", "term", "the term grad(K + phi)", _energy_gradient, _energy_gradient_fortran, _energy_parts
    ),
    point(
        "pressure_gradient",
        "term",
        "the pressure gradient term",
        _pressure_gradient,
        _pressure_gradient_fortran,
        _pressure_parts,
    ),
    point(
        "temperature_advection",
        "term",
        "the advection of temperature",
        _temperature_advection,
        _temperature_advection_fortran,
    ),
    point("omega", "term", "the pressure velocity", _omega, _omega_fortran),
)
TENDENCY_POINT = point(
    "tendency",
    "tendency",
    "the tendency: the sum of terms that hold one by one",
    _tendency,
    _tendency_fortran,
    _tendency_parts,
)
