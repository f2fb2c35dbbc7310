"""Savepoints of the tracer step, which both cores share: advection, limiter, stages, the step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.arrays.fields import units
from pysces.dycore.dycore import ModelState
from pysces.geometry.grid import Grid
from pysces.transport.euler_stages import tracer_stages

from ..kernels import tracers as pieces
from ..registry import Fields, Kernel, Settings
from ..sides.adapters import Fortran
from .reference_operators import divergence
from .savepoint import Pair, Savepoint, Walk

STAGES = tuple(f"stage{n}" for n in (1, 2, 3))
STAGE_OUTPUTS = ("stage1/divdp", "stage1/divdp_proj", *(f"{s}/{n}" for s in STAGES for n in ("qmin", "qmax", "Qdp")))
LIMITED = (8, 9)


def _divergences(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"divdp": op.divergence_sphere(x["vn0"], grid), "div_Qdp": op.divergence_sphere(x["flux"], grid)}


def _divergences_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    each = np.stack([divergence(x["flux"][:, q], fortran) for q in range(x["flux"].shape[1])])
    return {"divdp": divergence(x["vn0"], fortran), "div_Qdp": each}


def _stages(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """As registered; without a quasi-monotone limiter there are no bounds to hand out."""
    if settings["limiter_option"] in LIMITED:
        return pieces._stages(x, grid, settings)
    grid = pieces._with_settings_tensor(grid, settings)
    where = pieces._mass_flux(x, settings), settings["dt_q"], pieces._transport(x, settings), grid
    outputs = {"stage1/divdp": op.divergence_sphere(x["vn0"], grid)}
    for name, stage in zip(STAGES, tracer_stages(x["Qdp"], *where)):
        outputs |= {f"{name}/Qdp": stage.tracer_mass, f"{name}/divdp_proj": stage.divdp_proj}
    return {name: outputs[name] for name in settings["outputs"]}


def fluxes(x: Fields) -> dict:
    """x with the tracers' mass flux (2, tracer, elem, i, j, lev)."""
    return {**x, "flux": (x["vn0"] / x["dp"])[:, None] * x["Qdp"][None]}


def advected(x: Fields, grid: Grid, settings: Settings) -> dict:
    """The first stage before its limiter: every element of every tracer as a sample, between its own extremes."""
    h = settings["dt_q"] / 2
    count = len(x["Qdp"])
    samples = lambda a: a.reshape(-1, *a.shape[-3:])  # noqa: E731
    tiled = lambda a: samples(np.broadcast_to(a, (count, *a.shape)))  # noqa: E731
    q = x["Qdp"] / x["dp"]
    return {
        "ptens": samples(x["Qdp"] - h * x["div_Qdp"]),
        "dpmass": tiled(x["dp"] - h * x["divdp"]),
        "spheremp": tiled(np.asarray(grid.mass_matrix, x["dp"].dtype)),
        "minp": samples(q).min((1, 2)),
        "maxp": samples(q).max((1, 2)),
    }


def _point(name: str, rung: str, title: str, port: Callable, fortran: Callable, units: dict) -> Savepoint:
    return Savepoint(Kernel(f"tracers/{name}", port=port, fortran=fortran, outputs=units), rung, title)


DIVERGENCE_POINT = _point(
    "divergence_sphere",
    "operator",
    "the operator divergence_sphere on the tracers' fluxes",
    _divergences,
    _divergences_fortran,
    {"divdp": "Pa s-1", "div_Qdp": "Pa s-1"},
)
LIMITER_POINT = _point(
    "limiter", "term", "the tracer limiter", pieces._limiter, pieces._limiter_fortran, {"ptens": "Pa"}
)
STAGES_POINT = _point(
    "stages",
    "stage",
    "the tracer stages: advection, bounds, limiter, hyperviscosity, assembly",
    _stages,
    pieces._stages_fortran,
    dict.fromkeys(STAGE_OUTPUTS, "Pa"),
)
STEP_POINT = _point(
    "step", "step", "the tracer step put together", pieces._step, pieces._step_fortran, units(ModelState, "cam")
)


def walk(visit_with: Callable[[Savepoint, Pair, Settings], Walk], x: Pair, grid: Grid, settings: Settings) -> Walk:
    """The savepoints of one tracer step; visit_with(savepoint, pair, settings) visits, x is a Pair."""
    with_flux = x.apply(fluxes)
    divergences = yield from visit_with(DIVERGENCE_POINT, with_flux, settings)
    if settings["limiter_option"] in LIMITED:
        limited = with_flux.apply(lambda a, d: advected({**a, **d}, grid, settings), divergences)
        yield from visit_with(LIMITER_POINT, limited, settings)
    outputs = [n for n in STAGE_OUTPUTS if "/q" not in n or settings["limiter_option"] in LIMITED]
    yield from visit_with(STAGES_POINT, x, {**settings, "outputs": outputs})
    return (yield from visit_with(STEP_POINT, x, {**settings, "outputs": ("Qdp",)}))
