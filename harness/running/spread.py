"""The round-off of a reference: how far its outputs move when every input, metric terms too, changes by one ulp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from pysces.arrays.pytree import tree_map
from pysces.geometry.grid import Grid

MEMBERS = 20
SEED = 1


def perturb(tree: Any, rng: np.random.Generator, dtype: DTypeLike) -> Any:
    """Every float, in the given precision, moved to one of its neighbours at random; zeros and integers stay."""
    return tree_map(lambda a: _one_ulp(np.asarray(a), rng, dtype), tree)


def _one_ulp(a: np.ndarray, rng: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    if a.dtype.kind != "f":
        return a
    a = a.astype(dtype)
    towards = np.where(rng.integers(0, 2, a.shape) == 1, np.inf, -np.inf).astype(a.dtype)
    return np.where(a == 0, a, np.nextafter(a, towards))


def spread(
    evaluate: Callable, inputs: Mapping, grid: Grid | None, dtype: DTypeLike, members: int = MEMBERS, seed: int = SEED
) -> dict[str, np.ndarray]:
    """Root mean square, over the members, of the distance to the unperturbed outputs, point by point.

    evaluate : (inputs, grid) -> {name: array}.
    """
    rng = np.random.default_rng(seed)
    centre = evaluate(inputs, grid)
    total = {name: np.zeros(np.shape(value)) for name, value in centre.items()}
    for _ in range(members):
        member = evaluate(*perturb((dict(inputs), grid), rng, dtype))
        for name in total:
            total[name] += (np.asarray(member[name], float) - np.asarray(centre[name], float)) ** 2
    return {name: np.sqrt(value / members) for name, value in total.items()}
