"""The three Euler stages of a tracer step, of half a step each: advection, bounds, limiter, hyperviscosity.

What an element knows of itself is done where it is read, so that with native kernels a stage is one kernel, or two.

Equations: Guba, Taylor & St-Cyr (2014), doi:10.1016/j.jcp.2014.02.029
HOMME: prim_advection_base (euler_step)   CAM-SE: prim_advection_mod
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..arrays.backend import Array, namespace
from ..arrays.compiler import optimization_barrier, quotient
from ..arrays.derivatives import differentiated_as, stop_gradient
from ..geometry.grid import Grid
from ..native.call import element_local, made, now, postponed
from ..operators.dss import dss_wk_later
from ..operators.laplacians import biharmonic_end, biharmonic_start
from ..operators.strong import divergence_sphere
from ..topology.assembly import least_around
from .fluxes import MassFlux
from .limiters import Bounds, element_bounds, limiter2d_zero, limiter_clip_and_sum, limiter_optim_iter_full

if TYPE_CHECKING:
    from .eulerian import TracerTransport

QUASI_MONOTONE = {8: limiter_optim_iter_full, 9: limiter_clip_and_sum}
STAGES = 3


class Stage(NamedTuple):
    """A tracer step under way; bounds as the limiter left them, divergence of the flux made continuous."""

    tracer_mass: Array
    bounds: Bounds | None
    divdp_proj: Array


class HalfStep(NamedTuple):
    """What moves tracers in each stage: the flux and its divergence over half a step [s], and how."""

    mass_flux: MassFlux
    divdp: Array
    half: Array
    transport: TracerTransport


def tracer_stages(
    tracer_mass: Array, mass_flux: MassFlux, dt_q: Array, transport: TracerTransport, grid: Grid
) -> list[Stage]:
    """The three Euler stages, before their average, from tracer_mass (tracer, elem, i, j, lev) [Pa] over dt_q [s].

    HOMME: prim_advection_base:euler_step
    """
    stages = stages_for_kernels(tracer_mass, mass_flux, dt_q, transport, grid)
    return [Stage(now(stage.tracer_mass, grid), stage.bounds, stage.divdp_proj) for stage in stages]


def stages_for_kernels(
    tracer_mass: Array, mass_flux: MassFlux, dt_q: Array, transport: TracerTransport, grid: Grid
) -> list[Stage]:
    """As tracer_stages of tracer_mass (tracer, elem, i, j, lev) [Pa] over dt_q [s], with ``made`` of tracer mass.

    The second stage only widens the bounds of the first by the element's own.

    HOMME: prim_advection_base:euler_step
    """
    half, monotone = dt_q / 2, transport.limiter_option in QUASI_MONOTONE
    divdp = divergence_sphere(mass_flux.flux, grid)
    step, stages = HalfStep(mass_flux, divdp, half, transport), list[Stage]()
    for m in range(STAGES):
        q_mass = stages[-1].tracer_mass if stages else tracer_mass
        dp = mass_flux.dp - (m * half) * stages[-1].divdp_proj if stages else mass_flux.dp
        bounds = first = None
        if monotone and m == 1:
            bounds = stages[0].bounds
        elif monotone:
            smoothing = (transport, mass_flux.dpdiss_ave) if m and transport.nu_q is not None else None
            bounds, first = element_local(_prepared, q_mass, dp, smoothing, grid, kept=False)
            bounds = _bounds_around(bounds, grid)
            first = None if first is None else dss_wk_later(first, grid)
        weigh = _second_stage if m == 1 else _weighted_stage
        weighted, bounds = element_local(weigh, q_mass, dp, bounds, first, step, grid, kept=False)
        stages.append(_assemble_stage(weighted, bounds, divdp, stages, grid))
    return stages


def _prepared(
    tracer_mass: Array, dp: Array, smoothing: tuple[TracerTransport, Array | None] | None, grid: Grid
) -> tuple[Bounds, Array | None]:
    """An element's own bounds; and where hyperviscosity acts the weak Laplacian of what it smooths."""
    tracer_mass, first = made(tracer_mass), None
    if smoothing is not None:
        transport, dpdiss_ave = smoothing
        q = _smoothed(tracer_mass, dp, dpdiss_ave, transport)
        first = biharmonic_start(q, grid, grid.viscosity_factor)
    return _bounds_of(tracer_mass, dp), first


def _weighted_stage(
    tracer_mass: Array, dp: Array, bounds: Bounds | None, first: Any, step: HalfStep, grid: Grid
) -> tuple[Array, Bounds | None]:
    """Tracer mass after half a step times the mass matrix, and its bounds as the limiter left them; element-local.

    first : the Laplacian of what _smoothed gives, where hyperviscosity acts in this stage.
    """
    return _weighted(made(tracer_mass), dp, bounds, first, step, grid)


def _second_stage(
    tracer_mass: Array, dp: Array, bounds: Bounds | None, first: None, step: HalfStep, grid: Grid
) -> tuple[Array, Bounds | None]:
    """As _weighted_stage, from the bounds of the first stage."""
    tracer_mass = made(tracer_mass)
    bounds = None if bounds is None else _widened(_bounds_of(tracer_mass, dp), bounds)
    return _weighted(tracer_mass, dp, bounds, first, step, grid)


def _weighted(
    tracer_mass: Array, dp: Array, bounds: Bounds | None, first: Any, step: HalfStep, grid: Grid
) -> tuple[Array, Bounds | None]:
    spread = None if first is None else biharmonic_end(first, grid, grid.viscosity_tensor, grid.viscosity_factor)
    advected = _advected(tracer_mass, step.mass_flux.flux, dp, step.half, grid)
    if bounds is not None:
        target = dp - step.half * step.divdp
        if spread is not None:
            advected, target = _diffuse_whole_step(advected, target, spread, step, grid)
        advected, target = optimization_barrier((advected, target))
        advected, bounds = _limited(advected, target, bounds, step.transport, grid)
    weighted = advected * grid.mass_matrix
    return limiter2d_zero(weighted) if step.transport.limiter_option == 4 else weighted, bounds


def _advected(tracer_mass: Array, flux: Array, dp: Array, half: Array, grid: Grid) -> Array:
    """Tracer mass after half a step of the flux, element-local."""
    return tracer_mass - half * divergence_sphere(quotient(flux, dp)[:, None] * tracer_mass[None], grid)


def _limited(
    advected: Array, target: Array, bounds: Bounds, transport: TracerTransport, grid: Grid
) -> tuple[Array, Bounds]:
    """What the limiter makes of a stage, differentiated as transport.linearisation says."""
    limiter = QUASI_MONOTONE[transport.limiter_option]
    if transport.linearisation == "unlimited":
        return differentiated_as(_not_limited, limiter, advected, target, bounds, grid.mass_matrix)
    if transport.linearisation == "frozen":
        bounds = Bounds(*(stop_gradient(x) for x in bounds))
    return limiter(advected, target, bounds, grid.mass_matrix)


def _not_limited(advected: Array, target: Array, bounds: Bounds, weights: Array) -> tuple[Array, Bounds]:
    return advected, bounds


def _assemble_stage(weighted: Array, bounds: Bounds | None, divdp: Array, stages: list[Stage], grid: Grid) -> Stage:
    """One message: all tracers, and in the first stage the flux divergence that thickness in later stages needs."""
    if stages:
        return Stage(dss_wk_later(weighted, grid), bounds, stages[-1].divdp_proj)
    both = dss_wk_later((weighted, divdp * grid.mass_matrix), grid)
    return Stage(postponed(_tracers_of, both), bounds, now(postponed(_divergence_of, both), grid))


def _tracers_of(both: Any) -> Array:
    return made(both)[0]


def _divergence_of(both: Any) -> Array:
    return made(both)[1]


def _bounds_of(tracer_mass: Array, dp: Array) -> Bounds:
    return element_bounds(quotient(tracer_mass, dp))


def _bounds_around(own: Bounds, grid: Grid) -> Bounds:
    """Extremes around each element."""
    xp = namespace(own.low)
    low, minus_high = least_around(grid.assembly, xp.stack([own.low, -own.high]))
    return Bounds(xp.maximum(low, 0), -minus_high)


def _widened(own: Bounds, bounds: Bounds) -> Bounds:
    xp = namespace(own.low)
    return Bounds(xp.maximum(xp.minimum(own.low, bounds.low), 0), xp.maximum(own.high, bounds.high))


def _smoothed(tracer_mass: Array, dp: Array, dpdiss_ave: Array | None, transport: TracerTransport) -> Array:
    """What hyperviscosity smooths: the mixing ratio, times the relative thickness that the dynamics smoothed."""
    q = quotient(tracer_mass, dp)
    return q if dpdiss_ave is None else quotient(q * dpdiss_ave, transport.dp0)


def _diffuse_whole_step(
    advected: Array, target: Array, spread: Array, step: HalfStep, grid: Grid
) -> tuple[Array, Array]:
    """Hyperviscosity of all three stages at once, on tracer mass and on the layer mass that its limiter assumes."""
    transport, mass_flux = step.transport, step.mass_flux
    strength = STAGES * step.half * transport.nu_q
    if mass_flux.dpdiss_ave is not None:
        target = target - quotient(strength * mass_flux.dpdiss_biharmonic, grid.mass_matrix)
    return advected - quotient(strength * transport.dp0 * spread, grid.mass_matrix), target
