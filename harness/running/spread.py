"""The round-off of a reference: how far its outputs move when every input, metric terms too, changes by one ulp.

Where a limiter or a remap takes another branch in some members, those *flip*: they move a thousand times farther than
round-off, and taken for round-off they would hide everything. They are kept apart: S is that of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from pysces.arrays.pytree import tree_map
from pysces.geometry.grid import Grid

from ..inputs import seeds

MEMBERS = 20
SEED = 1
# Beyond so many times the typical spread of its level a member has taken another branch. Honest spreads of one level
# differ by less than 30 in every record; flips are 1e4 times it and more (FV3's ties 1e9, condensate of 1e-19 6e4).
FLIP = 100.0
FAR = 1e4  # and so many times even where all members do, as where the reference itself stands on a tie
COMMON = 0.25  # of a level's points and members: where more flip, that is the level's round-off
NEAREST_THIRD = 0.25  # root mean square of the third of a normal distribution that is nearest to 0


@dataclass(frozen=True)
class Spread:
    """The round-off of one output, point by point, in the output's shape.

    size : root mean square over the members that do not flip.
    odds : share of the members that flip.   reach : the farthest of those; both None where no member does anywhere.
    """

    size: np.ndarray
    odds: np.ndarray | None = None
    reach: np.ndarray | None = None

    def each(self, function: Callable[[np.ndarray], np.ndarray]) -> Spread:
        """Every array through a function, such as one that picks levels."""
        if self.odds is None or self.reach is None:
            return Spread(function(self.size))
        return Spread(function(self.size), function(self.odds), function(self.reach))


def perturb(tree: Any, rng: np.random.Generator, dtype: DTypeLike) -> Any:
    """Every float, in the given precision, moved to one of its neighbours at random; zeros and integers stay."""
    return tree_map(lambda a: _one_ulp(np.asarray(a), rng, dtype), tree)


def _one_ulp(a: np.ndarray, rng: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    if a.dtype.kind != "f":
        return a
    a = a.astype(dtype)
    towards = np.where(rng.integers(0, 2, a.shape) == 1, np.inf, -np.inf).astype(a.dtype)
    return np.where(a == 0, a, np.nextafter(a, towards))


def distances(
    evaluate: Callable,
    inputs: Mapping,
    grid: Grid | None,
    dtype: DTypeLike,
    members: int = MEMBERS,
    seed: int = SEED,
    begun: Mapping | None = None,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Outputs without a change, and |member - unperturbed| of each of them, (member, ...).

    evaluate : (inputs, grid) -> {name: array}.   begun : inputs that the members have instead.
    """
    rng = seeds.generator(seed)
    centre = {name: np.asarray(value, float) for name, value in evaluate(inputs, grid).items()}
    found = {name: np.empty((members, *value.shape)) for name, value in centre.items()}
    for n in range(members):
        member = evaluate(*perturb(({**inputs, **(begun or {})}, grid), rng, dtype))
        for name, value in centre.items():
            np.abs(np.asarray(member[name], float) - value, out=found[name][n])
    return centre, found


def spread(
    evaluate: Callable, inputs: Mapping, grid: Grid | None, dtype: DTypeLike, members: int = MEMBERS, seed: int = SEED
) -> dict[str, np.ndarray]:
    """Root mean square, over all members, of the distance to the unperturbed outputs, point by point."""
    _, found = distances(evaluate, inputs, grid, dtype, members, seed)
    return {name: np.sqrt(np.mean(d * d, axis=0)) for name, d in found.items()}


def sample(
    evaluate: Callable,
    inputs: Mapping,
    grid: Grid | None,
    dtype: DTypeLike,
    members: int = MEMBERS,
    seed: int = SEED,
    separate: tuple[str, ...] = (),
    begun: Mapping | None = None,
) -> dict[str, Spread]:
    """The Spread of every output; separate: those whose first axis counts tracers, species or days."""
    centre, found = distances(evaluate, inputs, grid, dtype, members, seed, begun)
    return {name: stable(d, centre[name], dtype, name in separate) for name, d in found.items()}


def stable(distance: np.ndarray, centre: np.ndarray, dtype: DTypeLike, separate: bool = False) -> Spread:
    """The Spread of one output from the distances of its members, (member, ...).

    A flip is far beyond what the nearest third of the members does at its point and at most points of its level (a
    third, because half of them flip on a tie); below 100 ulp of the level's largest value nothing is one.
    """
    items = centre.shape[0] if separate and centre.ndim > 1 else 1
    levels = centre.shape[-1] if centre.ndim > 1 else 1
    d = distance.reshape(len(distance), items, -1, levels)
    near = max(len(d) // 3, 1)
    nearest = _rms(np.partition(d, near - 1, axis=0)[:near]) / NEAREST_THIRD
    typical = np.median(nearest, axis=1, keepdims=True)
    ulp = np.finfo(dtype).eps * np.abs(centre).reshape(items, -1, levels).max(axis=1, initial=0.0, keepdims=True)
    typical = np.maximum(typical, ulp)
    flips = (d > FLIP * np.maximum(typical, nearest)) | (d > FAR * typical)
    flips &= flips.mean(axis=(0, 2), keepdims=True) <= COMMON
    if not flips.any():
        return Spread(_rms(distance))
    staying = np.sum(~flips, axis=0)
    size = np.sqrt(np.sum(np.where(flips, 0.0, d) ** 2, axis=0) / np.maximum(staying, 1))
    size = np.where(staying > 0, size, typical)
    reach = np.where(flips, d, 0.0).max(axis=0)
    return Spread(*(a.reshape(centre.shape) for a in (size, flips.mean(axis=0), reach)))


def _rms(d: np.ndarray) -> np.ndarray:
    """Root mean square over the members; scaled, so that 1e-200 is not lost."""
    top = d.max(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(top > 0, top * np.sqrt(np.mean((d / np.where(top > 0, top, 1.0)) ** 2, axis=0)), 0.0)
