"""What is watched and written of shallow water: thickness, energy, vorticity, and errors where the solution is known.

HOMME: sweqx/shallow_water_mod (sweq_invariants, tc2_errors)
"""

from __future__ import annotations

import numpy as np

from ...arrays.backend import Array, namespace
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree
from ...dycore.dycore import Dycore, ModelState
from ...geometry.grid import Grid
from ...operators.dss import dss
from ...operators.integrals import ErrorNorms, global_mean
from ...operators.integrals import error_norms as norms_of
from ...operators.strong import vorticity_sphere
from ..model import OutputField, Watched, declared
from ..sample import ShallowSample
from .equations import ShallowWater
from .state import ShallowWaterState


@pytree
class ShallowEnergy(Tree):
    """Energy per area and density of water, mean over the domain; each is a number."""

    kinetic: Array = field("m3 s-2", "kinetic energy", homme="kinetic_energy")
    potential: Array = field("m3 s-2", "potential energy above that of the surface below", homme="potential_energy")

    @property
    def total(self) -> Array:
        """Both together [m3 s-2]."""
        return self.kinetic + self.potential


@pytree
class Integrals(Tree):
    """Means over the domain of what an exact solution keeps."""

    thickness: Array = field("m", "thickness of the layer", homme="mass")
    energy: ShallowEnergy = field("m3 s-2", "energy")
    absolute_vorticity: Array = field("s-1", "absolute vorticity", homme="absolute_vorticity")
    potential_enstrophy: Array = field("m-1 s-2", "potential enstrophy", homme="potential_enstrophy")


def shallow_integrals(equations: ShallowWater, state: ShallowWaterState, grid: Grid) -> Integrals:
    """Of a state. HOMME: shallow_water_mod:sweq_invariants"""
    g = equations.constants.gravity
    thickness, below = equations.layer_mass(state) / g, equations.phis / g
    u, v = state.wind
    vorticity = dss(vorticity_sphere(state.wind, grid), grid) + grid.coriolis_parameter

    def mean(x: Array) -> Array:
        return global_mean(x, grid)[0]

    kinetic = mean(thickness * (0.5 * (u * u + v * v)))
    potential = mean(0.5 * g * ((thickness + below) ** 2 - below**2))
    xp = namespace(thickness)
    enstrophy = mean(0.5 * vorticity**2 / xp.where(thickness > 0, thickness, xp.inf))
    if equations.given_wind is not None:
        enstrophy = 0.0 * enstrophy  # as HOMME: a wind that does not feel the thickness keeps none
    return Integrals(mean(thickness), ShallowEnergy(kinetic, potential), mean(vorticity), enstrophy)


def shallow_curves(dycore: Dycore, state: ModelState) -> Watched:
    """The numbers that a run prints and writes."""
    now, grid, equations = present(state), dycore.grid, dycore.equations
    found = shallow_integrals(equations, now, grid)
    lowest = float(grid.assembly.min(equations.layer_mass(now))[0] / equations.constants.gravity)
    others = [
        declared(name, float(getattr(found, name)), Integrals, name)
        for name in ("absolute_vorticity", "potential_enstrophy")
    ]
    return Watched(
        OutputField("depth_min", lowest, "m", "smallest thickness of the layer"),
        declared("mass", float(found.thickness), Integrals, "thickness"),
        _tracer_mass(dycore, state),
        found.energy,
        (*others, *_errors(error_norms(equations, now, grid, float(state.time)))),
    )


def _tracer_mass(dycore: Dycore, state: ModelState) -> np.ndarray:
    if state.tracer_mass is None:
        return np.zeros(0)
    return np.asarray(global_mean(state.tracer_mass, dycore.grid)[..., 0] / dycore.equations.constants.gravity)


def error_norms(equations: ShallowWater, state: ShallowWaterState, grid: Grid, seconds: float) -> ErrorNorms | None:
    """Of the surface's geopotential at a model time [s], on the host; None where no solution is known.

    HOMME: shallow_water_mod:tc2_errors
    """
    if equations.exact is None:
        return None
    surface = equations.layer_mass(state) + equations.phis
    return norms_of(surface, equations.exact.surface(grid, equations.constants, seconds), grid)


def _errors(norms: ErrorNorms | None) -> list[OutputField]:
    if norms is None:
        return []
    return [declared(name, float(getattr(norms, name)), ErrorNorms, name) for name in ("l1", "l2", "linf")]


def present(state: ModelState) -> ShallowWaterState:
    """The state now, whatever the scheme keeps of the past."""
    dynamics = state.dynamics
    return ShallowWaterState(dynamics.wind, dynamics.phi)


def shallow_output(dycore: Dycore, state: ModelState) -> list[OutputField]:
    """The fields of the history, (elem, i, j)."""
    now, equations, grid = present(state), dycore.equations, dycore.grid
    g = equations.constants.gravity
    thickness = equations.layer_mass(now) / g
    vorticity = dss(vorticity_sphere(now.wind, grid), grid)
    tracers = () if state.tracer_mass is None else state.tracer_mass / (thickness * g)
    named = [
        declared("u", now.wind[0], ShallowWaterState, "wind", "eastward wind"),
        declared("v", now.wind[1], ShallowWaterState, "wind", "northward wind"),
        OutputField("h", thickness, "m", "thickness of the layer"),
        OutputField("zs", thickness + equations.phis / g, "m", "height of the surface"),
        OutputField("vorticity", vorticity, "s-1", "relative vorticity"),
        *(OutputField(f"q{k}", q, "1", "mixing ratio of a tracer") for k, q in enumerate(tracers)),
    ]
    return [OutputField(f.name, np.asarray(f.values)[..., 0], f.units, f.long_name) for f in named]


def shallow_sample(dycore: Dycore, state: ModelState) -> ShallowSample:
    """What fields of output are made of."""
    now, equations = present(state), dycore.equations
    mass, g = equations.layer_mass(now), equations.constants.gravity
    xp = namespace(mass)
    tracers = xp.zeros((0, *mass.shape), mass.dtype) if state.tracer_mass is None else state.tracer_mass / mass
    return ShallowSample(dycore.grid, now.wind, mass / g, equations.phis / g, g, tracers)
