"""Marching along a walk: every visit examined, beside reference runs that begin one ulp away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..running.spread import SEED, perturb
from .savepoint import Fields, Finding, Inspection, Visit

FREE_MEMBERS = 4


@dataclass(frozen=True)
class Start:
    """What a walk begins with: walk (x, grid, settings, steps) -> visits; how the user named it, for the record."""

    model: str
    case: str
    walk: Callable
    x: Mapping[str, np.ndarray]
    settings: Mapping
    grid: Any
    options: Mapping


@dataclass(frozen=True)
class _Reply:
    """What a walk is sent on the reference's side, where nothing runs free."""

    reference: Fields
    free: Fields


class _Member:
    """One reference run from inputs and metric terms one ulp away, kept in step with the walk."""

    def __init__(self, inspection: Inspection, start: Start, steps: int, rng: np.random.Generator) -> None:
        x, self.grid = perturb((dict(start.x), start.grid), rng, inspection.fortran.dtype)
        self.fortran, self.walk = inspection.fortran, start.walk(x, self.grid, start.settings, steps)
        self.visit: Visit | None = next(self.walk)

    def advance(self) -> Fields:
        """What this run holds at the savepoint; it goes on to the next."""
        if (visit := self.visit) is None:
            raise RuntimeError("A reference run has ended before the walk that it is kept in step with.")
        found = self.fortran(visit.savepoint.kernel, visit.x, self.grid, visit.settings)
        try:
            self.visit = self.walk.send(_Reply(found, found))
        except StopIteration:
            self.visit = None
        return found


def march(inspection: Inspection, start: Start, steps: int, free_members: int = FREE_MEMBERS) -> Iterator[Finding]:
    """The findings of a walk, in order."""
    rng = np.random.default_rng(SEED)
    members = [_Member(inspection, start, steps, rng) for _ in range(free_members)]
    walk = start.walk(start.x, start.grid, start.settings, steps)
    visit = next(walk)
    while True:
        finding = inspection.examine(visit, [m.advance() for m in members])
        yield finding
        try:
            visit = walk.send(finding)
        except StopIteration:
            return
