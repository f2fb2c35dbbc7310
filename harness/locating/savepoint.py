"""A savepoint: one place in a step where both sides hold a value, and how both get it from the same inputs.

    operator -> assembly -> term -> tendency -> stage -> dissipation -> tracers -> remap -> whole step

A walk (theta_l.py, cam_se.py) yields Visits in that order; a Visit is a savepoint with the reference's inputs, and with
the port's own where it marched freely. ``Inspection`` evaluates and judges them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from pysces.geometry.grid import Grid

from ..judging import known_differences
from ..judging.compare import BITWISE, DIFFERENT, Judgement, Rule, judge, worst_of
from ..judging.comparison import LIMITS
from ..judging.nodes import live_axes, place
from ..registry import Fields, Kernel, Settings
from ..running.configurations import FORTRAN, Configuration
from ..running.spread import MEMBERS, spread
from ..running.worker import FortranSide, PortSide

DOUBTFUL = 5  # times the members where a verdict is within twice the limits


@dataclass(frozen=True)
class Savepoint:
    """What both sides compute there.

    kernel : as in the registry: port (x, grid, settings), fortran (x, fortran, settings), outputs with their units.
    rung : the kind of thing it is; a savepoint is only blamed when those before it in the same visit order hold.
    title : how a sentence names it.
    parts : (x, fortran, settings) -> {output: {part: field}}: what a difference may be a multiple of.
    on_host : Python code that steers (a scheme's coefficients); runs on NumPy in every configuration.
    """

    kernel: Kernel
    rung: str
    title: str
    parts: Callable | None = None
    on_host: bool = False

    @property
    def name(self) -> str:
        """That of its kernel."""
        return self.kernel.name


@dataclass(frozen=True)
class Visit:
    """A savepoint at one moment of the walk; x holds the reference's inputs, free the port's own."""

    savepoint: Savepoint
    step: int
    stage: str
    x: Fields
    settings: Settings
    free: Fields


class Pair(NamedTuple):
    """The same fields in the reference's run and in the port's."""

    reference: Fields
    free: Fields

    def apply(self, function: Callable, *others: Pair) -> Pair:
        """function of each side's fields; one result where both sides are still the same fields."""
        reference = function(self.reference, *(o.reference for o in others))
        if self.free is self.reference and all(o.free is o.reference for o in others):
            return Pair(reference, reference)
        return Pair(reference, function(self.free, *(o.free for o in others)))

    def only(self, names: Iterable[str]) -> Pair:
        """The fields of those names."""
        names = tuple(names)
        return self.apply(lambda fields: {name: fields[name] for name in names})


class Reply(Protocol):
    """What a walk is sent for a visit: the outputs of the reference, and of the run that is free."""

    @property
    def reference(self) -> Fields:
        """From the reference's inputs."""

    @property
    def free(self) -> Fields:
        """From the port's own inputs."""


End = TypeVar("End")
Walk = Generator[Visit, Reply, End]  # yields visits, is sent outcomes, returns where it arrived
Parts = dict[str, dict[str, np.ndarray]]  # {output: {part: field}}


def visit(savepoint: Savepoint, step: int, stage: str, x: Pair, settings: Settings) -> Generator[Visit, Reply, Pair]:
    """Part of a walk: hand a visit to whoever walks, get the outputs of both runs."""
    finding = yield Visit(savepoint, step, stage, x.reference, settings, x.free)
    return Pair(finding.reference, finding.free)


@dataclass(frozen=True)
class Finding:
    """What a visit showed: outputs and judgements of the port fed with the reference's inputs, and its own run.

    free : the port's outputs from its own inputs.   r_free : R of those.
    """

    visit: Visit
    outputs: Fields
    reference: Fields
    spread: Fields
    judgements: list[Judgement]
    worst: dict | None
    free: Fields
    r_free: float

    @property
    def judgement(self) -> Judgement:
        """The field that speaks for the savepoint."""
        return worst_of(self.judgements)

    @property
    def ok(self) -> bool:
        """Whether the port holds on the reference's inputs."""
        return self.judgement.verdict != DIFFERENT

    @property
    def r_forced(self) -> float:
        """The largest of the R of all fields, 0 where every bit is equal; infinite where there is no R."""
        if self.judgement.verdict == BITWISE:
            return 0.0
        return max(r_of(j) for j in self.judgements)


def r_of(judgement: Judgement) -> float:
    """The largest of a field's three R; 0 where a documented bound stands in for them."""
    if judgement.verdict == BITWISE or judgement.known_difference:
        return 0.0
    known = [r for r in (judgement.r_global, judgement.r_level, judgement.r_point) if r is not None]
    return max(known, default=np.inf)


@dataclass
class Inspection:
    """Both sides, and the spread of each savepoint, measured once and again wherever it decides."""

    configuration: Configuration
    grid: Grid
    members: int = MEMBERS
    spreads: dict[str, Fields] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fortran = FortranSide(FORTRAN[self.configuration.fortran])
        self.port = PortSide(self.configuration)

    def reference(self, visit: Visit) -> Fields:
        """The reference's outputs at a visit."""
        return self.fortran(visit.savepoint.kernel, visit.x, self.grid, visit.settings)

    def outputs(self, savepoint: Savepoint, x: Fields, settings: Settings) -> Fields:
        """The port's outputs at a savepoint from given inputs."""
        if savepoint.on_host:
            return {n: np.asarray(a) for n, a in savepoint.kernel.port(x, self.grid, settings).items()}
        return self.port(savepoint.kernel, x, self.grid, settings)

    def examine(self, visit: Visit, members: Sequence[Fields] = ()) -> Finding:
        """Both sides on the reference's inputs, and the port on its own; members: reference runs begun 1 ulp away."""
        expected, got = self.reference(visit), self.outputs(visit.savepoint, visit.x, visit.settings)
        judgements, s = self._judge(visit, got, expected)
        worst = worst_of(judgements)
        where = self._place(worst, expected)
        free = got if visit.free is visit.x else self.outputs(visit.savepoint, visit.free, visit.settings)
        return Finding(visit, got, expected, s, judgements, where, free, _free(free, expected, members))

    def _place(self, worst: Judgement, expected: Fields) -> dict | None:
        """Where a field is worst; a number lies nowhere, and samples are the elements of one tracer after another."""
        if worst.field not in expected or np.size(expected[worst.field]) == 1 or worst.worst_index is None:
            return None
        axes = live_axes(np.ndim(expected[worst.field]))
        index = (n % self.grid.nelem if axis == "elem" else n for n, axis in zip(worst.worst_index, axes))
        return place(tuple(index), axes, self.grid)

    def _judge(self, visit: Visit, got: Fields, expected: Fields) -> tuple[list[Judgement], Fields]:
        """With the spread measured at the first visit; a verdict against the port only with one measured here.

        Near the limits it takes more members: of many points, a few have a spread that 20 of them underrate.
        """
        equal = judge(got, Rule(expected))
        if all(j.verdict == BITWISE for j in equal):
            return equal, {}
        first = visit.savepoint.name not in self.spreads
        found = self._judged(visit, got, expected)
        if worst_of(found).verdict == DIFFERENT and (not first or _near(found)):
            more = DOUBTFUL if _near(found) else 1
            self.spreads[visit.savepoint.name] = self._spread(visit, more * self.members)
            found = self._judged(visit, got, expected)
        return found, self.spreads[visit.savepoint.name]

    def _judged(self, visit: Visit, got: Fields, expected: Fields) -> list[Judgement]:
        name = visit.savepoint.name
        if name not in self.spreads:
            self.spreads[name] = self._spread(visit, self.members)
        where = {"configurations": self.configuration.name, "sides": "port", "producers": "locate"}
        bounds = known_differences.bounds(expected, None, kernels=name, meshes="generated", **where)
        return judge(got, Rule(expected, self.spreads[name], bounds=bounds, separate=_counted(expected)))

    def _spread(self, visit: Visit, members: int) -> Fields:
        evaluate = lambda x, grid: self.fortran(visit.savepoint.kernel, x, grid, visit.settings)  # noqa: E731
        return spread(evaluate, visit.x, self.grid, self.fortran.dtype, members)


def _near(judgements: list[Judgement]) -> bool:
    """Whether what fails is within twice the limits."""
    return max(r_of(j) for j in judgements if j.verdict == DIFFERENT) < 2 * LIMITS["r_point"]


def _free(free: Fields, expected: Fields, members: Sequence[Fields]) -> float:
    """rms difference of the port's own run over the rms spread of the reference's, the largest of all fields."""
    ratios = [0.0]
    for name, a in expected.items():
        if not np.array_equal(free[name], a):
            centre = np.asarray(a, float)
            s = np.sqrt(np.mean([(np.asarray(m[name], float) - centre) ** 2 for m in members])) if members else np.nan
            d = np.sqrt(np.mean((np.asarray(free[name], float) - centre) ** 2))
            ratios.append(float(d / s) if s else np.inf)
    return max(ratios)


def _counted(fields: Fields) -> tuple[str, ...]:
    """Tracer fields: each tracer is judged for itself."""
    return tuple(name for name in fields if name.endswith("Qdp"))
