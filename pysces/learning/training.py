"""Training: stages of growing length, Adam on batches of windows, and a file from which it goes on where it stopped.

The batches of a step depend on seed and step alone, so that a training that was stopped ends with the same bits.

Kingma & Ba (2015), Adam, arXiv:1412.6980; curriculum: Kochkov et al. (2024), doi:10.1038/s41586-024-07744-y
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from ..arrays.backend import Array
from ..topology.assembly_sharded import devices_of_each_process
from .checkpoint import read_leaves, write_leaves
from .network import ColumnNetwork
from .rollout import Advance, forecast, misfits, misfits_one_by_one, with_network
from .windows import Windows

T = TypeVar("T")
STEPS_BETWEEN_SAVES = 10


@dataclass(frozen=True)
class Stage:
    """So many steps on forecasts of so many leads."""

    leads: int
    steps: int
    batch: int = 4
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class Lesson:
    """What is learned from.

    calls : of the dycore between leads.   windows : to learn from.   validation : to look at between stages.
    advance, insert : how a state is brought to the next lead, and how a network enters the dycore.
    devices : of jax, over which a batch is spread.   seed : of the order of windows.
    """

    dycore: Any
    calls: int
    windows: Windows
    validation: Windows
    advance: Advance = forecast
    insert: Callable = with_network
    devices: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Trained:
    """A network, the loss of every step's batch, and the loss on the validation windows after every stage."""

    network: ColumnNetwork
    losses: np.ndarray
    validation: np.ndarray


@dataclass
class _Progress:
    layers: Any
    optimiser: Any
    losses: list = field(default_factory=list)
    validation: list = field(default_factory=list)


def train(
    network: ColumnNetwork,
    lesson: Lesson,
    stages: Sequence[Stage],
    path: Path | None = None,
    say: Callable[[str], None] = print,
) -> Trained:
    """The network after all stages.

    path : an .npz file that keeps the training, and from which it goes on; None keeps nothing.

    Raises
    ------
    ValueError where a stage asks for more leads than the windows have, or for batches that do not fit the devices.
    """
    _check(lesson, stages)
    lesson = replace(lesson, dycore=on_devices(lesson.dycore, lesson.devices))
    network = on_devices(network, lesson.devices)
    progress = _Progress(network.layers, _adam(stages[0].learning_rate).init(network.layers))
    progress = _resumed(path, progress, network, stages, say)
    first = 0
    for number, stage in enumerate(stages):
        for step in range(max(first, len(progress.losses)), first + stage.steps):
            _take_step(progress, network, lesson, stage, step)
            if path and (step + 1) % STEPS_BETWEEN_SAVES == 0:
                _save(path, progress, network, stages)
                say(f"step {step + 1}, {stage.leads} leads: loss {progress.losses[-1]:.4e}")
        first += stage.steps
        if len(progress.validation) == number:
            progress.validation.append(loss(network.replace(layers=progress.layers), lesson, stage.leads))
            say(f"after {first} steps, {stage.leads} leads: validation loss {progress.validation[-1]:.4e}")
            if path:
                _save(path, progress, network, stages)
    return Trained(network.replace(layers=progress.layers), np.array(progress.losses), np.array(progress.validation))


def loss(network: ColumnNetwork, lesson: Lesson, leads: int) -> float:
    """Mean square error, in deviations, of forecasts of the validation windows up to so many leads."""
    windows = lesson.validation.chosen(slice(None), leads)
    inserted = lesson.insert(lesson.dycore, network)
    return float(np.mean(misfits_one_by_one(inserted, lesson.advance, windows, network.scales, lesson.calls)))


@dataclass(frozen=True)
class Way:
    """Of a lesson what decides on the program of a step."""

    calls: int
    advance: Advance
    insert: Callable
    devices: int


def way_of(lesson: Lesson) -> Way:
    """The lesson's own."""
    return Way(lesson.calls, lesson.advance, lesson.insert, lesson.devices)


def _plain_loss(layers: Any, network: ColumnNetwork, dycore: Any, windows: Windows, way: Way) -> Array:
    dycore = way.insert(dycore, network.replace(layers=layers))
    return jnp.mean(misfits(dycore, way.advance, windows, network.scales, way.calls))


def loss_and_gradient(
    layers: Any, network: ColumnNetwork, dycore: Any, windows: Windows, way: Way
) -> tuple[Array, Any]:
    """The mean over a batch of windows, which are spread over the devices, and its derivative by the layers."""
    found = functools.partial(_shared_gradient, way=way)
    if way.devices == 1:
        return jax.value_and_grad(_plain_loss)(layers, network, dycore, windows, way)
    mesh, whole, spread = _mesh(way.devices), PartitionSpec(), PartitionSpec("batch")
    return jax.shard_map(found, mesh=mesh, in_specs=(whole, whole, whole, spread), out_specs=whole, check_vma=False)(
        layers, network, dycore, windows
    )


def _mesh(devices: int) -> Mesh:
    return Mesh(np.array(devices_of_each_process(devices, None)), ("batch",))


def on_devices(tree: T, devices: int) -> T:
    """A tree of which every device has a copy; itself for one device."""
    return tree if devices == 1 else jax.device_put(tree, NamedSharding(_mesh(devices), PartitionSpec()))


def _shared_gradient(layers: Any, network: ColumnNetwork, dycore: Any, windows: Windows, way: Way) -> tuple:
    """The mean over devices of what each finds for its windows."""
    return jax.lax.pmean(jax.value_and_grad(_plain_loss)(layers, network, dycore, windows, way), "batch")


@functools.cache
def _adam(learning_rate: float) -> optax.GradientTransformation:
    return optax.adam(learning_rate)


@functools.partial(jax.jit, static_argnames=("way", "learning_rate"))
def _step(
    layers: Any, optimiser: Any, network: ColumnNetwork, dycore: Any, windows: Windows, way: Way, learning_rate: float
) -> tuple[Any, Any, Array]:
    value, gradient = loss_and_gradient(layers, network, dycore, windows, way)
    update, optimiser = _adam(learning_rate).update(gradient, optimiser, layers)
    return optax.apply_updates(layers, update), optimiser, value


def _take_step(progress: _Progress, network: ColumnNetwork, lesson: Lesson, stage: Stage, step: int) -> None:
    batch = lesson.windows.chosen(_drawn(lesson, stage.batch, step), stage.leads)
    progress.layers, progress.optimiser, value = _step(
        progress.layers, progress.optimiser, network, lesson.dycore, batch, way_of(lesson), stage.learning_rate
    )
    progress.losses.append(float(value))


def _drawn(lesson: Lesson, batch: int, step: int) -> np.ndarray:
    """Which windows a step learns from."""
    rng = np.random.default_rng((lesson.seed, step))
    return rng.choice(lesson.windows.count, batch, replace=False)


def _check(lesson: Lesson, stages: Sequence[Stage]) -> None:
    for stage in stages:
        if not 1 <= stage.leads <= min(lesson.windows.leads, lesson.validation.leads):
            raise ValueError(f"A stage has {stage.leads} leads, the windows {lesson.windows.leads}; take fewer.")
        if not 1 <= stage.batch <= lesson.windows.count or stage.batch % lesson.devices:
            raise ValueError(
                f"A batch of {stage.batch} must be a multiple of {lesson.devices} device(s) and at most the "
                f"{lesson.windows.count} windows there are; change it."
            )


def _save(path: Path, progress: _Progress, network: ColumnNetwork, stages: Sequence[Stage]) -> None:
    numbers = {"losses": progress.losses, "validation": progress.validation}
    write_leaves(path, (progress.layers, progress.optimiser), {"stages": repr(tuple(stages)), **numbers})


def _resumed(
    path: Path | None, start: _Progress, network: ColumnNetwork, stages: Sequence[Stage], say: Callable[[str], None]
) -> _Progress:
    """What a file keeps of the training, or the start."""
    if path is None or not path.exists():
        return start
    (layers, optimiser), about = read_leaves(path, (start.layers, start.optimiser))
    if about["stages"] != repr(tuple(stages)):
        raise ValueError(f"{path} keeps a training of other stages, {about['stages']}; give another file.")
    say(f"going on after step {len(about['losses'])}, kept in {path}")
    return _Progress(layers, optimiser, about["losses"], about["validation"])
