"""Checks: what is to be compared with what. From golden records, or from the registry's generated cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid

from ..errors import BadInput
from ..golden import meshes
from ..golden import record as golden
from ..inputs import seeds
from ..kernels.catalogue import lookup, registry
from ..registry import Case, Fields, Kernel, Settings
from ..running.spread import MEMBERS, Spread

LEVEL_AXES = ("lev", "ilev", "one_level")
MAIN = ("numpy-f64", "jax-cpu-f64")
PARTS = ("mpi-*", "sharded-*", "multiprocess-*")  # configurations in which a mesh is cut into parts
SEPARATE_AXES = (*golden.TRACER_AXES, "day")
RUN_MEMBERS = 6  # of whole runs, each of which takes as long as the run
SHORT = 10  # calls: as many members as an operator has; 6 missed a flip that 11 of 40 members take
DEEP_MEMBERS = 3  # of runs of minutes
SEED = ", seed "  # between the name of a case and the seed that it was made with


@dataclass(frozen=True)
class Check:
    """One kernel on one case.

    reference : the golden outputs (last axis = level), or None: the live Fortran is the reference.
    mesh : "golden", "own" or "generated".   levels : the levels that a record stores, by output.
    """

    kernel: Kernel
    case: Case
    mesh: str = "generated"
    producer: str = "generated"
    reference: Mapping[str, np.ndarray] | None = None
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[str, np.ndarray] = field(default_factory=dict)
    separate: tuple[str, ...] = ()
    source: str = ""
    provenance: str = ""  # the reference's model, compiler and flags
    thorough: bool = True  # with what takes long
    given: tuple[str, ...] = ()  # outputs that begin so may come out as they went in
    deferred: Mapping[str, str] = field(default_factory=dict)  # configurations that leave it to --deep, and why
    seed: int = field(default_factory=seeds.chosen)  # of the members, and of the inputs where they are generated

    def left_out(self, configuration: str) -> str:
        """Why a check says nothing here, or a long run is not done unless asked for; empty if it is done."""
        if in_parts(configuration) and self.case.grid is None and not self.kernel.as_user:
            return "the kernel has no mesh to cut into parts: it does not depend on the decomposition"
        if configuration in self.deferred:
            return f"left to --deep: {self.deferred[configuration]}"
        costly = self.kernel.deep or (self.kernel.long and configuration == "numpy-f64")
        return "a long run, done with --deep or when its record is named" if costly and not self.thorough else ""

    def runs_in(self, configuration: str) -> bool:
        """Whether the check makes sense there; pysces' own mesh and whole runs are judged in the main ones.

        A whole run that is generated is short: NumPy does it in single precision and several parts do it too.
        Somebody else's port is judged where NumPy is, but on meshes that it is given; C where XLA is.
        """
        if self.mesh == "own" and configuration.startswith("foreign-"):
            return False
        configuration = configuration.replace("foreign-", "numpy-").removesuffix("-native")
        wanted = not self.kernel.only or any(fnmatch(configuration, pattern) for pattern in self.kernel.only)
        short = self.reference is None and (in_parts(configuration) or configuration == "numpy-f32")
        return wanted and (configuration in MAIN or not (self.mesh == "own" or (self.kernel.long and not short)))

    def may_be_given(self, output: str) -> bool:
        """Whether an output may come out as it went in; that of any other makes a check VACUOUS."""
        name, case = output.rpartition("/")[2], self.case.name.partition(SEED)[0]
        return output.startswith(self.given) or not {name, f"{case}:{name}"}.isdisjoint(self.kernel.given)

    @property
    def sampled(self) -> bool:
        """Whether defects are planted in what the port is given; each takes a run, which whole runs do not get."""
        return self.reference is None or not self.kernel.long

    @property
    def members(self) -> int:
        """How many runs of the reference, 1 ulp away, measure its round-off, or how it grows."""
        if self.sampled or _calls(self.case.settings) <= SHORT:
            return MEMBERS
        return DEEP_MEMBERS if self.kernel.deep else RUN_MEMBERS

    def hollow(self, reference: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """(item, level) of each field of the reference: whether its input is zero on the whole level.

        An output without an input of its name and shape hangs on all inputs of its levels: it is hollow where a tracer
        or species among them is zero.
        """
        return {n: found for n, a in reference.items() if (found := self._hollow(n, np.asarray(a))) is not None}

    def _hollow(self, name: str, expected: np.ndarray) -> np.ndarray | None:
        items = expected.shape[0] if name in self.separate and expected.ndim > 1 else 1
        same = self.case.inputs.get(name.rpartition("/")[2])
        if same is not None and same.shape == expected.shape:
            return ~np.any(same.reshape(items, -1, expected.shape[-1]), axis=1)
        counted = [self.case.inputs[n] for n in self.case.tracers if n in self.case.inputs]
        zero = [~np.any(a, axis=tuple(range(1, a.ndim - 1))) for a in counted if a.shape[-1:] == expected.shape[-1:]]
        return np.any(np.concatenate(zero), axis=0)[None] if zero else None

    def arranged(self, outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs as the reference has them: the stored levels only, the last axis a level."""
        if self.reference is None:
            return dict(outputs)
        reference = self.reference
        return {n: self._arranged(n, value, reference[n]) for n, value in outputs.items() if n in reference}

    def arranged_spread(self, spread: Mapping[str, Spread]) -> dict[str, Spread]:
        """A measured spread as the reference has it."""
        if self.reference is None:
            return dict(spread)
        shapes = self.reference
        return {n: s.each(partial(self._arranged, n, expected=shapes[n])) for n, s in spread.items() if n in shapes}

    def _arranged(self, name: str, value: np.ndarray, expected: np.ndarray) -> np.ndarray:
        index = self.levels.get(name)
        if index is not None and value.ndim and value.shape[-1] not in (expected.shape[-1], 1):
            value = value[..., index[index < value.shape[-1]]]
        if value.shape == expected.shape[:-1] and expected.shape[-1] == 1:
            value = value[..., None]
        return self.kernel.canonical[name](value) if name in self.kernel.canonical else value


def _calls(settings: Settings) -> float:
    """How many calls a run takes to its last output; infinite where its settings do not say."""
    if "stage_time_s" in settings:
        return max(settings["stage_time_s"].values()) / settings["dtime_physics"]
    return max(settings.get("calls", ()), default=np.inf)


def in_parts(configuration: str) -> bool:
    """Whether a configuration deals the elements of a mesh out over devices, processes or ranks."""
    return any(fnmatch(configuration, pattern) for pattern in PARTS)


def golden_checks(
    paths: Iterable[str | Path] = (), deep: bool = False, refused: dict[Path, str] | None = None
) -> list[Check]:
    """The checks of records (default: all of test_data); every file is read before anything runs.

    deep : with the long runs; records that are named always run.
    refused : takes {path: sentence} of records that cannot be used; without it the first one is a BadInput.
    """
    paths = list(paths)
    find = lookup if paths else lambda name: registry().get(name) or _unregistered(name)
    checks: list[Check] = []
    for path in golden.find(paths or [golden.test_data()]):
        try:
            record = golden.read(path)
            checks += _checks_of(record, _found(find, record))
        except BadInput as error:
            if refused is None:
                raise
            refused[path] = str(error)
    return [replace(check, thorough=deep or bool(paths)) for check in checks]


def _found(find: Callable[[str], Kernel], record: golden.Record) -> Kernel:
    try:
        return find(record.kernel)
    except BadInput as error:
        raise BadInput(f"{record.path}: {error}") from None


def _unregistered(name: str) -> Kernel:
    """Stands for a kernel with records in test_data that is not registered: NOT-RUN, never forgotten."""

    def port(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
        raise NotImplementedError("the kernel is not in the registry")

    return Kernel(name, port=port, outputs={}, only=("numpy-f64",))


def _checks_of(record: golden.Record, kernel: Kernel) -> list[Check]:
    if kernel.name == "mesh":
        return [_check(record, kernel, meshes.own_grid_of(record), "own")]
    checks = [_check(record, kernel, meshes.golden_grid(record), "golden")]
    if kernel.own_mesh:
        checks.append(_check(record, kernel, meshes.own_grid_of(record), "own"))
    return checks


def _check(record: golden.Record, kernel: Kernel, grid: Grid | None, mesh: str) -> Check:
    outputs = {name: f for name, f in record.outputs.items() if name.split("/")[-1] not in kernel.not_compared}
    inputs = {name: f.values.astype(int) if name == "lev_index" else f.values for name, f in record.inputs.items()}
    if mesh == "own" and grid is not None and grid.viscosity_tensor is not None and "tensorVisc" in inputs:
        inputs["tensorVisc"] = grid.viscosity_tensor
    case = Case(record.case, inputs, {**record.settings, "outputs": tuple(outputs)}, grid, record.tracers)
    reference = {n: kernel.canonical.get(n, np.asarray)(_with_level(f)) for n, f in outputs.items()}
    if not record.levels:  # totals take whole columns
        reference = kernel.with_totals(reference, case.settings, grid)
    return Check(
        kernel=kernel,
        case=case,
        mesh=mesh,
        producer=record.producer,
        reference=reference,
        axes={name: f.axes for name, f in outputs.items()},
        levels=record.levels,
        separate=tuple(name for name, f in outputs.items() if f.axes and f.axes[0] in SEPARATE_AXES),
        source=str(record.path),
        provenance="; ".join(record.provenance[k] for k in ("source", "compiler", "flags")),
    )


def _with_level(f: golden.Field) -> np.ndarray:
    return f.values if f.axes and f.axes[-1] in LEVEL_AXES else f.values[..., None]


def live_checks(names: Iterable[str] = ()) -> list[Check]:
    """The generated cases of the named kernels, or of all that have some."""
    kernels = [lookup(name) for name in names] or [k for k in registry().values() if k.cases]
    return [_live(kernel, case) for kernel in kernels for case in (kernel.cases() if kernel.cases else ())]


def seeded_checks(name: str, count: int) -> list[Check]:
    """The generated cases of one kernel with each of the seeds 1 to count, which their names say."""
    found = []
    before = seeds.chosen()
    for seed in range(1, count + 1):
        seeds.use(seed)
        found += [replace(c, case=replace(c.case, name=f"{c.case.name}{SEED}{seed}")) for c in live_checks([name])]
    seeds.use(before)
    return found


def _live(kernel: Kernel, case: Case) -> Check:
    case = replace(case, settings={**case.settings, "outputs": case.settings.get("outputs", tuple(kernel.outputs))})
    separate = tuple(name for name in kernel.outputs if name in case.tracers)
    return Check(kernel, case, separate=separate, source="generated")
