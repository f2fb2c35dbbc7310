"""Eulerian tracer transport on the mass flux accumulated by the dynamics, and tracer hyperviscosity.

Three Euler stages of half a tracer step, combined to a strong-stability-preserving second-order Runge-Kutta method. The
layer thickness inside a step is the one that the accumulated flux implies, so that a constant mixing ratio stays.

Equations: Spiteri & Ruuth (2002), doi:10.1137/S0036142901389025
Guba, Taylor & St-Cyr (2014), doi:10.1016/j.jcp.2014.02.029
HOMME: prim_advection_base   CAM-SE: prim_advection_mod (the same scheme on dry mass)
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arrays.backend import Array, namespace
from ..arrays.compiler import optimization_barrier, quotient
from ..arrays.derivatives import differentiated_as, stop_gradient
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..geometry.grid import Grid
from ..native.call import element_local, made, now, postponed
from ..operators.dss import dss_wk, dss_wk_later
from ..operators.laplacians import biharmonic_wk, laplace_sphere_wk
from ..operators.strong import divergence_sphere
from ..topology.assembly import least_around
from ..vertical.basis import Basis
from .fluxes import DissipationFlux, MassFlux, MeanFlux
from .limiters import Bounds, element_bounds, limiter2d_zero, limiter_clip_and_sum, limiter_optim_iter_full

QUASI_MONOTONE = {8: limiter_optim_iter_full, 9: limiter_clip_and_sum}
STAGES = 3


@pytree
class TracerTransport(Tree):
    """Eulerian transport and its parameters; the Transport of a Dycore.

    nu_q None leaves hyperviscosity out. limiter_option: 0, 4, 8, 9 (see limiters). hypervis_subcycle_q counts only with
    options 0 and 4, where hyperviscosity follows the advection; 8 and 9 apply it once, inside the last stage.
    linearisation : how limiters 8 and 9 are differentiated: exact, frozen (with fixed bounds) or unlimited (without).
    Another limiter, and subcycles with 8 or 9, are refused.
    """

    dp0: Array = field("Pa", "layer thickness at the reference surface pressure (lev,)", homme="dp0")
    nu_q: Array | None = field("m4 s-1", "tracer hyperviscosity", homme="nu_q", cam="nu_q", default=None)
    limiter_option: int = static(default=9)
    hypervis_subcycle_q: int = static(default=1)
    linearisation: str = static(default="exact")

    def __post_init__(self) -> None:
        if self.limiter_option not in (0, 4, *QUASI_MONOTONE):
            raise ValueError(f"limiter_option must be 0, 4, 8 or 9, found {self.limiter_option!r}.")
        if self.limiter_option in QUASI_MONOTONE and self.hypervis_subcycle_q != 1:
            raise ValueError(
                f"hypervis_subcycle_q is {self.hypervis_subcycle_q}, but limiter_option {self.limiter_option} "
                "applies hyperviscosity inside the last stage: use 1."
            )

    @property
    def coefficients(self) -> tuple[str, ...]:
        """The fields that are viscosities and act."""
        return () if self.nu_q is None else ("nu_q",)

    def moved(self, before: Basis, after: Basis) -> TracerTransport:
        """With reference layers of other levels."""
        if before.coordinate is None or after.coordinate is None:
            return self
        old, new = (levels.dp_ref(levels.p0) for levels in (before.coordinate, after.coordinate))
        return self.replace(dp0=self.dp0 + (new - old))

    def advance(
        self,
        tracer_mass: Array,
        dp_start: Array,
        flux: MeanFlux,
        dissipated: DissipationFlux | None,
        dt: Array,
        grid: Grid,
    ) -> Array:
        """Tracer mass after dt of the dynamics' mean flux; arguments as pysces.dycore.protocols.Transport.

        tracer_mass : (tracer, elem, i, j, lev) [Pa].   dp_start : (elem, i, j, lev) [Pa].   dt : a number [s].
        """
        return advance_tracers(tracer_mass, MassFlux.of_dynamics(dp_start, flux, dissipated), dt, self, grid)


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


def advance_tracers(
    tracer_mass: Array, mass_flux: MassFlux, dt_q: Array, transport: TracerTransport, grid: Grid
) -> Array:
    """Tracer mass after one tracer step.

    Parameters
    ----------
    tracer_mass : (tracer, elem, i, j, lev)
        Mixing ratio times dp, continuous [Pa].
    mass_flux : MassFlux
        Accumulated by the dynamics over the same time.
    dt_q : tracer time step [s].
    transport : TracerTransport
    grid : Grid
        Its viscosity_tensor, where there is one, acts in the second Laplacian, its viscosity_factor in both.

    Returns
    -------
    (tracer, elem, i, j, lev) [Pa], on layers of thickness dp - dt_q divdp_proj.

    HOMME: prim_advection_base:prim_advec_tracers_remap_rk2
    """
    *_, last = _stages(tracer_mass, mass_flux, dt_q, transport, grid)
    averaged = element_local(_averaged, tracer_mass, last.tracer_mass, on=grid, kept=False)
    if transport.nu_q is None or transport.limiter_option in QUASI_MONOTONE:
        return averaged
    dp = mass_flux.dp - dt_q * last.divdp_proj
    return _advance_hypervis_scalar(averaged, dp, mass_flux, dt_q, transport, grid)


def tracer_stages(
    tracer_mass: Array, mass_flux: MassFlux, dt_q: Array, transport: TracerTransport, grid: Grid
) -> list[Stage]:
    """The three Euler stages, before their average, from tracer_mass (tracer, elem, i, j, lev) [Pa] over dt_q [s].

    HOMME: prim_advection_base:euler_step
    """
    stages = _stages(tracer_mass, mass_flux, dt_q, transport, grid)
    return [Stage(now(stage.tracer_mass, grid), stage.bounds, stage.divdp_proj) for stage in stages]


def _stages(
    tracer_mass: Array, mass_flux: MassFlux, dt_q: Array, transport: TracerTransport, grid: Grid
) -> list[Stage]:
    """As tracer_stages, with tracer mass for kernels alone; what an element knows of itself is done where it is read.

    The second stage only widens the bounds of the first by the element's own.
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
        about = (bounds, first, step, grid)
        weighted, bounds = element_local(_WEIGHTED[m == 1], q_mass, dp, *about, kept=False)
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
        first = element_local(laplace_sphere_wk, q, grid, None, grid.viscosity_factor, kept=False)
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


_WEIGHTED = {False: _weighted_stage, True: _second_stage}


def _weighted(
    tracer_mass: Array, dp: Array, bounds: Bounds | None, first: Any, step: HalfStep, grid: Grid
) -> tuple[Array, Bounds | None]:
    spread = None
    if first is not None:
        about = (grid, grid.viscosity_tensor, grid.viscosity_factor)
        spread = element_local(laplace_sphere_wk, made(first), *about, kept=False)
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


def average_stages(before: Array, after: Array) -> Array:
    """The Runge-Kutta step from its start and the end of its Euler stages.

    before, after : (tracer, elem, i, j, lev) tracer mass [Pa].   HOMME: prim_advection_base:qdp_time_avg
    """
    # XLA divides by a constant through its rounded reciprocal, which would lose 5e-17 of all tracer mass in every step
    stages = STAGES + 0.0 * after
    return (before + (STAGES - 1) * after) / stages


def _averaged(before: Array, after: Any) -> Array:
    return average_stages(before, made(after))


def _assemble_stage(weighted: Array, bounds: Bounds | None, divdp: Array, stages: list[Stage], grid: Grid) -> Stage:
    """One message: all tracers, and in the first stage the flux divergence that thickness in later stages needs."""
    if stages:
        return Stage(dss_wk_later(weighted, grid), bounds, stages[-1].divdp_proj)
    both = dss_wk_later((weighted, divdp * grid.mass_matrix), grid)
    return Stage(postponed(_first, both), bounds, now(postponed(_second, both), grid))


def _first(both: Any) -> Array:
    return made(both)[0]


def _second(both: Any) -> Array:
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


def _advance_hypervis_scalar(
    tracer_mass: Array, dp: Array, mass_flux: MassFlux, dt_q: Array, transport: TracerTransport, grid: Grid
) -> Array:
    """Hyperviscosity after the advection, for limiter options 0 and 4.

    HOMME: prim_advection_base:advance_hypervis_scalar
    """
    dt = dt_q / transport.hypervis_subcycle_q
    scale = transport.dp0 if mass_flux.dpdiss_ave is None else mass_flux.dpdiss_ave
    for _ in range(transport.hypervis_subcycle_q):
        ratio = quotient(scale * tracer_mass, dp)
        spread = biharmonic_wk(ratio, grid, grid.viscosity_tensor, grid.viscosity_factor)
        weighted = tracer_mass * grid.mass_matrix - dt * transport.nu_q * spread
        tracer_mass = dss_wk(limiter2d_zero(weighted) if transport.limiter_option == 4 else weighted, grid)
    return tracer_mass
