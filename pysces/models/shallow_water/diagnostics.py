"""What is watched and written of shallow water: thickness, energy, vorticity, and errors where the solution is known.

HOMME: sweqx/shallow_water_mod (sweq_invariants, tc2_errors)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays.backend import Array
from ...arrays.fields import field, metadata
from ...arrays.pytree import Tree, pytree
from ...dycore.dycore import Dycore, ModelState
from ...geometry.grid import Grid
from ...operators.dss import dss
from ...operators.integrals import error_norms, global_mean
from ...operators.strong import vorticity_sphere
from ..model import OutputField, Watched, declared
from .equations import ShallowWater
from .state import ShallowWaterState


@pytree
class ShallowEnergy(Tree):
    """Energy per area and density of water, mean over the domain."""

    kinetic: Array = field("m3 s-2", "kinetic energy")
    potential: Array = field("m3 s-2", "potential energy above that of the surface below")

    @property
    def total(self) -> Array:
        """Both together [m3 s-2]."""
        return self.kinetic + self.potential


@dataclass(frozen=True)
class Integrals:
    """Means over the domain: of the thickness [m], of absolute vorticity [s-1], of potential enstrophy [m-1 s-2]."""

    thickness: float
    energy: ShallowEnergy
    absolute_vorticity: float
    potential_enstrophy: float


def shallow_integrals(equations: ShallowWater, state: ShallowWaterState, grid: Grid) -> Integrals:
    """What an exact solution keeps. HOMME: shallow_water_mod:sweq_invariants"""
    g = equations.constants.gravity
    thickness, below = equations.layer_mass(state) / g, equations.phis / g
    u, v = state.wind
    vorticity = dss(vorticity_sphere(state.wind, grid), grid) + grid.coriolis_parameter

    def mean(x: Array) -> float:
        return float(global_mean(x, grid)[0])

    kinetic = mean(thickness * (0.5 * (u * u + v * v)))
    potential = mean(0.5 * g * ((thickness + below) ** 2 - below**2))
    enstrophy = mean(0.5 * vorticity**2 / np.where(thickness > 0, thickness, np.inf))
    return Integrals(mean(thickness), ShallowEnergy(kinetic, potential), mean(vorticity), enstrophy)


def shallow_curves(dycore: Dycore, state: ModelState) -> Watched:
    """The numbers that a run prints and writes."""
    now, grid, equations = present(state), dycore.grid, dycore.equations
    found = shallow_integrals(equations, now, grid)
    lowest = float(grid.assembly.min(equations.layer_mass(now))[0] / equations.constants.gravity)
    vorticity = OutputField("absolute_vorticity", found.absolute_vorticity, "s-1", "absolute vorticity, mean")
    enstrophy = OutputField("potential_enstrophy", found.potential_enstrophy, "m-1 s-2", "potential enstrophy, mean")
    return Watched(
        OutputField("depth_min", lowest, "m", "smallest thickness of the layer"),
        OutputField("mass", found.thickness, "m", "thickness of the layer, mean"),
        _tracer_mass(dycore, state),
        found.energy,
        (vorticity, enstrophy, *_errors(dycore, now, float(state.time))),
    )


def _tracer_mass(dycore: Dycore, state: ModelState) -> np.ndarray:
    if state.tracer_mass is None:
        return np.zeros(0)
    return np.asarray(global_mean(state.tracer_mass, dycore.grid)[..., 0] / dycore.equations.constants.gravity)


def _errors(dycore: Dycore, state: ShallowWaterState, seconds: float) -> tuple[OutputField, ...]:
    """l1, l2, linf of the whole geopotential, as HOMME prints them; nothing where no solution is known."""
    exact = dycore.equations.exact
    if exact is None:
        return ()
    reference = exact.surface(dycore.grid, dycore.equations.constants, seconds)
    surface = dycore.equations.layer_mass(state) + dycore.equations.phis
    norms = error_norms(surface, reference, dycore.grid)
    about = {name: metadata(type(norms), name)["long_name"] for name in ("l1", "l2", "linf")}
    return tuple(OutputField(name, float(getattr(norms, name)), "1", text) for name, text in about.items())


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
