"""The walk through shallow water: of every step what its first stage is made of, its viscosity, and the step as one."""

from __future__ import annotations

from pysces.geometry.grid import Grid

from ...registry import Fields, Settings
from .. import mesh_point
from ..savepoint import Pair, Walk, visit
from .points import (
    DSS_POINT,
    ENERGY_GRADIENT_POINT,
    FIRST_STEP_POINT,
    LAPLACIAN_POINT,
    OPERATORS_POINT,
    STAGE_POINT,
    STEP_POINT,
    TENDENCY_POINT,
    VISCOSITY_POINT,
    VORTICITY_FORCE_POINT,
    VORTICITY_POINT,
    WEAK_DSS_POINT,
    derived,
)

FIRST = "step_1/"


def walk(x: Fields, grid: Grid, settings: Settings, steps: int) -> Walk[None]:
    """Yields Visits and is sent Findings, through so many steps from the state in x; a leapfrog keeps two levels."""
    yield from mesh_point.walk(settings)
    at = Pair(x, x)
    for step in range(1, steps + 1):
        yield from _first_stage(at, settings, step)
        yield from _viscosity(at, settings, step)
        after = yield from (_first_step(at, settings) if step == 1 else visit(STEP_POINT, step, "step", at, settings))
        at = at.apply(lambda f, new: {**f, **new, "v_nm1": f["v"], "p_nm1": f["p"]}, after)


def _first_stage(at: Pair, settings: Settings, step: int) -> Walk[None]:
    """The ladder inside the tendency, and the stage that it makes."""
    x = at.apply(derived)
    found = yield from visit(OPERATORS_POINT, step, "stage 1", x, settings)
    yield from visit(VORTICITY_POINT, step, "stage 1", x, settings)
    yield from visit(DSS_POINT, step, "stage 1", found, settings)
    for point in (VORTICITY_FORCE_POINT, ENERGY_GRADIENT_POINT, TENDENCY_POINT, STAGE_POINT):
        yield from visit(point, step, "stage 1", x, settings)


def _viscosity(at: Pair, settings: Settings, step: int) -> Walk[None]:
    """The ladder of viscosity, of the state that the step starts from."""
    weak = yield from visit(LAPLACIAN_POINT, step, "viscosity", at, settings)
    yield from visit(WEAK_DSS_POINT, step, "viscosity", weak, settings)
    yield from visit(VISCOSITY_POINT, step, "viscosity", at, {**settings, "dt": settings["tstep"]})


def _first_step(at: Pair, settings: Settings) -> Walk[Pair]:
    outputs = tuple(f"{FIRST}{name}" for name in ("v", "p"))
    after = yield from visit(FIRST_STEP_POINT, 1, "step", at, {**settings, "outputs": outputs})
    return after.apply(lambda fields: {name.removeprefix(FIRST): a for name, a in fields.items()})
