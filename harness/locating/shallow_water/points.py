"""Savepoints of shallow water: operators on its fields, assembly, terms, tendency, stage, viscosity, the whole step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid
from pysces.models import terms

from ...kernels.catalogue import lookup
from ...registry import Fields, Kernel, Settings
from ...sides.adapters import Fortran, flat, scalar, vector
from ...sides.fortran.shallow_water import configured, wind
from ...sides.pysces.shallow_water import dycore_of, named, state_of
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


def derived(x: Fields) -> dict[str, np.ndarray]:
    """x with the products that operators act on: Bernoulli's function [m2 s-2] and the mass flux [m3 s-3]."""
    u, v = x["v"]
    return {**x, "energy": 0.5 * (u * u + v * v) + (x["p"] + x["ps"]), "flux": x["v"] * (x["pmean"] + x["p"])}


def _operators(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"grad_energy": op.gradient_sphere(x["energy"], grid), "div_flux": op.divergence_sphere(x["flux"], grid)}


def _operators_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {"grad_energy": gradient(x["energy"], fortran), "div_flux": divergence(x["flux"], fortran)}


def _dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {name: op.dss(x[name], grid) for name in ("grad_energy", "div_flux")}


def _dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({name: x[name] for name in ("grad_energy", "div_flux")}, fortran)


def _energy_gradient(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"v": terms.energy_gradient(x["v"], x["p"] + x["ps"], grid)}


def _energy_gradient_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {"v": gradient(x["energy"], fortran)}


def _energy_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    u, v = x["v"]
    parts = {"grad(K)": 0.5 * (u * u + v * v), "grad(phi)": x["p"], "grad(phis)": x["ps"]}
    return {"v": {name: gradient(a, fortran) for name, a in parts.items()}}


def _tendency_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """The terms, assembled as the tendency is."""
    force = reference_vorticity_force(x, fortran, settings)["v"]
    winds = {"the vorticity force": force, "grad(K + phi + phis)": gradient(derived(x)["energy"], fortran)}
    whole = lambda fields: assembled(fields, fortran)  # noqa: E731
    mean = {"div(pmean u)": divergence(x["v"] * x["pmean"], fortran), "div(p u)": divergence(x["v"] * x["p"], fortran)}
    return {"v_tendency": whole(winds), "p_tendency": whole(mean)}


def _stage(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore, state = dycore_of(x, grid, settings, settings["tstep"]), state_of(x)
    return named(dycore.advance(dycore.equations, state, 0.5 * settings["tstep"], state))


def _stage_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    with configured(x, fortran, settings):
        fields = (wind(x["v"]), flat(x["p"]), flat(x["ps"]))
        v, p = fortran("shallow_water:compute_and_apply_rhs", *fields, 1.0, 0.5 * settings["tstep"])
    return {"v": wind.back(v), "p": flat.back(p)}


def _laplacians(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    surface = op.laplace_sphere_wk(x["p"] + x["ps"], grid)
    return {"laplace_p": surface, "laplace_v": op.vlaplace_sphere_wk_contra(x["v"], grid)}


def _laplacians_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    p = fortran("sphere_operators:laplace_sphere_wk", scalar(x["p"] + x["ps"]))
    v = fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(x["v"]), 1.0)
    return {"laplace_p": scalar.back(p), "laplace_v": vector.back(v)}


def _weak_dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {name: op.dss_wk(x[name], grid) for name in ("laplace_p", "laplace_v")}


def _weak_dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({name: x[name] for name in ("laplace_p", "laplace_v")}, fortran, "dss_wk")


def point(
    name: str, rung: str, title: str, port: Callable, fortran: Callable, parts: Callable | None = None
) -> Savepoint:
    """A savepoint of this model."""
    return Savepoint(Kernel(f"shallow_water/{name}", port=port, fortran=fortran, outputs={}), rung, title, parts)


def registered(name: str, rung: str, title: str, parts: Callable | None = None) -> Savepoint:
    """A savepoint that is a kernel of the registry."""
    kernel = lookup(f"shallow_water_{name}")
    assert kernel.fortran is not None  # reference_fortran has all of shallow water
    return point(name, rung, title, kernel.port, kernel.fortran, parts)


OPERATORS_POINT = point(
    "operators", "operator", "the operators gradient_sphere and divergence_sphere", _operators, _operators_fortran
)
VORTICITY_POINT = point(
    "vorticity_sphere", "operator", "the operator vorticity_sphere", port_vorticity, reference_vorticity
)
DSS_POINT = point("dss", "assembly", "the assembly (DSS)", _dss, _dss_fortran)
VORTICITY_FORCE_POINT = point(
    "vorticity_force",
    "term",
    "the term (zeta + f) k x u",
    port_vorticity_force,
    reference_vorticity_force,
    vorticity_parts,
)
ENERGY_GRADIENT_POINT = point(
    "energy_gradient",
    "term",
    "the term grad(K + phi + phis)",
    _energy_gradient,
    _energy_gradient_fortran,
    _energy_parts,
)
TENDENCY_POINT = registered("tendency", "tendency", "the tendency: terms that hold one by one", _tendency_parts)
STAGE_POINT = point(
    "stage", "stage", "the first stage: the start and half a step of the tendency", _stage, _stage_fortran
)
LAPLACIAN_POINT = point("laplace_sphere_wk", "operator", "the Laplace operators", _laplacians, _laplacians_fortran)
WEAK_DSS_POINT = point("dss_wk", "assembly", "the assembly of weak fields", _weak_dss, _weak_dss_fortran)
VISCOSITY_POINT = registered("hyperviscosity", "dissipation", "viscosity: coefficients, Laplacians and substeps")
FIRST_STEP_POINT = registered("call", "step", "the first step, which begins a leapfrog")
STEP_POINT = registered("step", "step", "the leapfrog-trapezoidal step put together")
