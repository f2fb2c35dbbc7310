"""The walk through CAM-SE: what its steps, its dissipation and its remap add to walk.ModelWalk."""

from __future__ import annotations

import numpy as np

from pysces.geometry.grid import Grid

from ...registry import Fields, Settings
from ..savepoint import Pair, Walk, visit
from ..walk import MEANS, Ladder, ModelWalk, StagePoints
from .stages import (
    BIHARMONIC_POINT,
    CALL_POINT,
    DEL4_POINT,
    DYNAMICS_STEP_POINT,
    LAPLACIAN_POINT,
    SCHEME,
    SCHEME_END_POINT,
    SCHEME_POINT,
    SPONGE_POINT,
    STAGE_POINT,
    VERTICAL_REMAP_POINT,
    WEAK_DSS_POINT,
)
from .terms import (
    COLUMN_POINT,
    DIVERGENCE_POINT,
    DSS_POINT,
    GRADIENT_POINT,
    NAMES,
    TENDENCY_POINT,
    TERMS,
    VORTICITY_POINT,
    derived,
)

LADDER = Ladder(
    COLUMN_POINT,
    derived,
    GRADIENT_POINT,
    DIVERGENCE_POINT,
    VORTICITY_POINT,
    DSS_POINT,
    TERMS,
    TENDENCY_POINT,
)


def walk(x: Fields, grid: Grid, settings: Settings, calls: int) -> Walk[None]:
    """Yields Visits and is sent Findings, through a number of calls from the state in x."""
    start = {name: x[name] for name in (*NAMES, "Qdp")}
    constant = {name: a for name, a in x.items() if name not in (*start, "qwater")}
    return _CamSeWalk(constant, grid, settings).walk(Pair(start, start), calls)


class _CamSeWalk(ModelWalk):
    points = StagePoints(SCHEME, SCHEME_POINT, STAGE_POINT, SCHEME_END_POINT)
    ladder = LADDER

    def __init__(self, constant: Fields, grid: Grid, settings: Settings) -> None:
        super().__init__(constant, grid, settings)
        self.rsplit, self.qsplit, self.dt = (settings[name] for name in ("se_rsplit", "se_qsplit", "dt"))

    def finish_call(self, start: Pair, state: Pair, step: int) -> Walk[Pair]:
        yield from visit(VERTICAL_REMAP_POINT, step, "remap", self.complete(state), self.settings)
        return (yield from visit(CALL_POINT, step, "call", self.complete(start), self.settings))

    def dynamics_step(self, start: Pair, step: int) -> Walk[tuple[Pair, Pair]]:
        """The step as one hands on the state and its means."""
        end = yield from self.stages(start, step)
        yield from self.dissipation(end.only(NAMES), step)
        after = yield from visit(DYNAMICS_STEP_POINT, step, "dynamics step", self.complete(start), self.settings)
        return after.apply(lambda a, s: {**{n: a[n] for n in NAMES}, "Qdp": s["Qdp"]}, start), after.only(MEANS)

    def tendency_at(self, start: Pair, state: Pair) -> Pair:
        """The air's composition is that of the step's start."""
        return state.apply(lambda f, s: {**f, **_frozen(s)}, start)

    def dissipation(self, state: Pair, step: int) -> Walk[None]:
        """The ladder of hyperviscosity and sponge."""
        settings = {**self.settings, "dt2": self.dt}
        look = lambda point, x: visit(point, step, "hyperviscosity", x, settings)  # noqa: E731
        whole = self.complete(state)
        weak = yield from look(LAPLACIAN_POINT, whole)
        yield from look(WEAK_DSS_POINT, weak)
        yield from look(BIHARMONIC_POINT, whole)
        yield from look(DEL4_POINT, whole)
        if settings["ksponge_end"] > 0:
            yield from visit(SPONGE_POINT, step, "sponge", whole, settings)

    def tracer_settings(self) -> Settings:
        s = self.settings
        subcycles = s["se_hypervis_subcycle_q"]
        return {**s, "limiter_option": s["se_limiter_option"], "hypervis_subcycle_q": subcycles}

    def dp0(self) -> np.ndarray:
        return (np.diff(self.constant["hyai"]) + np.diff(self.constant["hybi"])) * self.settings["ps0"]


def _frozen(start: Fields) -> dict[str, np.ndarray]:
    return {"qwater": start["Qdp"] / start["dp3d"], "Qdp": start["Qdp"], "start_dp3d": start["dp3d"]}
