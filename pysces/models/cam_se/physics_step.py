"""CAM-SE's whole step: physics forcing, subcycles of dynamics and tracers with vertical remap, and omega for physics.

    physics step = nsplit x ( forcing, rsplit x (qsplit x dynamics, tracers), vertical remap ), then omega

se_dribble_in_rsplit_loop moves the forcing, in rsplit pieces, into the loop over tracer steps.

CAM-SE: dyn_comp:dyn_run, prim_driver_mod:prim_run_subcycle, prim_advance_mod:compute_omega
"""

from __future__ import annotations

from collections.abc import Iterable

from ...arrays.backend import Array, namespace
from ...arrays.compiler import compiled
from ...arrays.control import scan
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree
from ...dycore.dycore import Dycore
from ...dycore.idle import FloatingLayers
from ...dycore.protocols import Discretization
from ...dycore.state import ModelState
from ...operators.dss import dss, dss_wk
from ...operators.laplacians import biharmonic_wk
from ...thermodynamics.species import ActiveSpecies
from ...transport.fluxes import DissipationFlux, MeanFlux
from .equations import CamSe
from .forcing import CamTendency, apply_cam_forcing, cam_forcing_intervals
from .hyperviscosity import CamSeHyperviscosity
from .state import CamSeState


@pytree
class CamForcing(Tree):
    """A physics tendency as the dycore applies it before a call: a Forcing."""

    tendency: CamTendency
    species: ActiveSpecies
    dt_tracer: Array = field("s", "time over which tracers are forced")
    dt_local: Array = field("s", "time over which heat and momentum are forced")

    def split(self, state: ModelState, dt: Array, dycore: Discretization[CamSe]) -> tuple[ModelState, None]:
        """The state after the forcing's own intervals, whatever dt, a number [s]; no rates are left for the steps."""
        intervals = (self.dt_tracer, self.dt_local)
        forced = apply_cam_forcing(state.dynamics, state.tracer_mass, self.tendency, intervals, self.species)
        return state.replace(dynamics=forced[0], tracer_mass=forced[1]), None


def cam_se_step(
    dycore: Dycore[CamSeState, CamSe],
    state: ModelState,
    nsplit: int,
    tendency: CamTendency | None = None,
    ftype: int = 2,
    dribble_in_rsplit_loop: bool = False,
) -> tuple[ModelState, Array]:
    """One physics step. Compiled once on jax.

    Parameters
    ----------
    dycore : Dycore of CamSe equations whose remap is CamSeRemapStep and whose forcing is None.
    nsplit : remapped subcycles in the physics step.
    tendency : CamTendency, or None without physics.
    ftype : see cam_forcing_intervals.
    dribble_in_rsplit_loop : pieces of forcing come before every tracer step, not only after every remap.

    Returns
    -------
    The ModelState, and omega (elem, i, j, lev) [Pa s-1] of its end.
    """
    pieces = max(dycore.rsplit, 1) if dribble_in_rsplit_loop else 1
    return _physics_step(dycore, state, tendency, nsplit=nsplit, ftype=ftype, pieces=pieces)


def _physics_step_body(
    dycore: Dycore[CamSeState, CamSe],
    state: ModelState,
    tendency: CamTendency | None,
    nsplit: int,
    ftype: int,
    pieces: int,
) -> tuple[ModelState, Array]:
    def subcycle(state: ModelState, shares: tuple) -> tuple[ModelState, None]:
        if tendency is None:
            return dycore.step(state), None
        return _forced_subcycle(dycore, state, tendency, shares), None

    xp, dtype = namespace(state.dynamics.dp_dry), state.dynamics.dp_dry.dtype
    shares = [
        xp.asarray(x, dtype).reshape(nsplit, pieces)
        for x in cam_forcing_intervals(ftype, nsplit * pieces, 1.0 / pieces)
    ]
    state, _ = scan(subcycle, state, tuple(shares))
    return state, physics_omega(dycore, state)


_physics_step = compiled(_physics_step_body, static=("nsplit", "ftype", "pieces"))


def _forced_subcycle(
    dycore: Dycore[CamSeState, CamSe], state: ModelState, tendency: CamTendency, shares: tuple
) -> ModelState:
    """A subcycle whose pieces of forcing are shares (pieces,) of its time for tracers, and for heat and momentum."""

    def forced(intervals: Iterable[Array]) -> CamForcing:
        intervals = [share * dycore.dt_remap for share in intervals]
        return CamForcing(tendency, dycore.equations.species, *intervals)

    if len(shares[0]) == 1:
        return dycore.replace(forcing=forced([share[0] for share in shares])).step(state)

    def one_tracer_step(state: ModelState, intervals: tuple) -> tuple[ModelState, None]:
        floating = dycore.replace(rsplit=1, remap=FloatingLayers(), forcing=forced(intervals))
        return floating.step(state), None

    state, _ = scan(one_tracer_step, state, shares)
    fields = dycore.remap.apply(state.dynamics, state.tracer_mass, None, dycore.dt_remap, dycore.grid)
    return ModelState(*fields, state.time)


def physics_omega(dycore: Dycore[CamSeState, CamSe], state: ModelState) -> Array:
    """Pressure velocity of a state (elem, i, j, lev) [Pa s-1], smoothed by the hyperviscosity of dry thickness.

    CAM-SE: prim_advance_mod:compute_omega
    """
    grid, damping = dycore.grid, dycore.dissipation
    equations = dycore.equations.for_step(state.dynamics, state.tracer_mass)
    omega = dss(equations.omega(state.dynamics, grid), grid)
    if not isinstance(damping, CamSeHyperviscosity):
        return omega
    h = dycore.dt_remap / damping.hypervis_subcycle

    def smooth(omega: Array, _: None) -> tuple[Array, None]:
        return omega - h * damping.nu_p * dss_wk(biharmonic_wk(omega, grid, grid.viscosity_tensor), grid), None

    return scan(smooth, omega, None, length=damping.hypervis_subcycle)[0]


def cam_se_dynamics_step(
    dycore: Dycore[CamSeState, CamSe], dynamics: CamSeState, tracer_mass: Array
) -> tuple[CamSeState, MeanFlux, DissipationFlux | None]:
    """One Runge-Kutta step with the dissipation after it: the state on floating layers, its flux and its dissipation.

    tracer_mass : (tracer, elem, i, j, lev) [Pa], which sets the composition of the air and stays.

    CAM-SE: prim_advance_mod:prim_advance_exp
    """
    equations = dycore.equations.for_step(dynamics, tracer_mass)
    return dycore.dynamics_step_with_flux(equations, dynamics, equations.no_flux(dynamics))
