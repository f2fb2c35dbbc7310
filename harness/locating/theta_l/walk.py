"""The walk through theta-l: what its steps, its dissipation and its remap add to walk.ModelWalk."""

from __future__ import annotations

import numpy as np

from pysces.geometry.grid import Grid

from ...registry import Fields, Settings
from ...sides.fortran.theta_l import default_nu
from ..savepoint import Pair, Walk, visit
from ..walk import Ladder, ModelWalk, StagePoints
from .dissipation import (
    BIHARMONIC_POINT,
    FIRST_LAPLACIAN_POINT,
    HYPERVISCOSITY_POINT,
    LAPLACIAN_POINT,
    SECOND_LAPLACIAN_POINT,
    SPONGE_POINT,
    WEAK_DSS_POINT,
    diffused,
)
from .remap import CALL_POINT, REMAP1_POINT, VERTICAL_REMAP_POINT, call_outputs, masses
from .stages import (
    DYNAMICS_STEP_POINT,
    FLUX,
    NAMES,
    SCHEME,
    SCHEME_END_POINT,
    SCHEME_POINT,
    STAGE_POINT,
)
from .terms import (
    COLUMN_POINT,
    DIVERGENCE_POINT,
    DSS_POINT,
    GRADIENT_POINT,
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
    constant = {name: a for name, a in x.items() if name not in (*NAMES, "Qdp")}
    start = {name: x[name] for name in (*NAMES, "Qdp") if name in x}
    return ThetaLWalk(constant, grid, settings).walk(Pair(start, start), calls)


class ThetaLWalk(ModelWalk):
    """The hydrostatic form; names are the fields of a state."""

    names = NAMES
    points = StagePoints(SCHEME, SCHEME_POINT, STAGE_POINT, SCHEME_END_POINT)
    ladder = LADDER

    def __init__(self, constant: Fields, grid: Grid, settings: Settings) -> None:
        super().__init__(constant, grid, settings)
        self.rsplit, self.qsplit = settings.get("rsplit", 1), settings.get("qsplit", 1)
        self.dt = settings["tstep"]

    def finish_call(self, start: Pair, state: Pair, step: int) -> Walk[Pair]:
        if self.rsplit > 0:
            yield from self.remap(state, step)
        names = [name for name in (*self.names, "Qdp") if name in start.reference]
        after = yield from visit(CALL_POINT, step, "call", self.complete(start), call_outputs(self.settings, names))
        return after.apply(lambda fields: {name: fields[f"call_1/{name}"] for name in names})

    def dynamics_step(self, start: Pair, step: int) -> Walk[tuple[Pair, Pair]]:
        end = yield from self.stages(start, step)
        state, flux = end.only(self.names), end.only(FLUX)
        if self.settings.get("nu", 0.0) > 0:
            state, dissipated = yield from self.dissipation(state, step)
            flux = flux.apply(lambda a, b: {**a, **b}, dissipated)
        state = yield from self.mixing(state, step)
        tracers = start.apply(lambda fields: {n: a for n, a in fields.items() if n not in self.names})
        settings = {**self.settings, "dt": self.dt, "qsplit": 1}
        dry = self.complete(start.only(self.names))
        yield from visit(DYNAMICS_STEP_POINT, step, "dynamics step", dry, settings)
        return state.apply(lambda a, b: {**a, **b}, tracers), flux

    def dissipation(self, state: Pair, step: int) -> Walk[tuple[Pair, Pair]]:
        """The ladder of hyperviscosity and sponge; returns the state and what tracers need to know of it."""
        settings = {**self.settings, "dt2": self.dt, "eta_ave_w": 1.0}
        look = lambda point, x: visit(point, step, "hyperviscosity", x, settings)  # noqa: E731
        whole = self.complete(state)
        x = whole.apply(diffused)
        yield from look(LAPLACIAN_POINT, x)
        first = yield from look(FIRST_LAPLACIAN_POINT, x)
        smooth = yield from look(WEAK_DSS_POINT, first)
        yield from look(SECOND_LAPLACIAN_POINT, x.apply(lambda a, b: {**a, **b}, smooth))
        yield from look(BIHARMONIC_POINT, x)
        after = yield from look(HYPERVISCOSITY_POINT, whole)
        damped = after.only(self.names)
        if settings.get("nu_top", 0.0) > 0 and settings.get("hypervis_subcycle_tom", 0) > 0:
            damped = yield from visit(SPONGE_POINT, step, "sponge", self.complete(damped), settings)
        return damped, after.only(("dpdiss_ave", "dpdiss_biharmonic"))

    def mixing(self, state: Pair, step: int) -> Walk[Pair]:
        """What follows hyperviscosity: nothing in this form."""
        yield from ()
        return state

    def tracer_settings(self) -> Settings:
        nu_p = default_nu("nu_p", self.settings)
        return {"nu_q": 0.0, "limiter_option": 9, "hypervis_scaling": 0.0, **self.settings, "nu_p": nu_p}

    def dp0(self) -> np.ndarray:
        c, ps0 = self.constant, self.settings["ps0"]
        return np.diff(c["hyai"]) * ps0 + np.diff(c["hybi"]) * ps0

    def remap(self, state: Pair, step: int) -> Walk[Pair]:
        """The visits of a vertical remap after a step, its masses first, and the state that it leaves."""
        look = lambda point, x: visit(point, step, "remap", x, self.settings)  # noqa: E731
        whole = self.complete(state)
        yield from look(REMAP1_POINT, whole.apply(masses))
        return (yield from look(VERTICAL_REMAP_POINT, whole))
