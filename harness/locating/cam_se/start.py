"""Where a walk through CAM-SE begins: a generated moist atmosphere over a mountain range."""

from __future__ import annotations

from pysces.constants import CAM

from ...errors import BadInput
from ...inputs.cam_se import FINER, STEP, damped, mesh
from .. import mesh_point, transport
from ..march import Start
from ..savepoint import Savepoint
from . import stages as cam_se_stages
from . import terms as cam_se_terms
from . import walk as cam_se

HILL = "hill"
DEFAULTS = {"ne": 3, "nlev": 12}


def start(case: str, ne: int | str | None = None, nlev: int | None = None) -> Start:
    """The Start of a case's name."""
    if case != HILL:
        raise BadInput(f"CAM-SE's walk starts from {HILL!r} only, found {case!r}; leave the case out.")
    ne, nlev = ne or DEFAULTS["ne"], nlev or DEFAULTS["nlev"]
    words = {**STEP, **FINER} if isinstance(ne, str) else STEP
    made, grid = damped("locate", words, size=(ne, nlev)), mesh(ne, words)
    built = mesh_point.built(grid, ne, 0 if isinstance(ne, int) else 2, CAM.omega)
    settings = {**made.settings, "tstep_type": made.settings["se_tstep_type"], "built": built}
    return Start("cam_se", case, cam_se.walk, dict(made.inputs), settings, grid, {"ne": ne, "nlev": nlev})


def points() -> tuple:
    """Every savepoint of this model, to find one by its name."""
    modules = (mesh_point, cam_se_terms, cam_se_stages, transport)
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Savepoint)]
    return (*found, *cam_se_terms.TERMS)
