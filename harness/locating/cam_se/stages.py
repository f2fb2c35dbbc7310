"""Savepoints of a CAM-SE step around its tendency: the scheme, stages, dissipation, remap, whole steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.dycore.dycore import Dycore
from pysces.dycore.idle import FloatingLayers
from pysces.dycore.state import ModelState
from pysces.geometry.grid import Grid
from pysces.stepping.tableaus import CAM_TSTEP_TYPES

from ...kernels import cam_se as kernels
from ...kernels.catalogue import lookup
from ...registry import Fields, Settings
from ...sides.adapters import Fortran, flat, scalar, tracers, vector
from ...sides.fortran import cam_se as reference
from ...sides.pysces import cam_se as pieces
from ..reference_operators import assembled
from ..savepoint import Parts
from ..scheme import KINNMARK_GRAY_ULLRICH, START, Scheme
from .terms import FLUX, NAMES, _tendency_fortran, point

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
    fluxes=FLUX,
    state_of=pieces.state,
    named=pieces.named,
    results={1: (((0, 1.0), (3, 2.0)), 3.0)},
)


def _stage(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    frozen = pieces.state({**x, "dp3d": x["start_dp3d"]})
    model = pieces.equations(x, settings).for_step(frozen, x["Qdp"])
    base = pieces.state({name: x[f"base_{name}"] for name in NAMES})
    dycore: Dycore = Dycore(grid, model, None, FloatingLayers(), x["h"])
    updated, flux = dycore.advance_with_flux(model, base, x["h"], pieces.state(x))
    return {**pieces.named(updated), "vn0": flux.mass_flux, "omega": flux.omega}


def _stage_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    reference.set_dynamics(fortran, x, settings)
    now = reference.pack(x["T"], x["v"], x["dp3d"])
    base = reference.pack(*(x[f"base_{name}"] for name in ("T", "v", "dp3d")))
    start = reference.pack(x["T"], x["v"], x["start_dp3d"])
    args = (now, base, start, tracers(x["Qdp"]), flat(x["phis"]), x["h"])
    u, vn0, omega = fortran("cam_se_reference:rk_stage", *args)
    return reference.unpack(u) | {"vn0": vector.back(vn0), "omega": scalar.back(omega)}


def _stage_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    rates = _tendency_fortran({**x, "qwater": x["Qdp"] / x["start_dp3d"]}, fortran, settings)
    base = {name: x[f"base_{name}"] for name in NAMES}
    return {
        n: {"h times the tendency": x["h"] * rates[f"{n}_tend"], "the state it starts from": base[n]} for n in NAMES
    }


def _laplacians(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    scalars = {f"laplace_{n}": op.laplace_sphere_wk(x[n], grid) for n in ("T", "dp3d")}
    return {**scalars, "laplace_v": op.vlaplace_sphere_wk_contra(x["v"], grid)}


def _laplacians_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    laplace = lambda s: scalar.back(fortran("sphere_operators:laplace_sphere_wk", scalar(s)))  # noqa: E731
    v = fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(x["v"]), 1.0)
    return {f"laplace_{n}": laplace(x[n]) for n in ("T", "dp3d")} | {"laplace_v": vector.back(v)}


def _weak_dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {f"laplace_{name}": op.dss_wk(x[f"laplace_{name}"], grid) for name in WEAK}


def _weak_dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return assembled({f"laplace_{name}": x[f"laplace_{name}"] for name in WEAK}, fortran, "dss_wk")


def _part_of_hyperviscosity(stage: str) -> tuple[Callable, Callable]:
    """One of the three outputs of the registered kernel on both sides."""

    def only(found: Fields) -> dict[str, Array]:
        return {name.removeprefix(f"{stage}/"): a for name, a in found.items() if name.startswith(f"{stage}/")}

    def port(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
        return only(kernels._hyperviscosity(x, grid, settings))

    def fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
        return only(reference.hyperviscosity(x, fortran, settings))

    return port, fortran


def _del4_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """The heating by friction: del4 with every level heated as it is, less del4 with none."""
    found = reference.hyperviscosity(x, fortran, settings)["del4/T"]
    cold = reference.hyperviscosity(x, fortran, {**settings, "sponge_del4_lev": settings["nlev"]})["del4/T"]
    return {"T": {"heating by friction": found - cold}}


def _dynamics_step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return lookup("cam_se_dynamics_step").port(x, grid, settings)


def _vertical_remap(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    after, tracer_mass = pieces.dycore(x, grid, settings).remap.apply(pieces.state(x), x["Qdp"], None, 0.0, grid)
    return {**pieces.named(after), "Qdp": tracer_mass}


def _vertical_remap_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """On columns, and back to elements."""
    shape = x["T"].shape
    columns = {n: x[n].reshape(*x[n].shape[:-4], -1, shape[-1]) for n in (*NAMES, "Qdp")}
    found = reference.vertical_remap({**x, **columns}, fortran, settings)
    return {name: a.reshape(x[name].shape) for name, a in found.items()}


def _call(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    start = ModelState(pieces.state(x), x["Qdp"], 0.0 * x["T"][0, 0, 0, 0])
    after = pieces.dycore(x, grid, settings).step(start)
    return {**pieces.named(after.dynamics), "Qdp": after.tracer_mass}


def _call_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    reference.set_step(fortran, x, settings)
    reference.set_remap(fortran, settings)
    u, qdp = fortran("cam_se_step:prim_run_subcycle", *reference._fields(x), settings["dt"])
    return reference.unpack(u) | {"Qdp": tracers.back(qdp)}


SCHEME_POINT, SCHEME_END_POINT = SCHEME.points()
STAGE_POINT = point("stage", "stage", "the stage: base + h R, assembled", _stage, _stage_fortran, _stage_parts)
LAPLACIAN_POINT = point("laplace_sphere_wk", "operator", "the Laplace operators", _laplacians, _laplacians_fortran)
WEAK_DSS_POINT = point("dss_wk", "assembly", "the assembly of weak fields", _weak_dss, _weak_dss_fortran)
BIHARMONIC_POINT = point(
    "biharmonic",
    "term",
    "the biharmonic: reference states, Laplacians and the assembly between them",
    *_part_of_hyperviscosity("biharmonic_wk_dp3d"),
)
DEL4_POINT = point(
    "hyperviscosity",
    "dissipation",
    "hyperviscosity: coefficients, subcycles and heating",
    *_part_of_hyperviscosity("del4"),
    _del4_parts,
)
SPONGE_POINT = point(
    "sponge", "dissipation", "the sponge layer after hyperviscosity", *_part_of_hyperviscosity("advance_hypervis_dp")
)
DYNAMICS_STEP_POINT = point(
    "dynamics_step", "step", "the dynamics step put together", _dynamics_step, reference.dynamics_step
)
VERTICAL_REMAP_POINT = point("vertical_remap", "remap", "the vertical remap", _vertical_remap, _vertical_remap_fortran)
CALL_POINT = point("call", "step", "the whole call put together: dynamics, tracers, remap", _call, _call_fortran)
