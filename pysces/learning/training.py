"""Training: stages of growing length, Adam on batches of windows, and a file from which it goes on where it stopped.

The batches of a step depend on seed and step alone, so that a training that was stopped ends with the same bits.

Kingma & Ba (2015), Adam, arXiv:1412.6980; curriculum: Kochkov et al. (2024), doi:10.1038/s41586-024-07744-y
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax

from ..arrays.checksum import checksum
from .checkpoint import read_leaves, write_leaves
from .gradient import Way, loss_and_gradient, on_devices
from .network import ColumnNetwork
from .rollout import Advance, forecast, misfits, with_network
from .windows import Windows

STEPS_BETWEEN_SAVES = 10


@dataclass(frozen=True)
class Stage:
    """So many steps on forecasts of so many leads, whose rate falls along half a cosine from learning_rate to zero."""

    leads: int
    steps: int
    batch: int = 4
    learning_rate: float = 1e-3

    def rate(self, step: int) -> float:
        """Of the step'th step of the stage, from 0."""
        return 0.5 * self.learning_rate * (1.0 + math.cos(math.pi * step / self.steps))


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

    @property
    def way(self) -> Way:
        """How its forecasts are made."""
        return Way(self.calls, self.advance, self.insert, self.devices)

    @property
    def checksum(self) -> str:
        """Of what is learned from."""
        functions = (f"{f.__module__}.{f.__qualname__}" for f in (self.advance, self.insert))
        return checksum(" ".join((f"{self.calls} {self.seed}", *functions)), (self.dycore, self.windows))


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

    @property
    def steps(self) -> int:
        return len(self.losses)


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
    TypeError where the network lacks layers or scales; any @pytree class that has both will do.
    ValueError where a stage asks for more leads than the windows have, for batches that do not fit the devices, or
        for no rate of learning, and where a loss is no number.
    """
    _check_network(network)
    _check(lesson, stages)
    kept = _Kept(path, {"stages": repr(tuple(stages)), "windows": lesson.checksum if path else ""}, say)
    lesson = replace(lesson, dycore=on_devices(lesson.dycore, lesson.devices))
    network = on_devices(network, lesson.devices)
    progress = kept.resumed(_Progress(network.layers, _adam.init(network.layers)))
    progress.layers, progress.optimiser = on_devices((progress.layers, progress.optimiser), lesson.devices)
    first = 0
    for number, stage in enumerate(stages):
        for step in range(max(first, progress.steps) - first, stage.steps):
            _take_step(progress, network, lesson, stage, step)
            if progress.steps % STEPS_BETWEEN_SAVES == 0:
                kept.save(progress)
                say(f"step {progress.steps}, {stage.leads} leads: loss {progress.losses[-1]:.4e}")
        first += stage.steps
        if len(progress.validation) == number:
            progress.validation.append(loss(network.replace(layers=progress.layers), lesson, stage.leads))
            say(f"after {first} steps, {stage.leads} leads: validation loss {progress.validation[-1]:.4e}")
            kept.save(progress)
    return Trained(network.replace(layers=progress.layers), np.array(progress.losses), np.array(progress.validation))


def _check_network(network: Any) -> None:
    missing = [name for name in ("layers", "scales") if not hasattr(network, name)]
    if missing:
        raise TypeError(
            f"{type(network).__name__} has no {' and no '.join(missing)}; a network to train is a @pytree class with "
            "the fields layers, what is trained, and scales, the column_scales of the windows."
        )


def loss(network: ColumnNetwork, lesson: Lesson, leads: int) -> float:
    """Mean square error, in deviations, of forecasts of the validation windows up to so many leads."""
    windows = lesson.validation.chosen(slice(None), leads)
    inserted = lesson.insert(lesson.dycore, network)
    return float(np.mean(misfits(inserted, lesson.advance, windows, network.scales, lesson.calls)))


_adam = optax.scale_by_adam()


@jax.jit
def _updated(layers: Any, optimiser: Any, slopes: Any, rate: float) -> tuple[Any, Any]:
    update, optimiser = _adam.update(slopes, optimiser)
    return jax.tree.map(lambda x, step: x - rate * step, layers, update), optimiser


def _take_step(progress: _Progress, network: ColumnNetwork, lesson: Lesson, stage: Stage, step: int) -> None:
    """The step'th of all; progress.losses has as many."""
    batch = lesson.windows.chosen(_drawn(lesson, stage.batch, progress.steps), stage.leads)
    value, slopes = loss_and_gradient(progress.layers, network, lesson.dycore, batch, lesson.way)
    if not math.isfinite(value):
        raise ValueError(
            f"The loss of step {progress.steps + 1} is {float(value)}; look for NaN in the windows, or take a smaller "
            "learning_rate."
        )
    progress.layers, progress.optimiser = _updated(progress.layers, progress.optimiser, slopes, stage.rate(step))
    progress.losses.append(float(value))


def _drawn(lesson: Lesson, batch: int, step: int) -> np.ndarray:
    """Which windows a step learns from."""
    rng = np.random.default_rng((lesson.seed, step))
    return rng.choice(lesson.windows.count, batch, replace=False)


def _check(lesson: Lesson, stages: Sequence[Stage]) -> None:
    if lesson.calls < 1:
        raise ValueError(f"A lesson needs one call between leads or more, found calls={lesson.calls}.")
    for stage in stages:
        if not 0.0 < stage.learning_rate < math.inf:
            raise ValueError(f"A stage's learning_rate must be above 0, found {stage.learning_rate}.")
        if not 1 <= stage.leads <= min(lesson.windows.leads, lesson.validation.leads):
            raise ValueError(f"A stage has {stage.leads} leads, the windows {lesson.windows.leads}; take fewer.")
        if not 1 <= stage.batch <= lesson.windows.count or stage.batch % lesson.devices:
            raise ValueError(
                f"A batch of {stage.batch} must be a multiple of {lesson.devices} device(s) and at most the "
                f"{lesson.windows.count} windows there are; change it."
            )


@dataclass(frozen=True)
class _Kept:
    """A training on disk, and the words that tell which one it is; without a path there is none."""

    path: Path | None
    words: dict[str, str]
    say: Callable[[str], None]

    def save(self, progress: _Progress) -> None:
        if self.path is not None:
            numbers = {"losses": progress.losses, "validation": progress.validation}
            write_leaves(self.path, (progress.layers, progress.optimiser), self.words | numbers)

    def resumed(self, start: _Progress) -> _Progress:
        """What the file keeps of the training, or the start."""
        if self.path is None or not self.path.exists():
            return start
        (layers, optimiser), about = read_leaves(self.path, (start.layers, start.optimiser))
        for word, own in self.words.items():
            if about.get(word) != own:
                raise ValueError(f"{self.path} keeps a training of other {word}, {about.get(word)}; give another file.")
        self.say(f"going on after step {len(about['losses'])}, kept in {self.path}")
        return _Progress(layers, optimiser, about["losses"], about["validation"])
