"""The cases of shallow water by name.

HOMME: sweqx/shallow_water_mod, for the names; each case names its own source
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...constants import Constants
from ...geometry.grid import Grid
from ..catalogue import Case, check_options
from .double_vortex import double_vortex
from .fields import ShallowFields
from .galewsky import galewsky
from .plane_vortex import plane_vortex
from .rotating_tilt import lauter
from .williamson import williamson1, williamson2, williamson5, williamson6


@dataclass(frozen=True)
class ExactSolution:
    """The solution of a case that is known, at any time; equal ones are one to a compiler.

    name : of the case.   options : (name, value) of what was chosen for it.
    """

    name: str
    options: tuple[tuple[str, object], ...] = ()

    def surface(self, grid: Grid, constants: Constants, seconds: float) -> np.ndarray:
        """(elem, i, j, 1), geopotential of the surface [m2 s-2]; ValueError of a case that has no exact solution."""
        exact = shallow_fields(self.name, grid, constants, dict(self.options)).exact
        if exact is None:
            raise ValueError(f"Case {self.name!r} has no exact solution.")
        return exact(seconds)[1]


_TILT = {"tilt": "of the axis [degree]"}
SHALLOW_CASES = {
    "williamson1": Case(williamson1, "Williamson et al. (1992) 1: a bell carried by a given wind", options=_TILT),
    "williamson2": Case(williamson2, "Williamson et al. (1992) 2: a rotation in balance, steady", options=_TILT),
    "williamson5": Case(williamson5, "Williamson et al. (1992) 5: a flow that meets a mountain"),
    "williamson6": Case(williamson6, "Williamson et al. (1992) 6: a Rossby-Haurwitz wave"),
    "galewsky": Case(
        galewsky, "Galewsky et al. (2004): a narrow jet", options={"perturbed": "with the hill that makes it unstable"}
    ),
    "lauter": Case(lauter, "Lauter et al. (2005) 3: an unsteady rotation, known exactly", options=_TILT),
    "plane_vortex": Case(
        plane_vortex,
        "on a plane: a balanced vortex, steady or carried by a uniform wind, known exactly",
        options={
            "speed": "largest wind, counterclockwise [m s-1]",
            "radius": "where it blows [m]",
            "depth": "of the water far away [m]",
            "drift": "eastward wind at the start that carries it [m s-1]",
        },
    ),
    "double_vortex": Case(
        double_vortex,
        "on a plane: Bauer & Cotter (2018), two vortices in balance that wind round each other",
        options={"depth": "of the water [m]", "lowering": "of its surface in a vortex [m]"},
    ),
}
ON_PLANES = ("plane_vortex", "double_vortex")


def shallow_fields(name: str, grid: Grid, constants: Constants, options: dict) -> ShallowFields:
    """A case's fields; refused on the other kind of grid, and with options that it does not have."""
    case = SHALLOW_CASES[name]
    if grid.on_plane != (name in ON_PLANES):
        raise ValueError(_elsewhere(name))
    check_options(name, case.fields, options)
    return case.fields(grid, constants, **options)


def _elsewhere(name: str) -> str:
    if name in ON_PLANES:
        return f'Case {name!r} is on a plane, found a sphere; set [grid] geometry = "plane".'
    others = ", ".join(repr(other) for other in ON_PLANES)
    return f"Case {name!r} is on a sphere, found [grid] geometry = 'plane'; leave it out, or take case {others}."
