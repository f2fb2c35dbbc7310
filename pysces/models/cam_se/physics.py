"""How a physics suite enters CAM-SE's dynamics: air from the state, and CAM's tendency from the suite's.

    dycore = dycore.replace(forcing=cam_se_physics(suite))

CAM: dp_coupling (d_p_coupling, p_d_coupling); the tendency is applied by forcing.apply_cam_forcing
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import quotient
from ...arrays.pytree import Tree, pytree
from ...dycore.protocols import Discretization
from ...dycore.state import ModelState
from ...physics.suite import Air, Tendency, as_suite
from ...thermodynamics.species import ActiveSpecies
from ...vertical.basis import Basis, moved
from ...vertical.hydrostatic import integrate_upward, interface_pressure
from .equations import CamSe
from .forcing import CamTendency, apply_cam_forcing, moist_thickness
from .state import CamSeState


@pytree
class CamSePhysics(Tree):
    """A suite applied at the start of every call, over the time of that call: CAM's ftype 0."""

    suite: Any

    def moved(self, before: Basis, after: Basis) -> CamSePhysics:
        """With its suite on another basis."""
        return self.replace(suite=moved(self.suite, before, after))

    def split(self, state: ModelState, dt: Array, dycore: Discretization[CamSe]) -> tuple[ModelState, None]:
        """The state after dt, a number [s], of forcing, all at once; no rates are left for the dynamics steps."""
        air = cam_se_air(state.dynamics, state.tracer_mass, dycore, dt)
        tendency = _cam_tendency(self.suite(air, state.time), air, state, dycore.equations)
        forced = apply_cam_forcing(
            state.dynamics, state.tracer_mass, tendency, (air.dt, air.dt), dycore.equations.species
        )
        return state.replace(dynamics=forced[0], tracer_mass=forced[1]), None


def cam_se_physics(suite: Callable) -> CamSePhysics:
    """The forcing of a Dycore from a suite: any function (air, time) -> Tendency."""
    return CamSePhysics(as_suite(suite))


def cam_se_air(state: CamSeState, tracer_mass: Array, dycore: Discretization[CamSe], dt: Array) -> Air:
    """Moist pressure, geopotential and wet mixing ratios of a CAM-SE state, for dt [s] of physics.

    tracer_mass : (tracer, elem, i, j, lev) [Pa], the active species first.
    """
    equations = dycore.equations.for_step(state, tracer_mass)
    column = equations.column(state)
    thickness = equations.air.R_dry * column.virtual_temperature * column.dp / column.p
    return Air(
        wind=state.wind,
        temperature=state.temperature,
        tracers=quotient(tracer_mass, column.dp),
        dp=column.dp,
        dp_dry=state.dp_dry,
        p=column.p,
        p_i=interface_pressure(column.dp, equations.coordinate.ptop),
        phi_i=integrate_upward(thickness, equations.phis),
        lat=dycore.grid.lat,
        lon=dycore.grid.lon,
        dt=namespace(state.dp_dry).asarray(dt, state.dp_dry.dtype),
    )


def _cam_tendency(tendency: Tendency, air: Air, state: ModelState, equations: CamSe) -> CamTendency:
    """Heating of physics' constant cp becomes heating of the air's own; sources per mass of air become masses."""
    xp, species = namespace(air.dp), equations.species
    inverse_cp = equations.for_step(state.dynamics, state.tracer_mass).air.inverse_cp
    zero = xp.zeros_like
    heating = zero(air.temperature) if tendency.temperature is None else tendency.temperature
    rate = zero(state.tracer_mass) if tendency.tracers is None else tendency.tracers * air.dp
    return CamTendency(
        temperature=equations.constants.cp * inverse_cp * heating,
        wind=zero(air.wind) if tendency.wind is None else tendency.wind,
        tracer_mass=rate,
        dp_moist=_moist_thickness_after(state, rate, air.dt, species),
    )


def _moist_thickness_after(state: ModelState, rate: Array, dt: Array, species: ActiveSpecies) -> Array:
    return moist_thickness(state.dynamics.dp_dry, state.tracer_mass + rate * dt, species)
