"""Savepoints of a Runge-Kutta scheme: pysces' own loop, watched from outside, its stages' results the reference's.

At every stage: where it starts (base), how far it goes (h), where its tendency is taken (at). At the end: the state and
the mean flux. The reference's side is a table of stages; tests hold it to reference_fortran's own step, bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid
from pysces.stepping.runge_kutta import runge_kutta_step_with_flux
from pysces.stepping.tableaus import Tableau, tableau

from ..registry import Fields, Kernel, Settings
from ..sides.adapters import Fortran
from .savepoint import Pair, Savepoint

Combination = tuple[tuple[tuple[int, float], ...], float]  # (stage, factor)s and what their sum is divided by
Row = tuple[Callable[[Array], Array], Combination, float]  # h as a function of dt, base, weight of the flux

START: Combination = (((0, 1.0),), 1.0)
KINNMARK_GRAY_ULLRICH: tuple[Row, ...] = (  # the same in HOMME and CAM-SE
    (lambda dt: dt / 5, START, 0.25),
    (lambda dt: dt / 5, START, 0.0),
    (lambda dt: dt / 3, START, 0.0),
    (lambda dt: 2 * dt / 3, START, 0.0),
    (lambda dt: 3 * dt / 4, (((1, 5.0), (0, -1.0)), 4.0), 0.75),
)


@dataclass(frozen=True)
class Scheme:
    """A model's schemes. table : {tstep_type: rows of (h as a function of dt, base, weight of the flux)}.

    results : combination at the end, by tstep_type, where it is not the last stage.
    tableaus : pysces' own.   names, fluxes : fields of a state and of a flux.
    state_of, named : fields -> pysces' state and back.
    """

    model: str
    table: Mapping[int, tuple[Row, ...]]
    tableaus: dict[int, Tableau]
    names: tuple[str, ...]
    fluxes: tuple[str, ...]
    state_of: Callable
    named: Callable
    results: Mapping[int, Combination]

    def points(self) -> tuple[Savepoint, Savepoint]:
        """At a stage, and at the end."""
        at_stage = Kernel(f"{self.model}/scheme", port=self._stage, fortran=self._stage_fortran, outputs={})
        end = Kernel(f"{self.model}/scheme_end", port=self._end, fortran=self._end_fortran, outputs={})
        titles = ("where a stage starts and how far it goes", "its end and its mean flux")
        begin, finish = (
            Savepoint(kernel, "scheme", f"the Runge-Kutta scheme: {title}", on_host=True)
            for kernel, title in zip((at_stage, end), titles)
        )
        return begin, finish

    def given(self, states: list[Pair], dt: np.floating) -> Pair:
        """What both savepoints take: the states so far, with the fluxes of the stages, and the step."""
        pick = lambda *fields: {**numbered(fields, (*self.names, *self.fluxes)), "dt": dt}  # noqa: E731
        return states[0].apply(pick, *states[1:])

    def _stage(self, x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
        states, stop = self._states(x), settings["stage"]
        try:
            self._march(settings, states, x["dt"], forced(states, stop, lambda n: None), None)
        except Reached as reached:
            base, h, at = reached.args
            return _stage_outputs(h, self.named(base), self.named(at))
        raise RuntimeError(f"the port's scheme has fewer than {stop} stages")

    def _stage_fortran(self, x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
        n = settings["stage"]
        step, base, _ = self.table[settings["tstep_type"]][n - 1]
        at = {name: x[f"{n - 1}/{name}"] for name in self.names}
        return _stage_outputs(step(x["dt"]), {name: _combined(x, base, name) for name in self.names}, at)

    def _end(self, x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
        states = self._states(x)
        fluxes = {n: tuple(x[f"{n}/{name}"] for name in self.fluxes) for n in range(1, len(states))}
        zero = tuple(0.0 * a for a in fluxes[1])
        end, means = self._march(settings, states, x["dt"], forced(states, 0, fluxes.get), zero)
        return {**self.named(end), **dict(zip(self.fluxes, means))}

    def _end_fortran(self, x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
        rows, kind = self.table[settings["tstep_type"]], settings["tstep_type"]
        means = {name: 0.0 * x[f"1/{name}"] for name in self.fluxes}
        for n, (_, _, weight) in enumerate(rows, start=1):
            if weight:
                means = {name: mean + weight * x[f"{n}/{name}"] for name, mean in means.items()}
        result = self.results.get(kind, (((len(rows), 1.0),), 1.0))
        return {name: _combined(x, result, name) for name in self.names} | means

    def _march(self, settings: Settings, states: Mapping, dt: Array, advance: Callable, no_flux: Any) -> tuple:
        scheme = tableau(settings["tstep_type"], self.tableaus)
        return runge_kutta_step_with_flux(scheme, states[0], dt, advance, no_flux)

    def _states(self, x: Fields) -> dict[int, object]:
        """{stage: state} of the fields named ``<stage>/<name>``; 0 is the start."""
        numbers = sorted({int(key.split("/")[0]) for key in x if key.split("/")[0].isdigit()})
        return {n: self.state_of({name: x[f"{n}/{name}"] for name in self.names}) for n in numbers}


class Reached(Exception):
    """The stage that was asked for: base, h, at."""


def forced(states: Mapping[int, object], stop: int, flux_of: Callable) -> Callable:
    """An ``advance`` that answers with the reference's state and flux of each stage; Reached at stage ``stop``."""
    stage = 0

    def advance(base: Any, h: Array, at: Any) -> tuple:
        nonlocal stage
        stage += 1
        if stage == stop:
            raise Reached(base, h, at)
        if stage not in states:
            raise RuntimeError(f"the port's scheme has more than {len(states) - 1} stages")
        return states[stage], flux_of(stage)

    return advance


def numbered(states: Iterable[Mapping], names: Iterable[str]) -> dict:
    """The fields of states[n] as ``<n>/<name>``."""
    names = tuple(names)
    return {f"{n}/{name}": state[name] for n, state in enumerate(states) for name in names if name in state}


def _combined(x: Fields, combination: Combination, name: str) -> np.ndarray:
    """A combination of earlier stages in the order of the reference."""
    ((first, factor), *rest), divisor = combination
    total = x[f"{first}/{name}"] if factor == 1.0 else factor * x[f"{first}/{name}"]
    for n, factor in rest:
        total = total + factor * x[f"{n}/{name}"]
    return total if divisor == 1.0 else total / divisor


def _stage_outputs(h: Array, base: Mapping, at: Mapping) -> dict:
    """h as a field of one point, and the fields of base and at."""
    fields = {"h": np.reshape(np.asarray(h), (1, 1, 1, 1))}
    return fields | {f"base_{n}": a for n, a in base.items()} | {f"at_{n}": a for n, a in at.items()}
