"""Eulerian tracer transport on the mass flux accumulated by the dynamics, and tracer hyperviscosity.

Three Euler stages of half a tracer step, combined to a strong-stability-preserving second-order Runge-Kutta method. The
layer thickness inside a step is the one that the accumulated flux implies, so that a constant mixing ratio stays.

Equations: Spiteri & Ruuth (2002), doi:10.1137/S0036142901389025
Guba, Taylor & St-Cyr (2014), doi:10.1016/j.jcp.2014.02.029
HOMME: prim_advection_base   CAM-SE: prim_advection_mod (the same scheme on dry mass)
"""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array
from ..arrays.compiler import quotient
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..geometry.grid import Grid
from ..native.call import element_local, made
from ..operators.dss import dss_wk
from ..operators.laplacians import biharmonic_wk
from ..vertical.basis import Basis
from .euler_stages import QUASI_MONOTONE, STAGES, stages_for_kernels
from .fluxes import DissipationFlux, MassFlux, MeanFlux
from .limiters import limiter2d_zero


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
    *_, last = stages_for_kernels(tracer_mass, mass_flux, dt_q, transport, grid)
    averaged = element_local(_averaged, tracer_mass, last.tracer_mass, on=grid, kept=False)
    if transport.nu_q is None or transport.limiter_option in QUASI_MONOTONE:
        return averaged
    dp = mass_flux.dp - dt_q * last.divdp_proj
    return _advance_hypervis_scalar(averaged, dp, mass_flux, dt_q, transport, grid)


def average_stages(before: Array, after: Array) -> Array:
    """The Runge-Kutta step from its start and the end of its Euler stages.

    before, after : (tracer, elem, i, j, lev) tracer mass [Pa].   HOMME: prim_advection_base:qdp_time_avg
    """
    # XLA divides by a constant through its rounded reciprocal, which would lose 5e-17 of all tracer mass in every step
    stages = STAGES + 0.0 * after
    return (before + (STAGES - 1) * after) / stages


def _averaged(before: Array, after: Any) -> Array:
    return average_stages(before, made(after))


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
