"""The variables that a scientist thinks in, and the prognostic fields that a model marches: there and back.

Layers lie on the reference levels over the surface pressure, as they do after every call of a model; there the way
back undoes the way there to round-off.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any, ClassVar, Protocol, TypeVar

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..dycore.dycore import Dycore, ModelState
from ..models.cam_se.equations import CamSe
from ..models.cam_se.forcing import moist_thickness
from ..models.cam_se.state import CamSeState
from ..models.shallow_water.equations import ShallowWater
from ..models.shallow_water.state import ShallowWaterState
from ..models.theta_l.hydrostatic import ThetaLHydrostatic
from ..models.theta_l.state import HydrostaticState
from ..models.theta_l.temperature import gas_constant_ratio, temperature
from ..operators.integrals import column_integral, surface_pressure

F = TypeVar("F", "AirFields", "WaterFields")


@pytree
class AirFields(Tree):
    """What is analysed of air; (elem, i, j, lev), or (column, lev) on unique nodes."""

    wind: Any = field("m s-1", "eastward and northward wind", shape="(2, elem, i, j, lev)")
    temperature: Any = field("K", "temperature", shape="(elem, i, j, lev)")
    ps: Any = field("Pa", "surface pressure", shape="(elem, i, j, 1)")
    vapor: Any = field("kg kg-1", "water vapor, or None where it is not analysed", default=None)


@pytree
class WaterFields(Tree):
    """What is analysed of shallow water; (elem, i, j, 1), or (column, 1) on unique nodes."""

    wind: Any = field("m s-1", "eastward and northward wind", shape="(2, elem, i, j, 1)")
    thickness: Any = field("m", "thickness of the layer", shape="(elem, i, j, 1)")


class ChangeOfVariables(Protocol[F]):
    """The two ways between a model's state and the fields of analysis.

    per_dry_air : whether vapor is per mass of dry air, not of moist air.
    """

    per_dry_air: ClassVar[bool]

    def fields(self, state: ModelState) -> F:
        """The fields of analysis of a state."""

    def state(self, fields: F, like: ModelState) -> ModelState:
        """The state of fields; what they do not say, such as other tracers' mixing ratios, is that of another state."""


def change_of_variables(dycore: Dycore) -> ChangeOfVariables:
    """The change of variables of a dycore's equations; ValueError where these have none."""
    return _of_equations(dycore.equations)


@singledispatch
def _of_equations(equations: Any) -> Any:
    raise ValueError(f"{type(equations).__name__} cannot be assimilated into; use theta_l, cam_se or shallow_water.")


@pytree
class ThetaLVariables(Tree):
    """Of HOMME theta-l: temperature from theta_v at the hydrostatic pressure; vapor per mass of moist air."""

    per_dry_air: ClassVar[bool] = False
    equations: ThetaLHydrostatic

    def fields(self, state: ModelState) -> AirFields:
        """Temperature [K], wind, surface pressure and vapor, where there is any."""
        dynamics, equations = state.dynamics, self.equations
        mass = equations.vapor_mass(state.tracer_mass)
        ps = surface_pressure(dynamics.dp, equations.coordinate.ptop)
        vapor = None if mass is None else mass / dynamics.dp
        return AirFields(dynamics.wind, temperature(dynamics, state.tracer_mass, equations), ps, vapor)

    def state(self, fields: AirFields, like: ModelState) -> ModelState:
        """The state on the reference layers of the fields' surface pressure."""
        equations, tracer_mass = self.equations, None
        dp = equations.coordinate.dp_ref(fields.ps)
        if like.tracer_mass is not None:
            ratios = _ratios(like.tracer_mass, like.dynamics.dp)
            tracer_mass = (_with_first(ratios, fields.vapor) if equations.moist else ratios) * dp
        virtual = fields.temperature * gas_constant_ratio(equations.vapor_mass(tracer_mass), dp, equations.constants)
        theta = virtual / equations.pressures(dp)[2]
        return ModelState(HydrostaticState(fields.wind, theta * dp, dp), tracer_mass, like.time)


@pytree
class CamSeVariables(Tree):
    """Of CAM-SE: layers are of dry mass, surface pressure is that of moist air; vapor per mass of dry air."""

    per_dry_air: ClassVar[bool] = True
    equations: CamSe

    def fields(self, state: ModelState) -> AirFields:
        """Temperature [K], wind, pressure of all air and water at the surface, the first tracer."""
        dynamics = state.dynamics
        moist = moist_thickness(dynamics.dp_dry, state.tracer_mass, self.equations.species)
        ps = surface_pressure(moist, self.equations.coordinate.ptop)
        vapor = _first_ratio(state.tracer_mass, dynamics.dp_dry)
        return AirFields(dynamics.wind, dynamics.temperature, ps, vapor)

    def state(self, fields: AirFields, like: ModelState) -> ModelState:
        """The state on the reference layers of that dry surface pressure which, with the water, gives the moist one."""
        coordinate, species = self.equations.coordinate, self.equations.species
        ratios = _with_first(_ratios(like.tracer_mass, like.dynamics.dp_dry), fields.vapor)
        fixed, per_dry = ((x[1:] - x[:-1]) for x in (coordinate.hyai * coordinate.p0, coordinate.hybi))
        moist = [column_integral(moist_thickness(dry, ratios * dry, species)) for dry in (fixed, per_dry)]
        dp_dry = coordinate.dp_ref((fields.ps - coordinate.ptop - moist[0]) / moist[1])
        return ModelState(CamSeState(fields.wind, fields.temperature, dp_dry), ratios * dp_dry, like.time)


@pytree
class ShallowWaterVariables(Tree):
    """Of shallow water: the thickness in metres for its geopotential."""

    per_dry_air: ClassVar[bool] = False
    equations: ShallowWater

    def fields(self, state: ModelState) -> WaterFields:
        """Wind and thickness; ValueError of the two moments that a leapfrog marches."""
        dynamics = state.dynamics
        if not isinstance(dynamics, ShallowWaterState):
            raise ValueError(
                "Shallow water marched by leapfrogs has two moments and no single state to analyse; set [time] "
                "integration to 'tableau' or 'runge_kutta'."
            )
        thickness = self.equations.layer_mass(dynamics) / self.equations.constants.gravity
        return WaterFields(dynamics.wind, thickness)

    def state(self, fields: WaterFields, like: ModelState) -> ModelState:
        """The state of wind and thickness."""
        phi = fields.thickness * self.equations.constants.gravity - self.equations.phi_mean
        return like.replace(dynamics=ShallowWaterState(fields.wind, phi))


_of_equations.register(ThetaLHydrostatic, ThetaLVariables)
_of_equations.register(CamSe, CamSeVariables)
_of_equations.register(ShallowWater, ShallowWaterVariables)


def each(function: Callable, first: F, *others: F) -> F:
    """function applied to every variable that is not None in the first, and its partners; None elsewhere."""
    made = {}
    for name in first._children:
        group = [getattr(fields, name) for fields in (first, *others)]
        made[name] = None if group[0] is None else function(*group)
    return type(first)(**made)


def displaced(dycore: Dycore, state: ModelState, increment: Any) -> ModelState:
    """A state with an increment of the fields of analysis; what that does not have is left."""
    variables = change_of_variables(dycore)
    fields = each(lambda a, b: a if b is None else a + b, variables.fields(state), increment)
    return variables.state(fields, state)


def _ratios(tracer_mass: Any, dp: Array) -> Array:
    """Mixing ratios of all tracers (tracer, elem, i, j, lev)."""
    return tracer_mass / dp


def _with_first(ratios: Array, vapor: Array) -> Array:
    """Mixing ratios of all tracers, those of the first replaced."""
    return namespace(ratios).concatenate([vapor[None], ratios[1:]], axis=0)


def _first_ratio(tracer_mass: Any, dp: Array) -> Array | None:
    return None if tracer_mass is None else tracer_mass[0] / dp
