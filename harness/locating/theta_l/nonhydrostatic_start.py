"""Where a walk through nonhydrostatic theta-l begins: as the hydrostatic one, off balance, with air that rises."""

from __future__ import annotations

from dataclasses import replace

from ...inputs.supercell import MIXED
from ...inputs.theta_l_nonhydrostatic import nonhydrostatic, slope
from ...registry import Case
from ..march import Start
from . import nonhydrostatic as form
from . import start as hydrostatic

HILL = hydrostatic.HILL
SCHEME = 9  # tstep_type


def start(case: str, ne: int | str | None = None, nlev: int | None = None) -> Start:
    """The Start of a case's name or of a record's path."""
    if hydrostatic.is_record(case):
        return replace(
            hydrostatic.recorded(case, hydrostatic_form=False), model="theta_l_nonhydrostatic", walk=form.walk
        )
    found = hydrostatic.start(case, ne, nlev)
    given = Case(case, dict(found.x), dict(found.settings), found.grid)
    other = nonhydrostatic(given, {"tstep_type": SCHEME, "nu_s": 0.5 * found.settings["nu"], **MIXED})
    x = {**other.inputs, "gradphis": slope(given)}
    return replace(found, model="theta_l_nonhydrostatic", walk=form.walk, x=x, settings=other.settings)


def points() -> tuple:
    """Every savepoint of this model, to find one by its name."""
    from ..savepoint import Savepoint
    from . import mixing, nonhydrostatic_points

    modules = (nonhydrostatic_points, mixing)
    own = [value for module in modules for value in vars(module).values() if isinstance(value, Savepoint)]
    return (*hydrostatic.points(), *own)
