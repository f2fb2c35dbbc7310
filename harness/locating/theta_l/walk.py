"""The walk through hydrostatic theta-l: calls, dynamics steps, stages, and the ladder of savepoints in each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from ...sides.fortran.theta_l import default_nu
from .. import mesh_point, transport
from ..savepoint import Pair, visit
from .remap import CALL_POINT, REMAP1_POINT, VERTICAL_REMAP_POINT, call_outputs, masses
from .stages import (
    BIHARMONIC_POINT,
    DYNAMICS_STEP_POINT,
    FIRST_LAPLACIAN_POINT,
    FLUX,
    HYPERVISCOSITY_POINT,
    LAPLACIAN_POINT,
    NAMES,
    SCHEME,
    SCHEME_END_POINT,
    SCHEME_POINT,
    SECOND_LAPLACIAN_POINT,
    SPONGE_POINT,
    STAGE_POINT,
    WEAK_DSS_POINT,
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
    differentiated,
)


def walk(x: Mapping, grid, settings: Mapping, steps: int):
    """Yields Visits and is sent Findings, through a number of calls from the state in x."""
    constant = {name: a for name, a in x.items() if name not in (*NAMES, "Qdp")}
    start = {name: x[name] for name in (*NAMES, "Qdp") if name in x}
    state, here = Pair(start, start), _Walk(constant, grid, settings)
    yield from mesh_point.walk(settings)
    for number in range(steps):
        state = yield from here.call(state, number * max(settings.get("rsplit", 1), 1) * settings.get("qsplit", 1))


class _Walk:
    """One case; every method is a part of the walk from a Pair of states to the next."""

    def __init__(self, constant: Mapping, grid, settings: Mapping):
        self.constant, self.grid, self.settings = dict(constant), grid, dict(settings)
        self.scheme = SCHEME.table[settings["tstep_type"]]

    def complete(self, pair: Pair, **more) -> Pair:
        """With what does not change."""
        return pair.apply(lambda fields: {**self.constant, **fields, **more})

    def call(self, start: Pair, done: int):
        """rsplit times qsplit dynamics steps and a tracer step; the remap; the call as one."""
        state, step = start, done
        for _ in range(max(self.settings.get("rsplit", 1), 1)):
            before, means = state, []
            for _ in range(self.settings.get("qsplit", 1)):
                step += 1
                state, flux = yield from self.dynamics_step(state, step)
                means.append(flux)
            if "Qdp" in start.reference:
                state = yield from self.tracer_step(before, state, means, step)
        if self.settings.get("rsplit", 1) > 0:
            state = yield from self.remap(state, step)
        names = [name for name in (*NAMES, "Qdp") if name in start.reference]
        after = yield from visit(CALL_POINT, step, "call", self.complete(start), call_outputs(self.settings, names))
        return after.apply(lambda fields: {name: fields[f"call_1/{name}"] for name in names})

    def dynamics_step(self, start: Pair, step: int):
        """Stages, dissipation, the step as one; returns the state and its fluxes."""
        state, flux = yield from self.stages(start, step)
        if self.settings.get("nu", 0.0) > 0:
            state, dissipated = yield from self.dissipation(state, step)
            flux = flux.apply(lambda a, b: {**a, **b}, dissipated)
        tracers = start.apply(lambda fields: {n: a for n, a in fields.items() if n not in NAMES})
        settings = {**self.settings, "dt": self.settings["tstep"], "qsplit": 1}
        alone = self.complete(start.apply(lambda fields: {n: fields[n] for n in NAMES}))
        yield from visit(DYNAMICS_STEP_POINT, step, "dynamics step", alone, settings)
        return state.apply(lambda a, b: {**a, **b}, tracers), flux

    def stages(self, start: Pair, step: int):
        states, dt = [start], np.float64(self.settings["tstep"])
        for number in range(1, len(self.scheme) + 1):
            stage = f"RK stage {number}"
            given = SCHEME.given(states, dt)
            scheme = yield from visit(SCHEME_POINT, step, stage, given, {**self.settings, "stage": number})
            at = self.complete(scheme.apply(lambda f: {name: f[f"at_{name}"] for name in NAMES}))
            yield from self.tendency(at, step, stage)
            x = at.apply(lambda f, s: {**f, "h": s["h"].reshape(()), **_bases(s)}, scheme)
            states.append((yield from visit(STAGE_POINT, step, stage, x, self.settings)))
        end = yield from visit(SCHEME_END_POINT, step, "RK end", SCHEME.given(states, dt), self.settings)
        return (end.apply(lambda f, names=names: {name: f[name] for name in names}) for names in (NAMES, FLUX))

    def tendency(self, at: Pair, step: int, stage: str):
        """The ladder inside one tendency."""
        look = lambda point, x: visit(point, step, stage, x, self.settings)  # noqa: E731
        column = yield from look(COLUMN_POINT, at)
        x = at.apply(derived, column)
        gradients = yield from look(GRADIENT_POINT, x)
        divergences = yield from look(DIVERGENCE_POINT, x)
        yield from look(VORTICITY_POINT, x)
        x = x.apply(differentiated, gradients, divergences)
        yield from look(DSS_POINT, x)
        if self.settings.get("rsplit", 1) > 0:
            for term in TERMS:
                yield from look(term, x)
        yield from look(TENDENCY_POINT, x)

    def dissipation(self, state: Pair, step: int):
        """The ladder of hyperviscosity and sponge; returns the state and what tracers need to know of it."""
        settings = {**self.settings, "dt2": self.settings["tstep"], "eta_ave_w": 1.0}
        look = lambda point, x: visit(point, step, "hyperviscosity", x, settings)  # noqa: E731
        whole = self.complete(state)
        x = whole.apply(lambda f: {**f, "theta": f["vtheta_dp"] / f["dp3d"]})
        yield from look(LAPLACIAN_POINT, x)
        first = yield from look(FIRST_LAPLACIAN_POINT, x)
        smooth = yield from look(WEAK_DSS_POINT, first)
        yield from look(SECOND_LAPLACIAN_POINT, x.apply(lambda a, b: {**a, **b}, smooth))
        yield from look(BIHARMONIC_POINT, x)
        after = yield from look(HYPERVISCOSITY_POINT, whole)
        damped = after.apply(lambda f: {name: f[name] for name in NAMES})
        if settings.get("nu_top", 0.0) > 0 and settings.get("hypervis_subcycle_tom", 0) > 0:
            damped = yield from visit(SPONGE_POINT, step, "sponge", self.complete(damped), settings)
        return damped, after.apply(lambda f: {n: f[n] for n in ("dpdiss_ave", "dpdiss_biharmonic")})

    def tracer_step(self, before: Pair, after: Pair, means: list[Pair], step: int):
        """The tracers follow the mean flux of the dynamics steps."""
        settings = {"nu_q": 0.0, "limiter_option": 9, "hypervis_scaling": 0.0, **self.settings}
        settings |= {"nu_p": default_nu("nu_p", self.settings)}
        settings |= {"dt_q": self.settings["tstep"] * self.settings.get("qsplit", 1)}
        x = before.apply(lambda b, *m: {"Qdp": b["Qdp"], "dp": b["dp3d"], **_mean(m), "dp0": self._dp0()}, *means)
        look = lambda point, pair, s: visit(point, step, "tracers", pair, s)  # noqa: E731
        tracers = yield from partial(transport.walk, look)(x, self.grid, settings)
        return after.apply(lambda a, t: {**a, "Qdp": t["Qdp"]}, tracers)

    def _dp0(self) -> np.ndarray:
        c, ps0 = self.constant, self.settings["ps0"]
        return np.diff(c["hyai"]) * ps0 + np.diff(c["hybi"]) * ps0

    def remap(self, state: Pair, step: int):
        look = lambda point, x: visit(point, step, "remap", x, self.settings)  # noqa: E731
        whole = self.complete(state)
        yield from look(REMAP1_POINT, whole.apply(masses))
        return (yield from look(VERTICAL_REMAP_POINT, whole))


def _bases(scheme: Mapping) -> dict:
    return {f"base_{name}": scheme[f"base_{name}"] for name in NAMES}


def _mean(fluxes) -> dict:
    """Mean over the dynamics steps; without dissipation the tracers are told of none."""
    share = 1.0 / len(fluxes)
    first, *rest = fluxes
    total = {name: sum((share * f[name] for f in rest), share * first[name]) for name in first}
    none = 0.0 * total["omega_p"]
    return {n: total.get(n, none) for n in ("vn0", "dpdiss_ave", "dpdiss_biharmonic")}
