"""Twin experiment: the viscosity of shallow water found from a day of Galewsky's breaking jet.

At its start the jet is smooth and viscosity leaves no trace; after four days it is rolled up and there is something
small to damp.

Equations: Galewsky, Scott & Polvani (2004), doi:10.3402/tellusa.v56i5.14436
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..config.presets import preset
from ..driver.simulation import Simulation, simulation
from ..dycore.dycore import Dycore
from ..dycore.state import ModelState
from ..operators.dss import dss
from ..operators.strong import vorticity_sphere
from .distinct import once
from .parameters import Parameter
from .problem import Problem, Window, observed

TRUE_NU = 8.0e16  # m4 s-1, at ne8
LARGEST = 6.0  # times the true one: what a search may try, and stay stable
NE, STEP = 8, 900.0  # s, the longest
DAY, BETWEEN = 86400.0, 10800.0  # s; of two looks
HEIGHT_ERROR, VORTICITY_ERROR = 1.0, 1.0e-6  # m, s-1
PLACES = ("dissipation.nu", "dissipation.nu_s")


@dataclass(frozen=True)
class ShallowTwin:
    """A truth, where a window in it starts, and what was seen there, without errors.

    nu : the true viscosity [m4 s-1].   seen : {"height" [m], "vorticity" [s-1]}, (time, elem, i, j, 1).
    """

    nu: float
    dycore: Dycore
    state: ModelState
    seen: dict[str, Array]
    calls: int
    every: int

    def problem(self, first_guess: float, noise: np.random.Generator | None = None) -> Problem:
        """The search for the viscosity [m4 s-1] from a first guess; noise draws errors of the observations."""
        errors = {"height": HEIGHT_ERROR, "vorticity": VORTICITY_ERROR}
        data = self.seen
        if noise is not None:
            data = {name: x + errors[name] * noise.normal(size=x.shape) for name, x in data.items()}
        deviation = {name: once(error, self.dycore.grid) for name, error in errors.items()}
        window = Window(self.state, data, deviation, height_and_vorticity, self.calls, self.every)
        return Problem((Parameter("nu", first_guess, PLACES, units="m4 s-1"),), self.dycore, window)


def shallow_twin(ne: int = NE, days: float = 4.0, looks: int = 8) -> ShallowTwin:
    """Galewsky's jet after so many days, seen so many times, every three hours."""
    nu = TRUE_NU * (NE / ne) ** 4
    every = math.ceil(BETWEEN / (STEP * NE / ne))
    run = _galewsky(ne, LARGEST * nu, BETWEEN / every)
    dycore = run.dycore.replace(dissipation=run.dycore.dissipation.replace(nu=nu, nu_s=nu))
    state = dycore.run(run.state, round(days * DAY / BETWEEN * every))
    calls = looks * every
    return ShallowTwin(nu, dycore, state, observed(dycore, state, height_and_vorticity, calls, every), calls, every)


def height_and_vorticity(dycore: Any, state: ModelState) -> dict[str, Array]:
    """Height of the surface [m] and relative vorticity [s-1], (elem, i, j, 1)."""
    equations, grid, dynamics = dycore.equations, dycore.grid, state.dynamics
    height = (equations.layer_mass(dynamics) + equations.phis) / equations.constants.gravity
    return {"height": height, "vorticity": dss(vorticity_sphere(dynamics.wind, grid), grid)}


def _galewsky(ne: int, nu: float, step: float) -> Simulation:
    """A run whose substeps of viscosity are enough for nu."""
    return simulation(preset("shallow_water").with_options(ne=ne, case="galewsky", tstep=step, nu=nu, backend="jax"))
