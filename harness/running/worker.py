"""One process, one configuration, all its work: ``main(folder)``.

The folder holds ``job.pkl`` (configuration name and tasks); the worker leaves ``<number>.pkl``, an Answer, for every
task, so that what it did before a crash is not lost. runner.py starts it.
"""

from __future__ import annotations

import json
import os
import pickle
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pysces.arrays.backend import Backend, to_numpy, use_compilation_cache
from pysces.geometry.grid import Grid

from ..errors import BadInput, brief
from ..inputs import seeds
from ..kernels.catalogue import lookup
from ..registry import Case, Kernel
from ..sides.adapters import Fortran
from . import mutate
from .configurations import Configuration, configuration
from .device import device_text
from .planting import same, sow
from .spread import SEED, Spread, sample


@dataclass(frozen=True)
class Task:
    """What is wanted of one kernel on one case: outputs, their spread over members, outputs with defects.

    twice : run it a second time and demand the same bits before anything else.
    separate : outputs whose first axis counts tracers, species or days.   seed : of the members.
    begun : inputs that the members begin from where they are not the case's.
    """

    kernel: str
    case: Case
    members: int = 0
    defects: tuple[mutate.Defect, ...] = ()
    twice: bool = False
    separate: tuple[str, ...] = ()
    seed: int = 0
    begun: Mapping[str, np.ndarray] | None = None


@dataclass
class Answer:
    """What came back; planted holds the outputs by defect, device what they were computed on where that is recorded.

    refused : defects that were refused in a sentence, crashed : those that ended the port otherwise; with what it said.
    Without outputs, ``not_run`` or ``failed`` says why, or ``lacking`` names a missing input or setting.
    """

    outputs: dict[str, np.ndarray] = field(default_factory=dict)
    spread: dict[str, Spread] | None = None
    planted: dict[mutate.Defect, dict[str, np.ndarray]] = field(default_factory=dict)
    refused: dict[mutate.Defect, str] = field(default_factory=dict)
    crashed: dict[mutate.Defect, str] = field(default_factory=dict)
    not_run: str = ""
    failed: str = ""
    lacking: str = ""
    seconds: float = 0.0
    device: str = ""


@dataclass(frozen=True)
class Placement:
    """A grid on its device or devices, and the way there and back for arrays on it."""

    backend: Backend
    grid: Any
    put: Callable
    get: Callable


def placed(
    configuration: Configuration, grid: Grid | None, exchange: Callable = lambda decomposition: decomposition
) -> Placement:
    """Where a configuration keeps arrays on a grid: one device, or elements dealt out over devices or ranks.

    exchange : changes the Decomposition, to plant a defect in it.
    """
    backend = Backend(configuration.backend, configuration.precision, kernels=configuration.kernels)
    if not configuration.serial or grid is None:
        return Placement(backend, backend.asarray(grid), backend.asarray, to_numpy)
    layout = _layout(configuration, grid)
    layout = replace(layout, decomposition=exchange(layout.decomposition))
    return Placement(backend, layout.put(grid), layout.put, layout.get)


def _layout(configuration: Configuration, grid: Grid) -> Any:
    if configuration.ranks > 1:
        from pysces.topology.assembly_mpi import distribute

        return distribute(grid)
    import jax

    from pysces.topology.assembly_sharded import shard_elements

    return shard_elements(grid, jax.devices()[: configuration.devices])


class Side(Protocol):
    """What evaluates kernels: (kernel, inputs, grid, settings) -> {output: array} with floats of its dtype."""

    dtype: np.dtype

    def __call__(self, *what: Any, **more: Any) -> dict[str, np.ndarray]: ...


class PortSide:
    """pysces on one backend and precision; compiled once per kernel and settings."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.foreign = configuration.port is not None
        self.backend = Backend(configuration.backend, configuration.precision, kernels=configuration.kernels)
        self.dtype = configuration.dtype
        self._compiled: dict[tuple, Any] = {}
        self._grid: tuple[Any, Any] = (None, None)
        if configuration.backend == "jax":
            use_compilation_cache(compilation_cache() / configuration.name)

    def __call__(
        self, kernel: Kernel, inputs: Mapping, grid: Grid | None, settings: Mapping, exchange: Callable | None = None
    ) -> dict[str, np.ndarray]:
        if kernel.as_user:
            return self._started(kernel, inputs, settings)
        key = (kernel.name, json.dumps(settings, sort_keys=True, default=str))
        if key not in self._compiled:
            port = self._port(kernel)
            self._compiled[key] = self.backend.compile(lambda x, grid: port(x, grid, dict(settings)))
        place = self._place(grid) if exchange is None else placed(self.configuration, grid, exchange)
        outputs = self._compiled[key](place.put(dict(inputs)), place.grid)
        if not isinstance(outputs, Mapping):
            raise TypeError(f"the port returned {type(outputs).__name__}; it must return {{output: array}}")
        outputs = {name: _array(name, value) for name, value in place.get(dict(outputs)).items()}
        return kernel.with_totals(outputs, settings, grid)

    def _port(self, kernel: Kernel) -> Callable:
        return kernel.port if self.configuration.port is None else self.configuration.port(kernel.name)

    def _started(self, kernel: Kernel, inputs: Mapping, settings: Mapping) -> dict[str, np.ndarray]:
        """A run that begins, is dealt out and is compiled as the user's are."""
        options = {"name": self.configuration.backend, "precision": self.configuration.precision}
        if self.configuration.kernels:
            options["kernels"] = self.configuration.kernels
        parts = {"ranks": self.configuration.ranks, "devices": self.configuration.devices}
        options |= {word: count for word, count in parts.items() if count > 1}
        outputs = self._port(kernel)(inputs, None, {**settings, "backend": options})
        return kernel.with_totals({name: _array(name, value) for name, value in outputs.items()}, settings)

    def _place(self, grid: Grid | None) -> Placement:
        """Where arrays on this grid go; the last one is kept, because most tasks share it."""
        if grid is not self._grid[0] or self._grid[1] is None:
            self._grid = grid, placed(self.configuration, grid)
        return self._grid[1]


def compilation_cache() -> Path:
    """The folder that keeps compiled programs, one folder in it for each configuration."""
    return Path(os.environ.get("PYSCES_COMPILATION_CACHE", Path.home() / ".cache" / "pysces" / "jax"))


def _array(name: str, value: Any) -> np.ndarray:
    """A plain array of numbers; what else a port returns is its mistake."""
    try:
        array = np.array(value)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        what = f"an array of {array.dtype}" if array.dtype.kind == "c" else type(value).__name__
        raise BadInput(f"Output {brief(name, 40)!r} is {what}, not an array of real numbers.")
    return array


class FortranSide:
    """reference_fortran in one build."""

    def __init__(self, configuration: Configuration) -> None:
        self.fortran = Fortran(configuration.name)
        self.dtype = configuration.dtype

    def __call__(self, kernel: Kernel, inputs: Mapping, grid: Grid | None, settings: Mapping) -> dict[str, np.ndarray]:
        if kernel.fortran is None:
            raise NotImplementedError(f"{kernel.name} has no Fortran counterpart in the registry")
        if grid is not None and grid is not self.fortran.grid:
            self.fortran.set_grid(grid)
        x = {name: a.astype(self.dtype) if a.dtype.kind == "f" else a for name, a in inputs.items()}
        outputs = {name: np.array(value) for name, value in kernel.fortran(x, self.fortran, dict(settings)).items()}
        return kernel.with_totals(outputs, settings, grid)


def side(configuration: Configuration) -> Side:
    """What evaluates kernels under a configuration."""
    return (FortranSide if configuration.side == "fortran" else PortSide)(configuration)


def _answer(evaluate: Side, task: Task) -> Answer:
    try:
        return work(evaluate, lookup(task.kernel), task)
    except BadInput:
        return Answer(not_run=f"kernel {task.kernel!r} is not in the registry")


def work(evaluate: Side, kernel: Kernel, task: Task) -> Answer:
    """Everything one task asks for; an exception of the kernel becomes the answer."""
    case = task.case
    try:
        answer = Answer(outputs=evaluate(kernel, case.inputs, case.grid, case.settings))
        if task.twice and not same(answer.outputs, evaluate(kernel, case.inputs, case.grid, case.settings)):
            return Answer(failed="a second run on the same device gives other bits")
        if task.members:
            run = lambda x, grid: evaluate(kernel, x, grid, case.settings)  # noqa: E731
            seeds.use(task.seed)
            how = (evaluate.dtype, task.members, SEED, task.separate, task.begun)
            answer.spread = sample(run, case.inputs, case.grid, *how)
        planted = sow(evaluate, kernel, case, task.defects, answer.outputs)
        return replace(answer, planted=planted.outputs, refused=planted.refused, crashed=planted.crashed)
    except BadInput as error:  # what a port must know, in one sentence
        return Answer(failed=str(error))
    except NotImplementedError as error:
        return Answer(not_run=str(error) or "not implemented")
    except KeyError as error:
        name = str(error.args[0]) if error.args else ""
        if name in case.inputs or name in case.settings or getattr(evaluate, "foreign", False):
            return Answer(failed=f"KeyError: {brief(name)!r} ({_place(error)})")
        return Answer(lacking=name)
    except (Exception, SystemExit) as error:  # sys.exit in a port ends the port, not the judgement
        return Answer(failed=f"{type(error).__name__}: {brief(error, 200)} ({_place(error)})")


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def answers(configuration: Configuration, tasks: Mapping[int, Task]) -> Iterator[tuple[int, Answer]]:
    """Every task's answer with the time it took, one after the other, in this process."""
    evaluate = side(configuration)
    device = device_text() if configuration.twice else ""
    for number, task in tasks.items():
        start = time.perf_counter()
        answer = _answer(evaluate, task)
        answer.seconds, answer.device = time.perf_counter() - start, device
        yield number, answer


def main(folder: str, process: int = 0, address: str = "") -> None:
    """Do the job in a folder; of several processes that do it together, the first one writes the answers."""
    with open(Path(folder) / "job.pkl", "rb") as file:
        name, port, precision, tasks = pickle.load(file)
    chosen = configuration(name) if port is None else Configuration(name, precision=precision, port=port)
    first = _join(chosen, process, address)
    for number, answer in answers(chosen, tasks):
        if first:
            partial = Path(folder) / f"{number}.partial"
            partial.write_bytes(pickle.dumps(answer))
            partial.rename(partial.with_suffix(".pkl"))


def _join(chosen: Configuration, process: int, address: str) -> bool:
    """Become part of the program that several processes run; whether this is the first of them."""
    if chosen.ranks > 1:
        from pysces.topology.assembly_mpi import MPI

        return MPI.COMM_WORLD.rank == 0
    if chosen.processes > 1:
        import jax

        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(address, chosen.processes, process)
    return process == 0
