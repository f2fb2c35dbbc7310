"""Tracer limiters and the Eulerian tracer step of HOMME and CAM-SE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pysces.arrays.backend import Array, namespace
from pysces.arrays.fields import units
from pysces.config.section import AUTO
from pysces.dycore.dycore import ModelState
from pysces.geometry.grid import Grid
from pysces.models.cam_se.variable_viscosity import viscosity_factor
from pysces.operators.dss import dss
from pysces.operators.strong import divergence_sphere
from pysces.transport import eulerian as tracers
from pysces.transport import limiters
from pysces.transport.euler_stages import tracer_stages
from pysces.transport.fluxes import MassFlux

from ..inputs import seeds
from ..inputs.fields import PATCH, on_sphere, scalar_field, sphere, vector_field
from ..registry import EXACT, Case, Fields, Kernel, Settings
from ..sides.adapters import Fortran, flat, scalar, vector
from ..sides.adapters import tracers as tracer_layout
from ..sides.pysces.shared import of_the_run

_LIMITERS = {8: "limiter_optim_iter_full", 9: "limiter_clip_and_sum"}
POWER = 3.2  # hypervis_power
_STAGES = ("stage1", "stage2", "stage3")


def _limiter(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Options 8 and 9 on single elements; bounds are (sample, lev)."""
    bounds = limiters.Bounds(x["minp"][:, None, None, :], x["maxp"][:, None, None, :])
    limit = getattr(limiters, _LIMITERS[settings["limiter_option"]])
    ptens, after = limit(x["ptens"], x["dpmass"], bounds, x["spheremp"])
    return {"ptens": ptens, "minp": after.low[:, 0, 0], "maxp": after.high[:, 0, 0]}


def _limiter_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    ptens, minp, maxp = fortran(
        f"limiters:{_LIMITERS[settings['limiter_option']]}",
        tracer_layout(x["ptens"][None]),
        scalar(x["dpmass"]),
        flat(x["spheremp"]),
        *(np.asfortranarray(x[name].T[:, None]) for name in ("minp", "maxp")),
    )
    return {"ptens": tracer_layout.back(ptens)[0], "minp": minp[:, 0].T, "maxp": maxp[:, 0].T}


def _dp0(x: Fields, settings: Settings) -> Array:
    """Layer thickness at the reference surface pressure, on the levels that the record stores."""
    if "dp0" in x:
        return x["dp0"]
    xp = namespace(x["hyai"])
    return ((xp.diff(x["hyai"]) + xp.diff(x["hybi"])) * settings["ps0"])[x["lev_index"].astype(int) - 1]


def _mass_flux(x: Fields, settings: Settings) -> MassFlux:
    dissipated = (x["dpdiss_ave"], x["dpdiss_biharmonic"]) if settings["nu_p"] > 0 else (None, None)
    return MassFlux(x["dp"], x["vn0"], *dissipated)


def _transport(x: Fields, settings: Settings) -> tracers.TracerTransport:
    return tracers.TracerTransport(
        dp0=_dp0(x, settings),
        nu_q=of_the_run(settings["nu_q"], x["dp"]) if settings["nu_q"] else None,
        limiter_option=_option(settings),
        hypervis_subcycle_q=settings.get("hypervis_subcycle_q", 1),
    )


def _option(settings: Settings) -> int:
    return settings.get("limiter_option", settings.get("se_limiter_option"))


def _with_settings_tensor(grid: Grid, settings: Settings) -> Grid:
    """A mesh record may carry a tensor that this run does not use."""
    return grid if settings.get("hypervis_scaling", 0) else grid.replace(viscosity_tensor=None)


def _wanted(outputs: Mapping, settings: Settings) -> dict:
    return {name: value for name, value in outputs.items() if name in settings.get("outputs", outputs)}


def _step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    grid = _with_settings_tensor(grid, settings)
    mass_flux, transport = _mass_flux(x, settings), _transport(x, settings)
    dt = of_the_run(settings["dt_q"], x["dp"])
    outputs = {"Qdp": tracers.advance_tracers(x["Qdp"], mass_flux, dt, transport, grid)}
    if "divdp" in settings.get("outputs", ()):
        divdp = divergence_sphere(x["vn0"], grid)
        outputs |= {"divdp": divdp, "divdp_proj": dss(divdp, grid)}
    return outputs


def _stages(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """CAM-SE's record: the step stage by stage, with the bounds that each stage leaves."""
    grid = _with_settings_tensor(grid, settings)
    mass_flux, transport = _mass_flux(x, settings), _transport(x, settings)
    outputs = {"stage1/divdp": divergence_sphere(x["vn0"], grid)}
    dt = of_the_run(settings["dt_q"], x["dp"])
    for name, stage in zip(_STAGES, tracer_stages(x["Qdp"], mass_flux, dt, transport, grid)):
        if stage.bounds is None:
            raise NotImplementedError("without a quasi-monotone limiter there are no bounds to compare")
        outputs |= {f"{name}/Qdp": stage.tracer_mass, f"{name}/divdp_proj": stage.divdp_proj}
        outputs |= {f"{name}/qmin": stage.bounds.low[..., 0, 0, :], f"{name}/qmax": stage.bounds.high[..., 0, 0, :]}
    outputs["qdp_time_avg/Qdp"] = tracers.average_stages(x["Qdp"], stage.tracer_mass)
    return _wanted(outputs, settings)


def _call(routine: str, x: Fields, fortran: Fortran, settings: Settings) -> Any:
    """A routine of the Fortran module tracers, with its options set from the record."""
    module = fortran.library.tracers
    module.limiter_option = _option(settings)
    module.hypervis_subcycle_q = settings.get("hypervis_subcycle_q", 1)
    module.nu_q = settings["nu_q"]
    module.dp_viscosity = settings["nu_p"] > 0
    module.tensor_viscosity = bool(settings.get("hypervis_scaling", 0))
    module.scalar_viscosity = bool(settings.get("hypervis_power", 0))
    fields = [scalar(x["dp"]), vector(x["vn0"]), scalar(x["dpdiss_ave"]), scalar(x["dpdiss_biharmonic"])]
    return fortran(f"tracers:{routine}", tracer_layout(x["Qdp"]), *fields, _dp0(x, settings), settings["dt_q"])


def _step_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    outputs = {"Qdp": tracer_layout.back(_call("advance_tracers", x, fortran, settings))}
    if "divdp" in settings.get("outputs", ()):
        *_, divdp, divdp_proj = _call("tracer_stages", x, fortran, settings)
        outputs |= {"divdp": scalar.back(divdp), "divdp_proj": scalar.back(divdp_proj)}
    return outputs


def _stages_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    stages, low, high, divdp, divdp_proj = _call("tracer_stages", x, fortran, settings)
    outputs = {"stage1/divdp": scalar.back(divdp), "stage1/divdp_proj": scalar.back(divdp_proj)}
    for m, name in enumerate(_STAGES):
        outputs[f"{name}/Qdp"] = tracer_layout.back(stages[..., m])
        outputs |= {f"{name}/qmin": _bounds(low[..., m]), f"{name}/qmax": _bounds(high[..., m])}
    outputs["qdp_time_avg/Qdp"] = tracer_layout.back(_call("advance_tracers", x, fortran, settings))
    return _wanted(outputs, settings)


def _bounds(b: np.ndarray) -> np.ndarray:
    """(lev, tracer, elem) -> (tracer, elem, lev)."""
    return np.ascontiguousarray(b.transpose(1, 2, 0))


def _rough_elements() -> list[Case]:
    """Random elements whose mixing ratios leave feasible bounds by up to their range, for both options.

    The first two hold more and less than their bounds allow, which must widen them.
    """
    rng = seeds.generator(20261122)
    shape = (20, 4, 4, 10)
    mass, weights = 1000.0 * rng.uniform(0.2, 1.8, shape), rng.uniform(0.02, 1.0, (*shape[:3], 1))
    inside = rng.uniform(0.0, 1.0, shape)
    ratio = inside + 0.5 * rng.normal(size=shape)
    ratio[0] += 2.0
    ratio[1] -= 2.0
    inputs = {"ptens": ratio * mass, "dpmass": mass, "spheremp": weights}
    inputs |= {"minp": inside.min((1, 2)), "maxp": inside.max((1, 2))}
    return [Case(f"rough_limiter{option}", inputs, {"limiter_option": option}) for option in _LIMITERS]


def _flows() -> list[Case]:
    """Smooth and rough tracers in a smooth flow; all limiters, hyperviscosity of every kind, a refined mesh."""
    inviscid = _flow("")
    settings = {**inviscid.settings, "nu_q": 1e17}
    viscous = [replace(inviscid, name=f"limiter{n}", settings={**settings, "limiter_option": n}) for n in (0, 4, 8, 9)]
    patch, finer = _flow(PATCH), {"limiter_option": 9, "dt_q": 100.0}
    factor = viscosity_factor(sphere(), POWER, AUTO)
    variable = replace(viscous[2], name="limiter8_variable", settings=viscous[2].settings | {"hypervis_power": POWER})
    variable = replace(variable, grid=sphere().replace(viscosity_factor=factor))
    return [inviscid, *viscous, variable, replace(patch, name="patch_limiter9", settings={**patch.settings, **finer})]


def _flow(mesh: str) -> Case:
    maker = on_sphere(vn0=vector_field, dp=scalar_field, dpdiss_ave=scalar_field, smooth=scalar_field, mesh=mesh)
    fields, grid = maker()[0].inputs, sphere(mesh or 3)
    dp = 1000.0 * (1.0 + 0.1 * fields["dp"])
    ratios = [1.0 + 0.0 * dp, 2.0 + fields["smooth"], dss(seeds.generator(7).uniform(0.0, 1.0, dp.shape), grid)]
    inputs = {"dp": dss(dp, grid), "vn0": 2e4 * fields["vn0"], "dpdiss_ave": dp + 10.0 * fields["dpdiss_ave"]}
    inputs |= {"dpdiss_biharmonic": 1e-24 * fields["dpdiss_ave"], "dp0": np.full(dp.shape[-1], 1000.0)}
    inputs["Qdp"] = np.stack(ratios) * inputs["dp"]
    settings = {"dt_q": 600.0, "nu_q": 0.0, "nu_p": 1e17, "hypervis_scaling": 0.0, "limiter_option": 8}
    return Case("limiter8_inviscid", inputs, settings, grid, ("Qdp",))


KERNELS = [
    Kernel(
        "tracer_limiter",
        port=_limiter,
        fortran=_limiter_fortran,
        outputs={"ptens": "Pa", "minp": "1", "maxp": "1"},
        cases=_rough_elements,
        bitwise=EXACT,
        bitwise_records=("homme",),
        coefficient="x.maxp",
        limited="ptens",
    ),
    Kernel(
        "tracer_step",
        port=_step,
        fortran=_step_fortran,
        outputs=units(ModelState, "homme"),
        cases=_flows,
        bitwise=EXACT,
        bitwise_records=("homme",),
        limited="Qdp",
        own_mesh=True,
    ),
    Kernel(
        "cam_se_tracer_step",
        port=_stages,
        fortran=_stages_fortran,
        outputs=units(ModelState, "cam", prefix="qdp_time_avg/"),
        bitwise=EXACT,
        limited="qdp_time_avg/Qdp",
        own_mesh=True,
    ),
]
