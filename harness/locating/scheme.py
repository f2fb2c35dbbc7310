"""A Runge-Kutta scheme of pysces, watched from outside: its stages' results are the reference's, not its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np


class Reached(Exception):
    """The stage that was asked for: base, h, at."""


def forced(states: Mapping[int, object], stop: int, flux_of: Callable) -> Callable:
    """An ``advance`` that answers with the reference's state and flux of each stage; Reached at stage ``stop``."""
    stage = 0

    def advance(base, h, at):
        nonlocal stage
        stage += 1
        if stage == stop:
            raise Reached(base, h, at)
        if stage not in states:
            raise RuntimeError(f"the port's scheme has more than {len(states) - 1} stages")
        return states[stage], flux_of(stage)

    return advance


def given_states(x: Mapping, state_of: Callable, names: Iterable[str]) -> dict[int, object]:
    """{stage: state} of the fields named ``<stage>/<name>``; 0 is the start."""
    numbers = sorted({int(key.split("/")[0]) for key in x if key.split("/")[0].isdigit()})
    return {n: state_of({name: x[f"{n}/{name}"] for name in names}) for n in numbers}


def numbered(states: list[Mapping], names: Iterable[str]) -> dict:
    """The fields of states[n] as ``<n>/<name>``."""
    names = tuple(names)
    return {f"{n}/{name}": state[name] for n, state in enumerate(states) for name in names if name in state}


def scheme_outputs(h, base: Mapping, at: Mapping) -> dict:
    """h as a field of one point, and the fields of base and at."""
    fields = {"h": np.reshape(np.asarray(h), (1, 1, 1, 1))}
    return fields | {f"base_{n}": a for n, a in base.items()} | {f"at_{n}": a for n, a in at.items()}
