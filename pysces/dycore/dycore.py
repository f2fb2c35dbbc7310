"""A dynamical core put together: equations x dissipation x remap x tracers x stepper, and how they alternate.

    one call  = [forcing]  rsplit x (dynamics and tracers)  vertical remap
    dynamics and tracers = qsplit x ([forcing in pieces] Runge-Kutta step, dissipation)  tracer step

``Dycore`` is a pytree: grid, parameters and time step are arguments of the compiled program, never constants in it, so
all of them can be differentiated.

HOMME: prim_driver_base (prim_run_subcycle, prim_step)   CAM-SE: prim_driver_mod
"""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array, is_traced
from ..arrays.compiler import compiled, stored
from ..arrays.control import repeat, scan
from ..arrays.derivatives import checkpoint
from ..arrays.fields import field
from ..arrays.pytree import pytree, static, tree_leaves
from ..geometry.grid import Grid
from ..operators.dss import dss
from ..stepping.runge_kutta import runge_kutta_step
from ..stepping.tableaus import Tableau
from ..transport.eulerian import advance_tracers
from ..transport.fluxes import MassFlux


@pytree
class ModelState:
    """Everything that marches in time."""

    dynamics: Any = field("", "prognostic fields of the equations")
    tracer_mass: Any = field(
        "Pa", "tracer mixing ratio times dp (tracer, elem, i, j, lev), or None", homme="Qdp", cam="Qdp", default=None
    )
    time: Array = field("s", "model time since the start", default=0.0)


@pytree
class Dycore:
    """One configured dynamical core.

    equations : tendency, finish_stage, no_flux, for_step (see equations/theta_l.py).
    dissipation : apply(state, dt, grid, with_flux, equations), or None.
    remap : apply(state, tracer_mass, flux, dt, grid).
    transport : TracerTransport, or None when tracers do not move.
    forcing : apply(state, dt, dycore) -> ModelState, or None. One that says ``each_step`` has split(state, dt, dycore)
        -> (ModelState, rates) instead: rates of change of the prognostic fields, added before every dynamics step.
    dt : dynamics step [s].   qsplit : dynamics steps per tracer step.
    rsplit : tracer steps per remap, 0 for mass flowing through fixed levels.
    """

    grid: Grid
    equations: Any
    dissipation: Any
    remap: Any
    dt: Array
    transport: Any = None
    forcing: Any = None
    scheme: Tableau = static(default=None)
    rsplit: int = static(default=1)
    qsplit: int = static(default=1)

    @property
    def dt_remap(self):
        """Model time of one call [s]."""
        return self.dt * (self.qsplit * max(self.rsplit, 1))

    def step(self, state: ModelState) -> ModelState:
        """One call: forcing, dynamics and tracers, vertical remap. Compiled once on jax."""
        return _step(self, state)

    def run(self, state: ModelState, n: int, checkpoint_every: int = 0) -> ModelState:
        """n calls as one compiled loop, nothing on the host inside.

        One program serves every n. Inside a jax transformation (grad, jvp, jit, vmap) the loop is a scan of fixed
        length, which reverse mode needs.

        Parameters
        ----------
        state : ModelState with arrays of the same backend as the grid.
        n : number of calls.
        checkpoint_every : calls between stored states in reverse mode (must divide n); 0 stores every call.
        """
        if n < 0 or (checkpoint_every and n % checkpoint_every):
            raise ValueError(
                f"run needs n >= 0 and checkpoint_every dividing n, found n={n}, checkpoint_every={checkpoint_every}."
            )
        if is_traced((self, state)):
            return _scan_calls(self, state, n, checkpoint_every)
        return _repeat_calls(self, state, n)

    def advance(self, equations, base, h, at, with_flux: bool):
        """base + h * rhs(at), made continuous: the single place where DSS meets dynamics. Returns state and flux."""
        updated, flux = stored(_updated_with_flux if with_flux else _updated, equations, base, h, at, self.grid)
        return equations.finish_stage(dss(updated, self.grid), self.grid), flux


def _updated(equations, base, h, at, grid: Grid):
    tendency, _ = equations.tendency(at, grid, False)
    return base + tendency * h, None


def _updated_with_flux(equations, base, h, at, grid: Grid):
    tendency, flux = equations.tendency(at, grid, True)
    return base + tendency * h, flux


def _one_call(dycore: Dycore, state: ModelState) -> ModelState:
    state, rates = _forced(dycore, state)
    flux = None
    if dycore.rsplit > 1:
        body = lambda s, _: (_dynamics_and_tracers(dycore, s, rates)[0], None)  # noqa: E731
        state, _ = scan(body, state, None, length=dycore.rsplit)
    else:
        state, flux = _dynamics_and_tracers(dycore, state, rates)
    dynamics, tracer_mass = dycore.remap.apply(state.dynamics, state.tracer_mass, flux, dycore.dt_remap, dycore.grid)
    return ModelState(dynamics, tracer_mass, state.time + dycore.dt_remap)


def _forced(dycore: Dycore, state: ModelState):
    """The state after forcing, and what every dynamics step of the call adds to it [per s], or None."""
    if dycore.forcing is None:
        return state, None
    if getattr(dycore.forcing, "each_step", False):
        return dycore.forcing.split(state, dycore.dt_remap, dycore)
    return dycore.forcing.apply(state, dycore.dt_remap, dycore), None


def _dynamics_and_tracers(dycore: Dycore, state: ModelState, rates=None):
    """qsplit dynamics steps and one tracer step; returns the state and the mean flux (None if nobody needs it)."""
    with_flux = state.tracer_mass is not None and dycore.transport is not None
    start, dynamics = state.dynamics, state.dynamics
    equations = dycore.equations.for_step(dynamics, state.tracer_mass)
    flux, dissipated = equations.no_flux(dynamics) if with_flux else None, None
    for _ in range(dycore.qsplit):
        dynamics = dynamics if rates is None else dynamics + rates * dycore.dt
        dynamics, flux, part = _dynamics_step(dycore, equations, dynamics, flux)
        if part is not None:
            dissipated = part if dissipated is None else dissipated + part
    tracer_mass = state.tracer_mass
    if with_flux:
        flux = flux / dycore.qsplit
        tracer_mass = _tracer_step(dycore, equations.layer_mass(start), tracer_mass, flux, dissipated)
    return state.replace(dynamics=dynamics, tracer_mass=tracer_mass), flux


def _dynamics_step(dycore: Dycore, equations, dynamics, flux):
    """One Runge-Kutta step and the dissipation that follows it."""
    with_flux = flux is not None
    advance = lambda base, h, at: dycore.advance(equations, base, h, at, with_flux)  # noqa: E731
    dynamics, flux = runge_kutta_step(dycore.scheme, dynamics, dycore.dt, advance, flux)
    if dycore.dissipation is None:
        return dynamics, flux, None
    dynamics, dissipated = dycore.dissipation.apply(dynamics, dycore.dt, dycore.grid, with_flux, equations)
    return dynamics, flux, dissipated


def _tracer_step(dycore: Dycore, dp_start, tracer_mass, flux, dissipated):
    mean = MassFlux(dp_start, flux.mass_flux)
    if dissipated is not None:
        dissipated = dissipated / dycore.qsplit
        mean = MassFlux(dp_start, flux.mass_flux, dissipated.dp, dissipated.biharmonic_dp)
    return advance_tracers(tracer_mass, mean, dycore.dt * dycore.qsplit, dycore.transport, dycore.grid)


def _scan_calls(dycore: Dycore, state: ModelState, n: int, checkpoint_every: int) -> ModelState:
    """n calls that can be differentiated; with checkpoint_every, blocks are recomputed in reverse mode."""

    def one(s, _):
        return _one_call(dycore, s), None

    if not checkpoint_every:
        return scan(one, state, None, length=n)[0]
    block = checkpoint(lambda s: scan(one, s, None, length=checkpoint_every)[0], tree_leaves(state)[0])
    return scan(lambda s, _: (block(s), None), state, None, length=n // checkpoint_every)[0]


def _loop_calls(dycore: Dycore, state: ModelState, n) -> ModelState:
    return repeat(lambda s: _one_call(dycore, s), state, n)


_step = compiled(_one_call)
_repeat_calls = compiled(_loop_calls)
