"""Where a walk through shallow water begins: generated waves over a mountain, or a case of ``pysces run``."""

from __future__ import annotations

import numpy as np

from pysces.cases.shallow_water.catalogue import ON_PLANES, SHALLOW_CASES, shallow_fields
from pysces.constants import E3SM
from pysces.geometry.grid import Grid

from ...errors import BadInput
from ...inputs.fields import sphere
from ...inputs.shallow_water import CONSTANTS, STEPS, damped, water
from .. import mesh_point
from ..march import Start
from ..savepoint import Savepoint
from . import points as savepoints
from .walk import walk

HILL = "hill"
COARSE, FINER_STEP, AS_FINE = 3, 60.0, 9  # a mesh that is no cubed sphere takes the step and viscosity of ne9
STEP_AT_NE1 = 1200.0  # s


def start(case: str, ne: int | str | None = None, nlev: int | None = None) -> Start:
    """The Start of a case's name."""
    if nlev:
        raise BadInput(f"Shallow water has no levels, found --nlev {nlev}; leave it out.")
    ne = ne or COARSE
    grid, size = sphere(ne), ne if isinstance(ne, int) else AS_FINE
    x = water(grid, "smooth") if case == HILL else _catalogued(case, grid)
    tstep = STEP_AT_NE1 / ne if isinstance(ne, int) else FINER_STEP
    settings = {**CONSTANTS, **damped(size), **STEPS["leapfrog_trapezoidal"], "tstep": tstep}
    settings["built"] = mesh_point.built(grid, ne, 2, E3SM.omega)
    return Start("shallow_water", case, walk, x, settings, grid, {"ne": ne})


def _catalogued(case: str, grid: Grid) -> dict[str, np.ndarray]:
    """A test case's state."""
    known = [name for name in SHALLOW_CASES if name not in ON_PLANES and name != "williamson1"]
    if case not in known:
        raise BadInput(f"locate starts shallow water from {', '.join((HILL, *known))}, found {case!r}.")
    fields = shallow_fields(case, grid, E3SM, {})
    return {"v": fields.wind, "p": fields.phi, "ps": fields.phis, "pmean": np.array(fields.phi_mean)}


def points() -> tuple:
    """Every savepoint of this model, to find one by its name."""
    modules = (mesh_point, savepoints)
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Savepoint))
