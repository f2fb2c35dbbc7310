"""The walk through CAM-SE: calls, dynamics steps, stages, and the ladder of savepoints in each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .. import mesh_point, transport
from ..savepoint import Pair, visit
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

MEANS = ("vn0", "dpdiss_ave", "dpdiss_biharmonic")


def walk(x: Mapping, grid, settings: Mapping, steps: int):
    """Yields Visits and is sent Findings, through a number of calls from the state in x."""
    start = {name: x[name] for name in (*NAMES, "Qdp")}
    constant = {name: a for name, a in x.items() if name not in (*start, "qwater")}
    state, here = Pair(start, start), _Walk(constant, grid, settings)
    yield from mesh_point.walk(settings)
    for number in range(steps):
        state = yield from here.call(state, number * settings["se_rsplit"] * settings["se_qsplit"])


class _Walk:
    """One case; every method is a part of the walk from a Pair of states to the next."""

    def __init__(self, constant: Mapping, grid, settings: Mapping):
        self.constant, self.grid, self.settings = dict(constant), grid, dict(settings)
        self.scheme = SCHEME.table[settings["tstep_type"]]

    def complete(self, pair: Pair) -> Pair:
        """With what does not change."""
        return pair.apply(lambda fields: {**self.constant, **fields})

    def call(self, start: Pair, done: int):
        """rsplit times qsplit dynamics steps and a tracer step; the remap; the call as one."""
        state, step = start, done
        for _ in range(self.settings["se_rsplit"]):
            before, means = state, []
            for _ in range(self.settings["se_qsplit"]):
                step += 1
                state, flux = yield from self.dynamics_step(state, step)
                means.append(flux)
            state = yield from self.tracer_step(before, state, means, step)
        yield from visit(VERTICAL_REMAP_POINT, step, "remap", self.complete(state), self.settings)
        return (yield from visit(CALL_POINT, step, "call", self.complete(start), self.settings))

    def dynamics_step(self, start: Pair, step: int):
        """Stages, dissipation, the step as one, which hands on the state and its means."""
        state = yield from self.stages(start, step)
        yield from self.dissipation(state, step)
        after = yield from visit(DYNAMICS_STEP_POINT, step, "dynamics step", self.complete(start), self.settings)
        moved = after.apply(lambda a, s: {**{n: a[n] for n in NAMES}, "Qdp": s["Qdp"]}, start)
        return moved, after.apply(lambda a: {name: a[name] for name in MEANS})

    def stages(self, start: Pair, step: int):
        """The state after the Runge-Kutta step; the air's composition is that of its start."""
        states, dt = [start], np.float64(self.settings["dt"])
        frozen = start.apply(lambda f: {"qwater": f["Qdp"] / f["dp3d"], "Qdp": f["Qdp"], "start_dp3d": f["dp3d"]})
        for number in range(1, len(self.scheme) + 1):
            stage = f"RK stage {number}"
            given = SCHEME.given(states, dt)
            scheme = yield from visit(SCHEME_POINT, step, stage, given, {**self.settings, "stage": number})
            at = self.complete(scheme.apply(_at, frozen))
            yield from self.tendency(at, step, stage)
            x = at.apply(lambda f, s: {**f, "h": s["h"].reshape(()), **_bases(s)}, scheme)
            states.append((yield from visit(STAGE_POINT, step, stage, x, self.settings)))
        end = yield from visit(SCHEME_END_POINT, step, "RK end", SCHEME.given(states, dt), self.settings)
        return end.apply(lambda f: {name: f[name] for name in NAMES})

    def tendency(self, at: Pair, step: int, stage: str):
        """The ladder inside one tendency."""
        look = lambda point, x: visit(point, step, stage, x, self.settings)  # noqa: E731
        column = yield from look(COLUMN_POINT, at)
        x = at.apply(derived, column)
        gradients = yield from look(GRADIENT_POINT, x)
        divergence = yield from look(DIVERGENCE_POINT, x)
        yield from look(VORTICITY_POINT, x)
        x = x.apply(lambda f, g, d: {**f, **g, **d}, gradients, divergence)
        yield from look(DSS_POINT, x)
        for term in TERMS:
            yield from look(term, x)
        yield from look(TENDENCY_POINT, x)

    def dissipation(self, state: Pair, step: int):
        """The ladder of hyperviscosity and sponge."""
        settings = {**self.settings, "dt2": self.settings["dt"]}
        look = lambda point, x: visit(point, step, "hyperviscosity", x, settings)  # noqa: E731
        whole = self.complete(state)
        weak = yield from look(LAPLACIAN_POINT, whole)
        yield from look(WEAK_DSS_POINT, weak)
        yield from look(BIHARMONIC_POINT, whole)
        yield from look(DEL4_POINT, whole)
        if settings["ksponge_end"] > 0:
            yield from visit(SPONGE_POINT, step, "sponge", whole, settings)

    def tracer_step(self, before: Pair, after: Pair, means: list[Pair], step: int):
        """The tracers follow the mean flux of the dynamics steps."""
        s = self.settings
        settings = {**s, "dt_q": s["dt"] * s["se_qsplit"], "limiter_option": s["se_limiter_option"]}
        settings |= {"hypervis_subcycle_q": s["se_hypervis_subcycle_q"]}
        dp0 = (np.diff(self.constant["hyai"]) + np.diff(self.constant["hybi"])) * s["ps0"]
        x = before.apply(lambda b, *m: {"Qdp": b["Qdp"], "dp": b["dp3d"], **_mean(m), "dp0": dp0}, *means)
        look = lambda point, pair, s: visit(point, step, "tracers", pair, s)  # noqa: E731
        tracers = yield from transport.walk(look, x, self.grid, settings)
        return after.apply(lambda a, t: {**a, "Qdp": t["Qdp"]}, tracers)


def _at(scheme: Mapping, frozen: Mapping) -> dict:
    return {**{name: scheme[f"at_{name}"] for name in NAMES}, **frozen}


def _bases(scheme: Mapping) -> dict:
    return {f"base_{name}": scheme[f"base_{name}"] for name in NAMES}


def _mean(fluxes) -> dict:
    """Mean over the dynamics steps."""
    share = 1.0 / len(fluxes)
    return {name: sum(share * f[name] for f in fluxes) for name in MEANS}
